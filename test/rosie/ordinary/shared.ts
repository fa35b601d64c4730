/** What the ordinary repositories have in common. */
import { document, lines } from '../../support/record.ts'

export const CONTEXT = document(
  [
    'id: 1d5e2f60-7c1b-4e0a-9a57-2f4f6c1f8a10',
    'project_name: Sample tracker',
    'version: 2.3.0',
    'gxp_risk_rating: MEDIUM',
    'validation_status: in_review',
    'intended_use: Tracks blood samples from the ward to the laboratory.',
  ],
  '# Sample tracker',
)

export const REGISTER = lines(
  '# Risk assessment log',
  '',
  '## RISK-001: A sample is booked for the wrong patient',
  '- Date: 2026-01-12',
  '- Author: K. Weber',
  '- Component: booking',
  '- Risk Level: MEDIUM',
  '- Description: Two wristbands are scanned one after the other.',
  '- Impact: A result is reported for the wrong patient',
  '- Mitigation: REQ-001 asks for both scans to agree',
  '- Status: mitigated',
)

export const ACCEPTED = lines(
  '# Two scans',
  '',
  '## Status',
  '',
  'Accepted',
  '',
  '## Context',
  '',
  'Wristbands are mixed up.',
  '',
  '## Decision',
  '',
  'Scan twice.',
  '',
  '## Consequences',
  '',
  'A second more.',
)

export const ROT = (id: string) =>
  document(
    [
      `spec_id: ${id}`,
      'tester: K. Weber',
      'test_date: 2026-02-04',
      'test_type: scripted',
      'result: PASS',
      'summary: Both scans must agree, also after the network was gone.',
    ],
    '# Record of testing',
  )
