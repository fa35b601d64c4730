/** All rules, in the order of the catalogue. Adding one: the object, a line in its area's list, a good and a bad fixture. */
import { annotationRules } from './annotation.ts'
import { artifactRules } from './artifact.ts'
import { contextRules } from './context.ts'
import { evidenceRules } from './evidence.ts'
import type { Rule } from './rule.ts'
import { traceRules } from './trace.ts'

export const RULES: readonly Rule[] = [
  ...contextRules,
  ...artifactRules,
  ...traceRules,
  ...annotationRules,
  ...evidenceRules,
]
