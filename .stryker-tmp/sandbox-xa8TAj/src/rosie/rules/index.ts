/** All rules, in the order of the catalogue. Adding one: the object, a line in its area's list, a page with examples. */
// @ts-nocheck

import { adrRules } from './adr.ts'
import { annotationRules } from './annotation.ts'
import { artifactRules } from './artifact.ts'
import { contextRules } from './context.ts'
import { evidenceRules } from './evidence.ts'
import { packageRules } from './package.ts'
import { policyRules } from './policy.ts'
import { releaseRules } from './release.ts'
import { riskRules } from './risk.ts'
import type { Rule } from './rule.ts'
import { traceRules } from './trace.ts'
import { vendorRules } from './vendor.ts'

export const RULES: readonly Rule[] = [
  ...contextRules,
  ...artifactRules,
  ...traceRules,
  ...annotationRules,
  ...riskRules,
  ...adrRules,
  ...evidenceRules,
  ...packageRules,
  ...vendorRules,
  ...releaseRules,
  ...policyRules,
]
