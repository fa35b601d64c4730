/** The pages of all rules, by rule id. */
// @ts-nocheck

import { adrPages } from './adr.ts'
import { annotationPages } from './annotation.ts'
import { artifactPages } from './artifact.ts'
import { contextPages } from './context.ts'
import { evidencePages } from './evidence.ts'
import type { RulePage } from './example.ts'
import { packagePages } from './package.ts'
import { policyPages } from './policy.ts'
import { releasePages } from './release.ts'
import { riskPages } from './risk.ts'
import { tracePages } from './trace.ts'
import { vendorPages } from './vendor.ts'

export const RULE_PAGES: Readonly<Record<string, RulePage>> = {
  ...contextPages,
  ...artifactPages,
  ...tracePages,
  ...annotationPages,
  ...riskPages,
  ...adrPages,
  ...evidencePages,
  ...packagePages,
  ...vendorPages,
  ...releasePages,
  ...policyPages,
}
