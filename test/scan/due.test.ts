/**
 * Verdicts that time alone changes: a real git repository, the real store and pipeline, a clock of our own; only the
 * publisher listens instead of GitHub, and what is asked of git is counted.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalSource } from '../../src/local/source.ts'
import { PARSER_VERSION } from '../../src/rosie/parse/index.ts'
import { dueSweep } from '../../src/scan/due.ts'
import type { PullRequestFacts } from '../../src/scan/ports/intents.ts'
import type { Publisher, Report } from '../../src/scan/ports/publisher.ts'
import { createWorker } from '../../src/scan/worker.ts'
import { Contents } from '../../src/store/contents.ts'
import type { Database } from '../../src/store/database.ts'
import { Due } from '../../src/store/due.ts'
import { Scans } from '../../src/store/scans.ts'
import { States } from '../../src/store/states.ts'
import { ScanWishes } from '../../src/store/wishes.ts'
import { RECORD, story } from '../e2e/record.ts'
import { deliver, newId } from '../store/given.ts'
import { forEachDatabase } from '../support/database.ts'
import type { FileContent } from '../support/github/fast-import.ts'
import { BareRepository } from '../support/github/git.ts'

type Files = Record<string, FileContent>

const DAY = 24 * 60 * 60 * 1000
const DAYS_AGO = (days: number) => Date.now() - days * DAY
const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10)

/** What git is asked; LocalSource counts nothing. */
class CountedSource extends LocalSource {
  readonly #asked: string[]
  constructor(dir: string, asked: string[]) {
    super(dir)
    this.#asked = asked
  }
  override tip() {
    this.#asked.push('tip')
    return super.tip()
  }
  override head(ref: string) {
    this.#asked.push('head')
    return super.head(ref)
  }
  override mergeBase(base: string, head: string) {
    this.#asked.push('merge base')
    return super.mergeBase(base, head)
  }
  override tree(commit: string) {
    this.#asked.push('tree')
    return super.tree(commit)
  }
  override async *blobs(request: Parameters<LocalSource['blobs']>[0]) {
    this.#asked.push('blobs')
    yield* super.blobs(request)
  }
  override directories(commits: readonly string[], path: string) {
    this.#asked.push('directories')
    return super.directories(commits, path)
  }
}

/** One repository and everything that works on it. */
class Lab {
  readonly #database: Database
  readonly #git: BareRepository
  readonly #store: Scans
  readonly #work: (scanId: string) => Promise<unknown>
  readonly #repository = { id: newId(), owner: 'acme', name: 'lab', private: true, defaultBranch: 'main' }
  readonly asked: string[] = []
  /** `open` and the conclusions of check runs, and comments. */
  readonly told: string[] = []
  /** ms since 1970. */
  clock = DAYS_AGO(10)

