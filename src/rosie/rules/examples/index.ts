/** The pages of all rules, by rule id. */
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
import { testingRecordPages } from './testing-record.ts'
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
  ...testingRecordPages,
  ...packagePages,
  ...vendorPages,
  ...releasePages,
  ...policyPages,
}
