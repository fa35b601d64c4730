/**
 * Scans that the end of another one leads to: of its head and base, as its row has them. One that is open already is joined
 * (index `scan_open_key`).
 */

import { isUnasked } from '../scan/news.ts'
import type { ReplayWish, Scan } from '../scan/ports/store.ts'
import type { Connection } from './database.ts'
import { kindOf, laneOf } from './intents.ts'
import { toJson } from './json.ts'

/** What its verdict rests on has changed meanwhile. Also after a replay, which gave none itself. */
export async function queueAgain(
  connection: Connection,
  { id, repository, headSha, baseRef }: Scan,
  trigger: string,
): Promise<void> {
  const kind = kindOf({ baseRef })
  await connection.$executeRaw`
    INSERT INTO scan (repository_id, kind, head_sha, ref, base_ref, base_sha, trigger, shared, lane)
    SELECT repository_id, ${kind}::scan_kind, head_sha, ref, base_ref, base_sha, ${trigger}, shared,
           ${laneOf(repository.id, kind, headSha)}
    FROM scan WHERE id = ${id}::uuid
    ON CONFLICT DO NOTHING`
}

/** With the scan's head and base, which are scanned again when something was learnt. One at a time in a repository. */
export async function queueReplay(connection: Connection, { id, repository }: Scan, wish: ReplayWish): Promise<void> {
  await connection.$executeRaw`
    INSERT INTO scan (repository_id, kind, head_sha, ref, base_ref, base_sha, trigger, shared, lane, replay)
    SELECT repository_id, 'replay', head_sha, ref, base_ref, base_sha, trigger, shared,
           ${laneOf(repository.id, 'replay', null)}, ${toJson(wish)}::jsonb
    FROM scan WHERE id = ${id}::uuid
    ON CONFLICT DO NOTHING`
}

/**
 * What was to be told is gone. A person who asked for the scan after its result was kept, or while nobody waited for it, gets
 * a scan, and a check run, of their own.
 */
export async function clearAway(connection: Connection, scan: Scan): Promise<void> {
  await connection.$executeRaw`
    WITH cleared AS (UPDATE scan SET outcome = NULL WHERE id = ${scan.id}::uuid AND outcome IS NOT NULL)
    INSERT INTO scan (repository_id, kind, head_sha, ref, base_ref, base_sha, trigger, forced, shared, lane)
    SELECT repository_id, kind, head_sha, ref, base_ref, base_sha, 'rerequested', true, shared, lane
    FROM scan
    WHERE id = ${scan.id}::uuid AND forced AND (${isUnasked(scan)} OR outcome ->> 'forced' = 'false')
    ON CONFLICT DO NOTHING`
}
