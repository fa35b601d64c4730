import assert from 'node:assert/strict'
import test from 'node:test'

// @gxp-verifies SPEC-001-001
// @test-type IQ
// @gxp-risk HIGH
test('what is installed is the module with its one function', async () => {
  assert.deepEqual(Object.keys(await import('../src/dose.ts')), ['proposeDose'])
})
