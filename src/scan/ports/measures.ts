/**
 * What is counted as it happens, by the parts at the edges: telemetry/metrics.ts keeps it. None of these throws, and none
 * is waited for. Times are ms.
 */
import type { AssessedFinding } from '../../rosie/assessment.ts'
import type { Phase, ScanKind } from './store.ts'

/** How a worker left a scan; `cancelled`: its branch has moved on. */
export type ScanOutcome =
  | 'success'
  | 'failure'
  | 'neutral'
  | 'replayed'
  | 'reported'
  | 'skipped'
  | 'failed'
  | 'cancelled'

/** Why an attempt gave a scan back: it failed, GitHub's limits are reached, or another scan comes first. */
export type GivenBack = 'error' | 'limit' | 'turn'

export interface ScanMeasures {
  /** An attempt begins. */
  attempt(kind: ScanKind): void
  /** What one attempt spent in a phase, told as it ends. */
  phase(phase: Phase, ms: number): void
  ended(kind: ScanKind, outcome: ScanOutcome): void
  givenBack(reason: GivenBack): void
  superseded(scans: number): void
  /** Of one scan, as they are kept. */
  found(findings: readonly Pick<AssessedFinding, 'severity' | 'status'>[]): void
}

/** `held_back`: not sent, since GitHub's limits were known. */
export type RequestOutcome =
  | 'ok'
  | 'not_modified'
  | 'rate_limited'
  | 'client_error'
  | 'server_error'
  | 'unreachable'
  | 'held_back'

export interface RequestMeasures {
  /** `route`: method and path as GitHub documents them, with names in braces. */
  request(route: string, outcome: RequestOutcome): void
}

/** `refused`: by signature or form; `not_stored`: the database was away, or there was no room; GitHub was told to come again. */
export type DeliveryOutcome = 'stored' | 'repeated' | 'refused' | 'not_stored'

export interface AnswerMeasures {
  answered(method: string, route: string, status: number, ms: number): void
  delivery(outcome: DeliveryOutcome): void
}

/** `arriving`: it is not known yet whose it is. */
export type LiveConnection = 'arriving' | 'known'
export type LiveEvent = 'progress' | 'complete' | 'failed' | 'unsubscribed'

/**
 * Why somebody is not let in to watch. `closed`: the process stops; `full`: there are too many connections; `origin`: a page
 * of somebody else's; `address`: too many of it that are nobody's; `nobody`: no key or session in force; `reader`: they have
 * too many; `error`: it could not be found out.
 */
export type LiveRefusal = 'closed' | 'full' | 'origin' | 'address' | 'nobody' | 'reader' | 'error'

export interface LiveMeasures {
  /** How many there are now. */
  liveConnections(state: LiveConnection, count: number): void
  /** How many are watched now. */
  liveRooms(kind: 'scan' | 'repository', count: number): void
  liveSent(event: LiveEvent, connections: number): void
  liveRefused(reason: LiveRefusal): void
}

export interface CacheMeasures {
  /** Whether an answer that may be kept was there. */
  kept(outcome: 'hit' | 'miss'): void
}
