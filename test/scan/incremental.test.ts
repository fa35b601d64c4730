/**
 * The heart of the promise: what an incremental scan says, after any history of pushes, is what a scan from nothing says.
 * Random commits on a real git repository, the real store, the real pipeline; only the publisher listens instead.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { CompactSign, type CryptoKey, exportSPKI, generateKeyPair } from 'jose'
import { LocalSource } from '../../src/local/source.ts'
import { assess } from '../../src/rosie/assess.ts'
import type { Content } from '../../src/rosie/contents.ts'
import type { Snapshot } from '../../src/rosie/model.ts'
import { PARSER_VERSION } from '../../src/rosie/parse/index.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import { NOT_HASHED, stateIdOf } from '../../src/rosie/state-hash.ts'
import { NotFound } from '../../src/scan/errors.ts'
import { readBlobs, relevantFiles, snapshotOf, wantedBlobs, wantedContents } from '../../src/scan/files.ts'
import { policyIn, proposedPolicy } from '../../src/scan/policy.ts'
import type { Report } from '../../src/scan/ports/publisher.ts'
import type { RepositorySource, TreeEntry } from '../../src/scan/ports/source.ts'
import { contentKey } from '../../src/scan/ports/store.ts'
import { evidenceIn, keySet, keysIn, verifyAll } from '../../src/scan/trust.ts'
import { createWorker } from '../../src/scan/worker.ts'
import { Contents } from '../../src/store/contents.ts'
import type { Database } from '../../src/store/database.ts'
import { Deliveries } from '../../src/store/deliveries.ts'
import { Scans } from '../../src/store/scans.ts'
import { States } from '../../src/store/states.ts'
import { ScanWishes } from '../../src/store/wishes.ts'
import { forEachDatabase } from '../support/database.ts'
import { BareRepository } from '../support/github/git.ts'

// ── a small universe of files, so that random changes collide and refer to each other ───────────────────────────────

const context = (version: string, status: string) => `---
id: 7f0c2b1e-52a4-4c0b-9a53-6a1f3f2d9c11
project_name: Pump
version: ${version}
gxp_risk_rating: MEDIUM
validation_status: ${status}
intended_use: Infusion
---
`
const document = (id: string, parent: string, risk: string) => `---
gxp_id: ${id}
title: ${id}
${parent ? `parent_id: ${parent}\n` : ''}${risk ? `gxp_risk_rating: ${risk}\n` : ''}acceptance_criteria: [it works]
as_a: nurse
i_want: it
so_that: it works
verification_tier: OQ
---
`
const source = (tag: string, id: string, risk: string) => `// @${tag} ${id}\n// @gxp-risk ${risk}\nexport const x = 1\n`

const requirement = fc.constantFrom('REQ-001', 'REQ-002', 'REQ-003')
const story = fc.constantFrom('US-001', 'US-002')
const specification = fc.constantFrom('SPEC-001', 'SPEC-002', 'SPEC-003')
const risk = fc.constantFrom('HIGH', 'MEDIUM', 'LOW', '')

interface Keys {
  pem: Record<'a' | 'b', string>
  evidence: Record<string, string>
  /** Files of one package in their versions, some of which belong together. */
  package: (readonly [path: string, text: string])[]
}

const POLICIES = [
  'fail_on: never\n',
  'severities: {trace/orphan: error, trace/no-such: off}\n',
  'tests: [src/*.ts]\nlimits: {file_bytes: 1024}\n',
  'evidence: {state_hash: {scope: /test}}\ncomment: never\n',
  'fail_on: [\n',
]
const PROJECTS = [
  '---\nregulatory: {profile: laboratory}\nagent: {mode: strict}\n---\n',
  '---\nrisk: {matrix: {HIGH: {required_tiers: [OQ]}}}\nevidence: {state_hash: {scope: /src/deep}}\n---\n',
  '# Words only\n',
]

