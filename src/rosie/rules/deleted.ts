/**
 * One cause, one finding: where a change deletes `.gxp/`, context/missing says so, and what hangs on the record (its
 * evidence, register, decisions and keys, the ids that only its documents define, what was traced through it) is not told
 * once more. RULES, "One cause, one finding".
 */
import type { ComplianceRecord } from '../record.ts'
import type { Case, Rule } from './rule.ts'
import { isToldAsError } from './trace/told.ts'

const HANGS_ON_THE_RECORD =
  /^(trace|risk|adr|evidence|vendor|release)\/|^annotation\/unknown-id$|^policy\/keys-changed$/

/** The rules that have something of their own to say of this case. */
export function rulesFor(at: Case, rules: readonly Rule[]): readonly Rule[] {
  const { head, base } = at
  if (!base || keepsFolder(head) || !keepsFolder(base)) return rules
  const told = rules.some((rule) => rule.id === 'context/missing' && isToldAsError(rule, null, head))
  return told ? rules.filter(({ id }) => !HANGS_ON_THE_RECORD.test(id)) : rules
}

const keepsFolder = ({ snapshot }: ComplianceRecord): boolean =>
  snapshot.files.some(({ path }) => path.startsWith('.gxp/'))
