/** What the graph calls an artifact, and which artifact it calls so. As in rosie/sayings.ts. */
import { Prisma } from '../../../generated/prisma/client.ts'
import { ID_PATTERN } from '../../../rosie/ids.ts'

/** What is too long for an index is kept by its beginning and a hash (store/indexable.ts). */
const ID = `^${ID_PATTERN.source}(?:-?…[0-9a-f]{32})?$`

/** What a node of the graph is called, whatever an artifact claims as its id. */
const OF_GRAPH = `${ID}|^(?:FILE|EVIDENCE):`

/** Evidence by its file, a package by its directory; a document by its id where that is one, else by its file. Of `a`. */
export const NODE = Prisma.sql`
  CASE WHEN a.kind = 'evidence' THEN 'EVIDENCE:' || a.path
    WHEN a.kind = 'package_file' THEN 'EVIDENCE:' || regexp_replace(a.path, '/[^/]*$', '')
    WHEN a.gxp_id ~ ${ID} THEN a.gxp_id
    ELSE 'FILE:' || a.path END`

/**
 * The document that a node is; of several with one id a requirement, then the first by path. What is no node may
 * still be an id that a decision or evidence goes by. By the indexes on (repository_id, gxp_id) and (repository_id, path).
 */
export const artifactAt = (repositoryId: bigint, node: Prisma.Sql) => Prisma.sql`
  SELECT found.kind, found.title, found.path FROM (
    SELECT a.kind, a.title, a.path FROM artifact a
    WHERE a.repository_id = ${repositoryId} AND a.gxp_id = ${node}
      AND (${NODE} = ${node} OR a.kind IN ('decision', 'evidence', 'package_file') AND ${node} !~ ${OF_GRAPH})
    UNION ALL
    SELECT a.kind, a.title, a.path FROM artifact a
    WHERE starts_with(${node}, 'FILE:') AND a.repository_id = ${repositoryId} AND a.path = substr(${node}, 6)
      AND ${NODE} = ${node}
  ) AS found ORDER BY found.kind, found.path LIMIT 1`
