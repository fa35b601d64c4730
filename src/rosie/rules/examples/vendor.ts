/** The pages of the rules about assessments of vendors. */
import type { RulePage } from './example.ts'
import { withFrontMatter } from './sample.ts'

const PATH = '.gxp/vendor_assessments/VA-postgresql.md'

const assessment = (certified: string, expiry: string, ...more: string[]) =>
  withFrontMatter([
    'vendor_name: PostgreSQL Global Development Group',
    'product: PostgreSQL',
    'certification_type: Community quality process',
    `certification_date: ${certified}`,
    `expiry_date: ${expiry}`,
    ...more,
  ])

const REST = [
  'scope: Transactions, crash recovery, backup',
  'risk_reduction_justification: Its own tests cover what the database guarantees; ours cover how we use it.',
]

export const vendorPages: Record<string, RulePage> = {
  'vendor/malformed': {
    clause: 'RFC-001, CSA branch, "Vendor assessments"; EU Annex 11, 3',
    why: 'Less testing of a product is justified by its assessment alone, so it must say what was assessed, how long that holds, and why it lowers the risk. Complete the front matter; days are written as YYYY-MM-DD.',
    bad: { [PATH]: assessment('21.11.2025', '2026-11-21') },
    good: { [PATH]: assessment('2025-11-21', '2026-11-21', ...REST) },
  },
  'vendor/expired': {
    clause: 'RFC-001, CSA branch, "Vendor assessments"; EU Annex 11, 3 and 11 (periodic evaluation)',
    why: 'Testing that was left out because of this assessment is no longer justified by it. Assess the vendor again and add the new assessment; the old one stays, and is then only a notice.',
    bad: { [PATH]: assessment('2024-11-21', '2025-11-21', ...REST) },
    good: { [PATH]: assessment('2025-11-21', '2026-11-21', ...REST) },
  },
}
