/** Requirements as documents, against the rows of coverage: a report counts both, and says where they differ. */
import { isArtifact } from '../rosie/artifacts.ts'
import type { Document } from '../rosie/contents.ts'
import type { RequirementDocuments } from '../scan/ports/reports.ts'
import type { Connection } from './database.ts'

type Other = Pick<Document, 'gxpId' | 'fields' | 'problems' | 'unread'> & { path: string }

export async function requirementDocumentsOf(client: Connection, repositoryId: bigint): Promise<RequirementDocuments> {
  const [covered] = await client.$queryRaw<Omit<RequirementDocuments, 'others'>[]>`
    SELECT count(*)::int AS covered, count(DISTINCT a.gxp_id)::int AS ids
    FROM artifact a JOIN requirement_coverage c ON c.repository_id = a.repository_id AND c.gxp_id = a.gxp_id
    WHERE a.repository_id = ${repositoryId} AND a.kind = 'requirement'`
  const others = await client.$queryRaw<Other[]>`
    SELECT a.path, a.gxp_id AS "gxpId", a.data -> 'fields' AS fields, a.data -> 'problems' AS problems,
      a.data -> 'unread' AS unread
    FROM artifact a WHERE a.repository_id = ${repositoryId} AND a.kind = 'requirement' AND NOT EXISTS (
      SELECT 1 FROM requirement_coverage c WHERE c.repository_id = a.repository_id AND c.gxp_id = a.gxp_id)
    ORDER BY a.path COLLATE "C"`
  return {
    ...{ covered: 0, ids: 0, ...covered },
    // Notes beside the documents are kept as well, and are none.
    others: others.filter(isDocument).map(({ path, gxpId }) => ({ path, gxpId })),
  }
}

/** As `isArtifact` has it: a file without faults has no `unread`. */
const isDocument = ({ path, unread, ...document }: Other): boolean =>
  isArtifact(path, { ...document, ...(unread && { unread }) } as Document)
