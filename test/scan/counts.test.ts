/** What a scan says of its files: how many the head has, and for how many of them something had to be fetched. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalSource } from '../../src/local/source.ts'
import { PARSER_VERSION } from '../../src/rosie/parse/index.ts'
import type { ScanProgress } from '../../src/scan/ports/progress.ts'
import type { Report } from '../../src/scan/ports/publisher.ts'
import { createWorker } from '../../src/scan/worker.ts'
import { Contents } from '../../src/store/contents.ts'
import type { Database } from '../../src/store/database.ts'
import { ProgressOfScans } from '../../src/store/progress.ts'
import { States } from '../../src/store/states.ts'
import { ToldScans } from '../../src/store/told.ts'
import { aRepository, aWish, queue } from '../store/given.ts'
import { forEachDatabase } from '../support/database.ts'
import { BareRepository } from '../support/github/git.ts'

const CONTEXT = { '.gxp/system_context.md': '---\nproject_name: Pump\ngxp_risk_rating: LOW\n---\n' }
const requirement = (n: number, title = `Requirement ${n}`) => ({
  [`.gxp/requirements/REQ-00${n}.md`]: `---\ngxp_id: REQ-00${n}\ntitle: ${title}\ngxp_risk_rating: LOW\n---\n`,
})
const many = (...numbers: number[]) => Object.assign({}, CONTEXT, ...numbers.map((n) => requirement(n)))

forEachDatabase('the files of a scan', ({ open }) => {
  let [folder, database, git, repository] = ['', {} as Database, {} as BareRepository, aRepository()]
  let told: ScanProgress[] = []
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'counts-'))
    database = await open()
  })
  beforeEach(async () => {
    repository = aRepository()
    told = []
    git = await BareRepository.create(join(folder, `${repository.id}.git`), 'main')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const commit = (branch: string, parent: string | null, files: Record<string, string | null>) =>
    git.commit({ branch, parent, files, message: `${branch} of ${repository.id}`, force: false })

  /** Scans a commit; answers what its row and its report say. */
  async function counts(headSha: string, ref = 'main') {
    const silent = { open: async () => {}, progress: async () => {}, cancel: async () => {}, comment: async () => {} }
    const reports: Report[] = []
    const failed: unknown[] = []
    const work = createWorker({
      store: new ToldScans(database, SILENT, (progress) => told.push(progress)),
      portsOf: async () => ({
        source: new LocalSource(git.dir),
        contents: new Contents(database, PARSER_VERSION),
        states: new States(database),
        ...{ serverKeys: [], now: Date.now },
        publisherOf: () => ({
          ...{ ...silent, conclude: async (report) => void reports.push(report) },
          fail: async (title, summary) => void failed.push(title, summary),
        }),
      }),
      onWish: () => {},
      log: { info: () => {}, error: (facts) => void failed.push(facts) },
    })
    const scanId = await queue(database, aWish({ repository, headSha, ref, baseRef: ref === 'main' ? null : 'main' }))
    await work(scanId)
    expect(failed).toEqual([])
    const row = await database.client.scan.findUniqueOrThrow({ where: { id: scanId } })
    const { filesTotal: total, filesFetched: fetched } = row
    expect(reports.map(({ filesTotal, filesFetched }) => [filesTotal, filesFetched])).toEqual([[total, fetched]])
    return { scanId, total, fetched }
  }

  it('are all fetched at first, and then those that are new', async () => {
    const first = await commit('main', null, many(1, 2, 3))
    expect(await counts(first)).toMatchObject({ total: 4, fetched: 4 })
    const next = await commit('main', first, { ...requirement(2, 'Another'), ...requirement(4) })
    expect(await counts(next)).toMatchObject({ total: 5, fetched: 2 })
  })

  it('are those of the head, however many its base has that nobody has read; progress counts all that is read', async () => {
    const first = await commit('main', null, CONTEXT)
    await counts(first)
    // On the default branch, and not scanned yet.
    const base = await commit('main', first, many(1, 2, 3, 4, 5, 6))
    const gone = Object.fromEntries(Object.keys(many(2, 3, 4, 5, 6)).map((path) => [path, null]))
    const head = await commit('topic', base, { ...gone, ...CONTEXT, ...requirement(1, 'Another') })
    told = []
    const { scanId, ...found } = await counts(head, 'topic')
    expect(found).toEqual({ total: 2, fetched: 1 })
    const during = told.filter(({ phase }) => phase === 'Persist')
    expect(during).toEqual([expect.objectContaining({ filesProcessed: 7, totalFiles: 7 })])
    const state = await new ProgressOfScans(database).scan(scanId)
    expect(state).toMatchObject({ filesProcessed: 7, totalFiles: 7 })
  })

  it('count one by one where several hold the same, though that is read once', async () => {
    const same = Object.values(requirement(1))[0] ?? ''
    const first = await commit('main', null, { ...many(1), '.gxp/requirements/REQ-002.md': same })
    const { scanId, ...found } = await counts(first)
    expect(found).toEqual({ total: 3, fetched: 3 })
    const state = await new ProgressOfScans(database).scan(scanId)
    expect(state).toMatchObject({ filesProcessed: 2, totalFiles: 2 })
  })

  it('are not fetched where they only have another name, or come back', async () => {
    const first = await commit('main', null, many(1, 2))
    await counts(first)
    const moved = { '.gxp/requirements/REQ-002-x.md': Object.values(requirement(2))[0] ?? '' }
    const next = await commit('main', first, { '.gxp/requirements/REQ-002.md': null, ...moved })
    expect(await counts(next)).toMatchObject({ total: 3, fetched: 0 })
  })
})

const SILENT = { attempt() {}, phase() {}, ended() {}, givenBack() {}, superseded() {}, found() {} }