const fileOf = (keys: Keys) =>
  fc.oneof(
    fc
      .tuple(fc.constantFrom('1.0.0', '1.1.0', '2.0.0', 'one'), fc.constantFrom('draft', 'validated'))
      .map(([version, status]) => ['.gxp/system_context.md', context(version, status)] as const),
    fc.tuple(requirement, risk).map(([id, level]) => [`.gxp/requirements/${id}.md`, document(id, '', level)] as const),
    fc
      .tuple(story, fc.oneof(requirement, story))
      .map(([id, parent]) => [`.gxp/user_stories/${id}.md`, document(id, parent, '')] as const),
    fc
      .tuple(specification, fc.oneof(story, specification, fc.constant('US-009')), fc.constantFrom('', '-x'))
      .map(([id, parent, more]) => [`.gxp/specs/${id}${more}.md`, document(id, parent, '')] as const),
    fc
      .tuple(fc.constantFrom('a', 'b'), specification, risk)
      .map(([name, id, level]) => [`src/${name}.ts`, source('gxp-implements', id, level || 'HIGH')] as const),
    fc
      .tuple(fc.constantFrom('a', 'b'), specification)
      .map(([name, id]) => [`test/${name}.py`, `# @gxp-verifies ${id}\n# @test-type OQ\n`] as const),
    fc.constantFrom('a', 'b').map((name) => [`.gxp/keys/${name}.pem`, keys.pem[name as 'a']] as const),
    fc
      .constantFrom(...Object.keys(keys.evidence))
      .map((name) => [`.gxp/evidence/${name}.jws`, keys.evidence[name] ?? ''] as const),
    fc.constantFrom(...keys.package),
    fc.constantFrom(...POLICIES).map((text) => ['.github/rosie.yml', text] as const),
    fc.constantFrom(...PROJECTS).map((text) => ['GxP.MD', text] as const),
    fc.constantFrom('README.md', 'src/image.png', '.gxp/notes.txt').map((path) => [path, 'words'] as const),
  )

type Step =
  | { do: 'write'; branch: Branch; files: (readonly [string, string])[] }
  | { do: 'delete'; branch: Branch; which: number }
  | { do: 'rename'; branch: Branch; which: number; to: string }
  | { do: 'branch' }
  | { do: 'force'; branch: Branch }
type Branch = 'main' | 'topic'

const stepOf = (keys: Keys): fc.Arbitrary<Step> => {
  const branch = fc.constantFrom<Branch>('main', 'topic')
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('write' as const),
        branch,
        files: fc.array(fileOf(keys), { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), branch, which: fc.nat() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('rename' as const),
        branch,
        which: fc.nat(),
        to: fc.constantFrom('src/moved.ts', '.gxp/specs/REQ-002.md', 'test/moved.py'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('branch' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('force' as const), branch }) },
  )
}

/** Histories that this property has found, for good. */
const ONCE_WRONG: Step[][] = [
  // What an old policy said wrongly, in a repository that keeps no record any more.
  [
    { do: 'delete', branch: 'main', which: 0 },
    { do: 'write', branch: 'main', files: [['.github/rosie.yml', 'severities: {trace/no-such: off}\n']] },
    { do: 'delete', branch: 'main', which: 0 },
  ],
]

// ── one repository, scanned push by push ────────────────────────────────────────────────────────────────────────────

class World {
  readonly #database: Database
  readonly #git: BareRepository
  readonly #id: bigint
  readonly #work: (scanId: string) => Promise<unknown>
  readonly #inbox: Deliveries
  readonly reports: Report[] = []

