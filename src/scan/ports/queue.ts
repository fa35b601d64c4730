/** How work waits: deliveries that came in, wishes for scans, jobs. */
import type { Intent } from './intents.ts'

/** `again`: run me again after so many ms; doesn't count as an attempt. */
export type JobOutcome = undefined | { again: number }

/**
 * Says when a scan runs; the scan row says whether. At most `concurrency` jobs at once in a process; a job whose handler
 * throws is run again, three attempts in all, with exponential backoff; one scan id is in the queue at most once.
 */
export interface Queue {
  /** Adding an id that is waiting already changes nothing. */
  add(scanId: string): Promise<void>
  /** Starts working; called once. */
  process(handler: (scanId: string, attempt: number) => Promise<JobOutcome>): void
  /** Rejects while the queue's server can't be reached. */
  reachable(): Promise<void>
  /** No new jobs; running ones are waited for, at most `graceMs`. */
  close(graceMs?: number): Promise<void>
}

export interface Delivery {
  /** `X-GitHub-Delivery`. */
  id: string
  /** `X-GitHub-Event`. */
  event: string
  payload: unknown
}

export interface Inbox {
  /** Stores a delivery before it is answered. `repeat`: a row with this id exists; nothing was written. */
  store(delivery: Delivery): Promise<'stored' | 'repeat'>
  /** The oldest delivery that is due and not processed, claimed for a while so that no other worker takes it; or null. */
  next(): Promise<Delivery | null>
  /**
   * Applies the intents of a delivery and marks it processed, in one transaction. A wish for a scan that is queued or
   * running already (same repository, head and base branch) joins that scan. Answers whether new scans were queued.
   */
  done(deliveryId: string, intents: readonly Intent[]): Promise<boolean>
  /** The delivery could not be processed: kept, due again with backoff, given up after ten attempts (the row stays). */
  failed(deliveryId: string, error: string): Promise<void>
}

/** The scan rows as an outbox: wishes that the queue has yet to hear of. */
export interface Wishes {
  /**
   * Queued scans that are due and were not handed over in the last `olderThanMs`. They are claimed for a few seconds:
   * `given` says that the queue has them.
   */
  take(limit: number, olderThanMs: number): Promise<string[]>
  /** They were handed over now, those that still wait. */
  given(scanIds: readonly string[]): Promise<void>
  /** Running scans whose lease ran out become queued again. `all`: also those whose lease still holds (embedded mode). */
  recover(all: boolean): Promise<number>
}

/** What runs the jobs. */
export interface Scanning {
  /** `onTake`: it was taken up, and is held until the job has ended. */
  run(scanId: string, onTake?: (lease: HeldLease) => void): Promise<JobOutcome>
  /** Nothing new; what runs may end within `graceMs`. */
  stop(graceMs?: number): Promise<void>
}

/** The lease on a scan, as it was taken. */
export interface HeldLease {
  /** The scan's. */
  id: string
  token: number
}

/** Leases of a worker that can't see to them itself: it computes, or is gone. Those that others have by now stay theirs. */
export interface HeldLeases {
  /** Prolongs them. */
  renew(held: readonly HeldLease[], leaseMs: number): Promise<void>
  /**
   * Their scans are queued again, due in `restMs`. `error`: what the worker died of, which counts as an attempt; null
   * where it was told to stop, or may have died of another scan.
   */
  giveBack(held: readonly HeldLease[], restMs: number, error: string | null): Promise<void>
}
