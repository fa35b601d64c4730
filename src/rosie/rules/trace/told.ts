/** When a finding may stand for another: "One cause, one finding", but less must not hide more. RULES. */
import { SEVERITIES, type Severity } from '../../model.ts'
import type { Policy } from '../../policy.ts'
import { type Rule, severityIn } from '../rule.ts'

/** Where a policy makes less of a rule, what it tells of must not hide what another would tell. */
export const isToldAsError = (rule: Rule, policy: Policy): boolean => severityIn(policy, rule) === 'error'

/** Whether what one rule tells may stand for what another would tell of the same cause. */
export const standsFor = (told: Rule, hidden: Rule, policy: Policy): boolean =>
  rank(severityIn(policy, told)) >= rank(severityIn(policy, hidden))

const rank = (severity: Severity | 'off') => (severity === 'off' ? -1 : SEVERITIES.indexOf(severity))
