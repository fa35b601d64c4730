/** Signed files of the tracked snapshot as reports list them, with what the scan knew of each (rosie/signed-files.ts). */
import type { SignedAccount } from '../rosie/signed-files.ts'
import type { ReportedEvidence } from '../scan/ports/reports.ts'
import type { Connection } from './database.ts'

interface EvidenceRow extends Pick<ReportedEvidence, 'path' | 'form' | 'gxpId' | 'verdict'> {
  headers: { kid: string | null }[] | null
  /** Null: nothing was judged of it, as of what lies in a package and is not its signature; or before this was kept. */
  account: SignedAccount | null
}

const NOTHING_KNOWN: SignedAccount = {
  ...{ specId: null, tier: null, results: null },
  ...{ claimedAt: null, expires: null, outdated: false },
}

export async function evidenceOf(client: Connection, repositoryId: bigint): Promise<ReportedEvidence[]> {
  const rows = await client.$queryRaw<EvidenceRow[]>`
    SELECT path, data ->> 'form' AS form, gxp_id AS "gxpId", data -> 'headers' AS headers, verdict, account
    FROM artifact
    WHERE repository_id = ${repositoryId} AND kind IN ('evidence', 'package_file') AND data ->> 'kind' = 'evidence'
    ORDER BY path COLLATE "C"`
  return rows.map(({ headers, account, ...row }) => ({
    ...row,
    ...(account ?? NOTHING_KNOWN),
    verdict: account && row.verdict,
    signers: (headers ?? []).flatMap(({ kid }) => kid ?? []),
  }))
}
