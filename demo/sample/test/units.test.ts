import assert from 'node:assert/strict'
import test from 'node:test'
import { inMilligrams } from '../src/units.ts'

// @gxp-verifies SPEC-003-001
// @test-type OQ
// @gxp-risk LOW
test('a dose carries its unit, without trailing zeros', () => {
  assert.equal(inMilligrams(500), '0.5 mg')
  assert.equal(inMilligrams(5000), '5 mg')
})
