/** What is known of each signed file once a head is judged, besides its findings: it is kept with the file, and reports list it. */
import type { Evidence } from './contents.ts'
import type { Tier, Verdict } from './model.ts'
import { resultsOf } from './packages.ts'
import type { ComplianceRecord } from './record.ts'
import { type Claimed, isCurrent, newestValid, readClaims } from './test-evidence.ts'

export interface SignedFile {
  /** A package's is its signature's. */
  path: string
  /** Of a package, on the whole of it. */
  verdict: Verdict['result']
  account: SignedAccount
}

/** What it says of itself, of a package the whole package, and whether it says so of this source. */
export interface SignedAccount {
  specId: string | null
  tier: Tier | null
  /** The time at which it says it was signed, else made, ISO 8601; null: none that can be read. */
  claimedAt: string | null
  /** From then on it shows nothing (`exp`), ISO 8601; null: it doesn't say. */
  expires: string | null
  results: Evidence['results']
  /** The newest with a valid signature of its specification and tier, and made for another state of the source, as far as that is known. */
  outdated: boolean
}

export function signedFilesIn({
  evidence,
  packages,
  testEvidence,
  snapshot,
  established,
}: ComplianceRecord): SignedFile[] {
  const tests = new Map(testEvidence.map((each) => [each.path, each]))
  const outdated = new Set(
    newestValid(testEvidence, established.now)
      .filter((each) => each.provenance.result !== 'contradicted' && isCurrent(each, snapshot.state) === false)
      .map(({ path }) => path),
  )
  const singles = evidence.map(({ path, content, verdict }): SignedFile => {
    const said = tests.get(path) ?? { ...content, ...readClaims(content.claims ?? {}) }
    return { path, verdict: verdict.result, account: accountOf(said, outdated.has(path)) }
  })
  const whole = packages.flatMap((each): SignedFile[] => {
    const { path, signature, verdict } = each
    if (!signature) return []
    const { specId, tier, claims } = signature.content
    const { iat = null, exp = null } = claims ?? {}
    const said = tests.get(path) ?? { specId, tier, results: resultsOf(each), ...readClaims({ iat, exp }) }
    return [{ path: signature.path, verdict: verdict.result, account: accountOf(said, outdated.has(path)) }]
  })
  return [...singles, ...whole]
}

type Said = Pick<SignedAccount, 'specId' | 'tier' | 'results'> & Pick<Claimed, 'issued' | 'time' | 'expires'>

const accountOf = ({ specId, tier, results, issued, time, expires }: Said, outdated: boolean): SignedAccount => ({
  ...{ specId, tier, results, outdated },
  claimedAt: asText(issued ?? time),
  expires: asText(expires),
})

/** `ms`: since 1970. */
const asText = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())
