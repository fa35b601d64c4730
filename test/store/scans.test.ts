import { createHash } from 'node:crypto'
import type { Evidence, SystemContext } from '../../src/rosie/contents.ts'
import type { FileKind, SnapshotFile } from '../../src/rosie/model.ts'
import { LeaseLost, type Scan, type TrackedChange } from '../../src/scan/ports/store.ts'
import { Contents } from '../../src/store/contents.ts'
import type { Database } from '../../src/store/database.ts'
import { Scans } from '../../src/store/scans.ts'
import { forEachDatabase } from '../support/database.ts'
import {
  aChange,
  aFinding,
  anEdge,
  anOutcome,
  aRepository,
  aRequirement,
  aWish,
  deliver,
  END,
  expireLease,
  queue,
  queueAndTake,
  requirementFile,
  row,
  SUMMARY,
  sha,
  take,
} from './given.ts'

forEachDatabase('scans', (databases) => {
  let database: Database
  let scans: Scans
  beforeAll(async () => {
    database = await databases.open()
    scans = new Scans(database)
  })
  const findingsOf = (scanId: string) => database.client.finding.findMany({ where: { scanId }, orderBy: { id: 'asc' } })

  describe('progress', () => {
    it('is written to the row', async () => {
      const scan = await queueAndTake(database, aWish())
      await scans.update(scan, {
        phase: 'Fetch',
        progress: 30,
        filesTotal: 300,
        requests: 2,
        checkRunId: 2n ** 40n,
        baseSha: sha(1),
      })
      await scans.update(scan, { baseSha: null, annotationsSent: 50 })
      expect(await row(database, scan.id)).toMatchObject({
        ...{ phase: 'Fetch', progress: 30, filesTotal: 300, requests: 2, checkRunId: 2n ** 40n },
        ...{ baseSha: null, annotationsSent: 50, status: 'running' },
      })
    })

    it('that names the head joins a scan of that head which still waits, and the check run it had opened', async () => {
      const repository = aRepository()
      const named = await queueAndTake(database, aWish({ repository, headSha: sha(1), baseRef: null }))
      await scans.update(named, { checkRunId: 77n, annotationsSent: 50, baseSha: sha(9) })
      await scans.release(named, 60_000, 'Unreachable', true)
      const tip = await queueAndTake(database, aWish({ repository, headSha: null, baseRef: null }))
      const other = await queue(database, aWish({ repository, headSha: sha(2), baseRef: null }))

      await scans.update(tip, { headSha: sha(1) })
      const taken = { baseSha: sha(9), checkRunId: 77n, annotationsSent: 50 }
      expect(await row(database, tip.id)).toMatchObject({ headSha: sha(1), ...taken })
      expect(tip).toMatchObject(taken)
      expect(await row(database, named.id)).toMatchObject({ status: 'skipped', error: expect.stringContaining(tip.id) })
      expect((await row(database, other)).status).toBe('queued')
    })

    it.each([
      [true, false],
      [false, true],
      [false, false],
    ])('that joins a scan answers for it: as announced, and forced if either is (%s, %s)', async (own, its) => {
      const wish = aWish({ baseRef: null, headSha: null, trigger: 'installation', forced: own })
      const tip = await queueAndTake(database, wish)
      await queue(database, { ...wish, headSha: sha(1), trigger: 'push', forced: its })
      await scans.update(tip, { headSha: sha(1) })
      const answered = { trigger: 'push', forced: own || its, checkRunId: null }
      expect(await row(database, tip.id)).toMatchObject(answered)
      expect(tip).toMatchObject(answered)
    })
  })

  describe('a result', () => {
    it('is kept while the scan goes on, replacing that of an earlier attempt, and completed after publishing', async () => {
      const scan = await queueAndTake(database, aWish())
      await scans.persist(scan, anOutcome(aFinding({ message: 'first' })), null)
      const findings = [aFinding({ line: 1 }), aFinding({ path: null, line: null, gxpId: null, status: 'existing' })]
      await scans.persist(scan, anOutcome(...findings), null)
      expect(await findingsOf(scan.id)).toMatchObject(findings)
      expect(await row(database, scan.id)).toMatchObject({
        status: 'running',
        conclusion: 'failure',
        judgedBy: 'policy-1',
      })

      await scans.finish(scan, [], END)
      expect(await row(database, scan.id)).toMatchObject({
        ...{ status: 'completed', phase: 'Complete', progress: 100, summary: SUMMARY, leaseUntil: null },
        completedAt: expect.any(Date),
      })
    })

    it('comes back to a later attempt with all that is to be told of it, until it was told', async () => {
      const scan = await queueAndTake(database, aWish())
      expect(await scans.outcome(scan)).toBeNull()
      const wanted = { scope: 'src', unknown: [sha('c')], unavailable: [] }
      const findings = [aFinding({ line: 1 }), aFinding({ path: null, line: null, gxpId: null, status: 'existing' })]
      const outcome = {
        ...anOutcome(...findings),
        notes: ['No base.'],
        requests: 4,
        again: 'policy_changed',
        replay: wanted,
      }
      await scans.persist(scan, outcome, null)
      expect(await scans.outcome(scan)).toEqual(outcome)
      await scans.release(scan, 0, null, true)
      const next = await take(database, scan.id)
      expect(next).toMatchObject({ stage: 'persisted', attempt: 2 })
      expect(await scans.outcome(next)).toEqual(outcome)
      await scans.finish(next, [], outcome)
      expect(await row(database, scan.id)).toMatchObject({ stage: 'commented', outcome: null, requests: 4 })
    })

    it('of which more was told never counts as less told', async () => {
      const scan = await queueAndTake(database, aWish())
      await scans.persist(scan, anOutcome(), null)
      await scans.update(scan, { checkRunId: 5n, stage: 'opened' })
      expect(await row(database, scan.id)).toMatchObject({ checkRunId: 5n, stage: 'persisted' })
      await scans.update(scan, { stage: 'annotated' })
      await scans.update(scan, { annotationsSent: 3, stage: 'concluded' })
      expect(await row(database, scan.id)).toMatchObject({ annotationsSent: 3, stage: 'annotated' })
      expect(scan.stage).toBe('annotated')
    })

    it('that changed what the verdict rests on queues the same head once more', async () => {
      const wish = aWish({ headSha: sha(3), baseRef: null, ref: 'main' })
      const scan = await queueAndTake(database, wish)
      await scans.finish(scan, [], { ...END, again: 'policy_changed' })
      const queued = await database.client.scan.findMany({
        where: { repositoryId: wish.repository.id, status: 'queued' },
      })
      expect(queued).toMatchObject([{ headSha: sha(3), kind: 'tracked', trigger: 'policy_changed', attempts: 0 }])
      expect(await take(database, queued[0]?.id ?? '')).toMatchObject({ token: 1 })
    })

    it('keeps what PostgreSQL cannot store as U+FFFD', async () => {
      const scan = await queueAndTake(database, aWish())
      await scans.persist(scan, anOutcome(aFinding({ message: 'a\0b\uD800c', path: 'x\0' })), null)
      expect(await findingsOf(scan.id)).toMatchObject([{ message: 'a\uFFFDb\uFFFDc', path: 'x\uFFFD' }])
    })

    it('of 5,000 findings is kept in their order', async () => {
      const scan = await queueAndTake(database, aWish())
      const findings = Array.from({ length: 5_000 }, (_, line) => aFinding({ line }))
      await scans.persist(scan, anOutcome(...findings), null)
      expect((await findingsOf(scan.id)).map(({ line }) => line)).toEqual(findings.map(({ line }) => line))
    })
  })

  describe('the end of a scan', () => {
    it('that need not run says why', async () => {
      const scan = await queueAndTake(database, aWish())
      await scans.skip(scan, 'Nothing to scan.')
      expect(await row(database, scan.id)).toMatchObject({
        status: 'skipped',
        error: 'Nothing to scan.',
        leaseUntil: null,
      })
    })

    it('that failed says why', async () => {
      const scan = await queueAndTake(database, aWish())
      await scans.fail(scan, 'broken\0')
      expect(await row(database, scan.id)).toMatchObject({
        ...{ status: 'failed', error: 'broken\uFFFD', leaseUntil: null },
        completedAt: expect.any(Date),
      })
    })

    it.each([
      [true, 2],
      [false, 1],
    ])('given back (counted: %s), it is taken again as attempt %i', async (counted, attempt) => {
      const scan = await queueAndTake(database, aWish())
      await scans.release(scan, 0, 'Unreachable', counted)
      expect(await row(database, scan.id)).toMatchObject({ status: 'queued', error: 'Unreachable', leaseUntil: null })
      expect(await take(database, scan.id)).toMatchObject({ attempt, token: 2 })
    })
  })

  describe('completed scans of a head', () => {
    it('are the newest of each base, newest first, with their findings', async () => {
      const wish = aWish({ headSha: sha('c') })
      const complete = async (baseRef: string | null, message: string) => {
        const scan = await queueAndTake(database, { ...wish, baseRef })
        await scans.persist(scan, anOutcome(aFinding({ message })), null)
        await scans.finish(scan, [], END)
        await database.client.$executeRaw`SELECT pg_sleep(0.005)`
      }
      await complete('main', 'old')
      await complete(null, 'default branch')
      await complete('main', 'new')
      await queueAndTake(database, { ...wish, baseRef: 'release' })
      const found = await scans.completedScans(wish.repository.id, sha('c'))
      expect(found.map(({ baseRef, findings }) => [baseRef, findings])).toEqual([
        ['main', [aFinding({ message: 'new' })]],
        [null, [aFinding({ message: 'default branch' })]],
      ])
      expect(found[0]).toMatchObject({
        conclusion: 'failure',
        summary: SUMMARY,
        judgedBy: 'policy-1',
        checkRunId: null,
      })
      expect(await scans.completedScans(wish.repository.id, sha('d'))).toEqual([])
    })
  })

  describe('a replay', () => {
    const wanted = { scope: 'src', unknown: [sha('1')], unavailable: [sha('2')] }
    const replaysOf = (scan: Scan) =>
      database.client.scan.findMany({ where: { repositoryId: scan.repository.id, kind: 'replay' } })
    const openRows = (scan: Scan) =>
      database.client.scan.findMany({ where: { repositoryId: scan.repository.id, status: 'queued' } })
    const finished = async (wish = aWish()) => {
      const scan = await queueAndTake(database, wish)
      await scans.persist(scan, anOutcome(), null)
      await scans.finish(scan, [], { ...END, replay: wanted })
      return scan
    }
    const aReplay = async (wish = aWish()) => {
      const [queued] = await replaysOf(await finished(wish))
      return take(database, queued?.id ?? '')
    }

    it('is queued as the scan that asks for it is completed, with its head and base', async () => {
      const scan = await finished(aWish({ baseSha: sha('b') }))
      expect(await replaysOf(scan)).toMatchObject([
        { status: 'queued', headSha: sha('a'), ref: 'feature', baseRef: 'main', baseSha: sha('b'), replay: wanted },
      ])
      const [queued] = await replaysOf(scan)
      expect(await take(database, queued?.id ?? '')).toMatchObject({ kind: 'replay', replay: wanted, checkRunId: null })
    })

    it('is queued once', async () => {
      const wish = aWish()
      const scan = await finished(wish)
      await finished(wish)
      expect(await replaysOf(scan)).toHaveLength(1)
    })

    it('is not queued where there is nothing to find out, nor before the scan is completed', async () => {
      const scan = await queueAndTake(database, aWish())
      expect(scan.replay).toBeNull()
      await scans.finish(scan, [], END)
      expect(await replaysOf(scan)).toEqual([])
      const pull = { number: 1, headSha: sha('a'), headRef: 'feature', baseRef: 'main', open: true, opening: true }
      const waiting = await queueAndTake(database, aWish({ pull: { ...pull, updatedAt: null } }))
      expect(await scans.finish(waiting, [], { ...END, replay: wanted })).toHaveLength(1)
      expect(await replaysOf(waiting)).toEqual([])
    })

    it('runs one at a time in a repository, and beside its scans', async () => {
      const repository = aRepository()
      const one = await aReplay(aWish({ repository, headSha: sha('1') }))
      const [second] = (await replaysOf(await finished(aWish({ repository, headSha: sha('2') })))).filter(
        ({ id }) => id !== one.id,
      )
      expect(await scans.take(second?.id ?? '', 1000)).toBe('busy')
      await aReplay()
      await scans.finishReplay(one, false)
      expect(await take(database, second?.id ?? '')).toMatchObject({ kind: 'replay' })
    })

    it('that learnt nothing is completed and leaves nothing behind', async () => {
      const replay = await aReplay()
      await scans.finishReplay(replay, false)
      expect(await row(database, replay.id)).toMatchObject({ status: 'completed', conclusion: null, leaseUntil: null })
      expect(await openRows(replay)).toEqual([])
    })

    it.each([
      ['main', 'change', (id: bigint) => `change:${id}:${sha('a')}`],
      [null, 'tracked', (id: bigint) => `tracked:${id}`],
    ])('that learnt something has its head scanned once more (base %s)', async (baseRef, kind, lane) => {
      const replay = await aReplay(aWish({ baseRef, baseSha: sha('b') }))
      await scans.finishReplay(replay, true)
      expect(await openRows(replay)).toMatchObject([
        {
          ...{ kind, headSha: sha('a'), ref: 'feature', baseRef, baseSha: sha('b'), trigger: 'provenance' },
          ...{ forced: false, replay: null, checkRunId: null, lane: lane(replay.repository.id) },
        },
      ])
    })

    it('joins a scan of its head that waits already', async () => {
      const wish = aWish()
      const replay = await aReplay(wish)
      await queue(database, wish)
      await scans.finishReplay(replay, true)
      expect(await openRows(replay)).toMatchObject([{ trigger: 'push' }])
    })

    it('is no verdict on its head', async () => {
      const replay = await aReplay()
      await scans.finishReplay(replay, false)
      const found = await scans.completedScans(replay.repository.id, sha('a'))
      expect(found.map(({ id }) => id)).not.toContain(replay.id)
      expect(found).toHaveLength(1)
    })

    it('writes nothing once another worker has taken over', async () => {
      const replay = await aReplay()
      await expireLease(database, replay.id)
      await database.client.scan.update({ where: { id: replay.id }, data: { status: 'queued', leaseUntil: null } })
      await expect(scans.finishReplay(replay, true)).rejects.toThrow(LeaseLost)
      expect(await openRows(replay)).toMatchObject([{ kind: 'replay' }])
    })
  })

  describe('the first scan of the default branch', () => {
    const known = async () => {
      const wish = aWish()
      const { repository } = await queueAndTake(database, wish)
      return repository
    }
    const trackedOf = (repositoryId: bigint) =>
      database.client.scan.findMany({ where: { repositoryId, kind: 'tracked' } })

    it('is queued when there was none, once', async () => {
      const repository = await known()
      const asked = await Promise.all([1, 2, 3].map(() => scans.ensureTracked(repository)))
      expect(asked).toEqual([true, true, true])
      const tracked = await trackedOf(repository.id)
      expect(tracked).toMatchObject([{ status: 'queued', headSha: null, baseRef: null, trigger: 'installation' }])
      await take(database, tracked[0]?.id ?? '')
      expect(await scans.ensureTracked(repository)).toBe(true)
    })

    it.each(['fail', 'skip'] as const)('that came to nothing (%s) counts as tried, for ten minutes', async (end) => {
      const repository = await known()
      await scans.ensureTracked(repository)
      const [tracked] = await trackedOf(repository.id)
      await scans[end](await take(database, tracked?.id ?? ''), 'why')
      expect(await scans.ensureTracked(repository)).toBe(false)
      await database.client.$executeRaw`
        UPDATE scan SET completed_at = completed_at - interval '11 minutes' WHERE id = ${tracked?.id}::uuid`
      expect(await scans.ensureTracked(repository)).toBe(true)
      expect(await trackedOf(repository.id)).toHaveLength(2)
    })

    it('that was completed is never asked for again', async () => {
      const repository = await known()
      await scans.ensureTracked(repository)
      const [tracked] = await trackedOf(repository.id)
      await scans.finish(await take(database, tracked?.id ?? ''), [], END)
      await database.client.$executeRaw`UPDATE scan SET completed_at = completed_at - interval '1 year'`
      expect(await scans.ensureTracked(repository)).toBe(false)
    })
  })

  describe('the tracked snapshot', () => {
    const repository = aRepository()
    let head = 0
    /** A scan of the default branch that finds this change. */
    const track = async (change: Partial<TrackedChange>): Promise<Scan> => {
      const commit = sha(++head)
      const scan = await queueAndTake(database, aWish({ repository, headSha: commit, baseRef: null }))
      await scans.persist(scan, anOutcome(), aChange({ commit, ...change }))
      await scans.finish(scan, [], END)
      return scan
    }
    const artifacts = () =>
      database.client.artifact.findMany({ where: { repositoryId: repository.id }, orderBy: { path: 'asc' } })
    const history = (commit: string | null) =>
      database.client.artifactRevision.findMany({ where: { commit: commit ?? '' }, orderBy: { path: 'asc' } })
    const edges = () =>
      database.client.traceEdge.findMany({ where: { repositoryId: repository.id }, orderBy: { id: 'asc' } })

    const [one, two] = [requirementFile('REQ-001'), requirementFile('REQ-002')]
    const source = {
      path: 'src/pump.ts',
      kind: 'source',
      reader: 'annotations/typescript',
      sha: sha('s'),
      content: null,
    } as const

    it('takes ids of any length: an index holds no row over 2,704 bytes, compressed', async () => {
      const noise = (seed: string) =>
        Array.from({ length: 80 }, (_, n) => createHash('sha512').update(`${seed}${n}`).digest('base64')).join('')
      const [long, other] = [noise('a'), `${noise('a')}b`]
      const file = { ...requirementFile('REQ-900'), content: aRequirement(long) }
      const origin = { path: file.path, line: 2 }
      const edge = (to: string) => ({ ...anEdge(long, to), origin })
      await track({ changed: [file], edges: [edge(long), edge(other)] })
      const kept = (await artifacts()).find(({ path }) => path === file.path)
      expect(kept?.gxpId).toMatch(new RegExp(`^${long.slice(0, 400).replace(/[+/]/g, '.')}.*…[0-9a-f]{32}$`))
      expect(kept?.data).toMatchObject({ gxpId: long })
      const [first, second] = await edges()
      expect([first?.from, first?.to]).toEqual([kept?.gxpId, kept?.gxpId])
      expect(second?.to).not.toBe(first?.to)
      await track({ removed: [file.path] })
    })

    it('begins with files, artifacts and their first revisions', async () => {
      const scan = await track({ changed: [one, two, source], edges: [anEdge('SPEC-001', 'REQ-001')] })
      expect((await new Contents(database, 1).tracked(repository.id))?.files).toEqual(
        new Map([one, two, source].map(({ path, sha }) => [path, sha])),
      )
      expect(await artifacts()).toMatchObject([
        {
          path: one.path,
          kind: 'requirement',
          gxpId: 'REQ-001',
          title: 'Stops the pump',
          risk: 'HIGH',
          status: 'draft',
          sha: one.sha,
          data: one.content,
        },
        { gxpId: 'REQ-002' },
      ])
      expect(await history(scan.headSha)).toMatchObject([
        { path: one.path, change: 'added', sha: one.sha, data: one.content, scanId: scan.id },
        { path: two.path, change: 'added' },
      ])
      const { trackedHead, trackedScanId, trackedAt } = await database.client.repository.findUniqueOrThrow({
        where: { id: repository.id },
      })
      expect({ trackedHead, trackedScanId }).toEqual({ trackedHead: scan.headSha, trackedScanId: scan.id })
      expect(trackedAt).not.toBeNull()
    })

    it('goes on with what changed and what is gone', async () => {
      const changed = requirementFile('REQ-001', 2, 'Stops the pump at once')
      const scan = await track({ changed: [changed], removed: [two.path, source.path] })
      expect(await artifacts()).toMatchObject([{ gxpId: 'REQ-001', title: 'Stops the pump at once', sha: changed.sha }])
      expect((await new Contents(database, 1).tracked(repository.id))?.files).toEqual(
        new Map([[changed.path, changed.sha]]),
      )
      expect(await history(scan.headSha)).toMatchObject([
        { path: one.path, change: 'changed', sha: changed.sha },
        { path: two.path, change: 'removed', sha: null, data: null, gxpId: 'REQ-002' },
      ])
    })

    it('has no new revision where only our reading of the same bytes is new', async () => {
      const reread = requirementFile('REQ-001', 2, 'Read better')
      const scan = await track({ changed: [reread] })
      expect(await artifacts()).toMatchObject([{ title: 'Read better' }])
      expect(await history(scan.headSha)).toEqual([])
    })

    it('has the system context and evidence as artifacts too', async () => {
      const field = (value: string) => ({ value, line: 2 })
      const context: SystemContext = {
        kind: 'system_context',
        fields: { project_name: field('Pump'), gxp_risk_rating: field('HIGH'), validation_status: field('draft') },
        problems: [],
      }
      const evidence: Evidence = {
        ...{ kind: 'evidence', form: 'test', jws: 'a.b.c', headers: [{ alg: 'ES256', kid: 'k' }], claims: {} },
        ...{ specId: 'SPEC-001', gxpId: 'SPEC-001', tier: 'OQ', results: null, payload: null, problems: [] },
      }
      const files: SnapshotFile[] = [
        { path: '.gxp/evidence/1.jws', kind: 'evidence', reader: 'evidence', sha: sha('e'), content: evidence },
        {
          path: '.gxp/system_context.md',
          kind: 'system_context',
          reader: 'system_context',
          sha: sha('x'),
          content: context,
        },
      ]
      await track({ changed: files })
      const [first, , second] = await artifacts()
      expect(first).toMatchObject({ kind: 'evidence', gxpId: 'SPEC-001', title: null, data: evidence })
      expect(second).toMatchObject({
        kind: 'system_context',
        title: 'Pump',
        risk: 'HIGH',
        status: 'draft',
        data: context,
      })
      await track({ removed: files.map(({ path }) => path) })
    })

    it('ends an artifact whose file is none any more', async () => {
      const scan = await track({ changed: [{ ...one, kind: 'known', reader: null, content: null, sha: sha('k') }] })
      expect(await artifacts()).toEqual([])
      const { path } = one
      expect(await history(scan.headSha)).toMatchObject([
        { path, kind: 'requirement', change: 'removed', gxpId: 'REQ-001', sha: null },
        { path, kind: 'known', change: 'added', gxpId: null, sha: sha('k'), data: null },
      ])
      await track({ removed: [path] })
    })

    it('has the history of keys, policies and what else lies in a package, though they are no artifacts', async () => {
      const file = (path: string, kind: FileKind, seed: string): SnapshotFile => {
        return { path, kind, reader: null, sha: sha(seed), content: null }
      }
      const manifest = file('.gxp/evidence/packages/OQ-1/manifest.json', 'package_file', 'm')
      const key = file('.gxp/keys/qa.pem', 'key', 'k')
      const policy = file('.github/rosie.yml', 'policy', 'p')
      const readme = file('.gxp/README.md', 'known', 'r')
      const code = [source, file('test/pump.test.ts', 'test', 't')]
      const told = async ({ headSha }: Scan) =>
        (await history(headSha)).map(({ change, path, kind, sha: now }) => [change, path, kind, now])
      const as = (change: string, { path, kind, sha: now }: SnapshotFile) => [change, path, kind, now]

      const first = await track({ changed: [...code, key, manifest, policy, readme] })
      expect(await told(first)).toEqual([policy, readme, manifest, key].map((one) => as('added', one)))
      expect(await artifacts()).toEqual([])

      const [otherKey, otherPolicy] = [
        { ...key, sha: sha('l') },
        { ...policy, sha: sha('q') },
      ]
      const second = await track({ changed: [otherKey, otherPolicy, manifest], removed: [readme.path, source.path] })
      expect(await told(second)).toEqual([
        as('changed', otherPolicy),
        ['removed', readme.path, 'known', null],
        as('changed', otherKey),
      ])

      const paths = [...code, key, manifest, policy].map(({ path }) => path)
      const last = await track({ removed: paths })
      expect(await told(last)).toEqual([policy, manifest, key].map(({ path, kind }) => ['removed', path, kind, null]))
    })

    it('writes only the edges that differ', async () => {
      const [a, b, c] = [anEdge('SPEC-001', 'REQ-001'), anEdge('SPEC-002', 'REQ-001'), anEdge('SPEC-003', 'REQ\0')]
      await track({ edges: [a, b, c, a] })
      const before = await edges()
      expect(before).toHaveLength(3)
      await track({ edges: [b, c, anEdge('SPEC-001', 'REQ-001', 2)] })
      const after = await edges()
      expect(after.slice(0, 2)).toEqual(before.slice(1))
      expect(after[2]).toMatchObject({ from: 'SPEC-001', to: 'REQ-001', line: 2, type: 'satisfies', by: 'satisfies' })
      expect(after).toHaveLength(3)
    })

    it('says of an edge that nothing defines its end for as long as nothing does', async () => {
      const [a, b] = [anEdge('SPEC-001', 'REQ-404'), anEdge('SPEC-002', 'REQ-001')]
      const broken = async () => (await edges()).filter((edge) => edge.broken).map(({ to }) => to)
      await track({ edges: [a, b], unknown: new Set(['REQ-404']) })
      expect(await broken()).toEqual(['REQ-404'])
      const before = await edges()
      await track({ edges: [a, b], unknown: new Set(['REQ-404']) })
      expect(await edges()).toEqual(before)
      await track({ edges: [a, b], unknown: new Set(['REQ-001']) })
      expect(await broken()).toEqual(['REQ-001'])
      await track({ edges: [a, b] })
      expect(await broken()).toEqual([])
      expect(await edges()).toHaveLength(2)
    })

    it('stays as it was when the lease is lost before the end', async () => {
      const stale = await queueAndTake(database, aWish({ repository, headSha: sha('z'), baseRef: null }))
      await scans.release(stale, 0, null, false)
      const current = await take(database, stale.id)
      const change = aChange({ commit: sha('z'), changed: [one] })
      await expect(scans.persist(stale, anOutcome(aFinding()), change)).rejects.toThrow('lease')
      expect(await artifacts()).toEqual([])
      expect(await findingsOf(stale.id)).toEqual([])
      expect(await history(sha('z'))).toEqual([])
      await scans.skip(current, 'done')
    })

    it('takes 5,000 files at once', async () => {
      const changed = Array.from({ length: 5_000 }, (_, index) => requirementFile(`REQ-${1000 + index}`))
      const scan = await track({ changed, edges: changed.map((_, index) => anEdge('SPEC-001', `REQ-${1000 + index}`)) })
      expect(await artifacts()).toHaveLength(5_000)
      expect(await history(scan.headSha)).toHaveLength(5_000)
      expect(await edges()).toHaveLength(5_000)
    })

    it('does not keep events of its repository waiting for ever', async () => {
      const changed = Array.from({ length: 3_000 }, (_, index) => requirementFile(`REQ-${1000 + index}`, 3))
      const commit = sha(++head)
      const scan = await queueAndTake(database, aWish({ repository, headSha: commit, baseRef: null }))
      const written = scans.persist(scan, anOutcome(), aChange({ commit, changed }))
      const wish = aWish({ repository, headSha: commit, baseRef: null })
      const told = await Promise.all([deliver(database, wish), deliver(database, wish), written])
      expect(told.slice(0, 2)).toEqual([false, false])
      await scans.finish(scan, [], END)
    })
  })

  describe('pull requests', () => {
    const pull = { headSha: sha('p'), headRef: 'feature', baseRef: 'main', open: true, opening: true, updatedAt: null }

    it('of a head and base are told before the scan of them is completed', async () => {
      const wish = aWish({ headSha: sha('p'), baseRef: 'main' })
      const scan = await queueAndTake(database, wish)
      const pulls = [
        { ...pull, number: 2 },
        { ...pull, number: 1, opening: false },
        { ...pull, number: 3, open: false },
        { ...pull, number: 4, baseRef: 'release' },
        { ...pull, number: 5, headSha: sha('q') },
      ]
      for (const facts of pulls) await deliver(database, { ...wish, type: 'pull', pull: facts })
      const fresh = { headSha: sha('p'), baseRef: 'main', commentId: null, commentHash: null, commentUnsure: false }
      expect(await scans.finish(scan, [], END)).toEqual([
        { ...fresh, number: 1, fromOpening: false },
        { ...fresh, number: 2, fromOpening: true },
      ])
      expect(await row(database, scan.id)).toMatchObject({ status: 'running' })
      await scans.updatePull(wish.repository.id, 1, { commentId: 2n ** 33n, commentHash: 'h', commentUnsure: true })
      expect(await scans.finish(scan, [2], END)).toMatchObject([
        { number: 1, commentId: 2n ** 33n, commentHash: 'h', commentUnsure: true },
      ])
      expect(await scans.finish(scan, [1, 2], END)).toEqual([])
      expect(await row(database, scan.id)).toMatchObject({ status: 'completed' })
    })

    it('opened while their scan runs join it and are told too', async () => {
      const wish = aWish({ headSha: sha('p'), baseRef: 'main' })
      const scan = await queueAndTake(database, wish)
      expect(await deliver(database, { ...wish, pull: { ...pull, number: 7 } })).toBe(false)
      expect(await scans.finish(scan, [], END)).toMatchObject([{ number: 7 }])
    })

    it('whose check is asked for again are scanned against each of their bases', async () => {
      const wish = aWish({ headSha: sha('p'), baseRef: 'main', forced: true })
      const pulls = [
        { ...pull, number: 1, baseRef: 'release' },
        { ...pull, number: 2, baseRef: 'release' },
        { ...pull, number: 3, baseRef: 'old', open: false },
      ]
      for (const facts of pulls) await deliver(database, { ...wish, type: 'pull', pull: facts })
      await deliver(database, wish)
      const queued = await database.client.scan.findMany({ where: { repositoryId: wish.repository.id } })
      expect(queued.map(({ baseRef, forced }) => ({ baseRef, forced }))).toEqual([
        { baseRef: 'main', forced: true },
        { baseRef: 'release', forced: true },
      ])
    })
  })
})
