/** Vendor assessments, `.gxp/vendor_assessments/*.md`. RFC-001, CSA branch; EU Annex 11, 3. */
import type { Fields, Problem } from '../contents.ts'
import { readFrontMatter } from './front-matter.ts'

export interface VendorAssessment {
  kind: 'vendor_assessment'
  fields: Fields
  problems: Problem[]
}

export function readVendorAssessment(text: string): VendorAssessment {
  const { fields, problems } = readFrontMatter(text)
  return {
    kind: 'vendor_assessment',
    fields,
    problems: problems.map((problem) => ({ ...problem, cause: 'vendor' })),
  }
}
