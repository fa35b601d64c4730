/** What the app is granted at GitHub, against what it needs (app.yml). Pure. */

export interface Grants {
  /** By name: `read`, `write` or `admin`. */
  permissions: Readonly<Record<string, string>>
  events: readonly string[]
}

export interface Difference {
  kind: 'permission' | 'event'
  name: string
  /** Null: no access at all; of an event: not subscribed to. */
  has: string | null
  needs: string | null
}

/** From the least to the most; each holds those before it. docs.github.com, "Choosing permissions for a GitHub App". */
const LEVELS = ['read', 'write', 'admin']
const rank = (level: string | null) => LEVELS.indexOf(level ?? '')

/** What is missing: permissions that are absent or too low, and events that are not subscribed to. */
export function missingOf(needs: Grants, has: Grants): Difference[] {
  return differences(needs, has).filter((each) =>
    each.kind === 'event' ? each.has === null : rank(each.has) < rank(each.needs),
  )
}

/** What is granted without need: the fewer an app may do, the less can be done with its key. */
export function needlessOf(needs: Grants, has: Grants): Difference[] {
  return differences(needs, has).filter((each) =>
    each.kind === 'event' ? each.needs === null : rank(each.has) > rank(each.needs),
  )
}

function differences(needs: Grants, has: Grants): Difference[] {
  const names = (of: (grants: Grants) => readonly string[]) => [...new Set([...of(needs), ...of(has)])].sort()
  return [
    ...names(({ permissions }) => Object.keys(permissions)).map(
      (name): Difference => ({
        kind: 'permission',
        name,
        has: has.permissions[name] ?? null,
        needs: needs.permissions[name] ?? null,
      }),
    ),
    ...names(({ events }) => events).map(
      (name): Difference => ({
        kind: 'event',
        name,
        has: has.events.includes(name) ? name : null,
        needs: needs.events.includes(name) ? name : null,
      }),
    ),
  ]
}
