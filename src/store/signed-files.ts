/**
 * What was judged of the signed files of a tracked snapshot, kept with the rest of it. The verdicts that blobs have (contents.ts)
 * are whichever scan's was last, with whichever keys.
 */
import { isDeepStrictEqual } from 'node:util'
import type { SignedFile } from '../rosie/signed-files.ts'
import type { Connection, Database } from './database.ts'
import { storable, toJson } from './json.ts'
import { inChunks } from './rows.ts'

/** Of an artifact: nothing was judged of most. */
type Judged = Pick<SignedFile, 'verdict' | 'account'> | { verdict: null; account: null }

const NOT_JUDGED: Judged = { verdict: null, account: null }

/** Only what differs is written. */
export async function writeSignedFiles(
  database: Database,
  connection: Connection,
  repository: bigint,
  files: readonly SignedFile[],
): Promise<void> {
  const [answer] = await connection.$queryRaw<{ stored: string | null }[]>`
    SELECT json_agg(json_build_array(path, json_build_object('verdict', verdict, 'account', account)))::text AS stored
    FROM artifact WHERE repository_id = ${repository} AND kind IN ('evidence', 'package_file')`
  const stored = JSON.parse(answer?.stored ?? '[]') as [path: string, judged: Judged][]
  const given = new Map(files.map(({ path, ...judged }) => [storable(path), JSON.parse(toJson(judged)) as Judged]))
  const changed = stored.flatMap(([path, before]) => {
    const judged = given.get(path) ?? NOT_JUDGED
    return isDeepStrictEqual(judged, before) ? [] : [{ path, ...judged }]
  })
  await inChunks(
    database,
    changed,
    (rows) => connection.$executeRaw`
      UPDATE artifact a SET verdict = given.verdict, account = given.account
      FROM json_to_recordset(${rows}::json) AS given (path text, verdict text, account jsonb)
      WHERE a.repository_id = ${repository} AND a.path = given.path`,
  )
}
