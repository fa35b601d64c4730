/**
 * The policy that a repository is judged by, from its three sources. Each beats those before it: the standard's defaults,
 * the organisation's file, the project's GxP.MD, the repository's own file; and what the organisation has locked beats
 * them all. A setting is taken as a whole, but severities rule by rule and limits one by one.
 */
import type { Snapshot } from './model.ts'
import type { PolicyFile } from './parse/policy-file.ts'
import type { SettingKey } from './parse/policy-schema.ts'
import type { ProjectPolicy } from './parse/project-policy.ts'
import { DEFAULT_POLICY, type Policy } from './policy.ts'

export interface PolicySources {
  /** `.github/rosie.yml` of the repository named `.github` of the same owner. */
  organisation: PolicyFile | null
  /** `.github/rosie.yml` of the repository itself. */
  repository: PolicyFile | null
  /** Its `GxP.MD`. */
  project: ProjectPolicy | null
}

/** What each key of the file sets. */
export const FIELDS: Readonly<Record<SettingKey, readonly (keyof Policy)[]>> = {
  fail_on: ['failOn'],
  introduced_only: ['introducedOnly'],
  severities: ['severities'],
  ignore: ['ignore'],
  sources: ['sources'],
  tests: ['tests'],
  limits: ['maxFileBytes', 'maxPackageFileBytes'],
  comment: ['comment'],
  annotation_schema: ['annotationSchema'],
  evidence: ['stateScope'],
}

export function resolvePolicy({ organisation, repository, project }: PolicySources): Policy {
  const above = over(DEFAULT_POLICY, organisationOf(organisation))
  const policy = over(over(above, project?.settings), repository?.settings)
  const locked = organisation?.locked ?? []
  const kept = locked.flatMap((key) => FIELDS[key])
  const own = project?.settings.stateScope ?? repository?.settings.stateScope
  const organisationScope =
    organisation?.settings.stateScope !== undefined && (own === undefined || locked.includes('evidence'))
  return { ...policy, ...pick(above, kept), locked, organisationScope }
}

/** The policy's own sources among the files of a snapshot. */
export function sourcesIn({ files }: Pick<Snapshot, 'files'>): Pick<PolicySources, 'repository' | 'project'> {
  let repository: PolicyFile | null = null
  let project: ProjectPolicy | null = null
  for (const { content } of files) {
    if (content?.kind === 'policy') repository ??= content
    if (content?.kind === 'project_policy') project ??= content
  }
  return { repository, project }
}

/** Its ignores are told from the repository's own: their lines are another file's. */
const organisationOf = (file: PolicyFile | null): Partial<Policy> => {
  const { ignore, ...settings } = file?.settings ?? {}
  return { ...settings, ...(ignore && { ignore: ignore.map((each) => ({ ...each, organisation: true as const })) }) }
}

const over = (policy: Policy, settings: Partial<Policy> = {}): Policy => ({
  ...policy,
  ...settings,
  severities: { ...policy.severities, ...settings.severities },
})

function pick(from: Policy, fields: readonly (keyof Policy)[]): Partial<Policy> {
  return Object.fromEntries(fields.map((field) => [field, from[field]]))
}
