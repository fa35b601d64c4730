/** Where each part of a policy comes from, by the same order as resolve-policy.ts puts its sources in. */
import type { SettingKey } from './parse/policy-schema.ts'
import type { Policy } from './policy.ts'
import { FIELDS, type PolicySources } from './resolve-policy.ts'

/** `organisation` and `repository`: their `.github/rosie.yml`; `project`: `GxP.MD`. */
export const ORIGINS = ['standard', 'organisation', 'project', 'repository'] as const
export type Origin = (typeof ORIGINS)[number]

/** Whichever source that may set this has the last word. `sets`: whether its settings have it. */
function lastWord({ organisation, project, repository }: PolicySources, key: SettingKey, sets: Sets): Origin {
  const locked = organisation?.locked.includes(key) ?? false
  if (!locked && sets(repository?.settings)) return 'repository'
  if (!locked && sets(project?.settings)) return 'project'
  return sets(organisation?.settings) ? 'organisation' : 'standard'
}
type Sets = (settings: Partial<Policy> | undefined) => boolean

/** Of one field of the policy; severities go by rule: `severityOrigin`. */
export const originOf = (sources: PolicySources, key: SettingKey, field = FIELDS[key][0]): Origin =>
  lastWord(sources, key, (settings) => field !== undefined && settings?.[field] !== undefined)

export const severityOrigin = (sources: PolicySources, rule: string): Origin =>
  lastWord(sources, 'severities', (settings) => settings?.severities?.[rule] !== undefined)

/** What only GxP.MD sets. */
export const matrixOrigin = ({ project }: PolicySources): Origin =>
  project?.settings.riskMatrix !== undefined ? 'project' : 'standard'
