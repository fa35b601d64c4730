/** What was judged of evidence, and what it says of itself, stays as the scan of the default branch saw it, until the next one of it. */
import type { SnapshotFile, Verdict } from '../../src/rosie/model.ts'
import { read } from '../../src/rosie/parse/index.ts'
import type { SignedAccount } from '../../src/rosie/signed-files.ts'
import type { RepositoryFacts } from '../../src/scan/ports/intents.ts'
import type { TrackedChange } from '../../src/scan/ports/store.ts'
import { Contents } from '../../src/store/contents.ts'
import type { Database } from '../../src/store/database.ts'
import { readingOf } from '../../src/store/reading/index.ts'
import { Reports } from '../../src/store/reports.ts'
import { Scans } from '../../src/store/scans.ts'
import { forEachDatabase } from '../support/database.ts'
import { aChange, anOutcome, aRepository, aWish, END, queueAndTake, sha } from './given.ts'

const PATH = '.gxp/evidence/EV-001.jws'
const content = read('evidence', Buffer.from('a.b.c'), 1_000)
const ACCOUNT: SignedAccount = {
  ...{ specId: 'SPEC-\x00', tier: 'OQ', results: { passed: 2, failed: 0, skipped: 1 } },
  ...{ claimedAt: '2026-03-02T10:15:00.000Z', expires: null, outdated: false },
}
const evidence: SnapshotFile = { path: PATH, kind: 'evidence', reader: 'evidence', sha: sha('e'), content }

forEachDatabase('what was judged of evidence', (databases) => {
  let database: Database
  let repository: RepositoryFacts
  let commits = 0
  beforeAll(async () => {
    database = await databases.open()
  })
  beforeEach(async () => {
    repository = aRepository()
    await track('valid', { changed: [evidence] })
  })

  async function track(verdict: Verdict['result'] | null, change: Partial<TrackedChange> = {}, account = ACCOUNT) {
    const headSha = sha(`c${++commits}`)
    const scan = await queueAndTake(database, aWish({ repository, headSha, baseRef: null }))
    const signed = verdict === null ? [] : [{ path: PATH, verdict, account }]
    const scans = new Scans(database)
    await scans.persist(scan, anOutcome(), aChange({ commit: headSha, signed, ...change }))
    await scans.finish(scan, [], END)
  }
  const listed = async (verdict?: string) => {
    const { items } = await readingOf(database).record.artifacts.list(
      repository.id,
      ['evidence'],
      { verdict },
      10,
      null,
    )
    return items.map((each) => each.verdict)
  }
  const reported = async () => {
    const found = await new Reports(database).source(repository.id)
    return found === null || found === 'wait' ? found : found.source.evidence.map((each) => each.verdict)
  }

  it('is the one of that scan, whatever another branch made of the same bytes', async () => {
    const contents = new Contents(database, 1)
    await contents.keepContents(repository.id, [{ sha: evidence.sha, reader: 'evidence', content }])
    await contents.keepVerdicts(repository.id, new Map([[evidence.sha, { result: 'untrusted' }]]), 'other keys')
    expect([await listed(), await listed('valid'), await listed('untrusted')]).toEqual([['valid'], ['valid'], []])
    expect(await reported()).toEqual(['valid'])
  })

  it('is another one once the default branch is judged anew; the artifact is the same', async () => {
    const which = { where: { repositoryId: repository.id } }
    const before = await database.client.artifact.findFirstOrThrow(which)
    await track('untrusted')
    expect(await database.client.artifact.findFirstOrThrow(which)).toEqual({ ...before, verdict: 'untrusted' })
    expect([await listed('valid'), await reported()]).toEqual([[], ['untrusted']])
  })

  it('is gone where the file is none that is judged any more', async () => {
    await track(null)
    expect(await listed()).toEqual([null])
    await track('valid')
    const elsewhere: SnapshotFile = { ...evidence, sha: sha('f') }
    await track(null, { changed: [elsewhere] })
    expect(await listed()).toEqual([null])
  })

  it('is written where it differs, and nowhere else', async () => {
    const written = () =>
      database.client.$queryRaw`SELECT xmin::text AS by, account FROM artifact WHERE repository_id = ${repository.id}`
    const before = await written()
    expect(before).toMatchObject([{ account: { ...ACCOUNT, specId: 'SPEC-\uFFFD' } }])
    await track('valid')
    expect(await written()).toEqual(before)
    await track('valid', {}, { ...ACCOUNT, outdated: true })
    expect(await written()).toMatchObject([{ account: { outdated: true } }])
    expect(await written()).not.toMatchObject([{ by: (before as { by: string }[])[0]?.by }])
  })
})
