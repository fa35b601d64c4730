/** When a finding may stand for another: "One cause, one finding", but less must not hide more. RULES. */
import { ignoring } from '../../ignores.ts'
import { remembered } from '../../memo.ts'
import { SEVERITIES, type Severity } from '../../model.ts'
import type { ComplianceRecord } from '../../record.ts'
import { type Rule, severityIn } from '../rule.ts'

/** A finding that may stand for others: its rule, where it is told, and its severity where that is not the rule's own. */
export interface Told {
  rule: Rule
  path: string | null
  severity?: Severity
}

/** A finding that another may stand for. */
export type Hidden = Omit<Told, 'path'>

/** Whether what a rule tells at a path stands for whatever would be told of the same cause. */
export const isToldAsError = (rule: Rule, path: string | null, head: ComplianceRecord): boolean =>
  toldAs({ rule, path }, head) === 'error'

/** Whether what one rule tells may stand for what another would tell of the same cause. */
export const standsFor = (told: Told, hidden: Hidden, head: ComplianceRecord): boolean =>
  rank(toldAs(told, head)) >= rank(severityIn(head.established.policy, hidden.rule, hidden))

/** What the policy makes of it: one that it ignores is told to nobody. */
const toldAs = (told: Told, head: ComplianceRecord): Severity | 'off' =>
  ignoredIn(head)({ rule: told.rule.id, path: told.path })
    ? 'off'
    : severityIn(head.established.policy, told.rule, told)

const ignoredIn = remembered(({ established: { policy, now } }: ComplianceRecord) => ignoring(policy.ignore, now))

const RANKS: readonly (Severity | 'off')[] = ['off', ...SEVERITIES]
const rank = (severity: Severity | 'off') => RANKS.indexOf(severity)
