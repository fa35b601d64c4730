/** Assessments of vendors, on which less testing of their products rests. RFC-001, CSA branch; EU Annex 11, 3. */
import { dayOf } from '../dates.ts'
import { textOf } from '../parse/document.ts'
import type { VendorAssessment } from '../parse/vendor-assessment.ts'
import type { ComplianceRecord, Located } from '../record.ts'
import { dayIn, missingFields, wrongDays, wrongValue } from './record-fields.ts'
import type { Hit, Rule } from './rule.ts'
import { isTemplate } from './templates.ts'

type AssessmentFile = Located<VendorAssessment>

const REQUIRED = [
  'vendor_name',
  'product',
  'certification_type',
  'certification_date',
  'expiry_date',
  'scope',
  'risk_reduction_justification',
]

const assessmentsOf = ({ vendorAssessments }: ComplianceRecord): AssessmentFile[] =>
  vendorAssessments.filter(({ path }) => !isTemplate(path))

const malformed: Rule = {
  id: 'vendor/malformed',
  severity: 'warning',
  about:
    'The assessment of a vendor has no readable front matter, lacks a field, or has a date that is none, is later than the scan, or lies after its expiry.',
  *check({ head, now }) {
    for (const file of assessmentsOf(head)) yield* faultsOf(file, dayOf(now))
  },
}

function* faultsOf({ path, content: { fields, problems } }: AssessmentFile, today: string): Generator<Hit> {
  for (const { cause, message, ...span } of problems) {
    if (cause === 'vendor') yield { place: { path, ...span }, message, detail: 'front matter' }
  }
  if (problems.length > 0) return
  yield* missingFields(path, fields, REQUIRED)
  yield* wrongDays(path, fields, ['certification_date', 'expiry_date'])
  const [certified, expiry] = [dayIn(fields, 'certification_date'), dayIn(fields, 'expiry_date')]
  if (certified && certified > today)
    yield wrongValue(path, 'certification_date', fields.certification_date, 'a day that has come')
  else if (certified && expiry && expiry < certified)
    yield wrongValue(path, 'expiry_date', fields.expiry_date, `a day after the certification, ${certified}`)
}

/** An assessment counts on the day of its expiry itself. The record of one that was renewed stays, and is worth a notice. */
const expired: Rule = {
  id: 'vendor/expired',
  severity: 'warning',
  about:
    'The assessment of a vendor has expired at the time of the scan. A notice where a newer one of the same vendor and product has not.',
  *check({ head, now }) {
    const today = dayOf(now)
    const assessments = assessmentsOf(head)
    const current = new Set(
      assessments.flatMap(({ content }) => ((expiryOf(content) ?? '') >= today ? subjectOf(content) : [])),
    )
    for (const { path, content } of assessments) {
      const expiry = expiryOf(content)
      if (expiry === null || expiry >= today) continue
      const renewed = current.has(subjectOf(content))
      yield {
        place: { path, line: content.fields.expiry_date?.line ?? 1 },
        ...(renewed && { severity: 'notice' }),
        message: renewed
          ? `This assessment expired on ${expiry}. A newer one of the same product takes its place.`
          : `This assessment expired on ${expiry}. Assess the vendor again, and add the new assessment beside this one.`,
        detail: expiry,
      }
    }
  },
}

/** Null too where it lies before the certification: that is told as malformed. */
function expiryOf({ fields }: VendorAssessment): string | null {
  const expiry = dayIn(fields, 'expiry_date')
  return expiry !== null && expiry >= (dayIn(fields, 'certification_date') ?? '') ? expiry : null
}

const subjectOf = ({ fields }: VendorAssessment): string =>
  JSON.stringify(['vendor_name', 'product'].map((name) => textOf(fields[name])?.toLowerCase() ?? null))

export const vendorRules: readonly Rule[] = [malformed, expired]
