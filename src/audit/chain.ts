/** The hash chain over the audit trail: each link holds its event, its place, and all links before it. */
import { createHash } from 'node:crypto'
import { canonical } from './canonical.ts'
import type { AuditedEvent, LinkedEvent } from './event.ts'

/** What the first link goes back to. */
export const BEFORE_FIRST = '0'.repeat(64)

/** Both parts of what is hashed have one form each, and the first is of fixed length: no two events give the same text. */
export const linkHash = (previous: string, position: number, event: AuditedEvent): string =>
  createHash('sha256')
    .update(previous)
    .update(canonical({ ...event, position }))
    .digest('hex')

/** As an export in JSON Lines has it: the event with its link, in its one form, so that no byte can be another. */
export const exportedLine = (event: LinkedEvent): string => `${canonical(event)}\n`

/** The event of a line, without its end. Null where the line is in any byte another than the one form that an event has. */
export function eventOfLine(line: string): LinkedEvent | null {
  try {
    const value = JSON.parse(line) as LinkedEvent | null
    return typeof value === 'object' && value !== null && canonical(value) === line ? value : null
  } catch {
    return null
  }
}
