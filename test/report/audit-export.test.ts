import { exportedLine } from '../../src/audit/chain.ts'
import type { LinkedEvent } from '../../src/audit/event.ts'
import { EXPORT_FORMATS, exportText } from '../../src/report/audit-export.ts'

/** One of 40,000 characters. */
const event = (position: number): LinkedEvent => ({
  ...{ id: String(position), position, hash: 'a'.repeat(64), at: '2026-02-02T12:00:00.000Z', transaction: '1' },
  ...{ actor: 'ada', action: 'signing_key.registered', resource: 'signing-key/1', reason: null, address: null },
  ...{ previous: null, next: { kid: 'k'.repeat(40_000) }, requestId: null, installationId: 1, repositoryId: null },
})
const EVENTS = Array.from({ length: 50 }, (_, n) => event(n + 1))

async function* batches(...of: LinkedEvent[][]) {
  yield* of
}

async function parts(text: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  for await (const part of text) all.push(part)
  return all
}

it.each(EXPORT_FORMATS)('A batch of long events leaves in parts, as %s', async (format) => {
  const all = await parts(exportText(batches(EVENTS), format))
  expect(all.length).toBeGreaterThan(20)
  expect(Math.max(...all.map(({ length }) => length))).toBeLessThan(120_000)
})

it('Lines are those of the events, however they come', async () => {
  const whole = EVENTS.map(exportedLine).join('')
  const halves = [EVENTS.slice(0, 7), [], EVENTS.slice(7)]
  expect((await parts(exportText(batches(EVENTS), 'jsonl'))).join('')).toBe(whole)
  expect((await parts(exportText(batches(...halves), 'jsonl'))).join('')).toBe(whole)
  expect((await parts(exportText(batches(), 'jsonl'))).join('')).toBe('')
})
