/** What reports list of signed files, from real scans of the demo's record with evidence of its own. */
import { exportSPKI, importJWK } from 'jose'
import { type ComplianceReport, complianceReport } from '../../src/report/compliance/report.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import { stateHashes } from '../../src/rosie/state-hash.ts'
import type { RepositoryFacts } from '../../src/scan/ports/intents.ts'
import type { Database } from '../../src/store/database.ts'
import { Reports } from '../../src/store/reports.ts'
import { States } from '../../src/store/states.ts'
import { forEachDatabase } from '../support/database.ts'
import { contentBut, json, METADATA_CLAIMS, packageFiles, packageSigner } from '../support/packages.ts'
import { sampleFiles, scanFiles } from '../support/scanned.ts'
import { aRepository, newId, sha } from './given.ts'

type Record = ReadonlyMap<string, string | Uint8Array>

const DIRECTORY = '.gxp/evidence/packages/OQ-SPEC-001-001-2026-03-05T10-00-00-000Z'
const SOMETHING_ELSE = `sha256:${'1'.repeat(64)}`
const TIME = '2026-03-02T10:15:00.000Z'

const claims = (gxpId: string, more: object = {}) => ({
  ...{ gxp_id: gxpId, spec_id: 'SPEC-001-001', verification_tier: 'OQ', timestamp: TIME },
  ...{ test_results: { tool: 'x', passed: 2, failed: 0, skipped: 0 }, system_state_hash: SOMETHING_ELSE },
  ...more,
})

