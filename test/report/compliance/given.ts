/** A record to report on, as its scan has left it. */
import type { ReportedEvidence, ReportedRequirement, ReportSource } from '../../../src/scan/ports/reports.ts'
import { assessment, finding } from '../sample.ts'

export const requirement = (id: string, change: Partial<ReportedRequirement> = {}): ReportedRequirement => ({
  ...{ id, title: `What ${id} asks for`, risk: 'HIGH', linked: true, traced: true, proven: true },
  path: [`FILE:test/${id}.test.ts#L3`, `SPEC-${id.slice(4)}`, id],
  ...{ tiers: ['OQ'], missingTiers: [] },
  ...change,
})

export const evidence = (name: string, change: Partial<ReportedEvidence> = {}): ReportedEvidence => ({
  ...{ path: `.gxp/evidence/${name}.jws`, form: 'test', gxpId: name, specId: 'SPEC-001', tier: 'OQ' },
  ...{ signers: ['clinical-qa'], claimedAt: '2026-03-02T10:15:00.000Z', expires: null },
  ...{ results: { passed: 2, failed: 0, skipped: 0 }, outdated: false, verdict: 'valid' },
  ...change,
})

/** A good record: two requirements, tested and proven. */
export function source(change: Partial<ReportSource> = {}): ReportSource {
  const { summary, coverage, score, riskMatrix, policy } = assessment()
  const { requirements = [requirement('REQ-001'), requirement('REQ-002')] } = change
  return {
    repository: { id: '42', owner: 'acme', name: 'pump', defaultBranch: 'main' },
    scan: {
      ...{ id: '6b0c1d6e-0000-4000-8000-000000000001', commit: 'a'.repeat(40), conclusion: 'success', summary },
      ...{ completedAt: '2026-11-22T12:00:00.000Z', untold: null },
    },
    assessed: { coverage, score, riskMatrix, policy, ignored: [], ignoredTotal: 0 },
    findings: [],
    requirements,
    requirementDocuments: { covered: requirements.length, ids: requirements.length, others: [] },
    edges: [
      { from: 'SPEC-001', to: 'US-001', type: 'derives_from' },
      { from: 'US-001', to: 'REQ-001', type: 'derives_from' },
      { from: 'FILE:test/dose.test.ts#L3', to: 'SPEC-001', type: 'verifies' },
      { from: 'FILE:src/dose.ts#L1', to: 'SPEC-001', type: 'implements' },
      { from: 'EVIDENCE:.gxp/evidence/EV-SPEC-001.jws', to: 'SPEC-001', type: 'verifies' },
    ],
    files: [
      { path: 'test/dose.test.ts', kind: 'test' },
      { path: 'src/dose.ts', kind: 'source' },
    ],
    evidence: [evidence('EV-SPEC-001')],
    risks: [{ id: 'RISK-001', title: 'Overdose', date: '2026-01-02', risk: 'HIGH', status: 'mitigated' }],
    vendors: [{ path: '.gxp/vendors/tls.md', product: 'tls' }],
    artifacts: 9,
    revisions: { total: 9, altered: 0, first: '2026-11-22T11:00:00.000Z', last: '2026-11-22T11:00:00.000Z' },
    audit: {
      ...{ total: 2, onApiKeys: 1, onSigningKeys: 1 },
      events: [
        {
          ...{
            id: '17',
            changes: [],
            at: '2026-11-22T11:29:00.000Z',
            actor: 'github/officer',
            action: 'api_key.created',
          },
          ...{ resource: 'api-key/7', reason: null },
        },
        {
          ...{
            id: '18',
            changes: [],
            at: '2026-11-22T11:30:00.000Z',
            actor: 'api-key/7',
            action: 'signing_key.registered',
          },
          ...{ resource: 'signing-key/9', reason: 'new officer' },
        },
      ],
    },
    ...change,
  }
}

export const ignored = (rule: string) => ({
  finding: finding({ rule }),
  ...{ reason: 'Accepted by QA, see ADR-007', expires: '2027-01-31' },
})

export { finding }
