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
   * round is begun again after `everyMs`, a minute at most, or when GitHub's limit allows (`RateLimited`). `signal`: the
   * process stops, or has lost the round to another one.
   */
  run(cursor: unknown, signal: AbortSignal): Promise<unknown>
}

/** A round that was begun: nobody else begins it until it is ended, or until its lease runs out. */
export interface Round {
  name: string
  cursor: unknown
  /** Also what tells this round from one that another process began after it: both never end at the same moment. */
  leaseUntil: Date
}

export interface SweepStore {
  /** Begins a round where the last one ended at least so long ago and no process is at it; null otherwise. */
  begin(name: string, everyMs: number, leaseMs: number): Promise<Round | null>
  /** Prolongs the lease of a round, also in the object given. False: another process has begun it anew. */
  renew(round: Round, leaseMs: number): Promise<boolean>
  /** Writes nothing once another process has begun it anew. `error`: why it broke off; then the cursor stays. */
  end(round: Round, outcome: { cursor: unknown } | { error: string }): Promise<void>
  /** Gives a round back as if it had not been begun. */
  release(round: Round): Promise<void>
  /** Takes back rounds whose leases still hold, for who knows that nobody is at them. */
  recover(names: readonly string[]): Promise<void>
}
