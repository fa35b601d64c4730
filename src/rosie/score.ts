/** One number for how much evidence there is, and what went into it. docs/score.md says the formula in words. */
import type { Score } from './model.ts'
import type { ComplianceRecord } from './record.ts'

export function scoreOf(_record: ComplianceRecord): Score {
  return { value: null, parts: [] }
}
