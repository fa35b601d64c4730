// @ts-nocheck
import assert from 'node:assert/strict'
import test from 'node:test'
import { AuditLog } from '../src/audit-log.ts'

// @gxp-verifies SPEC-002-001
// @test-type OQ
// @gxp-risk MEDIUM
test('entries are kept, newest first', () => {
  const log = new AuditLog()
  log.add({ user: 'a', at: '2026-03-01T08:00:00Z', weightKg: 12, micrograms: 18_000 })
  log.add({ user: 'b', at: '2026-03-01T09:00:00Z', weightKg: 13, micrograms: 19_500 })
  assert.deepEqual(log.newestFirst().map(({ user }) => user), ['b', 'a'])
})
