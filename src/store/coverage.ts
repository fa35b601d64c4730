import type { RequirementCoverage } from '../rosie/assessment.ts'
import type { Connection, Database } from './database.ts'
import { indexable } from './indexable.ts'
import { toJson } from './json.ts'
import { inChunks } from './rows.ts'

/** Nodes kept of a path: a hostile record has chains of thousands, for each of its requirements. */
const MOST_NODES = 100

/** How far each requirement of the tracked snapshot is covered. Only what differs is written. */
export async function writeCoverage(
  database: Database,
  connection: Connection,
  repository: bigint,
  coverage: readonly RequirementCoverage[],
): Promise<void> {
  const rows = coverage.map(({ id, path, ...levels }) => ({
    ...levels,
    gxpId: indexable(id),
    path: path.slice(0, MOST_NODES).map(indexable),
  }))
  await connection.$executeRaw`
    DELETE FROM requirement_coverage WHERE repository_id = ${repository}
      AND gxp_id NOT IN (SELECT json_array_elements_text(${toJson(rows.map(({ gxpId }) => gxpId))}::json))`
  await inChunks(
    database,
    rows,
    (chunk) => connection.$executeRaw`
      INSERT INTO requirement_coverage AS known
        (repository_id, gxp_id, risk, linked, traced, proven, path, tiers, missing_tiers)
      SELECT DISTINCT ON ("gxpId") ${repository}::bigint, "gxpId", risk, linked, traced, proven, path, tiers, "missingTiers"
      FROM json_to_recordset(${chunk}::json) AS given ("gxpId" text, risk text, linked boolean, traced boolean,
        proven boolean, path text[], tiers text[], "missingTiers" text[])
      ON CONFLICT (repository_id, gxp_id) DO UPDATE SET risk = EXCLUDED.risk, linked = EXCLUDED.linked,
        traced = EXCLUDED.traced, proven = EXCLUDED.proven, path = EXCLUDED.path, tiers = EXCLUDED.tiers,
        missing_tiers = EXCLUDED.missing_tiers
      WHERE (known.risk, known.linked, known.traced, known.proven, known.path, known.tiers, known.missing_tiers)
        IS DISTINCT FROM (EXCLUDED.risk, EXCLUDED.linked, EXCLUDED.traced, EXCLUDED.proven, EXCLUDED.path,
          EXCLUDED.tiers, EXCLUDED.missing_tiers)`,
  )
}
