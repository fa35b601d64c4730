/** What becomes of scans whose branch moves on, as the worker sees it. */
import { PARSER_VERSION } from '../../src/rosie/parse/index.ts'
import { RateLimited, Unreachable } from '../../src/scan/errors.ts'
import type { RepositorySource } from '../../src/scan/ports/source.ts'
import { createWorker, MAX_ATTEMPTS } from '../../src/scan/worker.ts'
import { Contents } from '../../src/store/contents.ts'
import type { Database } from '../../src/store/database.ts'
import { Scans } from '../../src/store/scans.ts'
import { States } from '../../src/store/states.ts'
import { ScanWishes } from '../../src/store/wishes.ts'
import { aRepository, aWish, deliver, expireLease, queue, row, sha, take } from '../store/given.ts'
import { forEachDatabase } from '../support/database.ts'
import { Stage } from './stage.ts'

const [A, B, C] = [sha('a'), sha('b'), sha('c')]

/** One branch of one repository: where it stands, and what is told of each of its heads. */
class Branch {
  head: string | null = null
  /** What asking for it comes to; undefined: the head. */
  answer: Error | null | undefined
  asked = 0
  nudged = 0
  readonly errors: string[] = []
  /** While the tree of this head is listed. */
  readonly during = new Map<string, () => Promise<unknown>>()
  readonly listed: string[] = []
  readonly #stages = new Map<string, Stage>()
  readonly work: (scanId: string) => Promise<unknown>
  readonly #database: Database
  readonly wish: ReturnType<typeof aWish>

  constructor(database: Database, { tracked }: { tracked: boolean }) {
    this.#database = database
    const repository = aRepository()
    this.wish = tracked ? aWish({ repository, ref: 'main', baseRef: null }) : aWish({ repository })
    this.work = createWorker({
      store: new Scans(database),
      portsOf: async () => ({
        source: this.#source(),
        contents: new Contents(database, PARSER_VERSION),
        states: new States(database),
        serverKeys: [],
        now: Date.now,
        publisherOf: ({ headSha }) => this.told(headSha),
      }),
      onWish: () => {
        this.nudged += 1
      },
      log: { info: () => {}, error: (_, message) => void this.errors.push(message) },
      backoffMs: 1,
    })
  }

  /** What people saw of a head's check. */
  told(head: string): Stage {
    const stage = this.#stages.get(head) ?? new Stage()
    this.#stages.set(head, stage)
    return stage
  }

  #source(): RepositorySource {
    const stage = new Stage()
    stage.onHead = async () => {
      this.asked += 1
      if (this.answer instanceof Error) throw this.answer
      return this.answer === null ? null : this.head
    }
    return Object.assign(stage, {
      tip: async () => this.head && { branch: 'main', commit: this.head },
      tree: async (commit: string) => {
        this.listed.push(commit)
        await this.during.get(commit)?.()
        return []
      },
    })
  }

  /** Answers the id of its scan. */
  push(head: string): Promise<string> {
    this.head = head
    return queue(this.#database, { ...this.wish, headSha: head })
  }
}

