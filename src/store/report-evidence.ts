/**
 * Signed files of the tracked snapshot as reports list them. A package is listed by its signature; what it says is in files
 * beside that one, which are no artifacts: their contents are kept by their blobs.
 */
import { dirname } from 'node:path/posix'
import { Prisma } from '../generated/prisma/client.ts'
import type { Evidence } from '../rosie/contents.ts'
import type { Json, SourceState, States, Verdict } from '../rosie/model.ts'
import type { PackageParts } from '../rosie/package/parts.ts'
import { resultsOf } from '../rosie/packages.ts'
import type { PackageFile, PackageMetadata } from '../rosie/parse/package.ts'
import { NO_SOURCE } from '../rosie/state-hash.ts'
import { isCurrent, newestValid, provenanceOf, readClaims, type TestEvidence } from '../rosie/test-evidence.ts'
import type { ReportedEvidence } from '../scan/ports/reports.ts'
import type { Connection } from './database.ts'

/** The scan that judged them. */
interface Judged {
  commit: string
  completedAt: Date
}

export async function evidenceOf(
  client: Connection,
  repositoryId: bigint,
  { commit, completedAt }: Judged,
): Promise<ReportedEvidence[]> {
  const rows = await rowsOf(client, repositoryId)
  const { head, states } = await statesUntil(client, repositoryId, commit, completedAt)
  const read = rows.map((row) => ({ row, says: whatIsSaid(row, states) }))
  const tests = read.flatMap(({ row, says }) => (isOfTest(row) ? [says] : []))
  const outdated = new Set(
    newestValid(tests, completedAt.getTime()).filter(
      (each) => each.provenance.result !== 'contradicted' && isCurrent(each, head) === false,
    ),
  )
  return read.map(({ row: { path, form, gxpId, headers, verdict }, says }) => ({
    ...{ path, form, gxpId, specId: says.specId, tier: says.tier, verdict, results: says.results },
    signers: (headers ?? []).flatMap(({ kid }) => kid ?? []),
    claimedAt: asText(says.issued ?? says.time),
    expires: asText(says.expires),
    outdated: outdated.has(says),
  }))
}

/** `ms`: since 1970. */
const asText = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

type Claims = { [claim: string]: Json }

interface EvidenceRow extends Pick<ReportedEvidence, 'path' | 'form' | 'gxpId' | 'specId' | 'tier' | 'verdict'> {
  headers: { kid: string | null }[] | null
  results: Evidence['results']
  claims: Claims | null
  /** Of a package, as far as it has them; without the places of its claims. */
  metadata: PackageMetadata | null
  report: PackageFile | null
}

/** The claims that are looked at: others may be as large as the file. */
const CLAIMS = [
  ...['iat', 'exp', 'timestamp', 'created_at', 'tier', 'verification_tier'],
  ...['git_commit', 'system_state_hash', 'system_state'],
]

const claimsIn = (content: Prisma.Sql) => Prisma.sql`
  CASE jsonb_typeof(${content} -> 'claims') WHEN 'object' THEN (
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(${content} -> 'claims') WHERE key = ANY(${CLAIMS}::text[])) END`

/** `name`: the path relative to the package. Read by several versions of the parsers, the newest. */
const besideSignature = (name: string, reader: string) => Prisma.sql`
  LEFT JOIN LATERAL (
    SELECT b.content FROM tracked_file f JOIN blob b ON b.repository_id = f.repository_id AND b.sha = f.sha AND b.reader = ${reader}
    WHERE f.repository_id = a.repository_id AND f.path = regexp_replace(a.path, '[^/]*$', ${name}::text) AND a.data ->> 'form' = 'package'
    ORDER BY b.parser_version DESC LIMIT 1)`

const METADATA = 'metadata.json'
const TEST_REPORT = 'artifacts/test-results.json'

