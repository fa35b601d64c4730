/** The gap analysis: what the record does not show. GxP.MD, `gap-analysis.json`. */
import { gapAnalysis } from '../../src/report/status.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import { assessInFull, claims, EVIDENCE, type Given, goodBut, signer, TEST } from '../support/record.ts'

const { key, sign } = await signer('team')
const { riskMatrix } = DEFAULT_POLICY
const STATE = { id: '1'.repeat(64), plain: 'a'.repeat(64), separated: null }
const COMMIT = 'd'.repeat(40)

const gaps = async (files: Record<string, string | null>, given: Given = {}) => {
  const { assessment, head } = await assessInFull(goodBut(files), given)
  return gapAnalysis(head, assessment, '2026-02-06T10:00:00Z').requirements
}
const REQ = { id: 'REQ-001', risk: 'HIGH', traced: true, proven: false, missing_tiers: [] }
const OQ_ONLY = { ...riskMatrix, HIGH: { ...riskMatrix.HIGH, tiers: ['OQ' as const] } }

it('lists requirements that nothing tests, or that lack a tier', async () => {
  expect(await gaps({})).toEqual([])
  expect(await gaps({ [TEST]: null })).toEqual([{ ...REQ, traced: false, missing_tiers: ['OQ'] }])
  expect(await gaps({}, { policy: { riskMatrix } })).toEqual([{ ...REQ, missing_tiers: ['IQ', 'PQ'] }])
})

it('lists requirements that are to be proven and are not', async () => {
  const evidence = await sign(claims({ system_state_hash: STATE.plain, git_commit: COMMIT }))
  const given = { keys: [key], policy: { riskMatrix: OQ_ONLY }, state: STATE }
  expect(await gaps({ [EVIDENCE]: evidence }, given)).toEqual([REQ])
  expect(await gaps({ [EVIDENCE]: evidence }, { ...given, states: { [COMMIT]: STATE } })).toEqual([])
  expect(await gaps({ [EVIDENCE]: evidence }, { ...given, keys: [] })).toEqual([])
})
