/** What a scan came to, kept before it is told: a worker that takes over tells the same, and asks nothing again. */
import type { Assessment, RequirementCounts } from '../../rosie/assessment.ts'
import type { Policy } from '../../rosie/policy.ts'
import type { ReplayWish } from './store.ts'

/** What becomes of a scan's end. */
export interface Next {
  /** What the verdict rests on has changed by this very scan: the same head is queued once more, with this as its trigger. */
  again: string | null
  /** What could not be said yet, queued as a job of its own. */
  replay: ReplayWish | null
  /** When time alone may change what was judged, ms since 1970; null: never. */
  dueAt: number | null
}

export interface Outcome extends Next {
  assessment: Assessment
  /** Hash over policy, trusted keys and parser version. */
  judgedBy: string
  /** Whether the check run is to say it. */
  shown: boolean
  /** Comments that are there stay as they are. */
  asBefore: boolean
  /** When the policy wants a comment. */
  comment: Policy['comment']
  /** Sentences about how the scan was done, as plain text. */
  notes: readonly string[]
  /** The base's coverage; null without a base. */
  baseRequirements: RequirementCounts | null
  /** Files of the head, and those of them whose content was not known. */
  filesTotal: number
  filesFetched: number
  /** GitHub requests until the result was known. */
  requests: number
}