const rowsOf = (client: Connection, repositoryId: bigint): Promise<EvidenceRow[]> =>
  client.$queryRaw<EvidenceRow[]>`
    SELECT a.path, a.data ->> 'form' AS form, a.gxp_id AS "gxpId", a.data ->> 'specId' AS "specId", a.data ->> 'tier' AS tier,
      a.data -> 'headers' AS headers, a.data -> 'results' AS results, ${claimsIn(Prisma.sql`a.data`)} AS claims, a.verdict,
      metadata.content || jsonb_build_object('lines', '{}'::jsonb, 'claims', ${claimsIn(Prisma.sql`metadata.content`)}) AS metadata,
      report.content AS report
    FROM artifact a
      ${besideSignature(METADATA, 'package/metadata')} AS metadata ON true
      ${besideSignature(TEST_REPORT, 'package/results')} AS report ON true
    WHERE a.repository_id = ${repositoryId} AND a.kind IN ('evidence', 'package_file') AND a.data ->> 'kind' = 'evidence'
    ORDER BY a.path COLLATE "C"`

/** A package without readable metadata tells of no test. */
const isOfTest = ({ form, metadata }: EvidenceRow): boolean =>
  form === 'package' ? Boolean(metadata?.claims) : form === 'test'

/** As rules see it: times as ms, results of a package from all that it says of them. */
function whatIsSaid(row: EvidenceRow, states: States): TestEvidence {
  const { path, form, gxpId, specId, tier, results, verdict } = row
  const inPackage = form === 'package'
  const { claims, ...said } = inPackage ? packageSays(row) : { specId, tier, results, claims: row.claims ?? {} }
  const claimed = readClaims(claims)
  return {
    ...{ path: inPackage ? dirname(path) : path, place: { path, line: 1 }, gxpId, ...said, ...claimed },
    ...{
      form: inPackage ? 'package' : 'single',
      verdict: verdictOf(verdict),
      provenance: provenanceOf(claimed, states),
    },
  }
}

function packageSays({ path, specId, tier, claims, metadata, report }: EvidenceRow) {
  const directory = dirname(path)
  const at = (name: string) => `${directory}/${name}`
  const parts: PackageParts = {
    ...{ path: directory, manifest: null, signature: null },
    metadata: metadata && { path: at(METADATA), content: metadata },
    files: new Map(report ? [[TEST_REPORT, { path: at(TEST_REPORT), content: report }]] : []),
  }
  // Of a signature that is a token, the times at which it was made and after which it is not to be used.
  const { iat = null, exp = null } = claims ?? {}
  return {
    ...{ specId: metadata?.specId ?? specId, tier: metadata?.tier ?? tier, results: resultsOf(parts) },
    claims: { ...metadata?.claims, iat, exp },
  }
}

/** Of what is invalid nobody here asks why. */
const verdictOf = (result: EvidenceRow['verdict']): Verdict =>
  result === 'valid'
    ? { result, keys: [] }
    : result === 'invalid'
      ? { result, because: 'signature', detail: '' }
      : { result: 'untrusted' }

/** What was known of the source when the scan was completed: at its commit, and at those that evidence names. */
async function statesUntil(
  client: Connection,
  repositoryId: bigint,
  commit: string,
  until: Date,
): Promise<{ head: SourceState | null; states: States }> {
  const [head] = await client.$queryRaw<(SourceState & { scope: string | null })[]>`
    SELECT t.state_scope AS scope, t.state_id AS id, h.plain, h.separated
    FROM tree t LEFT JOIN state_hash h
      ON h.repository_id = t.repository_id AND h.state_id = t.state_id AND h.computed_at <= ${until}
    WHERE t.repository_id = ${repositoryId} AND t.commit = ${commit} ORDER BY h.plain LIMIT 1`
  if (!head || head.id === null) return { head: null, states: new Map() }
  const { scope, ...state } = head
  const rows = await client.$queryRaw<(SourceState & { commit: string; tree: string | null })[]>`
    SELECT c.commit, c.tree_sha AS tree, h.state_id AS id, h.plain, h.separated
    FROM commit_state c LEFT JOIN state_hash h
      ON h.repository_id = c.repository_id AND h.tree_sha = c.tree_sha AND h.computed_at <= ${until}
    WHERE c.repository_id = ${repositoryId} AND c.scope = ${scope} AND c.available AND (c.tree_sha IS NULL OR h.state_id IS NOT NULL)`
  return {
    head: state,
    states: new Map(rows.map(({ commit: named, tree, ...at }) => [named, tree === null ? NO_SOURCE : at])),
  }
}
