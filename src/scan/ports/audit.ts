/** The audit trail as the work on it sees it. */

/** How far the chain has come. */
export interface ChainHead {
  /** From 1; the events linked so far. */
  position: number
  /** SHA-256, in hex. */
  hash: string
}

/** A signed statement of that. */
export interface SignedCheckpoint extends ChainHead {
  at: Date
  /** Compact JWS. */
  jws: string
}

export interface ChainStore {
  /**
   * Links the next events, `most` at most, and answers how many. `everywhere`: looks at all events, not only behind the
   * last that was linked; needed once, after a database was restored.
   */
  link(most: number, everywhere: boolean): Promise<number>
  /** Null: nothing is linked yet. */
  head(): Promise<ChainHead | null>
  newestCheckpoint(): Promise<SignedCheckpoint | null>
  /** One that is there for this position already stays. */
  keepCheckpoint(checkpoint: SignedCheckpoint): Promise<void>
}

/** Answers a compact JWS over these; `at`: UTC, RFC 3339. */
export type SignCheckpoint = (checkpoint: ChainHead & { at: string }) => Promise<string>
