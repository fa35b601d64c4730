/**
 * Provenance replay, from a push to the verdict that it updates: a real git repository, the real store and pipeline; only
 * the publisher listens instead of GitHub, and what is asked of git is counted.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalSource } from '../../src/local/source.ts'
import { PARSER_VERSION } from '../../src/rosie/parse/index.ts'
import { stateHashes } from '../../src/rosie/state-hash.ts'
import { Corrupt } from '../../src/scan/errors.ts'
import type { Report } from '../../src/scan/ports/publisher.ts'
import { createWorker } from '../../src/scan/worker.ts'
import { Contents } from '../../src/store/contents.ts'
import type { Database } from '../../src/store/database.ts'
import { Deliveries } from '../../src/store/deliveries.ts'
import { Scans } from '../../src/store/scans.ts'
import { States } from '../../src/store/states.ts'
import { ScanWishes } from '../../src/store/wishes.ts'
import { CONTEXT } from '../e2e/record.ts'
import { newId } from '../store/given.ts'
import { forEachDatabase } from '../support/database.ts'
import type { FileContent } from '../support/github/fast-import.ts'
import { BareRepository } from '../support/github/git.ts'

type Files = Record<string, FileContent>

const GONE = 'f'.repeat(40)
const hashOf = (files: Record<string, string>, scope = 'src') =>
  stateHashes(
    Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) })),
    scope,
  )

/** Evidence, whoever signed it: provenance doesn't ask. */
function evidence(commit: string | null, stateHash: string | null, seed = 0): string {
  const claims = {
    spec_id: 'SPEC-001',
    verification_tier: 'OQ',
    test_results: { passed: 1, failed: 0, skipped: seed },
    timestamp: '2026-01-01T00:00:00Z',
    ...(stateHash && { system_state_hash: stateHash }),
    ...(commit && { git_commit: commit }),
  }
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'ES256', kid: 'qa' })}.${part(claims)}.${Buffer.alloc(64, 1).toString('base64url')}`
}

/** What the source was asked, as `directories 3`, `tree`, `blobs 2`. */
class CountedSource extends LocalSource {
  readonly #asked: string[]
  readonly #fails: (asked: string, commit: string) => Error | null
  constructor(dir: string, asked: string[], fails: (asked: string, commit: string) => Error | null) {
    super(dir)
    this.#asked = asked
    this.#fails = fails
  }

  override async directories(commits: readonly string[], path: string) {
    this.#ask('directories', '', commits.length)
    return super.directories(commits, path)
  }

  override async tree(commit: string) {
    this.#ask('tree', commit)
    return super.tree(commit)
  }

  override async *blobs(request: Parameters<LocalSource['blobs']>[0]) {
    this.#ask('blobs', request.commit, request.wanted.length)
    yield* super.blobs(request)
  }

  #ask(what: string, commit: string, count?: number) {
    this.#asked.push(count === undefined ? what : `${what} ${count}`)
    const error = this.#fails(what, commit)
    if (error) throw error
  }
}

/** One repository and everything that works on it. */
class Lab {
  readonly #database: Database
  readonly #git: BareRepository
  readonly #inbox: Deliveries
  readonly #work: (scanId: string) => Promise<unknown>
  readonly id = newId()
  readonly asked: string[] = []
  /** Check runs: `open`, then their conclusion. */
  readonly told: string[] = []
  readonly reports: Report[] = []
  readonly logged: string[] = []
  fails: (asked: string, commit: string) => Error | null = () => null

  constructor(database: Database, git: BareRepository) {
    this.#database = database
    this.#git = git
    this.#inbox = new Deliveries(database)
    this.#work = createWorker({
      store: new Scans(database),
      portsOf: async () => ({
        source: new CountedSource(git.dir, this.asked, (...of) => this.fails(...of)),
        contents: new Contents(database, PARSER_VERSION),
        states: new States(database),
        serverKeys: [],
        now: Date.now,
        publisherOf: () => this.#publisher(),
      }),
      onWish: () => {},
      log: {
        info: (_, message) => void this.logged.push(message),
        error: (_, message) => void this.logged.push(message),
      },
      backoffMs: 1,
    })
  }

  #publisher() {
    let open = false
    return {
      open: async () => {
        if (!open) this.told.push('open')
        open = true
      },
      progress: async () => {},
      conclude: async (report: Report) => {
        this.told.push(report.assessment.conclusion)
        this.reports.push(report)
      },
      fail: async (title: string) => void this.told.push(title),
      cancel: async () => void this.told.push('cancelled'),
      comment: async () => {},
    }
  }

  async commit(files: Files, branch = 'main', parent?: string): Promise<string> {
    const from = parent ?? (await this.#git.ref(`refs/heads/${branch}`)) ?? (await this.#git.ref('refs/heads/main'))
    return this.#git.commit({ branch, files, message: randomUUID(), parent: from, force: true })
  }

  deleteBranch = (branch: string) => this.#git.deleteRef(`refs/heads/${branch}`)

  async push(headSha: string, branch = 'main', forced = false): Promise<void> {
    const repository = { id: this.id, owner: 'acme', name: 'lab', private: true, defaultBranch: 'main' }
    const id = randomUUID()
    await this.#inbox.store({ id, event: 'push', payload: {} })
    await this.#inbox.done(id, [
      { type: 'installation', installation: { id: 1n, account: 'acme', accountType: 'Organization' }, state: 'active' },
      {
        ...{ type: 'scan', installation: 1n, repository, headSha, ref: branch, baseSha: null, pull: null },
        ...{ baseRef: branch === 'main' ? null : 'main', trigger: 'push', forced, onlyIfUnknown: false },
      },
    ])
  }

  /** Everything that is queued, and what comes of it. */
  async drain(): Promise<void> {
    const wishes = new ScanWishes(this.#database)
    for (let rounds = 0; rounds < 60; rounds++) {
      const where = { repositoryId: this.id, status: 'queued' as const }
      const { count } = await this.#database.client.scan.updateMany({ where, data: { notBefore: null } })
      if (count === 0) return
      for (const scanId of await wishes.take(10, 0)) await this.#work(scanId)
    }
    throw new Error('The scans do not come to an end.')
  }

  /** A commit, pushed and scanned until nothing is left to do. Forgets what was asked before. */
  async pushed(files: Files, branch = 'main'): Promise<string> {
    const head = await this.commit(files, branch)
    await this.scanned(head, branch)
    return head
  }

  async scanned(head: string, branch = 'main', forced = false): Promise<void> {
    for (const list of [this.asked, this.told, this.reports, this.logged]) list.length = 0
    await this.push(head, branch, forced)
    await this.drain()
  }

  rows = () =>
    this.#database.client.scan.findMany({
      where: { repositoryId: this.id },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    })

  async kinds() {
    return (await this.rows()).map(({ kind, trigger, status }) => `${kind} ${trigger} ${status}`)
  }

  /** Of the newest report. */
  get provenance() {
    return this.reports.at(-1)?.assessment.summary.provenance
  }

  /** It is tomorrow, as far as commits that were not there are concerned. */
  async tomorrow() {
    await this.#database.client.$executeRaw`
      UPDATE commit_state SET asked_at = asked_at - interval '25 hours' WHERE repository_id = ${this.id}`
  }
}

forEachDatabase('a provenance replay', ({ open }) => {
  let folder: string
  let database: Database
  let lab: Lab
  const FIRST = { 'src/a.ts': 'export const a = 1\n', 'src/lib/b.ts': 'export const b = 1\n' }
  const SECOND = { ...FIRST, 'src/a.ts': 'export const a = 2\n' }
  let first: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'replay-'))
    database = await open()
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    lab = new Lab(database, await BareRepository.create(join(folder, `${randomUUID()}.git`), 'main'))
    first = await lab.commit({ ...FIRST, '.gxp/system_context.md': CONTEXT })
    await lab.scanned(first)
  })

  it('is not queued without evidence', async () => {
    expect(await lab.kinds()).toEqual(['tracked push completed'])
  })

  it('looks up all commits in one request and fetches each tree of the scope once, in its own time', async () => {
    // The source is the same at the first two commits.
    const second = await lab.commit({ 'README.md': 'words' })
    const third = await lab.commit({ 'src/a.ts': SECOND['src/a.ts'] })
    const commits = [first, second, third]
    const files = Array.from({ length: 50 }, (_, n) => {
      const { plain, separated } = hashOf(n % 3 === 2 ? SECOND : FIRST)
      return [`.gxp/evidence/e${n}.jws`, evidence(commits[n % 3] ?? '', n % 2 ? plain : separated, n)]
    })
    await lab.pushed(Object.fromEntries(files))
    expect(lab.provenance).toEqual({ verified: 50, contradicted: 0, unavailable: 0 })
    // The head's own listing and blobs (evidence, and the source that changed), the look-up (the head goes along), and two trees with their blobs.
    expect(lab.asked).toEqual(['tree', 'blobs 51', 'directories 4', 'tree', 'blobs 2', 'tree', 'blobs 2'])
    expect(await lab.kinds()).toEqual([
      'tracked push completed',
      'tracked push completed',
      'replay push completed',
      'tracked provenance completed',
    ])
  })

  it('updates the verdict with a check run of its own, and opens none itself', async () => {
    await lab.pushed({ '.gxp/evidence/e.jws': evidence(first, hashOf(FIRST).plain) })
    expect(lab.told).toEqual(['open', lab.told[1], 'open', lab.told[1]])
    expect(lab.reports.map(({ assessment }) => assessment.summary.provenance.verified)).toEqual([0, 1])
  })

  it('says so where the source was another than claimed', async () => {
    await lab.pushed({
      '.gxp/evidence/good.jws': evidence(first, hashOf(FIRST).separated),
      '.gxp/evidence/bad.jws': evidence(first, hashOf(SECOND).separated),
      '.gxp/evidence/gone.jws': evidence(GONE, hashOf(FIRST).plain),
    })
    expect(lab.provenance).toEqual({ verified: 1, contradicted: 1, unavailable: 1 })
  })

  it('asks nothing about trees it knows, and nothing at all about commits it knows', async () => {
    await lab.pushed({ '.gxp/evidence/e1.jws': evidence(first, hashOf(FIRST).plain, 1) })
    const second = await lab.pushed({ '.gxp/evidence/e2.jws': evidence(first, hashOf(FIRST).plain, 2) })
    expect(lab.asked).toEqual(['tree', 'blobs 1'])
    expect(lab.told).toHaveLength(2)
    expect(lab.provenance).toMatchObject({ verified: 2 })
    // Another commit with the same source.
    await lab.pushed({ '.gxp/evidence/e3.jws': evidence(second, hashOf(FIRST).plain, 3) })
    expect(lab.asked).toEqual(['tree', 'blobs 1', 'directories 2'])
    expect(lab.provenance).toMatchObject({ verified: 3 })
  })

  it('leads to no second check run where the verdict stays what it was', async () => {
    // Nothing is claimed that a known commit could confirm.
    await lab.pushed({ '.gxp/evidence/e.jws': evidence(first, null) })
    expect((await lab.kinds()).slice(1)).toEqual([
      'tracked push completed',
      'replay push completed',
      'tracked provenance completed',
    ])
    expect(lab.told).toHaveLength(2)
  })

  it('goes by what it was asked for, so that a change that waited for another one is told, too', async () => {
    await lab.scanned(await lab.commit({ 'README.md': 'x' }))
    const [one, two] = await Promise.all(
      ['one', 'two'].map((name) =>
        lab.commit({ [`.gxp/evidence/${name}.jws`]: evidence(first, hashOf(FIRST).plain) }, name),
      ),
    )
    for (const list of [lab.asked, lab.told, lab.reports]) list.length = 0
    // Both are scanned before either replay runs.
    await lab.push(one ?? '', 'one')
    await lab.push(two ?? '', 'two')
    await lab.drain()
    const last = (head?: string) => lab.reports.findLast(({ assessment }) => assessment.head === head)
    expect(last(one)?.assessment.summary.provenance.verified).toBe(1)
    expect(last(two)?.assessment.summary.provenance.verified).toBe(1)
    expect(lab.asked.filter((asked) => asked.startsWith('directories'))).toHaveLength(1)
  })

  describe('of a commit that is not there', () => {
    const given = () => lab.pushed({ '.gxp/evidence/e.jws': evidence(GONE, hashOf(FIRST).plain) })

    it('hashes the head, which is all that such evidence can be held against', async () => {
      await given()
      expect(lab.provenance).toEqual({ verified: 0, contradicted: 0, unavailable: 1 })
      expect(lab.asked).toEqual(['tree', 'blobs 1', 'directories 2', 'tree', 'blobs 2'])
    })

    it('is not repeated the same day, and not told again when the answer is the same', async () => {
      const head = await given()
      await lab.scanned(head, 'main', true)
      expect(lab.asked).toEqual([])
      await lab.tomorrow()
      await lab.scanned(head, 'main', true)
      expect(lab.asked).toEqual(['directories 2'])
      expect(lab.told).toHaveLength(2)
      expect((await lab.kinds()).slice(-2)).toEqual(['tracked push completed', 'replay push completed'])
    })

    it('finds it once a push has brought it', async () => {
      const lost = await lab.commit({ 'README.md': 'lost' }, 'elsewhere', first)
      await lab.pushed({ '.gxp/evidence/e.jws': evidence(lost, hashOf(FIRST).plain) })
      expect(lab.provenance).toMatchObject({ verified: 1 })
    })
  })

  it('hashes the head for evidence that names no commit', async () => {
    await lab.pushed({ '.gxp/evidence/e.jws': evidence(null, hashOf(FIRST).plain) })
    expect(lab.asked).toEqual(['tree', 'blobs 1', 'directories 1', 'tree', 'blobs 2'])
    await lab.pushed({ 'README.md': 'words' })
    expect(lab.asked).toEqual(['tree'])
  })

  it('finds an abbreviated commit, and keeps what it found under that name', async () => {
    const short = first.slice(0, 8)
    await lab.pushed({
      '.gxp/evidence/good.jws': evidence(short, hashOf(FIRST).plain),
      '.gxp/evidence/bad.jws': evidence(short, hashOf(SECOND).plain),
      '.gxp/evidence/gone.jws': evidence(GONE.slice(0, 8), hashOf(FIRST).plain),
    })
    expect(lab.provenance).toEqual({ verified: 1, contradicted: 1, unavailable: 1 })
    await lab.pushed({ 'README.md': 'words' })
    expect(lab.asked).toEqual(['tree'])
    expect(lab.provenance).toEqual({ verified: 1, contradicted: 1, unavailable: 1 })
  })

  it('never asks for an id that no commit of this repository can have', async () => {
    await lab.pushed({ '.gxp/evidence/e.jws': evidence('a'.repeat(64), hashOf(FIRST).plain) })
    expect(lab.asked).toContain('directories 1')
    expect(lab.provenance).toMatchObject({ unavailable: 1 })
  })

  it('takes the scope that the policy names', async () => {
    const scope = (directory: string) => ({ '.github/rosie.yml': `evidence: {state_hash: {scope: ${directory}}}\n` })
    await lab.pushed({ ...scope('/src/lib'), '.gxp/evidence/e.jws': evidence(first, hashOf(FIRST, 'src/lib').plain) })
    expect(lab.provenance).toMatchObject({ verified: 1 })
    await lab.pushed({ ...scope('lib'), '.gxp/evidence/e2.jws': evidence(first, hashOf(FIRST, 'src/lib').plain, 2) })
    // There is no such directory: that contradicts nobody, and is told where it is written.
    expect(lab.provenance).toEqual({ verified: 0, contradicted: 0, unavailable: 0 })
    expect(lab.reports.at(-1)?.assessment.findings).toContainEqual(
      expect.objectContaining({ rule: 'policy/invalid', path: '.github/rosie.yml', line: 1 }),
    )
  })

  it('never counts links and excluded directories', async () => {
    const more = { 'src/link': { symlink: 'a.ts' }, 'src/node_modules/x.js': 'x', 'src/.cache/y': 'y' }
    const second = await lab.commit(more)
    await lab.pushed({ '.gxp/evidence/e.jws': evidence(second, hashOf(FIRST).plain) })
    expect(lab.provenance).toMatchObject({ verified: 1 })
  })

  it('goes on where one commit fails, tells what it learnt, and ends', async () => {
    const second = await lab.commit({ 'src/a.ts': SECOND['src/a.ts'] })
    lab.fails = (asked, commit) => (asked === 'tree' && commit === first ? new Corrupt('odd') : null)
    await lab.pushed({
      '.gxp/evidence/e1.jws': evidence(first, hashOf(FIRST).plain),
      '.gxp/evidence/e2.jws': evidence(second, hashOf(SECOND).plain),
    })
    expect(lab.provenance).toEqual({ verified: 1, contradicted: 0, unavailable: 0 })
    expect(lab.logged).toContain('the source at a commit could not be replayed')
    const kinds = (await lab.kinds()).slice(1)
    expect(kinds.filter((kind) => kind.startsWith('tracked'))).toEqual([
      'tracked push completed',
      'tracked provenance completed',
    ])
    expect(kinds.filter((kind) => kind.startsWith('replay')).sort()).toEqual([
      'replay provenance failed',
      'replay push completed',
    ])
    // The verdicts that were told stand.
    expect(lab.told).toEqual(['open', lab.told[1], 'open', lab.told[1]])
  })

  it("is tried three times, and its failure is nobody else's", async () => {
    lab.fails = (asked) => (asked === 'directories' ? new Error('no answer to use') : null)
    await lab.pushed({ '.gxp/evidence/e.jws': evidence(first, hashOf(FIRST).plain) })
    expect(lab.asked.filter((asked) => asked.startsWith('directories'))).toHaveLength(3)
    expect((await lab.kinds()).slice(1)).toEqual(['tracked push completed', 'replay push failed'])
    expect(lab.told).toHaveLength(2)
    // The next scan asks again.
    lab.fails = () => null
    await lab.pushed({ 'README.md': 'words' })
    expect(lab.provenance).toMatchObject({ verified: 1 })
  })

  it('fetches a limited number of trees at a time, and comes to all of them', async () => {
    const named: Files = {}
    for (let n = 0; n < 28; n++) {
      const source = { 'src/a.ts': `export const a = ${n + 10}\n`, 'src/lib/b.ts': FIRST['src/lib/b.ts'] }
      named[`.gxp/evidence/e${n}.jws`] = evidence(await lab.commit(source), hashOf(source).plain, n)
    }
    await lab.pushed(named)
    expect(lab.provenance).toMatchObject({ verified: 28 })
    expect(lab.reports.map(({ assessment }) => assessment.summary.provenance.verified)).toEqual([0, 25, 28])
  })

  it('of a rescan that fails leaves the verdict that was told', async () => {
    lab.fails = (asked) => (asked === 'directories' ? new Error('no answer to use') : null)
    await lab.pushed({ '.gxp/evidence/e.jws': evidence(first, hashOf(FIRST).plain) })
    lab.told.length = 0
    await database.client.$executeRaw`
      INSERT INTO scan (repository_id, kind, head_sha, ref, trigger, lane)
      SELECT repository_id, kind, head_sha, ref, 'provenance', lane FROM scan
      WHERE repository_id = ${lab.id} AND kind = 'tracked' ORDER BY created_at DESC LIMIT 1`
    await database.client.$executeRaw`DELETE FROM tree WHERE repository_id = ${lab.id}`
    lab.fails = (asked) => (asked === 'tree' ? new Error('no answer to use') : null)
    await lab.drain()
    expect((await lab.kinds()).at(-1)).toBe('tracked provenance failed')
    expect(lab.told).toEqual([])
  })
})
