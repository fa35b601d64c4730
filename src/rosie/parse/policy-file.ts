/** `.github/rosie.yml`: how findings are judged. RULES, "Policy". */
import type { Problem } from '../model.ts'
import type { Policy } from '../policy.ts'

export interface PolicyFile {
  kind: 'policy'
  /** What it sets; what it leaves out stays as it was. */
  settings: Partial<Policy>
  /** Keys that a repository below the organisation can't change. */
  locked: string[]
  problems: Problem[]
}

export function readPolicyFile(_text: string): PolicyFile {
  return { kind: 'policy', settings: {}, locked: [], problems: [] }
}