  constructor(database: Database, git: BareRepository, id = BigInt(Math.floor(Math.random() * 1e12))) {
    this.#id = id
    this.#database = database
    this.#git = git
    this.#inbox = new Deliveries(database)
    const contents = new Contents(database, PARSER_VERSION)
    this.#work = createWorker({
      store: new Scans(database),
      portsOf: async () => ({
        source: this.asked(),
        contents,
        states: new States(database),
        serverKeys: [],
        now: Date.now,
        publisherOf: () => ({
          open: async () => {},
          progress: async () => {},
          conclude: async (report) => void this.reports.push(report),
          fail: async (title, summary) => {
            throw new Error(`${title}: ${summary}`)
          },
          cancel: async (newerHead) => {
            throw new Error(`cancelled for ${newerHead}`)
          },
          comment: async () => {},
        }),
      }),
      onWish: () => {},
      log: { info: () => {}, error: ({ err }: { err?: unknown }) => void console.error(err) },
    })
  }

  /** The same in another process, which has nothing in its memory, nor in the database of what was read. */
  async restarted(): Promise<World> {
    await this.#database.client.blob.deleteMany({ where: { repositoryId: this.#id } })
    return new World(this.#database, this.#git, this.#id)
  }

  source = () => new LocalSource(this.#git.dir)
  /** What scans ask; else the same. */
  asked: () => RepositorySource = () => this.source()

  tip = (branch: Branch) => this.#git.ref(`refs/heads/${branch}`)

  /** The files of a branch that steps may touch. */
  async files(branch: Branch): Promise<string[]> {
    const tip = await this.tip(branch)
    return tip ? (await this.source().tree(tip)).map(({ path }) => path) : []
  }

  async commit(branch: Branch, files: Record<string, string | null>, parent?: string | null): Promise<void> {
    const from = parent !== undefined ? parent : ((await this.tip(branch)) ?? (await this.tip('main')))
    await this.#git.commit({ branch, files, message: randomUUID(), parent: from, force: parent !== undefined })
  }

  branch = (name: Branch, sha: string) => this.#git.setRef(`refs/heads/${name}`, sha)

  read = (sha: string, path: string) => this.#git.text('show', `${sha}:${path}`)

  /** What GitHub's push event does, until nothing is left to do. Answers the newest report on the commit. */
  async push(branch: Branch, headSha: string): Promise<Report | undefined> {
    const repository = { id: this.#id, owner: 'acme', name: 'pump', private: true, defaultBranch: 'main' }
    const installation = { id: 1n, account: 'acme', accountType: 'Organization' }
    const id = randomUUID()
    await this.#inbox.store({ id, event: 'push', payload: {} })
    const baseRef = branch === 'main' ? null : 'main'
    const wish = {
      headSha,
      ref: branch,
      baseRef,
      baseSha: null,
      pull: null,
      trigger: 'push',
      forced: false,
      onlyIfUnknown: false,
    }
    await this.#inbox.done(id, [
      { type: 'installation', installation, state: 'active' },
      { type: 'scan', installation: 1n, repository, ...wish },
    ])
    await this.#drain()
    const tracked = branch === 'main'
    return this.reports.findLast(
      ({ assessment, bases }) => assessment.head === headSha && (bases[0]?.baseRef === 'main') !== tracked,
    )
  }

  async #drain(): Promise<void> {
    const wishes = new ScanWishes(this.#database)
    for (let rounds = 0; rounds < 200; rounds++) {
      const { count } = await this.#database.client.scan.updateMany({
        where: { repositoryId: this.#id, status: 'queued' },
        data: { notBefore: null },
      })
      if (count === 0) return
      for (const scanId of await wishes.take(10, 0)) await this.#work(scanId)
    }
    throw new Error('The scans do not come to an end.')
  }

  async stored() {
    const { client } = this.#database
    const where = { repositoryId: this.#id }
    return {
      files: (await client.trackedFile.findMany({ where, orderBy: { path: 'asc' } })).map(({ path, sha, kind }) => ({
        path,
        sha,
        kind,
      })),
      artifacts: (await client.artifact.findMany({ where, orderBy: { path: 'asc' } })).map(({ path, sha }) => ({
        path,
        sha,
      })),
      edges: (await client.traceEdge.findMany({ where }))
        .map(({ from, to, type, path, line }) => JSON.stringify([from, to, type, path, line]))
        .sort(),
      failed: await client.scan.findMany({ where: { ...where, status: { notIn: ['completed', 'skipped'] } } }),
    }
  }
}