forEachDatabase('a worker on a branch that moves on', ({ open }) => {
  let database: Database
  beforeAll(async () => {
    database = await open()
  })

  /** Its default branch was scanned before. */
  async function aBranch({ tracked = false } = {}): Promise<Branch> {
    const branch = new Branch(database, { tracked })
    const { repository } = branch.wish
    await deliver(database, { type: 'repositories', installation: 1n, added: [repository], removed: [] })
    await database.client.repository.update({ where: { id: repository.id }, data: { trackedHead: sha(9) } })
    return branch
  }
  const status = async (id: string) => (await row(database, id)).status
  const due = (id: string) => database.client.scan.update({ where: { id }, data: { notBefore: null } })

  it('asks nothing about a single push', async () => {
    const branch = await aBranch()
    const only = await branch.push(A)
    await branch.work(only)
    expect(branch.asked).toBe(0)
    expect(await status(only)).toBe('completed')
  })

  it('breaks off the scan of an older head, cancels its check and scans the newer one', async () => {
    const branch = await aBranch()
    let newer = ''
    branch.during.set(A, async () => {
      newer = await branch.push(B)
      await branch.work(newer)
    })
    const older = await branch.push(A)
    expect(await branch.work(older)).toBeUndefined()
    expect(branch.told(A).said).toEqual(['open', `cancelled for ${B}`])
    expect(branch.told(B).said).toEqual(['open', 'neutral'])
    expect(await row(database, older)).toMatchObject({ status: 'superseded', supersededBy: newer, conclusion: null })
    expect(await status(newer)).toBe('completed')
    expect(branch.asked).toBe(1)
  })

  it('does so too where only one scan runs at a time, and hands over to the one that waited', async () => {
    const branch = await aBranch({ tracked: true })
    let newer = ''
    branch.during.set(A, async () => {
      newer = await branch.push(B)
      expect(await new ScanWishes(database).take(10, 60_000)).toContain(newer)
      // It is not to be looked at again before its lane is free.
      expect(await branch.work(newer)).toBeUndefined()
      expect(await status(newer)).toBe('queued')
      branch.nudged = 0
    })
    const older = await branch.push(A)
    await branch.work(older)
    expect(branch.told(A).said).toEqual(['open', `cancelled for ${B}`])
    expect(branch.nudged).toBeGreaterThan(0)
    expect(await new ScanWishes(database).take(10, 60_000)).toContain(newer)
    await branch.work(newer)
    expect(branch.told(B).said).toEqual(['open', 'neutral'])
    expect(branch.asked).toBe(1)
  })

  it.each([{ tracked: false }, { tracked: true }])(
    'scans only the last of a burst, whichever comes first (%o)',
    async (of) => {
      for (const order of [
        [0, 1, 2, 3],
        [3, 2, 1, 0],
        [2, 0, 3, 1],
      ]) {
        const branch = await aBranch(of)
        const heads = [1, 2, 3, 4].map(sha)
        const ids = new Map<string, string>()
        for (const head of order.map((n) => heads[n] ?? '')) ids.set(head, await branch.push(head))
        branch.head = heads[3] ?? ''
        for (const id of ids.values()) await branch.work(id)
        // What was found busy is handed over.
        for (const id of ids.values()) await branch.work(id)
        expect(await Promise.all(heads.map((head) => status(ids.get(head) ?? '')))).toEqual([
          ...['superseded', 'superseded', 'superseded', 'completed'],
        ])
        // Where none was opened there is none to cancel: that is the publisher's matter.
        expect(heads.filter((head) => branch.told(head).said.includes('open'))).toEqual([branch.head])
        expect(branch.asked).toBe(1)
      }
    },
  )

  it('scans a head of which no event told, when the branch stands there', async () => {
    const branch = await aBranch()
    const ids = [await branch.push(A), await branch.push(B)]
    branch.head = C
    for (const id of ids) await branch.work(id)
    expect(await Promise.all(ids.map(status))).toEqual(['superseded', 'superseded'])
    const found = await database.client.scan.findFirstOrThrow({
      where: { repositoryId: branch.wish.repository.id, headSha: C },
    })
    await branch.work(found.id)
    expect(branch.told(C).said).toEqual(['open', 'neutral'])
  })

  it('scans a head that the branch was pushed back to', async () => {
    const branch = await aBranch()
    let back = ''
    branch.during.set(A, async () => {
      branch.during.delete(A)
      await branch.work(await branch.push(B))
      // It is being broken off; then the branch is pushed back while its check is being closed.
      branch.told(A).cancel = async (newerHead) => {
        branch.told(A).said.push(`cancelled for ${newerHead}`)
        branch.head = A
        await deliver(database, { ...branch.wish, headSha: A })
      }
    })
    const first = await branch.push(A)
    await branch.work(first)
    ;({ id: back } = await database.client.scan.findFirstOrThrow({
      where: { repositoryId: branch.wish.repository.id, headSha: A, status: 'queued' },
    }))
    await branch.work(back)
    expect(back).not.toBe(first)
    expect(branch.told(A).said).toEqual(['open', `cancelled for ${B}`, 'neutral'])
    expect(await status(back)).toBe('completed')
  })

  it.each([
    ['is gone', null, []],
    ['can not be asked', new Unreachable('502'), ['a branch could not be asked where it stands']],
  ])('scans every head of a branch that %s', async (_what, answer, errors) => {
    const branch = await aBranch()
    const ids = [await branch.push(A), await branch.push(B)]
    branch.answer = answer
    for (const id of ids) await branch.work(id)
    expect(await Promise.all(ids.map(status))).toEqual(['completed', 'completed'])
    expect(branch.errors).toEqual(errors)
  })

  describe('closes the check of a scan whose worker is gone', () => {
    async function abandoned(): Promise<{ branch: Branch; id: string }> {
      const branch = await aBranch()
      const id = await branch.push(A)
      await take(database, id)
      await branch.work(await branch.push(B))
      await expireLease(database, id)
      await new ScanWishes(database).recover(false)
      return { branch, id }
    }

    it('without scanning it', async () => {
      const { branch, id } = await abandoned()
      expect(await row(database, id)).toMatchObject({ status: 'queued', supersededBy: expect.any(String) })
      await branch.work(id)
      expect(branch.told(A).said).toEqual([`cancelled for ${B}`])
      expect(branch.listed).toEqual([B])
      expect(await status(id)).toBe('superseded')
    })

    it('also when GitHub asks to wait, or does not answer', async () => {
      const { branch, id } = await abandoned()
      const stage = branch.told(A)
      const { cancel } = stage
      const refuse = async (error: Error) => {
        stage.cancel = () => Promise.reject(error)
        await branch.work(id)
        expect(await status(id)).toBe('queued')
        await due(id)
      }
      await refuse(new RateLimited(new Date(Date.now() + 1_000), 'slow down'))
      await refuse(new Unreachable('502'))
      stage.cancel = cancel
      await branch.work(id)
      expect(stage.said).toEqual([`cancelled for ${B}`])
      expect(await status(id)).toBe('superseded')
    })

    it('and ends it when GitHub never does', async () => {
      const { branch, id } = await abandoned()
      branch.told(A).cancel = () => Promise.reject(new Unreachable('502'))
      for (let attempt = 2; attempt <= MAX_ATTEMPTS; attempt++) {
        const startedAt = new Date(Date.now() - 7 * 3600_000)
        await database.client.scan.update({ where: { id }, data: { startedAt } })
        await branch.work(id)
        await due(id)
      }
      expect(await status(id)).toBe('superseded')
      expect(branch.errors.at(-1)).toBe('the check run of a superseded scan could not be closed')
    })
  })

  it('finishes a scan whose result is kept, though its branch has moved on', async () => {
    const branch = await aBranch()
    const older = await branch.push(A)
    const { conclude } = branch.told(A)
    branch.told(A).conclude = async (report) => {
      await branch.work(await branch.push(B))
      await conclude(report)
    }
    await branch.work(older)
    expect(branch.told(A).said).toEqual(['open', 'neutral'])
    expect(await status(older)).toBe('completed')
    expect(branch.asked).toBe(0)
  })

  it('completes what a person asks for, while the branch moves on', async () => {
    const branch = await aBranch()
    const asked = await queue(database, { ...branch.wish, headSha: A, forced: true, trigger: 'rerequested' })
    const [older, newer] = [await branch.push(C), await branch.push(B)]
    for (const id of [asked, older, newer]) await branch.work(id)
    expect(await Promise.all([asked, older, newer].map(status))).toEqual(['completed', 'superseded', 'completed'])
    expect(branch.told(A).said).toEqual(['open', 'neutral'])
  })
})
