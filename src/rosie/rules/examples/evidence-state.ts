/** The pages of the rules about the state of the source that evidence was made for. */
import type { RulePage } from './example.ts'
import { SAMPLE_COMMIT, SAMPLE_STATE, sampleClaims } from './sample.ts'

const OQ = '.gxp/evidence/EV-SPEC-001-001-OQ.jws'
const LATER = '.gxp/evidence/EV-SPEC-001-001-OQ-2.jws'
const OLD_COMMIT = '1'.repeat(40)
const OLD_STATE = { id: '2'.repeat(64), plain: '3'.repeat(64), separated: '4'.repeat(64) }
const OF_OLD_STATE = { git_commit: OLD_COMMIT, system_state_hash: `sha256:${OLD_STATE.plain}` }
const states = { [SAMPLE_COMMIT]: SAMPLE_STATE, [OLD_COMMIT]: OLD_STATE }

export const EVIDENCE_STATE_PAGES: Record<string, RulePage> = {
  'evidence/state-mismatch': {
    clause: 'RFC-001, "Evidence" (`system_state_hash`); 21 CFR 11.10(a) (altered records)',
    why: 'The evidence claims one source and names a commit that has another, so nobody knows what was tested. Most often the tests ran on changes that were not committed: commit first, then test and sign.',
    states,
    bad: { [OQ]: { claims: sampleClaims({ git_commit: OLD_COMMIT }) } },
    good: { [OQ]: { claims: sampleClaims() } },
  },
  'evidence/commit-unavailable': {
    clause: 'RFC-001, "Evidence" (`git_commit`)',
    why: 'The commit was lost, most often by a rebase or a squash, so that what was tested can not be looked up. The evidence still counts for what it claims, and is never proven by this commit. So a requirement of high risk, which is to be proven, needs other evidence (`evidence/missing`). Keep commits that evidence names, for example by a tag, and name them by their ids, never by a branch.',
    states: { ...states, [OLD_COMMIT]: null },
    bad: { [OQ]: { claims: sampleClaims({ git_commit: OLD_COMMIT }) } },
    good: { [OQ]: { claims: sampleClaims() } },
  },
  'evidence/stale': {
    clause: 'RFC-001, "Evidence" (`system_state_hash`); EU Annex 11, 10 (change control)',
    why: 'The source has changed since it was tested: what the evidence shows is true of another source than this one. Run the tests again and add their evidence, before the system context says `validated` at the latest.',
    states,
    bad: { [OQ]: { claims: sampleClaims(OF_OLD_STATE) } },
    good: {
      [OQ]: { claims: sampleClaims({ ...OF_OLD_STATE, timestamp: '2026-02-04T10:00:00Z' }) },
      [LATER]: { claims: sampleClaims() },
    },
  },
}