/** The same commit read from nothing: no store, no memory. */
async function fromNothing(source: LocalSource, commit: string): Promise<Snapshot & { tree: TreeEntry[] }> {
  const tree = await source.tree(commit)
  const files = relevantFiles(tree)
  const contents = new Map<string, Content>()
  const blobs = source.blobs({ commit, wanted: wantedBlobs(files, DEFAULT_POLICY), tree: files })
  for await (const { sha, reader, content } of readBlobs(blobs, wantedContents(files), DEFAULT_POLICY)) {
    contents.set(contentKey(sha, reader), content)
  }
  return { ...snapshotOf(commit, files, contents), tree }
}

async function assessFromNothing(source: LocalSource, head: string, base: string | null, trustedBy: string) {
  const trusted = await fromNothing(source, trustedBy)
  const policy = policyIn(trusted, null)
  const stated = async (commit: string): Promise<Snapshot> => {
    const { tree, ...snapshot } = await fromNothing(source, commit)
    return { ...snapshot, state: { id: stateIdOf(tree, policy.stateScope), ...NOT_HASHED } }
  }
  const [snapshot, before] = [await stated(head), base && (await stated(base))]
  const keys = await keySet(keysIn(trusted), [])
  const evidence = [...evidenceIn(before ? [snapshot, before] : [snapshot])]
  const record = trusted.files.some(({ path }) => path.startsWith('.gxp/'))
  return assess(snapshot, before || null, {
    policy,
    proposed: proposedPolicy(snapshot, before || null, null),
    verdicts: await verifyAll(evidence, keys, () => Date.now()),
    states: new Map(),
    keys: keys.keys.length,
    now: Date.now(),
    trackedRecord: record,
  })
}

async function take(world: World, step: Step): Promise<Branch | null> {
  if (step.do === 'branch') {
    const tip = await world.tip('main')
    if (!tip) return null
    await world.branch('topic', tip)
    return 'topic'
  }
  const files = await world.files(step.branch)
  const tip = await world.tip(step.branch)
  if (step.do === 'write') {
    await world.commit(step.branch, Object.fromEntries(step.files))
  } else if (step.do === 'force') {
    if (!tip) return null
    await world
      .commit(
        step.branch,
        { [`src/${randomUUID().slice(0, 2)}.ts`]: source('gxp-implements', 'SPEC-001', 'LOW') },
        `${tip}~1`,
      )
      .catch(() => {})
  } else {
    const path = files[step.which % Math.max(1, files.length)]
    if (!tip || !path) return null
    const moved = step.do === 'rename' && step.to !== path ? { [step.to]: await world.read(tip, path) } : {}
    await world.commit(step.branch, { [path]: null, ...moved })
  }
  return step.branch
}

async function makeKeys(): Promise<Keys> {
  const keys: Keys = { pem: { a: '', b: '' }, evidence: { broken: 'not.a.jws' }, package: [] }
  for (const name of ['a', 'b'] as const) {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    keys.pem[name] = await exportSPKI(publicKey)
    for (const spec of ['SPEC-001', 'SPEC-002']) {
      const claims = {
        spec_id: spec,
        system_state_hash: 'x',
        timestamp: '2026-01-01T00:00:00Z',
        test_results: { passed: 1, failed: 0 },
      }
      keys.evidence[`${name}-${spec}`] = await new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'ES256', kid: name })
        .sign(privateKey)
    }
    keys.package.push(...(await packageSignedBy(name, privateKey)))
  }
  return keys
}

/** One name signs the manifest that counts four tests, with the signature detached, the other the one that counts five. */
async function packageSignedBy(name: 'a' | 'b', key: CryptoKey): Promise<Keys['package']> {
  const directory = '.gxp/evidence/OQ-SPEC-001-2026-02-05'
  const metadata = JSON.stringify({ spec_id: 'SPEC-001', tier: 'OQ', passed: name === 'a' ? 4 : 5, failed: 0 })
  const sha256 = createHash('sha256').update(metadata).digest('hex')
  const manifest = JSON.stringify({ files: { 'metadata.json': sha256 } })
  const jws = await new CompactSign(Buffer.from(manifest)).setProtectedHeader({ alg: 'ES256', kid: name }).sign(key)
  return [
    [`${directory}/metadata.json`, metadata],
    [`${directory}/manifest.json`, manifest],
    [`${directory}/signature.jws`, name === 'a' ? jws.replace(/\.[^.]*\./, '..') : jws],
  ]
}

