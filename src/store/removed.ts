/**
 * What was removed since it was old enough, and the audit trail does not tell yet: how many rows, by what they are. Each
 * statement that removes adds to it, so that nothing is gone uncounted wherever its process dies; one event then tells of a
 * whole round. An event for each batch would fill a trail that is never removed.
 */
import { Prisma } from '../generated/prisma/client.ts'
import { recordAudit } from './audit.ts'
import type { Connection } from './database.ts'

export type Removed = 'contents' | 'deliveries' | 'erased' | 'people' | 'scans' | 'sessions' | 'trees'

/** What a statement answers that ends with `addedUp`. */
export interface Count {
  rows: bigint
}

/**
 * The end of a statement that begins with `WITH removed AS (DELETE … RETURNING 1)`. Until its transaction ends, whoever else
 * removes the same, or tells of it, waits here.
 */
export const addedUp = (what: Removed) => Prisma.sql`
  added AS (
    INSERT INTO retention_removed AS known (what, rows) SELECT ${what}, count(*) FROM removed HAVING count(*) > 0
    ON CONFLICT (what) DO UPDATE SET rows = known.rows + EXCLUDED.rows)
  SELECT count(*) AS rows FROM removed`

export async function counted(statement: Promise<Count[]>): Promise<number> {
  const [count] = await statement
  return Number(count?.rows)
}

/** In one event, by what it is: what is told is taken out in the same transaction. Answers it; {}: there was nothing. */
export async function tellRemoved(transaction: Connection): Promise<Record<string, number>> {
  const removed = await transaction.$queryRaw<({ what: string } & Count)[]>`
    DELETE FROM retention_removed RETURNING what, rows`
  const previous = Object.fromEntries(removed.map(({ what, rows }) => [what, Number(rows)]))
  if (removed.length === 0) return previous
  await recordAudit(transaction, {
    ...{ actor: 'rosie-guard', action: 'retention.removed', resource: 'server', previous },
    reason: 'The time for which it is kept has passed.',
  })
  return previous
}
