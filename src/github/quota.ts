/** What GitHub says of an installation's quota with every answer. docs.github.com, "Rate limits for the REST API". */
import { isBelow, type Quota, type Quotas, RESTS_BELOW, type Resource } from '../scan/ports/limits.ts'

/** Of an answer's headers; null where they don't say, as on a GitHub Enterprise Server without limits. */
export function quotaIn(headers: Headers): Quotas | null {
  const resource = headers.get('x-ratelimit-resource')
  if (resource !== 'core' && resource !== 'graphql') return null
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
    Number.parseInt(headers.get(`x-ratelimit-${name}`) ?? '', 10),
  )
  if (limit === undefined || remaining === undefined || reset === undefined) return null
  if (![limit, remaining, reset].every(Number.isFinite)) return null
  return { [resource]: { limit, remaining, reset: reset * 1000 } }
}

/** Answers overtake each other: up to one reset the least that was told counts, and what is over counts no more. */
export function merged(known: Quotas, told: Quotas, now: number): Quotas {
  const newest = { ...known }
  for (const [resource, quota] of entriesOf(told)) {
    const before = known[resource]
    const overtaken = before?.reset === quota.reset && before.remaining <= quota.remaining
    if (quota.reset > now && !overtaken) newest[resource] = quota
  }
  return newest
}

/** When the quota that is used up is whole again; null while there is some of each. */
export function usedUpUntil(quotas: Quotas): number | null {
  const resets = entriesOf(quotas).flatMap(([, { remaining, reset }]) => (remaining <= 0 ? [reset] : []))
  return resets.length > 0 ? Math.max(...resets) : null
}

/** How many of the floors are reached: other processes want to know at once when that changes. */
export const depth = (quotas: Quotas, now: number): number =>
  entriesOf(quotas).reduce(
    (sum, [, quota]) => sum + Object.values(RESTS_BELOW).filter((floor) => isBelow(quota, floor, now)).length,
    0,
  )

const entriesOf = (quotas: Quotas) => Object.entries(quotas) as [Resource, Quota][]
