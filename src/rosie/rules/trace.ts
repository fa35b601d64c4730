/** The traceability graph as a whole. GxP.MD, "Traceability graph"; RFC-001, "Traceability". */
import type { Rule } from './rule.ts'
import { brokenReference } from './trace/broken-reference.ts'
import { cycle } from './trace/cycle.ts'
import { missingFile } from './trace/missing-file.ts'
import { missingTier } from './trace/missing-tier.ts'
import { missingParent, orphan } from './trace/parents.ts'
import { unimplementedSpecification, unverifiedSpecification } from './trace/specifications.ts'
import { uncoveredRequirement } from './trace/uncovered.ts'
import { wrongType } from './trace/wrong-type.ts'

export const traceRules: readonly Rule[] = [
  brokenReference,
  wrongType,
  missingParent,
  cycle,
  uncoveredRequirement,
  missingTier,
  unverifiedSpecification,
  unimplementedSpecification,
  missingFile,
  orphan,
]
