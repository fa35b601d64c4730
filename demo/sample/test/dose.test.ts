import assert from 'node:assert/strict'
import test from 'node:test'
import { proposeDose } from '../src/dose.ts'

// @gxp-verifies SPEC-001-001
// @test-type OQ
// @gxp-risk HIGH
test('weight times dose per kilogram, rounded down to the step', () => {
  assert.deepEqual(proposeDose(12.4, 1500, 60_000, 500), { micrograms: 18_500, capped: false })
})

// @gxp-verifies SPEC-001-001
// @test-type OQ
// @gxp-risk HIGH
test('never above the daily maximum', () => {
  assert.deepEqual(proposeDose(80, 1500, 60_000, 500), { micrograms: 60_000, capped: true })
})
