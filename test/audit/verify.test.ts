/** Whatever is done to an export, it is found; and what is not, is said. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { canonical } from '../../src/audit/canonical.ts'
import type { LinkedEvent } from '../../src/audit/event.ts'
import { linesOf } from '../../src/audit/lines.ts'
import { verifyTrail } from '../../src/audit/verify.ts'
import { anEvent, anyEvents, exportOf, linked, verify } from './trail.ts'

const FIVE = linked([1, 2, 3, 4, 5].map((id) => anEvent(id)))
const lines = (events: readonly LinkedEvent[]) => exportOf(events).split('\n').slice(0, -1)
const file = (some: readonly string[]) => some.map((line) => `${line}\n`).join('')
const checkpointAt = (events: readonly LinkedEvent[], position: number) => {
  const { hash = '' } = events[position - 1] ?? {}
  return { position, hash, at: '2026-02-02T12:00:00.000Z' }
}
const property = <T extends unknown[]>(arbitraries: fc.Arbitrary<T>, holds: (...of: T) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(arbitraries, async (of) => holds(...of)),
    { numRuns: 100 },
  )

describe('an export', () => {
  it('is verified as it was written, whatever it holds', () =>
    property(fc.tuple(anyEvents), async (events) => {
      const { position, hash, at } = events.at(-1) as LinkedEvent
      expect(await verify(exportOf(events))).toEqual({
        ...{ events: events.length, last: { position, hash, at }, passed: [], fault: null },
      })
    }))

  it('can be verified with nothing but SHA-256 and sorted JSON', () => {
    const [first, second] = FIVE as [LinkedEvent, LinkedEvent]
    const { hash, ...event } = second
    const sorted = Object.fromEntries(Object.entries(event).sort(([a], [b]) => (a < b ? -1 : 1)))
    expect(
      createHash('sha256')
        .update(first.hash + JSON.stringify(sorted))
        .digest('hex'),
    ).toBe(hash)
  })

  it.each([
    ['nothing', ''],
    ['an empty line', '\n'],
    ['no JSON', '{'],
    ['no event', 'null\n'],
    ['an array', '[]\n'],
    ['a deep one', `${'['.repeat(100_000)}${']'.repeat(100_000)}\n`],
    ['CSV', 'position,id\r\n1,1\r\n'],
    ['a mark before its first byte', `\uFEFF${exportOf(FIVE)}`],
  ])('of %s is none', async (_, text) => {
    expect((await verify(text)).fault).toMatchObject({ position: 1 })
  })

  it('is verified with the line ends of Windows, wherever its bytes are cut', async () => {
    const text = exportOf(FIVE).replaceAll('\n', '\r\n')
    expect(await verify(text)).toMatchObject({ events: 5, fault: null })
    const byBytes = async function* (bytes: Uint8Array) {
      for (const byte of bytes) yield Uint8Array.of(byte)
    }
    expect(await verifyTrail(linesOf(byBytes(Buffer.from(text))), [])).toMatchObject({ events: 5, fault: null })
  })

  it.each([
    ['two of them', '\r\r\n'],
    ['one alone', '\r'],
  ])('is not with other carriage returns: %s', async (_, end) => {
    expect((await verify(exportOf(FIVE).replaceAll('\n', end))).fault).toMatchObject({ line: 1 })
  })

  it('is verified without the end of its last line', async () => {
    expect(await verify(exportOf(FIVE).slice(0, -1))).toMatchObject({ events: 5, fault: null })
  })
})

describe('what is done to it is found, at the first event that is not what it was', () => {
  const anyPlace = fc.nat({ max: 1_000_000 })

  it('when any byte is another', () =>
    property(fc.tuple(anyEvents, anyPlace, fc.integer({ min: 1, max: 255 })), async (events, place, by) => {
      const bytes = Buffer.from(exportOf(events))
      const at = place % bytes.length
      bytes[at] = (bytes[at] ?? 0) ^ by
      const line = bytes.subarray(0, at).filter((byte) => byte === 10).length + 1
      expect((await verify(bytes)).fault).toMatchObject({ line })
    }))

  it('when any member of an event says something else, in its one form', () =>
    property(fc.tuple(anyEvents, anyPlace, anyPlace), async (events, which, what) => {
      const event = events[which % events.length] as LinkedEvent
      const members = Object.keys(event).sort() as (keyof LinkedEvent)[]
      const member = members[what % members.length] as keyof LinkedEvent
      const changed = { ...event, [member]: [event[member]] }
      const text = file(events.map((each) => canonical(each === event ? changed : each)))
      expect((await verify(text)).fault).toMatchObject({ line: event.position })
    }))

  it('when an event is gone', () =>
    property(fc.tuple(anyEvents, anyPlace), async (events, place) => {
      const at = place % (events.length - 1)
      const fault = { line: at + 1, position: at + 1, message: expect.stringContaining('missing or in another place') }
      expect((await verify(file(lines(events).toSpliced(at, 1)))).fault).toEqual(fault)
    }))

  it('when one is put between others, whatever it says of its place', () =>
    property(fc.tuple(anyEvents, anyPlace, fc.boolean()), async (events, place, renumbered) => {
      const at = place % events.length
      const forged = linked([...events.slice(0, at).map(bare), anEvent(99)]).at(-1) as LinkedEvent
      const after = events.slice(at).map((event) => (renumbered ? { ...event, position: event.position + 1 } : event))
      expect((await verify(exportOf([...events.slice(0, at), forged, ...after]))).fault).toMatchObject({ line: at + 2 })
    }))

  it('when two have changed places', () =>
    property(fc.tuple(anyEvents, anyPlace, anyPlace), async (events, one, other) => {
      const [a, b] = [one % events.length, other % events.length]
      fc.pre(a !== b)
      const all = lines(events)
      const moved = all.with(a, all[b] ?? '').with(b, all[a] ?? '')
      expect((await verify(file(moved))).fault).toMatchObject({ line: Math.min(a, b) + 1 })
    }))
})

describe('a checkpoint', () => {
  it('is passed by the chain that it was made of', async () => {
    const checkpoints = [checkpointAt(FIVE, 5), checkpointAt(FIVE, 2)]
    expect(await verify(exportOf(FIVE), checkpoints)).toMatchObject({
      fault: null,
      passed: [{ position: 2 }, { position: 5 }],
    })
  })

  it('shows that the end is missing, which the chain alone does not', async () => {
    const cut = exportOf(FIVE.slice(0, 3))
    expect((await verify(cut)).fault).toBeNull()
    const { fault } = await verify(cut, [checkpointAt(FIVE, 5)])
    expect(fault).toEqual({
      line: null,
      position: 4,
      message: expect.stringMatching(/^The end is missing: .* position 5\.$/),
    })
    expect((await verify('', [checkpointAt(FIVE, 5)])).fault).toMatchObject({ position: 1 })
  })

  it('shows that all links after a change were made anew, which the chain alone does not', () =>
    property(fc.tuple(anyEvents, fc.nat(), fc.nat()), async (events, which, where) => {
      const at = which % events.length
      const forged = linked(
        events.map((event, index) => ({ ...bare(event), ...(index === at && { actor: 'nobody at all' }) })),
      )
      const position = at + 1 + (where % (events.length - at))
      expect((await verify(exportOf(forged))).fault).toBeNull()
      const { fault } = await verify(exportOf(forged), [checkpointAt(events, position)])
      expect(fault).toMatchObject({ line: position, message: expect.stringContaining('another chain') })
    }))
})

function bare({ position: _, hash: __, ...event }: LinkedEvent) {
  return event
}