  constructor(database: Database, git: BareRepository) {
    this.#database = database
    this.#git = git
    this.#store = new Scans(database)
    this.#work = createWorker({
      store: this.#store,
      portsOf: async () => ({
        source: new CountedSource(git.dir, this.asked),
        contents: new Contents(database, PARSER_VERSION),
        states: new States(database),
        serverKeys: [],
        now: () => this.clock,
        publisherOf: () => this.#publisher(),
      }),
      onWish: () => {},
      log: { info: () => {}, error: () => {} },
      backoffMs: 1,
    })
  }

  #publisher(): Publisher {
    let open = false
    return {
      open: async () => {
        if (!open) this.told.push('open')
        open = true
      },
      progress: async () => {},
      conclude: async ({ assessment }: Report) => void this.told.push(assessment.conclusion),
      fail: async (title) => void this.told.push(title),
      cancel: async () => void this.told.push('cancelled'),
      comment: async ({ number }, { assessment }) => {
        this.told.push(`comment: ${assessment.conclusion}`)
        await this.#store.updatePull(this.#repository.id, number, { commentId: BigInt(number) })
      },
    }
  }

  async commit(files: Files, branch = 'main'): Promise<string> {
    const parent = (await this.#git.ref(`refs/heads/${branch}`)) ?? (await this.#git.ref('refs/heads/main'))
    return this.#git.commit({ branch, files, message: randomUUID(), parent, force: true })
  }

  push(headSha: string, branch = 'main', { pull = false, forced = false } = {}): Promise<boolean> {
    const facts: PullRequestFacts = {
      ...{ number: 1, headSha, headRef: branch, baseRef: 'main', open: true, opening: false, updatedAt: new Date() },
    }
    return deliver(
      this.#database,
      { type: 'installation', installation: { id: 1n, account: 'acme', accountType: 'Organization' }, state: 'active' },
      {
        ...{ type: 'scan', installation: 1n, repository: this.#repository, headSha, ref: branch, baseSha: null },
        ...{ baseRef: branch === 'main' ? null : 'main', trigger: 'push', forced, onlyIfUnknown: false },
        pull: pull ? facts : null,
      },
    )
  }

  /** Everything that is queued, and what comes of it. */
  async drain(): Promise<void> {
    const wishes = new ScanWishes(this.#database)
    for (let rounds = 0; rounds < 60; rounds++) {
      const where = { repositoryId: this.#repository.id, status: 'queued' as const }
      const { count } = await this.#database.client.scan.updateMany({ where, data: { notBefore: null } })
      if (count === 0) return
      for (const scanId of await wishes.take(10, 0)) await this.#work(scanId)
    }
    throw new Error('The scans do not come to an end.')
  }

  /** Pushed and scanned. What was asked and told until then is forgotten. */
  async scanned(
    headSha: string,
    ...of: [branch?: string, how?: { pull?: boolean; forced?: boolean }]
  ): Promise<string[]> {
    this.forget()
    await this.push(headSha, ...of)
    await this.drain()
    return this.told
  }

  forget() {
    this.asked.length = 0
    this.told.length = 0
  }

  /** Time passes, and what fell due is queued; answers how many rounds of the sweep found something. */
  async wait(days: number): Promise<number> {
    this.clock += days * DAY
    let nudged = 0
    await dueSweep(new Due(this.#database), () => nudged++).run(null, AbortSignal.abort())
    return nudged
  }

  /** What fell due after so many days is judged. Answers what was told. */
  async after(days: number): Promise<string[]> {
    this.forget()
    await this.wait(days)
    await this.drain()
    return this.told
  }

  /** A scan of that head which fell due: as if it had waited long. */
  async repeat(headSha: string) {
    const { id: repositoryId } = this.#repository
    await this.#database.client.scan.create({
      data: { repositoryId, kind: 'tracked', headSha, ref: 'main', trigger: 'due', lane: `tracked:${repositoryId}` },
    })
  }

  rows = () =>
    this.#database.client.scan.findMany({
      where: { repositoryId: this.#repository.id },
      include: { findings: true },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    })

  /** As `due completed success`. */
  async ends(): Promise<string[]> {
    return (await this.rows()).map(({ trigger, status, conclusion }) => `${trigger} ${status} ${conclusion}`)
  }

  dueAt = async () => {
    const { id } = this.#repository
    return (await this.#database.client.repository.findUniqueOrThrow({ where: { id } })).dueAt?.getTime() ?? null
  }

  /** It is tomorrow, as far as commits that were not there are concerned. */
  async tomorrow() {
    const { id } = this.#repository
    await this.#database.client.$executeRaw`
      UPDATE commit_state SET asked_at = asked_at - interval '25 hours' WHERE repository_id = ${id}`
  }
}

/** A warning from the day after on: no other conclusion. */
const vendor = (lastDay: string) => ({
  '.gxp/vendor_assessments/VA-acme.md': `---
vendor_name: Acme
product: LIMS
certification_type: ISO 13485
certification_date: 2020-01-01
expiry_date: ${lastDay}
scope: All of it
risk_reduction_justification: It is tested by its maker
---
`,
})

const BROKEN = '.gxp/user_stories/US-002-broken.md'
/** An error that is set aside until the end of that day. */
const ignored = (lastDay: string) => ({
  [BROKEN]: story('US-002', 'REQ-404'),
  '.github/rosie.yml': `ignore:\n  - {paths: ["${BROKEN}"], reason: We are on it., expires: ${lastDay}}\n`,
})

forEachDatabase('what falls due is judged anew', (databases) => {
  let database: Database
  const folders: string[] = []
  beforeAll(async () => {
    database = await databases.open()
  })
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  })
  beforeEach(() => database.client.repository.updateMany({ data: { dueAt: null } }))

  async function aLab(files: Files): Promise<{ lab: Lab; head: string }> {
    const folder = await mkdtemp(join(tmpdir(), 'due-'))
    folders.push(folder)
    const lab = new Lab(database, await BareRepository.create(join(folder, 'lab.git'), 'main'))
    return { lab, head: await lab.commit({ ...RECORD, ...files }) }
  }
  /** The end of the third day from now on, by the clock of a lab. */
  const LAST_DAY = dayOf(DAYS_AGO(8))

  it('from what is stored, and told to nobody while the conclusion is the same', async () => {
    const { lab, head } = await aLab(vendor(LAST_DAY))
    expect(await lab.scanned(head)).toEqual(['open', 'success'])
    expect(await lab.dueAt()).toBe(Date.parse(`${LAST_DAY}T00:00:00Z`) + DAY)

    expect([await lab.after(4), lab.asked]).toEqual([[], []])
    const [first, second] = await lab.rows()
    expect([first?.findings, second?.findings]).toMatchObject([[], [{ rule: 'vendor/expired', severity: 'warning' }]])
    expect(await lab.ends()).toEqual(['push completed success', 'due completed success'])
    expect([await lab.dueAt(), await lab.wait(1)]).toEqual([null, 0])
  })

  it('with a check run of its own once it is another', async () => {
    const { lab, head } = await aLab(ignored(LAST_DAY))
    expect(await lab.scanned(head)).toEqual(['open', 'success'])
    expect([await lab.after(4), lab.asked]).toEqual([['open', 'failure'], []])
    expect(await lab.after(100)).toEqual([])
  })

  it('again and again, each time until the next moment', async () => {
    const { lab, head } = await aLab({ ...vendor(dayOf(DAYS_AGO(9))), ...ignored(dayOf(DAYS_AGO(6))) })
    await lab.scanned(head)
    expect(await lab.after(3)).toEqual([])
    expect(await lab.after(2)).toEqual(['open', 'failure'])
    expect(await lab.ends()).toEqual(['push completed success', 'due completed success', 'due completed failure'])
  })

  it('unless the default branch was scanned at another commit meanwhile', async () => {
    const { lab, head } = await aLab(ignored(LAST_DAY))
    await lab.scanned(head)
    await lab.scanned(await lab.commit({ [BROKEN]: null }))
    lab.forget()
    await lab.repeat(head)
    await lab.drain()
    expect([lab.told, lab.asked]).toEqual([[], []])
    expect((await lab.ends()).at(-1)).toBe('due skipped null')
    expect((await lab.rows()).at(-1)?.error).toContain('another commit')
  })

  it('in open pull requests too, whose comment is written anew only with another conclusion', async () => {
    const { lab, head } = await aLab({})
    await lab.scanned(head)
    const change = await lab.commit({ ...vendor(dayOf(DAYS_AGO(9))) }, 'change')
    await lab.scanned(change, 'change', { pull: true })
    expect(lab.told).toEqual(['open', 'success', 'comment: success'])
    expect([await lab.after(3), lab.asked]).toEqual([[], []])
    const again = (await lab.rows()).find(({ kind, trigger }) => kind === 'change' && trigger === 'due')
    expect(again?.findings).toMatchObject([{ rule: 'vendor/expired' }])

    const policy = ignored(dayOf(DAYS_AGO(6)))
    lab.clock = DAYS_AGO(10)
    const other = await lab.commit({ '.github/rosie.yml': policy['.github/rosie.yml'] })
    await lab.scanned(other)
    const broken = await lab.commit({ [BROKEN]: policy[BROKEN] }, 'change')
    await lab.scanned(broken, 'change', { pull: true })
    expect(lab.told).toEqual(['open', 'success', 'comment: success'])
    expect([await lab.after(5), lab.asked]).toEqual([['open', 'failure', 'comment: failure'], []])
  })

  it('without looking anything up: that waits for the next push', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = {
      ...{ spec_id: 'SPEC-001-001', verification_tier: 'OQ', test_results: { passed: 1, failed: 0, skipped: 0 } },
      ...{ timestamp: '2026-01-01T00:00:00Z', system_state_hash: '0'.repeat(64), git_commit: 'f'.repeat(40) },
    }
    const token = `${part({ alg: 'ES256', kid: 'qa' })}.${part(claims)}.${Buffer.alloc(64, 1).toString('base64url')}`
    const { lab, head } = await aLab({ ...vendor(LAST_DAY), '.gxp/evidence/EV-1.jws': token })
    await lab.scanned(head)
    expect(lab.asked).toContain('directories')
    await lab.tomorrow()
    expect([await lab.after(4), lab.asked]).toEqual([[], []])
    expect((await lab.ends()).at(-1)).toMatch(/^due completed/)
  })

  it('with a check run where a person asked for one meanwhile', async () => {
    const { lab, head } = await aLab(vendor(LAST_DAY))
    await lab.scanned(head)
    await lab.wait(4)
    expect(await lab.scanned(head, 'main', { forced: true })).toEqual(['open', 'success'])
    expect(await lab.ends()).toEqual(['push completed success', 'due completed success'])
  })

  it('in silence where that fails, and once more after an hour', async () => {
    const { lab, head } = await aLab(ignored(LAST_DAY))
    await lab.scanned(head)
    await lab.wait(4)
    lab.forget()
    const { clock } = lab
    Object.defineProperty(lab, 'clock', {
      configurable: true,
      get: () => {
        throw new Error('The clock stands.')
      },
    })
    await lab.drain()
    expect([lab.told, (await lab.ends()).at(-1)]).toEqual([[], 'due failed null'])
    Object.defineProperty(lab, 'clock', { configurable: true, writable: true, value: clock })
    expect(Math.round((((await lab.dueAt()) ?? 0) - Date.now()) / 60_000)).toBe(60)

    await database.client.repository.updateMany({ where: { dueAt: { not: null } }, data: { dueAt: new Date(0) } })
    expect(await lab.after(0)).toEqual(['open', 'failure'])
  })

  it('An earlier scan stands in for a new one only where time has not changed its conclusion', async () => {
    const { lab, head } = await aLab(ignored(LAST_DAY))
    await lab.scanned(head)
    const change = await lab.commit({ 'README.md': 'words' }, 'change')
    expect(await lab.scanned(change, 'change')).toEqual(['open', 'success'])
    expect(await lab.scanned(change, 'change')).toEqual([])
    await lab.after(4) // the branch has no pull request: its head is not judged anew
    expect(await lab.scanned(change, 'change', { pull: true })).toEqual(['open', 'failure', 'comment: failure'])
  })
})