/** INCREMENTAL_RUNS=100 looks longer. */
forEachDatabase('incremental scans', ({ open }) => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'incremental-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('say what a scan from nothing says, after any history of pushes', async () => {
    const [keys, database] = [await makeKeys(), await open()]
    const history = fc.array(stepOf(keys), { minLength: 4, maxLength: 14 })
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const git = await BareRepository.create(join(folder, `${randomUUID()}.git`), 'main')
        const world = new World(database, git)
        await world.commit('main', { 'README.md': '# Pump', '.gxp/system_context.md': context('1.0.0', 'draft') }, null)
        let tracked: string | null = null
        for (const step of [null, ...steps]) {
          const branch = step === null ? 'main' : await take(world, step)
          const head: string | null = branch && (await world.tip(branch))
          if (!branch || !head || (branch === 'main' && head === tracked)) continue
          const report = await world.push(branch, head)
          const source = world.source()
          const base: string | null = branch === 'main' ? tracked : await source.mergeBase('main', head)
          if (branch === 'main') tracked = head
          const { assessment, head: record } = await assessFromNothing(source, head, base, tracked ?? head)
          // The same commit may have been pushed to the branch before: then it was answered by that scan.
          if (report) expect(report.assessment).toEqual(assessment)
          const stored = await world.stored()
          expect(stored.failed).toEqual([])
          if (branch !== 'main') continue
          expect(report).toBeDefined()
          expect(stored.files).toEqual(record.snapshot.files.map(({ path, sha, kind }) => ({ path, sha, kind })))
          const edges = record.graph.edges.map(({ from, to, type, origin }) =>
            JSON.stringify([from, to, type, origin.path, origin.line]),
          )
          expect(stored.edges).toEqual([...new Set(edges)].sort())
        }
        await rm(git.dir, { recursive: true, force: true })
      }),
      {
        numRuns: ONCE_WRONG.length + Number(process.env.INCREMENTAL_RUNS ?? 6),
        examples: ONCE_WRONG.map((steps) => [steps]),
      },
    )
  }, 600_000)

  const INVALID = { '.github/rosie.yml': 'severities: {trace/no-such: off}\n' }

  async function worldWith(files: Record<string, string>): Promise<World> {
    const git = await BareRepository.create(join(folder, `${randomUUID()}.git`), 'main')
    const world = new World(await open(), git)
    await world.commit('main', files, null)
    return world
  }
  const tipOf = async (world: World, branch: Branch = 'main') => (await world.tip(branch)) ?? ''

  it('of a late commit, whose base kept a record that neither it nor the default branch keeps', async () => {
    const world = await worldWith({ ...INVALID, '.gxp/system_context.md': context('1.0.0', 'one') })
    const root = await tipOf(world)
    await world.push('main', root)
    await world.commit('topic', { '.github/rosie.yml': 'fail_on: never\n', '.gxp/system_context.md': null }, root)
    await world.commit('main', { '.gxp/system_context.md': null })
    await world.push('main', await tipOf(world))
    const late = await tipOf(world, 'topic')
    const { assessment } = (await world.push('main', late)) ?? {}
    expect(assessment).toMatchObject({ base: root, conclusion: expect.stringMatching(/success|failure/) })
    expect(assessment).toEqual((await assessFromNothing(world.source(), late, root, await tipOf(world))).assessment)
  })

  it('without a record, of a policy that is gone from GitHub by then', async () => {
    const world = await worldWith({ ...INVALID, 'README.md': '# Pump' })
    await world.push('main', await tipOf(world))
    await world.commit('main', { '.github/rosie.yml': null })
    const again = await world.restarted()
    const blobs = () => {
      throw new NotFound('no such blob')
    }
    again.asked = () => Object.assign(again.source(), { blobs })
    const head = await tipOf(world)
    expect(await again.push('main', head)).toMatchObject({ assessment: { head, conclusion: 'neutral', fixed: [] } })
  })
})
