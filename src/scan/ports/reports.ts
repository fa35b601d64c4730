/**
 * Compliance reports: what one is made of, as it is stored, and what becomes of it. A report is of a scan of the default
 * branch that was told to the end; it is rendered once for each scan and format, and served from then on.
 */
import type {
  AssessedFinding,
  Assessment,
  IgnoredFinding,
  RequirementCoverage,
  Summary,
} from '../../rosie/assessment.ts'
import type { Verdict } from '../../rosie/model.ts'
import type { AppliedPolicy } from '../../rosie/policy.ts'
import type { SignedAccount } from '../../rosie/signed-files.ts'

export const REPORT_FORMATS = ['json', 'markdown', 'sarif', 'pdf'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

/** What is kept of a scan besides counts and findings. `ignored` is cut; `ignoredTotal` says how many there were. */
export interface KeptAssessment extends Pick<Assessment, 'coverage' | 'score' | 'riskMatrix'> {
  ignored: readonly IgnoredFinding[]
  ignoredTotal: number
  /** Absent: of a scan from before it was kept. */
  policy?: AppliedPolicy | null
}

export interface ReportedRequirement extends RequirementCoverage {
  title: string | null
}

/** Documents of requirements, which are counted by themselves: a row of coverage is of an id. */
export interface RequirementDocuments {
  /** Of an id that has a row, and how many such ids there are: several documents may share one. */
  covered: number
  ids: number
  /** Those of which there is no row: the id can't be used, or is retired. */
  others: readonly { path: string; gxpId: string | null }[]
}

/** A signed file of the tracked snapshot, with the verdict that the scan reached. */
export interface ReportedEvidence extends SignedAccount {
  /** Of a package, its signature's, with what the whole package says. */
  path: string
  form: 'test' | 'release' | 'package'
  gxpId: string | null
  /** Key ids that its headers name. */
  signers: readonly string[]
  /** Null: none was reached, as of what lies in a package and is not its signature. */
  verdict: Verdict['result'] | null
}

export interface ReportedRisk {
  id: string
  title: string | null
  date: string | null
  risk: string | null
  status: string | null
}

export interface ReportedEvent {
  /** Of the event in the trail: `/audit-events/{id}`. */
  id: string
  /** ISO 8601, UTC. */
  at: string
  actor: string
  action: string
  resource: string
  /** What is so since, and was not, as text; null: nothing. Only of the repository itself: the trail has those of all events. */
  changes: readonly { name: string; before: string | null; since: string | null }[]
  reason: string | null
}

/** Until the scan was completed. */
export interface ReportedTrail {
  /** Of the repository: the newest of `total`, in order of time. */
  total: number
  events: readonly ReportedEvent[]
  /** How many there are of the whole account on who may read and who may sign: API keys, and keys of the registry. */
  onApiKeys: number
  onSigningKeys: number
}

/** Everything that a report says, of one moment: the tracked snapshot as that scan left it. */
export interface ReportSource {
  repository: { id: string; owner: string; name: string; defaultBranch: string | null }
  scan: {
    id: string
    commit: string
    /** ISO 8601, UTC. */
    completedAt: string
    /** What this scan found against no base; the check run of a commit says the worst of all that it is compared with. */
    conclusion: Assessment['conclusion']
    /** Why GitHub was not told to the end; null: it was. */
    untold: string | null
    summary: Summary
  }
  /** Null: of a scan from before this was kept. */
  assessed: KeptAssessment | null
  /** Most serious first, cut where there are very many: the summary counts all of them. */
  findings: readonly AssessedFinding[]
  requirements: readonly ReportedRequirement[]
  requirementDocuments: RequirementDocuments
  /** From what fulfils to what is fulfilled. */
  edges: readonly { from: string; to: string; type: string }[]
  /** Source and tests that edges begin at: which a file is, its path decides, whatever it says. */
  files: readonly { path: string; kind: 'source' | 'test' }[]
  evidence: readonly ReportedEvidence[]
  risks: readonly ReportedRisk[]
  vendors: readonly { path: string; product: string | null }[]
  /** Documents and other artifacts of the record: their number, and how their history is kept. */
  artifacts: number
  /** `altered`: signed files that were changed, moved or removed since the first. */
  revisions: { total: number; altered: number; first: string | null; last: string | null }
  audit: ReportedTrail
}

export interface MadeReport {
  format: ReportFormat
  /** SHA-256 of the bytes, in hex. */
  sha256: string
  content: Uint8Array
}

/** Made of nothing but the source: the same source gives the same bytes. */
export type RenderReport = (source: ReportSource, format: ReportFormat) => Promise<Uint8Array>

export interface ReportStore {
  /**
   * What the newest report of a repository is made of, and which formats of it are kept; `wait`: the scan of the default
   * branch that it would be of is not told to the end; null: it was never scanned.
   */
  source(repositoryId: bigint): Promise<{ source: ReportSource; kept: ReadonlySet<ReportFormat> } | 'wait' | null>
}
