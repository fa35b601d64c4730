import assert from 'node:assert/strict'
import test from 'node:test'
import { AuditLog } from '../src/audit-log.ts'
import { proposeDose } from '../src/dose.ts'

// @gxp-verifies SPEC-001-001
// @test-type PQ
// @gxp-risk HIGH
test('a child of 12.4 kg: the dose of the ward protocol', () => {
  assert.equal(proposeDose(12.4, 1500, 60_000, 500).micrograms, 18_500)
})

// @gxp-verifies SPEC-002-001
// @test-type PQ
// @gxp-risk MEDIUM
test('a pharmacist finds who calculated the dose', () => {
  const log = new AuditLog()
  log.add({ user: 'dr.lind', at: '2026-03-01T08:00:00Z', weightKg: 12.4, micrograms: 18_500 })
  assert.equal(log.newestFirst()[0]?.user, 'dr.lind')
})
