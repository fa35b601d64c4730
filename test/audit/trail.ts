/** Trails as an export has them, and what somebody may do to one. */
import fc from 'fast-check'
import { BEFORE_FIRST, exportedLine, linkHash } from '../../src/audit/chain.ts'
import type { Checkpoint } from '../../src/audit/checkpoint.ts'
import type { AuditedEvent, Json, LinkedEvent } from '../../src/audit/event.ts'
import { linesOf } from '../../src/audit/lines.ts'
import { type VerifiedTrail, verifyTrail } from '../../src/audit/verify.ts'

export function anEvent(id: number, change: Partial<AuditedEvent> = {}): AuditedEvent {
  return {
    ...{ id: String(id), at: new Date(1_770_000_000_000 + id * 1_000).toISOString(), transaction: String(700 + id) },
    ...{
      actor: 'github/ada',
      action: 'api_key.created',
      resource: `api-key/${id}`,
      previous: null,
      next: { name: 'CI' },
    },
    ...{ reason: null, address: '192.0.2.7', requestId: null, installationId: 7, repositoryId: null },
    ...change,
  }
}

/** In this order. */
export function linked(events: readonly AuditedEvent[]): LinkedEvent[] {
  let hash = BEFORE_FIRST
  return events.map((event, index) => {
    hash = linkHash(hash, index + 1, event)
    return { ...event, position: index + 1, hash }
  })
}

export const exportOf = (events: readonly LinkedEvent[]): string => events.map(exportedLine).join('')

export const verify = (text: string | Uint8Array, checkpoints: readonly Checkpoint[] = []): Promise<VerifiedTrail> =>
  verifyTrail(linesOf(inPieces(typeof text === 'string' ? Buffer.from(text) : text)), checkpoints)

/** As a file comes: lines and characters are cut anywhere. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 97) yield bytes.subarray(at, at + 97)
}

/** With texts as hostile as a request may hold, and values of any shape. */
export const anyEvents: fc.Arbitrary<LinkedEvent[]> = fc
  .array(
    fc.record({
      actor: fc.string({ unit: 'binary', maxLength: 8 }),
      reason: fc.option(fc.constantFrom('a\u2028b', 'c\nd', '"', '\\', 'é', '')),
      next: fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
      installationId: fc.option(fc.nat()),
    }),
    { minLength: 3, maxLength: 8 },
  )
  // As the database keeps them: no value there tells -0 from 0.
  .map((changes) => linked(changes.map((change, index) => JSON.parse(JSON.stringify(anEvent(index + 1, change))))))
