/** What can go wrong between us and GitHub, in the domain's words. Made in one place (github/errors.ts), matched by type. */

/** Its words are for whoever may read the repository: ours, or GitHub's about it. Those of all other errors stay in the log. */
export class DomainError extends Error {
  override name = 'DomainError'
}

/** The repository, commit or branch does not exist, or the app may no longer see it. */
export class NotFound extends DomainError {
  override name = 'NotFound'
}

/** GitHub has no such commit, or not yet: of a fork it tells before it knows its commits itself. Trying again may help. */
export class UnknownCommit extends DomainError {
  override name = 'UnknownCommit'
}

/** GitHub asks us to wait. `until`: the moment from which asking makes sense again. */
export class RateLimited extends DomainError {
  override name = 'RateLimited'
  readonly until: Date
  constructor(until: Date, message: string) {
    super(message)
    this.until = until
  }
}

/** The app is not allowed to do this: a permission is missing, or the installation is suspended. */
export class Forbidden extends DomainError {
  override name = 'Forbidden'
}

/** Why there was no answer at all, and of whom. */
export interface NetworkFault {
  /** As the system calls it: `ENOTFOUND`, `ECONNREFUSED`, `TimeoutError`. */
  code: string
  /** With the port, where the address has one. */
  host: string
}

/** No usable answer: a network fault, a timeout, a 5xx. Trying again may help. */
export class Unreachable extends DomainError {
  override name = 'Unreachable'
  /** Null: there was an answer, or it is not known why there was none. */
  readonly fault: NetworkFault | null
  constructor(message: string, { fault = null, ...options }: ErrorOptions & { fault?: NetworkFault | null } = {}) {
    super(message, options)
    this.fault = fault
  }
}

/** What arrived is not what its hash or size says, or leads nowhere. */
export class Corrupt extends DomainError {
  override name = 'Corrupt'
}

/** One directory has more entries than GitHub lists in an answer; the tree can't be known in full. */
export class TruncatedTree extends DomainError {
  override name = 'TruncatedTree'
}

/** By shape: what a thread died of is made anew in ours, and is no `Error` everywhere. `code`: as the system or a library has it. */
export const isThrown = (value: unknown): value is Error & { code?: unknown } =>
  typeof value === 'object' && value !== null && 'name' in value && 'message' in value
