/** The page of the rule about release manifests. */
// @ts-nocheck

import type { RulePage } from './example.ts'
import { SAMPLE_STATE, sampleClaims } from './sample.ts'

const MANIFEST = '.gxp/evidence/RELEASE-1.4.0.jws'
const REPORT = '.gxp/evidence/EV-SPEC-001-001-OQ-2.jws'

const manifest = {
  claims: {
    release_version: '1.4.0',
    release_date: '2026-02-05',
    system_state_hash: `sha256:${SAMPLE_STATE.plain}`,
    evidence_summary: [{ gxp_id: 'EV-SPEC-001-001-IQ' }, { gxp_id: 'EV-SPEC-001-001-OQ-2' }],
    vendor_assessments: [],
    risk_assessment: 'RISK-001 is mitigated.',
    approver: 'Q. Officer',
  },
}

export const releasePages: Record<string, RulePage> = {
  'release/incomplete': {
    clause: 'RFC-001, "Release manifest"; EU Annex 11, 15 (batch release); 21 CFR 11.50',
    why: 'A release rests on the evidence that its manifest names: where one is missing or invalid, what was approved is not what is there. Add the evidence, or make and sign a new manifest that names what there is.',
    both: { [MANIFEST]: manifest },
    bad: {},
    good: { [REPORT]: { claims: sampleClaims({ gxp_id: 'EV-SPEC-001-001-OQ-2' }) } },
  },
}
