/**
 * The closed sets of the standard and the older words that mean the same. Real records mix the drafts, so every known
 * word is accepted and normalised; `legacy` says that a notice is due. RFC-001 draft-01 to draft-03.
 */
import type { Field } from './contents.ts'
import { RISKS, type Risk, STATUSES, TIERS, type Tier, type ValidationStatus } from './model.ts'

export const OLD_STATUS_WORDS: ReadonlyMap<string, ValidationStatus> = new Map([
  ['DRAFT', 'draft'],
  ['IN_REVIEW', 'in_review'],
  ['APPROVED', 'in_review'],
  ['IMPLEMENTED', 'in_review'],
  ['VALIDATED', 'validated'],
  ['ASSURED', 'validated'],
  ['DEPRECATED', 'retired'],
  ['RETIRED', 'retired'],
])

const member = <T extends string>(set: readonly T[], word: string | undefined): T | null =>
  set.find((value) => value === word) ?? null

export const asRisk = (field: Field | undefined): Risk | null => member(RISKS, field?.text)

export const asTier = (field: Field | undefined): Tier | null => member(TIERS, field?.text)

/** `legacy`: the word is one of an older draft. Null: absent or unknown. */
export function asStatus(field: Field | undefined): { status: ValidationStatus; legacy: boolean } | null {
  const current = member(STATUSES, field?.text)
  if (current) return { status: current, legacy: false }
  const old = OLD_STATUS_WORDS.get(field?.text ?? '')
  return old ? { status: old, legacy: true } : null
}

/** The key that holds an artifact's or a system's status, whichever draft it follows. */
export const statusField = (fields: Record<string, Field>): Field | undefined =>
  fields.validation_status ?? fields.assurance_status

/** The key that holds the risk: `gxp_risk_rating`, or the alias `risk_level`. */
export const riskField = (fields: Record<string, Field>): Field | undefined =>
  fields.gxp_risk_rating ?? fields.risk_level

/** From the lowest to the highest; -1 for null. */
export const riskRank = (risk: Risk | null): number => (RISKS as readonly (Risk | null)[]).indexOf(risk)

export const highestRisk = (risks: Iterable<Risk | null>): Risk | null => {
  let highest: Risk | null = null
  for (const risk of risks) if (riskRank(risk) > riskRank(highest)) highest = risk
  return highest
}
