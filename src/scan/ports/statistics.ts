/** How the work stands, as the rows say: the same in whichever process it is asked. */

export interface OpenScans {
  /** A worker may take them now. */
  waiting: number
  /** Not due yet, or held back by GitHub's limits. */
  delayed: number
  running: number
  /** How long ago the oldest of the waiting ones was asked for; ms, null where none waits. */
  oldestWaitingMs: number | null
}

/** Scans that have ended, by how. */
export interface EndedScans {
  completed: number
  failed: number
  skipped: number
  superseded: number
}

export interface ScanStatistics {
  open: OpenScans
  lastHour: EndedScans
  lastDay: EndedScans
}

export interface InboxStatistics {
  /** Stored and not processed yet. */
  waiting: number
  /** Not tried again after the last attempt failed. */
  givenUp: number
  /** ms; null where none waits. */
  oldestWaitingMs: number | null
}

/** What GitHub last said is left of an installation's quota. */
export interface QuotaLeft {
  installation: bigint
  resource: string
  remaining: number
  limit: number
}

/** What is asked for at every scrape. */
export interface Levels {
  scans: OpenScans
  inbox: InboxStatistics
  quotas: readonly QuotaLeft[]
}
