/** Findings that the policy sets aside: for a reason, for a time, and always listed. RULES, "Policy". */

import type { Finding, IgnoredFinding } from './assessment.ts'
import { matches } from './globs.ts'
import type { Ignore } from './policy.ts'

/** Days: whoever sets something aside looks at it again within a year. */
export const LONGEST_IGNORE = 366
const DAY = 86_400_000

/** Why an ignore doesn't hold at a time (ms since 1970); null while it does. It holds to the end of its last day, UTC. */
export function lapsed({ expires }: Pick<Ignore, 'expires'>, now: number): 'expired' | 'too far ahead' | null {
  const lastDay = Date.parse(`${expires}T00:00:00Z`)
  if (!(now < lastDay + DAY)) return 'expired'
  return lastDay > now + LONGEST_IGNORE * DAY ? 'too far ahead' : null
}

/** What is told about the policy itself can't be ignored by it: an ignore would hide its own end. */
export const isIgnorable = (rule: string): boolean => !rule.startsWith('policy/')

/** The first ignore that holds at a time (ms since 1970) for what a rule tells at a path, if any. */
export function ignoring(
  ignores: readonly Ignore[],
  now: number,
): (told: Pick<Finding, 'rule' | 'path'>) => Ignore | undefined {
  const holding = ignores.filter((ignore) => lapsed(ignore, now) === null)
  const byPath = new Map<string | null, readonly Ignore[]>()
  return ({ rule, path }) => {
    if (!isIgnorable(rule)) return undefined
    const over = byPath.get(path) ?? holding.filter(({ paths }) => covers(paths, path))
    byPath.set(path, over)
    return over.find(({ rules }) => rules.length === 0 || rules.includes(rule))
  }
}

/** The findings that count, in their order, and those that an ignore holds for, with the first such. */
export function withoutIgnored(
  found: readonly Finding[],
  ignores: readonly Ignore[],
  now: number,
): { counted: readonly Finding[]; ignored: IgnoredFinding[] } {
  const ignoreOf = ignoring(ignores, now)
  const counted: Finding[] = []
  const ignored: IgnoredFinding[] = []
  for (const finding of found) {
    const ignore = ignoreOf(finding)
    if (ignore) ignored.push({ finding, reason: ignore.reason, expires: ignore.expires })
    else counted.push(finding)
  }
  return { counted, ignored }
}

/** What concerns the repository as a whole has no path; only an ignore of everything meets it. */
const covers = (globs: readonly string[], path: string | null) =>
  path === null ? globs.includes('**') : matches(globs, path)
