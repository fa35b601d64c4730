/** `GxP.MD`: the project's risk matrix, enforcement and profile. GxP.MD 2.1 and 3.0. */
import type { Problem } from '../model.ts'
import type { Policy } from '../policy.ts'

export interface ProjectPolicy {
  kind: 'project_policy'
  version: string | null
  profile: string | null
  /** What it sets; what it leaves out stays as it was. */
  settings: Partial<Policy>
  problems: Problem[]
}

export function readProjectPolicy(_text: string): ProjectPolicy {
  return { kind: 'project_policy', version: null, profile: null, settings: {}, problems: [] }
}
