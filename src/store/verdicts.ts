/**
 * What was judged of the signed files of a tracked snapshot, kept with the rest of it. The verdicts that blobs have (contents.ts)
 * are whichever scan's was last, with whichever keys.
 */
import type { Connection, Database } from './database.ts'
import { storable } from './json.ts'
import { inChunks } from './rows.ts'

/** By path. Only those that differ are written; an artifact without one has none. */
export async function writeVerdicts(
  database: Database,
  connection: Connection,
  repository: bigint,
  verdicts: ReadonlyMap<string, string>,
): Promise<void> {
  const [answer] = await connection.$queryRaw<{ stored: string | null }[]>`
    SELECT json_agg(json_build_array(path, verdict))::text AS stored
    FROM artifact WHERE repository_id = ${repository} AND kind IN ('evidence', 'package_file')`
  const stored = JSON.parse(answer?.stored ?? '[]') as [path: string, verdict: string | null][]
  const given = new Map(Array.from(verdicts, ([path, verdict]) => [storable(path), verdict]))
  const changed = stored.flatMap(([path, before]) => {
    const verdict = given.get(path) ?? null
    return verdict === before ? [] : [{ path, verdict }]
  })
  await inChunks(
    database,
    changed,
    (rows) => connection.$executeRaw`
      UPDATE artifact a SET verdict = given.verdict
      FROM json_to_recordset(${rows}::json) AS given (path text, verdict text)
      WHERE a.repository_id = ${repository} AND a.path = given.path`,
  )
}
