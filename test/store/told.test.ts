/** What is told of scans as they go through the store, and what their rows say to whoever asks. */
import { Prisma } from '../../src/generated/prisma/client.ts'
import type { ScanMeasures } from '../../src/scan/ports/measures.ts'
import type { ScanProgress } from '../../src/scan/ports/progress.ts'
import type { Scan } from '../../src/scan/ports/store.ts'
import type { Database } from '../../src/store/database.ts'
import { recoverLeases } from '../../src/store/leases.ts'
import { ProgressOfScans } from '../../src/store/progress.ts'
import { Reports } from '../../src/store/reports.ts'
import { ToldScans } from '../../src/store/told.ts'
import { forEachDatabase } from '../support/database.ts'
import { sampleFiles, scanFiles } from '../support/scanned.ts'
import { aFinding, anOutcome, aRepository, aWish, deliver, END, newId, queue, sha } from './given.ts'

const SILENT: ScanMeasures = {
  ...{ attempt() {}, phase() {}, ended() {}, givenBack() {}, superseded() {}, found() {} },
}
const DETAIL = { message: '3 of 9 files are new', filesProcessed: 0, totalFiles: 3 }

forEachDatabase('the progress of scans', (databases) => {
  let database: Database
  let rows: ProgressOfScans
  let told: ScanProgress[]
  let store: ToldScans
  beforeAll(async () => {
    database = await databases.open()
    rows = new ProgressOfScans(database)
  })
  beforeEach(() => {
    told = []
    store = new ToldScans(database, SILENT, (progress) => told.push(structuredClone(progress)))
  })

  async function begun(wish = aWish({ repository: aRepository() })): Promise<Scan> {
    return taken(await queue(database, wish))
  }

  async function taken(id: string): Promise<Scan> {
    const taken = await store.take(id, 60_000)
    if (typeof taken === 'string' || !('scan' in taken)) throw new Error('It is not free.')
    return taken.scan
  }

  it('is told from its begin to its end, as the row has it', async () => {
    const scan = await begun()
    await store.update(scan, { phase: 'Fetch', progress: 30 }, DETAIL)
    await store.update(scan, { filesTotal: 9, filesFetched: 2, blobsRead: 3 })
    expect(await rows.scan(scan.id)).toMatchObject({
      ...{ repositoryId: Number(scan.repository.id), status: 'running', phase: 'Fetch', progress: 30 },
      ...{ filesProcessed: 3, totalFiles: 3 },
    })
    await store.persist(scan, anOutcome(aFinding()), null)
    await store.finish(scan, [], END)
    const its = { scanId: scan.id, kind: 'change', repositoryId: Number(scan.repository.id), token: 1 }
    expect(told).toEqual([
      expect.objectContaining({ ...its, status: 'running', phase: null, progress: 0 }),
      {
        ...{ ...its, ...DETAIL, status: 'running', phase: 'Fetch', progress: 30 },
        ...{ timestamp: expect.stringMatching(/Z$/), result: null, error: null },
      },
      expect.objectContaining({
        ...{ ...its, status: 'completed', phase: 'Complete', progress: 100, error: null },
        result: { status: 'failure', artifactsCreated: 0, durationMs: expect.any(Number) },
      }),
    ])
    expect(await rows.scan(scan.id)).toEqual(told[2])
  })

  it('is not told while a pull request has yet to be', async () => {
    const pull = { number: 1, headSha: sha('a'), headRef: 'feature', baseRef: 'main', open: true }
    const scan = await begun(aWish({ repository: aRepository(), pull: { ...pull, opening: true, updatedAt: null } }))
    await store.persist(scan, anOutcome(), null)
    await store.finish(scan, [], END)
    expect(told).toHaveLength(1)
    await store.finish(scan, [1], END)
    expect(told.at(-1)?.result?.status).toBe('success')
  })

  it.each<[string, object, (scan: Scan) => Promise<void>]>([
    [
      'failed',
      { status: 'failed', error: 'Error: no such tree', result: null },
      (scan) => store.fail(scan, 'Error: no such tree\n    at secret (/srv/app.js:1)'),
    ],
    [
      'skipped',
      {
        status: 'skipped',
        message: 'nothing to scan',
        error: null,
        result: { status: 'skipped', artifactsCreated: 0 },
      },
      (scan) => store.skip(scan, 'nothing to scan'),
    ],
    [
      'withdrawn',
      { status: 'superseded', error: `A scan of ${sha('a')} has taken its place.` },
      (scan) => store.withdraw(scan),
    ],
    ['replayed', { status: 'completed', result: { status: 'completed' } }, (scan) => store.finishReplay(scan, false)],
    [
      'reported',
      { status: 'completed', progress: 100, result: { status: 'completed' } },
      (scan) => store.finishReport(scan, scan.id, []),
    ],
    [
      'given back',
      { status: 'queued', message: 'An attempt failed; it is tried again.', result: null, error: null },
      (scan) => store.release(scan, 1_000, 'Unreachable: GitHub', true),
    ],
  ])('is told as it is %s', async (_, words, end) => {
    await end(await begun())
    expect(told.at(-1)).toMatchObject(words)
  })

  it('is told of work without phases', async () => {
    await store.update(await begun(), { progress: 45 })
    expect(told.at(-1)).toMatchObject({ status: 'running', phase: null, progress: 45, message: 'It is under way.' })
  })

  it('is told of scans that end because their branch has moved on', async () => {
    const repository = aRepository()
    const first = await queue(database, aWish({ repository, headSha: sha('b') }))
    const second = await queue(database, aWish({ repository, headSha: sha('c') }))
    const contest = await store.contest(second)
    if (!contest) throw new Error('The branch is not asked.')
    await store.supersede({ ...contest, asOf: new Date(Date.now() + 60_000) }, sha('c'))
    expect(told).toMatchObject([
      { scanId: first, status: 'superseded', error: `A scan of ${sha('c')} has taken its place.` },
    ])
  })

  it('begins anew with each attempt', async () => {
    const scan = await begun()
    await store.update(scan, { phase: 'Persist', progress: 70 }, DETAIL)
    await recoverLeases(database.client, Prisma.sql`id = ${scan.id}::uuid`)
    expect(await rows.scan(scan.id)).toMatchObject({ status: 'queued', token: 1, progress: 70 })
    await store.take(scan.id, 60_000)
    expect(await rows.scan(scan.id)).toMatchObject({ status: 'running', token: 2, progress: 0, phase: null })
    expect(told.at(-1)).toMatchObject({ token: 2, progress: 0 })
  })

  it('counts the artifacts that a scan of the default branch brought', async () => {
    const installation = newId()
    await database.client.installation.create({ data: { id: installation, account: 'acme', accountType: 'User' } })
    const repository = aRepository()
    await deliver(database, { type: 'repositories', installation, added: [repository], removed: [] })
    const files = await sampleFiles()
    const { scanId } = await scanFiles(database, { installation, repository, files })
    const [kept, added] = [
      await database.client.artifact.count({ where: { repositoryId: repository.id } }),
      await database.client.artifactRevision.count({ where: { scanId, change: 'added' } }),
    ]
    expect(kept).toBeGreaterThan(3)
    // Keys are files of the record, but no artifacts.
    expect(added).toBeGreaterThan(kept)
    expect((await rows.scan(scanId))?.result?.artifactsCreated).toBe(kept)
  })

  it('is not there for scans that do not exist, nor where the app can not see the repository any more', async () => {
    const scan = await begun()
    const { id } = scan.repository
    const nothing = '00000000-0000-4000-8000-000000000000'
    for (const found of [await rows.placeOf(nothing), await rows.scan(nothing)]) expect(found).toBeNull()
    expect([await rows.places([404n]), await rows.openScans(404n)]).toEqual([[], []])
    expect(await rows.openScans(id)).toMatchObject([{ scanId: scan.id }])
    expect(await rows.placeOf(scan.id)).toEqual({ repositoryId: id, installationId: 1n })
    expect(await rows.states([], [id])).toMatchObject([{ scanId: scan.id }])
    expect(await rows.places([id])).toEqual([{ repositoryId: id, installationId: 1n }])
    await database.client.repository.update({ where: { id }, data: { removedAt: new Date() } })
    for (const found of [await rows.placeOf(scan.id), await rows.scan(scan.id)]) expect(found).toBeNull()
    expect(await rows.openScans(id)).toEqual([])
    expect(await rows.states([scan.id], [id])).toEqual([])
    expect(await rows.places([id])).toEqual([])
  })

  it('counts replays among the scans of a repository; reports are told as such, and found by their id alone', async () => {
    const { id: change, repository } = await begun()
    const { id: replay } = await database.client.scan.create({
      data: { repositoryId: repository.id, kind: 'replay', trigger: 'push', lane: 'replay' },
    })
    const reported = { id: repository.id, installationId: 1n, scanId: change }
    const report = await taken(await new Reports(database).request(reported, { actor: 'ann' }))
    expect(told.at(-1)).toMatchObject({ scanId: report.id, kind: 'report', status: 'running' })
    const scans = [replay, change].sort()
    const idsOf = (states: ScanProgress[] = []) => states.map(({ scanId }) => scanId).sort()
    expect(idsOf(await rows.openScans(repository.id))).toEqual(scans)
    expect(idsOf(await rows.states([], [repository.id]))).toEqual(scans)
    expect(await rows.states([report.id], [])).toMatchObject([{ kind: 'report' }])
    expect(await rows.scan(report.id)).toMatchObject({ kind: 'report', status: 'running' })
    await store.finishReport(report, change, [])
    expect(told.at(-1)).toMatchObject({ scanId: report.id, kind: 'report', status: 'completed' })
  })

  it('leaves out of a repository what has ended', async () => {
    const scan = await begun()
    await store.skip(scan, 'nothing')
    expect(await rows.openScans(scan.repository.id)).toEqual([])
    expect(await rows.states([scan.id], [])).toMatchObject([{ status: 'skipped' }])
  })
})
