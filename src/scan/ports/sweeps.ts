/** Work that nobody asks for and that comes round again: reconciliation, what falls due, what is old enough to go. */

export interface Sweep {
  /** The name of its row: one process at a time does it. */
  name: string
  /** From the end of one round to the beginning of the next; ms. */
  everyMs: number
  /** Whether a process that starts does not wait for the next round: something may have been missed while it was away. */
  atStart?: boolean
  /**
   * One round. `cursor`: what the last one answered, null at first; JSON. An error leaves the cursor as it was, and the
   * round is begun again after `everyMs`, a minute at most.
   */
  run(cursor: unknown, signal: AbortSignal): Promise<unknown>
}

/** A round that was begun: nobody else begins it until it is ended, or until its lease runs out. */
export interface Round {
  name: string
  cursor: unknown
}

export interface SweepStore {
  /** Begins a round where the last one ended at least so long ago and no process is at it; null otherwise. */
  begin(name: string, everyMs: number, leaseMs: number): Promise<Round | null>
  /** Prolongs the lease of a round that is under way. */
  renew(name: string, leaseMs: number): Promise<void>
  /** `error`: why it broke off; then the cursor stays. */
  end(name: string, cursor: unknown, error: string | null): Promise<void>
}
