/** The four regulatory profiles of GxP.MD: what they demand by risk. GxP.MD 2.1, `spec/profiles/*.yml`. */
// @ts-nocheck

import type { Risk } from '../model.ts'
import type { RiskDemands } from '../policy.ts'

type RiskMatrix = Readonly<Record<Risk, RiskDemands>>

/** They differ in their thresholds only: all of them want HIGH and MEDIUM signed. */
const matrix = (high: number, medium: number, low: number): RiskMatrix => ({
  HIGH: { tiers: ['IQ', 'OQ', 'PQ'], coverage: high, signatures: 1 },
  MEDIUM: { tiers: ['OQ', 'PQ'], coverage: medium, signatures: 1 },
  LOW: { tiers: ['OQ'], coverage: low, signatures: 0 },
})

export const PROFILES: ReadonlyMap<string, RiskMatrix> = new Map([
  ['pharma-standard', matrix(95, 80, 60)],
  ['medical-device', matrix(95, 85, 70)],
  ['clinical-trial', matrix(90, 80, 65)],
  ['laboratory', matrix(90, 80, 65)],
])
