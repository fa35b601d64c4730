/**
 * What GitHub allows an **installation**, as it was last told: kept with the installation's row, so that a limit told to
 * one process holds for all. docs.github.com, "Rate limits for the REST API" and "... for the GraphQL API".
 */

/** GitHub counts the two apart. */
export type Resource = 'core' | 'graphql'

/** Requests an hour, points for GraphQL. */
export interface Quota {
  limit: number
  remaining: number
  /** When `remaining` becomes `limit` again; ms since 1970. */
  reset: number
}

export type Quotas = Partial<Record<Resource, Quota>>

export interface Limits {
  /** GitHub asked to wait for so many ms more; 0: it doesn't. */
  waitMs: number
  quotas: Quotas
}

export interface LimitStore {
  read(installationId: bigint): Promise<Limits>
  /** No request for the installation in the next so many ms. Never shortens a wait that is known. */
  block(installationId: bigint, ms: number): Promise<void>
  keep(installationId: bigint, quotas: Quotas): Promise<void>
}

interface Floor {
  /** Of the quota's limit. */
  share: number
  /** However small that is; in requests. */
  atLeast: number
}

/**
 * What rests until the reset when less than this is left, so that the conclusion, which people wait for, never does.
 *
 * - Progress is worth the least, and long scans spend the most on it. Sweeps of heads look after what is rarely amiss. A file
 *   that somebody asks to read is on GitHub as well, and whoever has a key may ask for thousands.
 * - First scans of what an installation brings along are many, and nobody waits for them: what is pushed meanwhile comes
 *   first.
 * - A scan or replay is not begun with less than what those that run may still need: 6 requests a scan, up to 26 with a
 *   thousand annotations, and a few run at once in each process.
 * - Comments, and annotations beyond the conclusion's own, come after a conclusion. They rest only where scans that walk
 *   a large tree, or read many large files, have used up the reserve too.
 */
export const RESTS_BELOW = {
  progress: { share: 0.2, atLeast: 200 },
  sweep: { share: 0.2, atLeast: 200 },
  reading: { share: 0.2, atLeast: 200 },
  firstScan: { share: 0.25, atLeast: 250 },
  scan: { share: 0.05, atLeast: 50 },
  comment: { share: 0.02, atLeast: 20 },
  annotations: { share: 0.01, atLeast: 10 },
} as const satisfies Record<string, Floor>

/** Whether so little is left that what has this floor rests; `now` in ms since 1970. */
export const isBelow = ({ limit, remaining, reset }: Quota, { share, atLeast }: Floor, now: number): boolean =>
  reset > now && remaining < Math.max(atLeast, share * limit)