forEachDatabase('evidence in a report', (databases) => {
  let database: Database
  let signer: Awaited<ReturnType<typeof packageSigner>>
  let bare: Map<string, string | Uint8Array>
  let repository: RepositoryFacts
  let installation: bigint
  beforeAll(async () => {
    database = await databases.open()
    signer = await packageSigner()
    const own = [...(await sampleFiles())].filter(([path]) => !/^\.gxp\/(?:evidence|keys)\//.test(path))
    const pem = await exportSPKI((await importJWK(signer.key.jwk, 'ES256')) as Parameters<typeof exportSPKI>[0])
    bare = new Map<string, string | Uint8Array>([...own, ['.gxp/keys/team.pem', pem]])
  })
  beforeEach(() => {
    repository = aRepository()
    installation = newId()
  })

  const signed = async (name: string, said: object): Promise<[string, string]> => [
    `.gxp/evidence/${name}.jws`,
    await signer.compact(json(said)),
  ]

  async function reportOf(files: Record): Promise<ComplianceReport> {
    await scanFiles(database, { installation, repository, files })
    return reportNow()
  }

  async function reportNow(): Promise<ComplianceReport> {
    const found = await new Reports(database).source(repository.id)
    if (found === null || found === 'wait') throw new Error('There is no report.')
    return complianceReport(found.source)
  }

  const because = ({ regulatoryMap }: ComplianceReport, ...clauses: string[]) =>
    regulatoryMap.rows.filter(({ clause }) => clauses.includes(clause)).map((row) => `${row.state}: ${row.because}`)

  it('is of a package what its metadata and its test report say', async () => {
    const metadata = { ...METADATA_CLAIMS, created_at: '2026-03-05T10:00:00Z' }
    const results = { tool: 'x', passed: 1, failed: 5, skipped: 0 }
    const files = contentBut({ 'metadata.json': json(metadata), 'artifacts/test-results.json': json(results) })
    const own = await packageFiles(signer.compact, { files, directory: DIRECTORY })
    const report = await reportOf(new Map([...bare, ...Object.entries(own)]))
    expect(report.evidence.files).toEqual([
      expect.objectContaining({
        ...{
          path: `${DIRECTORY}/signature.jws`,
          form: 'package',
          specId: 'SPEC-001-001',
          tier: 'OQ',
          verdict: 'valid',
        },
        ...{ results: expect.objectContaining({ passed: 1, failed: 5 }), claimedAt: '2026-03-05T10:00:00.000Z' },
        ...{ signers: ['team'], expires: null, findings: expect.arrayContaining(['evidence/failed']) },
      }),
    ])
    expect(report.evidence.byTier).toEqual([expect.objectContaining({ tier: 'OQ', valid: 1, failed: 1 })])
    // It has a key and a time.
    for (const said of because(report, '11.50', '14')) expect(said).toMatch(/^evidence found: 1 signed file, /)
  })

  it('has one account of a package: of a second signature in it nothing is known', async () => {
    const own = await packageFiles(signer.compact, { directory: DIRECTORY })
    const second = [`${DIRECTORY}/manifest.jws`, await signer.compact('{}')] as const
    const { evidence } = await reportOf(new Map([...bare, ...Object.entries(own), second]))
    expect(evidence.files.map(({ path, verdict, tier }) => [path, verdict, tier])).toEqual([
      [`${DIRECTORY}/manifest.jws`, null, null],
      // The manifest does not list that one.
      [`${DIRECTORY}/signature.jws`, 'invalid', 'OQ'],
    ])
  })

  it('is not judged where that was not kept yet', async () => {
    await reportOf(new Map([...bare, await signed('EV-OQ', claims('EV-OQ'))]))
    await database.client.$executeRaw`UPDATE artifact SET account = NULL WHERE repository_id = ${repository.id}`
    const { evidence } = await reportNow()
    expect(evidence.files).toMatchObject([{ verdict: null, claimedAt: null }])
    expect(evidence.byTier).toMatchObject([{ tier: 'no tier', total: 1, unverified: 1 }])
  })

  it('has the times of a package that is signed as a token, and its end', async () => {
    const own = await packageFiles(signer.token, { directory: DIRECTORY })
    const { evidence } = await reportOf(new Map([...bare, ...Object.entries(own)]))
    expect(evidence.files).toMatchObject([
      { claimedAt: '2026-02-05T14:30:00.000Z', expires: new Date(2085661800_000).toISOString(), tier: 'OQ' },
    ])
  })

  it('takes for a time only what is one', async () => {
    const release = { release_version: '1.0.0', release_date: '2026-03-03', evidence_summary: [], approver: 'qa' }
    const evidence = await Promise.all([
      signed('RELEASE-1', { ...release, timestamp: 'soon' }),
      signed('RELEASE-2', { ...release, timestamp: '2026-03-02T12:15:00+02:00' }),
      signed('RELEASE-3', { ...release, iat: 1772446500 }),
      signed('RELEASE-4', { ...release, iat: 1772446500_000 }),
    ])
    const report = await reportOf(new Map([...bare, ...evidence]))
    expect(report.evidence.files.map(({ claimedAt }) => claimedAt)).toEqual([null, TIME, TIME, null])
    for (const said of because(report, '11.50', '14')) expect(said).toMatch(/^missing: 2 items in the record /)
  })

  it('has failed and has expired also where a newer run passed', async () => {
    const failed = { test_results: { passed: 1, failed: 4, skipped: 0 }, timestamp: '2026-01-01T00:00:00Z' }
    const evidence = await Promise.all([
      signed('EV-NEW', claims('EV-NEW')),
      signed('EV-OLD', claims('EV-OLD', { ...failed, iat: 1767225600, exp: 1767225700 })),
      signed('EV-WHOLE', claims('EV-WHOLE', { ...failed, test_results: { passed: 1, failed: 0, success: false } })),
    ])
    const report = await reportOf(new Map([...bare, ...evidence]))
    expect(report.evidence.byTier).toEqual([expect.objectContaining({ total: 3, valid: 3, failed: 2, expired: 1 })])
    expect(report.findings.filter(({ rule }) => /evidence\/(?:failed|expired)/.test(rule))).toEqual([])
  })

  it('is stale in each tier whose newest was made for another source, though that is found once', async () => {
    const source = [...bare].map(([path, text]) => ({ path, bytes: Buffer.from(text) }))
    const hashes = stateHashes(source, DEFAULT_POLICY.stateScope)
    const evidence = await Promise.all([
      signed('EV-IQ', claims('EV-IQ', { verification_tier: 'IQ' })),
      signed('EV-OQ', claims('EV-OQ')),
      signed('EV-OQ-OLD', claims('EV-OQ-OLD', { timestamp: '2026-01-01T00:00:00Z' })),
      signed('EV-PQ', claims('EV-PQ', { verification_tier: 'PQ', system_state_hash: `sha256:${hashes.plain}` })),
    ])
    const files = new Map([...bare, ...evidence])
    const staleIn = ({ evidence: { byTier } }: ComplianceReport) => byTier.map(({ tier, stale }) => `${tier} ${stale}`)
    const before = await reportOf(files)
    expect(staleIn(before)).toEqual(['IQ 0', 'OQ 0', 'PQ 0'])

    const tree = await database.client.tree.findFirstOrThrow({ where: { repositoryId: repository.id } })
    await new States(database).keepState(repository.id, sha('5'), { id: tree.stateId ?? '', ...hashes })
    // What is found out later changes nothing in the report of this scan.
    expect(staleIn(await reportNow())).toEqual(['IQ 0', 'OQ 0', 'PQ 0'])
    const report = await reportOf(new Map([...files, ['README.md', 'one']]))
    expect(report.findings.filter(({ rule }) => rule === 'evidence/stale')).toHaveLength(1)
    expect(staleIn(report)).toEqual(['IQ 1', 'OQ 1', 'PQ 0'])
    expect(report.evidence.files.map(({ findings }) => findings.includes('evidence/stale'))).toEqual([
      ...[true, false, true, false],
    ])
  })

  it('is stale by the commit that it names, where that is known and no hash of its own source is', async () => {
    const [tested, other] = [sha('7'), { id: '7'.repeat(64), plain: '1'.repeat(64), separated: null }]
    const named = { git_commit: tested }
    const evidence = await Promise.all([
      signed('EV-IQ', claims('EV-IQ', { ...named, verification_tier: 'IQ' })),
      signed('EV-OQ', claims('EV-OQ', named)),
      signed('EV-PQ', claims('EV-PQ', { verification_tier: 'PQ' })),
    ])
    const files = new Map([...bare, ...evidence])
    await reportOf(files)
    const { stateScope } = await database.client.tree.findFirstOrThrow({ where: { repositoryId: repository.id } })
    const states = new States(database)
    await states.keepDirectories(repository.id, [tested], stateScope ?? '', new Map([[tested, sha('8')]]))
    await states.keepState(repository.id, sha('8'), other)
    const { evidence: quality } = await reportOf(new Map([...files, ['README.md', 'one']]))
    expect(quality.byTier.map(({ tier, stale }) => `${tier} ${stale}`)).toEqual(['IQ 1', 'OQ 1', 'PQ 0'])
  })

  it('that was deleted is still told of once a later commit is scanned', async () => {
    const kept = await signed('EV-KEPT', claims('EV-KEPT'))
    const gone = await signed('EV-GONE', claims('EV-GONE', { test_results: { passed: 1, failed: 7, skipped: 0 } }))
    const rows = ['11.10(c)', '11.10(e)', '7', '9', '10'] as const
    const open = /To be looked at: 1 evidence file was changed, moved or removed since the first scan\.$/
    for (const said of because(await reportOf(new Map([...bare, kept, gone])), ...rows)) expect(said).not.toMatch(open)
    await reportOf(new Map([...bare, kept]))
    const later = await reportOf(new Map([...bare, kept, ['README.md', 'one']]))
    expect(later.findings.filter(({ rule }) => rule === 'evidence/removed')).toEqual([])
    for (const said of because(later, ...rows)) expect(said).toMatch(open)
    expect(because(later, '11.10(c)')[0]).toMatch(/^evidence found: 1 signed file, /)
  })
})
