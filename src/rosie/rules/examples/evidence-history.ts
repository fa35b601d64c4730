/** The pages of the rules about evidence that was there before. */
import type { RulePage } from './example.ts'
import { sampleClaims } from './sample.ts'

const FIRST = '.gxp/evidence/EV-SPEC-001-001-OQ-1.jws'
const SECOND = '.gxp/evidence/EV-SPEC-001-001-OQ-2.jws'
const FAILED = { tool: 'vitest', version: '3.0.0', passed: 3, failed: 1, skipped: 0, duration_ms: 12 }

/** A failed run, before the one of the sample that passed. */
const failed = { claims: sampleClaims({ timestamp: '2026-02-04T10:00:00Z', test_results: FAILED }) }
const passed = { claims: sampleClaims({ timestamp: '2026-02-04T11:00:00Z' }) }

export const EVIDENCE_HISTORY_PAGES: Record<string, RulePage> = {
  'evidence/changed': {
    clause: 'RFC-001, "Evidence" (immutable); 21 CFR 11.10(c) and (e)',
    why: 'A new run in the place of an old one hides that the old one ever was. Restore the file as it was, and give each run a file of its own. The summary of a record of testing may be corrected; what was tested when, by whom and with which result may not.',
    base: { [FIRST]: failed },
    bad: { [FIRST]: passed },
    good: { [FIRST]: failed, [SECOND]: passed },
  },
  'evidence/removed': {
    clause: 'RFC-001, "Evidence" (append-only); 21 CFR 11.10(c)',
    why: 'Evidence is kept, failed runs included: without them nobody can tell how often something was tried until it passed. Restore the file; it may be moved within `.gxp/evidence/` as long as it stays the same.',
    base: { [FIRST]: failed },
    bad: {},
    good: { [FIRST]: failed },
  },
}
