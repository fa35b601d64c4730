/** Where the outcome of a scan is shown. */
import type { AssessedFinding, Assessment, RequirementCounts } from '../../rosie/assessment.ts'
import type { Severity } from '../../rosie/model.ts'
import type { SignedCheckpoint } from './audit.ts'
import type { Phase, PullRequest } from './store.ts'

/** The same commit against one of its bases. */
export interface BaseVerdict {
  /** The branch compared with. */
  baseRef: string
  conclusion: string
  counts: Record<Severity, number>
}

/** What is told about one scan, whoever reads it. */
export interface Report {
  assessment: Assessment
  scanId: string
  /** Sentences about how the scan was done, as plain text: "No common history: rules that compare with a base rested." */
  notes: readonly string[]
  /** One for each base of the commit, this scan's own first. */
  bases: readonly BaseVerdict[]
  /** Findings of the same commit against its other bases: a commit has one check, the worst over its bases. */
  otherFindings: readonly AssessedFinding[]
  /** The base's coverage; null without a base. */
  baseRequirements: RequirementCounts | null
  /** Files of the head, and those of them whose content was not known. */
  filesTotal: number
  filesFetched: number
  /** GitHub requests until the result was known. */
  requests: number
  /** The newest of the audit trail; null or absent: there is none. */
  checkpoint?: SignedCheckpoint | null
}

/** The check run and the comment of one scan on GitHub. Writes are idempotent: what GitHub already has isn't sent twice. */
export interface Publisher {
  /** Opens the check run in progress, or finds the one that an earlier attempt, or an earlier call, opened. */
  open(): Promise<void>
  /** Shows progress while a long scan runs; may choose to send nothing. */
  progress(phase: Phase, detail: string): Promise<void>
  /** Completes the check run: conclusion with the first 50 annotations, then the others, 50 a request. */
  conclude(report: Report): Promise<void>
  /** Completes the check run with an error a person can act on. Markdown. */
  fail(title: string, summary: string): Promise<void>
  /** Completes the check run, if one was opened, as cancelled: its branch has moved on to this head. */
  cancel(newerHead: string): Promise<void>
  /** Creates or edits the one comment of a pull request; leaves it alone when its text would be the same. */
  comment(pull: PullRequest, report: Report): Promise<void>
}
