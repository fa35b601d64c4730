/** What reports are made of, as real scans leave it. */
import { complianceReport } from '../../src/report/compliance/report.ts'
import type { ReportSource } from '../../src/scan/ports/reports.ts'
import type { Database } from '../../src/store/database.ts'
import { Reports } from '../../src/store/reports.ts'
import { forEachDatabase } from '../support/database.ts'
import { sampleFiles, scanFiles } from '../support/scanned.ts'
import { aRepository, aWish, queue, sha } from './given.ts'

forEachDatabase('What a report is made of', (databases) => {
  let database: Database
  let sample: Map<string, string | Uint8Array>
  beforeAll(async () => {
    database = await databases.open()
    sample = await sampleFiles()
  })

  const sourceOf = async (repository: bigint): Promise<ReportSource> => {
    const found = await new Reports(database).source(repository)
    if (found === null || found === 'wait') throw new Error('There is no report to make.')
    return found.source
  }
  const scanned = async (more: Record<string, string>) => {
    const repository = aRepository()
    const files = new Map([...sample, ...Object.entries(more)])
    const { scanId } = await scanFiles(database, { installation: 7n, repository, files })
    return { repository, scanId }
  }

  it('has the policy that the scan was judged by, as far as it is one of its own', async () => {
    const plain = await scanned({})
    expect((await sourceOf(plain.repository.id)).assessed?.policy).toEqual({
      ...{ failOn: 'error', introducedOnly: false, severities: {} },
    })
    const lax = 'fail_on: never\nintroduced_only: true\nseverities:\n  evidence/failed: off\n'
    const { repository } = await scanned({ '.github/rosie.yml': lax })
    expect((await sourceOf(repository.id)).assessed?.policy).toEqual({
      ...{ failOn: 'never', introducedOnly: true, severities: { 'evidence/failed': 'off' } },
    })
  })

  it('has tests as tests and source as source, whatever they say of themselves', async () => {
    const { repository } = await scanned({
      'test/other.test.ts': '// @gxp-satisfies REQ-001\ntest()\n',
      'src/checked.ts': '// @gxp-verifies SPEC-001-001\nexport {}\n',
    })
    const source = await sourceOf(repository.id)
    const row = complianceReport(source).traceability.find(({ id }) => id === 'REQ-001')
    expect(row?.tests).toContain('test/other.test.ts')
    expect(row?.code).toContain('src/checked.ts')
    expect(row?.tests).not.toContain('src/checked.ts')
    expect(row?.code).not.toContain('test/other.test.ts')
  })

  it('has why GitHub was not told of a scan that was kept', async () => {
    const { repository, scanId } = await scanned({})
    expect((await sourceOf(repository.id)).scan.untold).toBeNull()
    await database.client.scan.update({ where: { id: scanId }, data: { status: 'failed', error: 'Forbidden: checks' } })
    expect((await sourceOf(repository.id)).scan.untold).toBe('Forbidden: checks')
  })

  it('has what changed of the repository, under the id that the trail has', async () => {
    const { repository, scanId } = await scanned({})
    const other = { ...repository, private: !repository.private }
    await queue(database, aWish({ installation: 7n, repository: other, headSha: sha('b') }))
    await database.client.scan.update({ where: { id: scanId }, data: { completedAt: new Date(Date.now() + 60_000) } })
    const { audit } = await sourceOf(repository.id)
    const changed = audit.events.find(({ action }) => action === 'repository.visibility_changed')
    expect(changed?.changes).toEqual([
      { name: 'private', before: String(repository.private), since: String(!repository.private) },
    ])
    const event = await database.client.auditEvent.findUniqueOrThrow({ where: { id: BigInt(changed?.id ?? 0) } })
    expect(event).toMatchObject({ action: 'repository.visibility_changed', repositoryId: repository.id })
  })
})
