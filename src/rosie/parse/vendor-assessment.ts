/** Vendor assessments, `.gxp/vendor_assessments/*.md`. RFC-001, CSA branch; EU Annex 11, 3. */
import type { Fields, Problem } from '../model.ts'

export interface VendorAssessment {
  kind: 'vendor_assessment'
  fields: Fields
  problems: Problem[]
}

export function readVendorAssessment(_text: string): VendorAssessment {
  return { kind: 'vendor_assessment', fields: {}, problems: [] }
}
