import { type Contest, LeaseLost, type Scan, Superseded } from '../../src/scan/ports/store.ts'
import type { Database } from '../../src/store/database.ts'
import { Scans } from '../../src/store/scans.ts'
import { ScanWishes } from '../../src/store/wishes.ts'
import { forEachDatabase } from '../support/database.ts'
import {
  aChange,
  anOutcome,
  aRepository,
  aWish,
  deliver,
  END,
  expireLease,
  queue,
  queueAndTake,
  requirementFile,
  row,
  sha,
  take,
} from './given.ts'

const [A, B, C] = [sha('a'), sha('b'), sha('c')]

forEachDatabase('a branch that moves on', (databases) => {
  let database: Database
  let scans: Scans
  beforeAll(async () => {
    database = await databases.open()
    scans = new Scans(database)
  })

  /** Wishes for heads of one branch of a repository of their own. */
  const aBranch = (of: Parameters<typeof aWish>[0] = {}) => {
    const repository = aRepository()
    return (headSha: string, wish: Parameters<typeof aWish>[0] = {}) => aWish({ repository, headSha, ...of, ...wish })
  }
  const contestOf = async (scanId: string): Promise<Contest> => {
    const contest = await scans.contest(scanId)
    if (!contest) throw new Error('There is no contest.')
    return contest
  }
  /** As when the branch was asked on behalf of that scan, and stood there. */
  const supersede = async (scanId: string, head: string) => [...(await scans.supersede(await contestOf(scanId), head))]
  const openHeads = async (repositoryId: bigint) => {
    const open = await database.client.scan.findMany({
      where: { repositoryId, status: { in: ['queued', 'running'] } },
    })
    return open.map(({ headSha }) => headSha).sort()
  }

  describe('is asked where it stands', () => {
    it.each([
      ['the default branch', { baseRef: null, ref: 'main' }],
      ['another branch', {}],
      ['the pull request of a fork', { ref: 'refs/pull/7/head' }],
    ])('when two heads of %s are open, whichever is looked at', async (_what, of) => {
      const head = aBranch(of)
      const older = await queueAndTake(database, head(A))
      const newer = await queue(database, head(B))
      for (const id of [older.id, newer]) {
        expect(await scans.contest(id)).toEqual({
          ...{ repository: older.repository, kind: older.kind, ref: older.ref, baseRef: older.baseRef },
          asOf: expect.any(Date),
        })
      }
    })

    it('when a head is asked for that was superseded before', async () => {
      const head = aBranch()
      const first = await queue(database, head(A))
      const newer = await queue(database, head(B))
      await supersede(newer, B)
      await scans.finish(await take(database, newer), [], END)
      expect((await row(database, first)).status).toBe('superseded')
      expect(await scans.contest(await queue(database, head(A)))).not.toBeNull()
      expect(await scans.contest(await queue(database, head(C)))).not.toBeNull()
    })

    it('but not for a single head, whatever joins it', async () => {
      const head = aBranch()
      const id = await queue(database, head(A))
      await deliver(database, head(A, { trigger: 'pull_request' }))
      expect(await scans.contest(id)).toBeNull()
    })

    it('nor for heads of other branches, bases, repositories, or that are done', async () => {
      const head = aBranch()
      const id = await queue(database, head(A))
      await deliver(database, head(B, { ref: 'other' }), head(B, { baseRef: 'release' }), aWish({ headSha: B }))
      await deliver(database, head(B, { baseRef: null, ref: 'main' }))
      await scans.finish(await queueAndTake(database, head(C)), [], END)
      expect(await scans.contest(id)).toBeNull()
    })

    it('nor for one whose head nobody has named yet', async () => {
      const head = aBranch({ baseRef: null })
      const unnamed = await queue(database, aWish({ ...head(A), headSha: null, ref: null }))
      const named = await queue(database, head(A, { ref: 'main' }))
      expect(await scans.contest(unnamed)).toBeNull()
      expect(await scans.contest(named)).toBeNull()
    })
  })

  describe('is asked which head its pull request has', () => {
    const pull = (headSha: string, updatedAt: string) => ({
      ...{
        number: 7,
        headSha,
        headRef: 'feature',
        baseRef: 'main',
        open: true,
        opening: false,
        updatedAt: new Date(updatedAt),
      },
    })
    const [NOW, LATER] = ['2026-03-01T12:00:00Z', '2026-03-01T12:00:01Z']
    const headOf = async (repositoryId: bigint) =>
      (await database.client.pullRequest.findFirstOrThrow({ where: { repositoryId } })).headSha

    it('where two events of one second name two, and the head it has is told of its verdict', async () => {
      const head = aBranch()
      const told = await queueAndTake(database, head(B, { pull: pull(B, NOW) }))
      await scans.finish(told, [7], END)
      const late = await queue(database, head(A, { pull: pull(A, NOW) }))
      const { id } = told.repository
      expect(await headOf(id)).toBe(A)

      expect(await supersede(late, B)).toEqual([late])
      expect(await headOf(id)).toBe(B)
      const { supersededBy } = await row(database, late)
      expect(supersededBy).not.toBe(told.id)
      expect(await openHeads(id)).toEqual([B])
      expect(await scans.contest(supersededBy ?? '')).toBeNull()
    })

    it('where the one that came last is right, nothing more is scanned', async () => {
      const head = aBranch()
      const first = await queueAndTake(database, head(A, { pull: pull(A, NOW) }))
      await scans.finish(first, [7], END)
      const last = await queue(database, head(B, { pull: pull(B, NOW) }))
      expect(await supersede(last, B)).toEqual([])
      expect(await openHeads(first.repository.id)).toEqual([B])
      expect(await scans.contest(last)).toBeNull()
    })

    it('but not where the events tell', async () => {
      const head = aBranch()
      await scans.finish(await queueAndTake(database, head(A, { pull: pull(A, NOW) })), [7], END)
      expect(await scans.contest(await queue(database, head(B, { pull: pull(B, LATER) })))).toBeNull()
    })

    it("nor is a fork's pull request moved by a branch of the same name", async () => {
      const head = aBranch({ ref: 'refs/pull/7/head' })
      await scans.finish(await queueAndTake(database, head(A, { pull: pull(A, NOW) })), [7], END)
      const fork = await queueAndTake(database, head(B, { pull: pull(B, NOW) }))
      await scans.finish(fork, [7], END)
      const own = await queue(database, head(C, { ref: 'feature' }))
      expect(await supersede(own, C)).toEqual([])
      expect(await headOf(fork.repository.id)).toBe(B)
    })
  })

  describe('leaves its older heads behind:', () => {
    it('scans that never began end at once, the others are marked', async () => {
      const head = aBranch()
      const waiting = await queue(database, head(A))
      const running = await queueAndTake(database, head(sha(1)))
      const tried = await queueAndTake(database, head(sha(2)))
      await scans.release(tried, 0, 'Unreachable', true)
      const opened = await queueAndTake(database, head(sha(3)))
      await scans.update(opened, { checkRunId: 31n })
      await scans.release(opened, 0, 'RateLimited', false)
      const newest = await queue(database, head(B))

      expect((await supersede(newest, B)).sort()).toEqual([waiting, running.id, tried.id, opened.id].sort())
      expect(await row(database, waiting)).toMatchObject({ status: 'superseded', supersededBy: newest })
      expect((await row(database, waiting)).completedAt).not.toBeNull()
      for (const { id } of [tried, opened]) {
        expect(await row(database, id)).toMatchObject({ status: 'queued', supersededBy: newest, completedAt: null })
      }
      expect(await row(database, running.id)).toMatchObject({ status: 'running', supersededBy: newest })
      expect(await row(database, newest)).toMatchObject({ status: 'queued', supersededBy: null })
      expect(await scans.contest(newest)).toBeNull()
      expect(await scans.take(waiting, 1000)).toBe('gone')
    })

    it.each([
      ['a person asked for', { forced: true, trigger: 'rerequested' }],
      ['a merge queue asked for', { trigger: 'merge_group' }],
    ])('but none that %s', async (_what, wish) => {
      const head = aBranch()
      const kept = await queue(database, head(A, wish))
      const older = await queue(database, head(C))
      const newer = await queue(database, head(B))
      expect(await supersede(newer, B)).toEqual([older])
      expect(await row(database, kept)).toMatchObject({ status: 'queued', supersededBy: null })
      expect(await scans.contest(kept)).toBeNull()
    })

    it('nor one that runs and that a person asks for meanwhile', async () => {
      const head = aBranch()
      const kept = await queueAndTake(database, head(A))
      const newer = await queue(database, head(B))
      const contest = await contestOf(newer)
      await deliver(database, head(A, { forced: true }))
      expect(await scans.supersede(contest, B)).toEqual(new Set())
      expect((await row(database, kept.id)).supersededBy).toBeNull()
    })

    it('nor one whose result is kept already, nor a replay', async () => {
      const head = aBranch()
      const wanted = { scope: 'src', unknown: [C], unavailable: [] }
      await scans.finish(await queueAndTake(database, head(sha(1))), [], { ...END, replay: wanted })
      const kept = await queueAndTake(database, head(A))
      await scans.persist(kept, anOutcome(), null)
      const older = await queue(database, head(C))
      const newer = await queue(database, head(B))
      expect(await supersede(newer, B)).toEqual([older])
      await scans.update(kept, { phase: 'Evidence' })
      expect(await openHeads(kept.repository.id)).toEqual([sha(1), A, B].sort())
    })

    it('nor one that was asked for once more after the branch was asked', async () => {
      const head = aBranch()
      const back = await queueAndTake(database, head(A))
      const newer = await queue(database, head(B))
      const contest = await contestOf(newer)
      // The branch stood at B then; it is pushed back to A before the answer is written down.
      await deliver(database, head(A))
      expect(await scans.supersede(contest, B)).toEqual(new Set())
      expect((await row(database, back.id)).supersededBy).toBeNull()
    })

    it.each([
      ['joins a scan of it', { ref: 'copy' }],
      ['is compared with another base', { ref: 'copy', baseRef: 'release' }],
      ['is the default branch', { ref: 'main', baseRef: null }],
    ])('nor one of a head on which another branch stands, which %s', async (_what, elsewhere) => {
      const head = aBranch()
      const both = await queue(database, head(A))
      await deliver(database, head(A, elsewhere))
      const newer = await queue(database, head(B))
      expect(await scans.contest(newer)).toBeNull()
      expect(await row(database, both)).toMatchObject({ status: 'queued', shared: true })
    })

    it('nor one of a head on which another branch has stood before', async () => {
      const head = aBranch()
      await scans.finish(await queueAndTake(database, head(A, { ref: 'main', baseRef: null })), [], END)
      const both = await queue(database, head(A))
      expect(await scans.contest(await queue(database, head(B)))).toBeNull()
      expect((await row(database, both)).shared).toBe(true)
    })

    it('an event that names no branch makes it no other one', async () => {
      const head = aBranch()
      const id = await queue(database, head(A, { ref: null }))
      await deliver(database, head(A, { ref: 'refs/pull/7/head' }), head(A, { ref: null }))
      expect(await row(database, id)).toMatchObject({ ref: 'refs/pull/7/head', shared: false })
    })
  })

  describe('points at a head', () => {
    it('of which nobody has told yet: it is queued, as its push would', async () => {
      const head = aBranch()
      const [one, two] = [await queueAndTake(database, head(A)), await queue(database, head(B))]
      expect((await supersede(two, C)).sort()).toEqual([one.id, two].sort())
      const newest = await database.client.scan.findFirstOrThrow({
        where: { repositoryId: one.repository.id, headSha: C },
      })
      expect(newest).toMatchObject({
        ...{ kind: 'change', status: 'queued', ref: 'feature', baseRef: 'main', trigger: 'push', forced: false },
        lane: `change:${one.repository.id}:${C}`,
      })
      expect((await row(database, two)).supersededBy).toBe(newest.id)
    })

    it('that was scanned to the end: that scan stands', async () => {
      const head = aBranch()
      const done = await queueAndTake(database, head(C))
      await scans.finish(done, [], END)
      await queue(database, head(A))
      const late = await queue(database, head(B))
      expect(await supersede(late, C)).toHaveLength(2)
      expect(await row(database, late)).toMatchObject({ status: 'superseded', supersededBy: done.id })
      expect(await openHeads(done.repository.id)).toEqual([])
    })

    it('of the default branch that was scanned, but is not what is known of it now: it is scanned again', async () => {
      const head = aBranch({ baseRef: null, ref: 'main' })
      const completed = async (headSha: string) => {
        const scan = await queueAndTake(database, head(headSha))
        await scans.persist(scan, anOutcome(), aChange({ commit: headSha }))
        await scans.finish(scan, [], END)
        return scan
      }
      await completed(C)
      const { repository } = await completed(sha(1))
      await queue(database, head(A))
      await supersede(await queue(database, head(B)), C)
      expect(await openHeads(repository.id)).toEqual([C])
    })

    it('that was superseded a moment ago, and still runs: it is wanted again', async () => {
      const head = aBranch()
      const back = await queueAndTake(database, head(A))
      const other = await queue(database, head(B))
      await supersede(other, B)
      const third = await queue(database, head(C))
      expect((await supersede(third, A)).sort()).toEqual([other, third].sort())
      await scans.update(back, { phase: 'Fetch' })
      expect(await row(database, back.id)).toMatchObject({ status: 'running', supersededBy: null })
      expect((await row(database, other)).supersededBy).toBe(back.id)
    })

    it('beside which nothing is open: nothing is written', async () => {
      const head = aBranch()
      const only = await queue(database, head(A))
      const newer = await queue(database, head(B))
      const contest = await contestOf(newer)
      await scans.skip(await take(database, only), 'done')
      await scans.skip(await take(database, newer), 'done')
      expect(await scans.supersede(contest, C)).toEqual(new Set())
      expect(await openHeads((await row(database, only)).repositoryId)).toEqual([])
    })
  })

  describe('and a scan that was superseded while it runs', () => {
    let head: ReturnType<typeof aBranch>
    let scan: Scan
    let newer: string
    beforeEach(async () => {
      head = aBranch({ baseRef: null, ref: 'main' })
      scan = await queueAndTake(database, head(A))
      newer = await queue(database, head(B))
      await supersede(newer, B)
    })

    it('enters no further phase and keeps no result, but may say which check run it opened', async () => {
      const change = aChange({ commit: A, changed: [requirementFile('REQ-001')] })
      for (const write of [
        () => scans.update(scan, { phase: 'Fetch', progress: 30 }),
        () => scans.persist(scan, anOutcome(), change),
      ]) {
        const refused = write()
        await expect(refused).rejects.toThrow(Superseded)
        await expect(refused).rejects.toMatchObject({ newerHead: B })
      }
      const { id } = scan.repository
      expect(await database.client.repository.findUniqueOrThrow({ where: { id } })).toMatchObject({ trackedHead: null })
      expect(await database.client.trackedFile.count({ where: { repositoryId: id } })).toBe(0)
      await scans.update(scan, { checkRunId: 31n })
      await scans.renew(scan, 60_000)
      expect(await row(database, scan.id)).toMatchObject({ checkRunId: 31n, phase: null, conclusion: null })
    })

    it('is withdrawn, and counts neither as scanned nor as tried', async () => {
      await scans.withdraw(scan)
      expect(await row(database, scan.id)).toMatchObject({
        status: 'superseded',
        supersededBy: newer,
        leaseUntil: null,
      })
      expect(await scans.completedScans(scan.repository.id, A)).toEqual([])
      await scans.skip(await take(database, newer), 'done')
      await database.client.scan.update({ where: { id: newer }, data: { completedAt: new Date(0) } })
      expect(await scans.ensureTracked(scan.repository)).toBe(true)
    })

    it('of which an event is heard late is one that the branch is asked about', async () => {
      await scans.withdraw(scan)
      expect(await deliver(database, head(A, { onlyIfUnknown: true, trigger: 'check_suite' }))).toBe(true)
      expect(await deliver(database, head(B, { onlyIfUnknown: true, trigger: 'check_suite' }))).toBe(false)
    })

    it('goes on when its head is asked for again', async () => {
      expect(await deliver(database, head(A))).toBe(false)
      await scans.update(scan, { phase: 'Fetch' })
      await scans.persist(scan, anOutcome(), null)
    })

    it('goes on when another branch turns out to stand there', async () => {
      await deliver(database, head(A, { ref: 'copy', baseRef: 'main' }))
      await scans.update(scan, { phase: 'Fetch' })
    })

    it('is scanned anew when its head was asked for again while its check run was being closed', async () => {
      await scans.update(scan, { checkRunId: 31n })
      await deliver(database, head(A, { forced: true }))
      await scans.withdraw(scan)
      const again = await database.client.scan.findFirstOrThrow({
        where: { repositoryId: scan.repository.id, headSha: A, status: 'queued' },
      })
      expect(again).toMatchObject({
        ...{ kind: 'tracked', ref: 'main', baseRef: null, trigger: 'push', forced: true, shared: false, attempts: 0 },
        ...{ checkRunId: null, supersededBy: null, dispatchedAt: null, lane: `tracked:${scan.repository.id}` },
      })
      expect(await row(database, scan.id)).toMatchObject({ status: 'superseded', supersededBy: again.id })
    })

    it('is found again when its worker dies, with the head to name', async () => {
      await expireLease(database, scan.id)
      await new ScanWishes(database).recover(false)
      expect(await take(database, scan.id)).toMatchObject({ attempt: 2, newerHead: B })
      await expect(scans.withdraw(scan)).rejects.toThrow(LeaseLost)
    })
  })

  describe('what waits in a lane', () => {
    const handedOver = (id: string) =>
      database.client.scan.update({ where: { id }, data: { dispatchedAt: new Date() } })
    const dispatchedAt = async (id: string) => (await row(database, id)).dispatchedAt

    it('is due to be handed to the queue when a scan leaves it', async () => {
      const head = aBranch({ baseRef: null, ref: 'main' })
      const first = await queueAndTake(database, head(A))
      const [next, unheard, other] = [
        await queue(database, head(B)),
        await queue(database, head(C)),
        await queue(database, aWish({ baseRef: null })),
      ]
      await handedOver(next)
      await handedOver(other)
      expect(await scans.handOver(first)).toBe(true)
      expect(await dispatchedAt(next)).toBeNull()
      expect(await dispatchedAt(unheard)).toBeNull()
      expect(await dispatchedAt(other)).not.toBeNull()
      expect(await scans.handOver(first)).toBe(false)
    })

    it('is so too when what came first in it is superseded', async () => {
      const head = aBranch({ baseRef: null, ref: 'main' })
      const older = await queue(database, head(A))
      const forced = await queue(database, head(C, { forced: true }))
      const newer = await queue(database, head(B))
      await handedOver(forced)
      await handedOver(newer)
      expect(await supersede(newer, B)).toEqual([older])
      expect(await dispatchedAt(forced)).toBeNull()
      expect(await dispatchedAt(newer)).toBeNull()
    })
  })
})
