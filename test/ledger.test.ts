/** The judge of outages and soaks sees what is lost and what is there twice: without this, "none" would say nothing. */
import { type CheckRunInput, GitHub, type Pull, type Repository } from './support/github/index.ts'
import { early, Ledger } from './support/ledger.ts'

let github: GitHub
let repository: Repository
let ledger: Ledger
/** The head of the default branch; its record has two errors. */
let sha: string
/** What the app's tables hold. */
let rows: { scan: object[]; webhook_delivery: object[]; known: string[] }

beforeAll(async () => {
  github = await GitHub.start()
})
beforeEach(async () => {
  github.reset()
  for (const known of [...github.repositories]) github.forget(known)
  repository = await github.repository({ owner: 'acme', name: 'pump' })
  ledger = new Ledger()
  sha = await repository.commit('main', { 'README.md': 'broken' })
  ledger.commit(repository, sha, 2)
  ledger.ask(repository, sha, 'main')
  rows = { scan: [], webhook_delivery: [], known: [] }
})
afterAll(() => github.close())

/** Stands for the database: the judge reads three lists. */
async function query<Row>(sql: string): Promise<Row[]> {
  if (/FROM scan/.test(sql)) return rows.scan as Row[]
  return (/processed_at IS NULL/.test(sql) ? rows.webhook_delivery : rows.known.map((id) => ({ id }))) as Row[]
}

const judged = () => ledger.judge({ github, query })

const annotation = (line: number) => ({
  ...{ path: 'README.md', start_line: line, end_line: line },
  ...{ annotation_level: 'failure' as const, message: 'No.' },
})

function check({ scan = 'one', head = sha, lines = [1, 2], ...input }: CheckRunInput & Partial<Told> = {}) {
  const output = { title: 'Errors', summary: '…', annotations: lines.map(annotation) }
  const told = { conclusion: 'failure', output, ...input }
  return repository.checks.create({ name: 'ROSIE compliance', head_sha: head, external_id: scan, ...told }, github.app)
}

interface Told {
  scan: string
  head: string
  /** Of its annotations. */
  lines: number[]
}

describe('a head', () => {
  it('with its verdict and exactly its annotations is well', async () => {
    check()
    expect(await judged()).toEqual({ lost: [], duplicates: [] })
  })

  it.each<[string, (() => void) | null]>([
    ['without a check run', null],
    ['whose check run is in progress', () => check({ conclusion: undefined, status: 'in_progress', lines: [] })],
    ['that is said to be sound', () => check({ conclusion: 'success', lines: [] })],
    ['that could not be scanned', () => check({ lines: [] })],
    ['whose annotations came twice', () => check({ lines: [1, 2, 1, 2] })],
    ['that was told one of its errors twice, and the other not', () => check({ lines: [1, 1] })],
    ['whose newest check run was cancelled', () => [check(), check({ scan: 'two', conclusion: 'cancelled' })]],
  ])('%s is lost', async (_, told) => {
    told?.()
    const { lost, duplicates } = await judged()
    expect(lost[0]).toContain(sha)
    expect(duplicates).toEqual([])
  })

  it('with a second verdict has it twice, unless somebody asked for it', async () => {
    check()
    check({ scan: 'two' })
    const { lost, duplicates } = await judged()
    expect([lost.length, duplicates.length]).toEqual([0, 1])
    ledger.ask(repository, sha)
    expect(await judged()).toEqual({ lost: [], duplicates: [] })
  })

  it('with two check runs of one scan has one twice, even if one is cancelled', async () => {
    check({ conclusion: 'cancelled' })
    check()
    expect((await judged()).duplicates).toHaveLength(1)
  })

  it('that was left behind may be cancelled or have no check, and must not stay in progress', async () => {
    const newer = await repository.commit('main', { 'README.md': 'mended' })
    ledger.commit(repository, newer, 0)
    ledger.ask(repository, newer, 'main')
    check({ scan: 'newer', head: newer, conclusion: 'success', lines: [] })
    expect(await judged()).toEqual({ lost: [], duplicates: [] })
    const run = check({ conclusion: undefined, status: 'in_progress', lines: [] })
    expect((await judged()).lost).toHaveLength(1)
    repository.checks.update(run.id, { conclusion: 'cancelled' }, github.app.id)
    expect(await judged()).toEqual({ lost: [], duplicates: [] })
  })
})

describe('a pull request', () => {
  let pull: Pull
  beforeEach(async () => {
    await repository.branch('change', sha)
    pull = await repository.openPull({ head: 'change' })
    rows.known = github.deliveries.map(({ guid }) => guid)
    check()
  })
  const say = (conclusion: string) =>
    repository.allComments.create(pull.number, `### ROSIE compliance: ${conclusion}`, { login: 'bot', app: github.app })

  it('with its comment is well; of others nobody asks', async () => {
    say('failure')
    repository.comment(pull, 'Why?')
    expect(await judged()).toEqual({ lost: [], duplicates: [] })
  })

  it('without it has lost it, unless it is closed', async () => {
    expect((await judged()).lost).toHaveLength(1)
    pull.open = false
    expect((await judged()).lost).toEqual([])
  })

  it('whose comment says what is no longer so has lost it', async () => {
    say('success')
    expect((await judged()).lost).toHaveLength(1)
  })

  it('with two has one twice', async () => {
    say('failure')
    say('failure')
    expect(await judged()).toMatchObject({ lost: [], duplicates: [expect.stringContaining('2 comments')] })
  })
})

describe('of the app', () => {
  beforeEach(() => check())

  it.each(['scan', 'webhook_delivery'] as const)('an open row of %s is told', async (table) => {
    rows[table] = [{ id: 'one' }]
    expect((await judged()).lost).toEqual([expect.stringContaining('"id":"one"')])
  })

  it('a delivery that it never heard of is lost, where it may ask for something', async () => {
    await github.deliver('push', {})
    await github.deliver('star', { action: 'created' })
    expect((await judged()).lost).toHaveLength(1)
    rows.known = github.deliveries.map(({ guid }) => guid)
    expect((await judged()).lost).toEqual([])
  })

  it('a request that GitHub would not have taken is told', async () => {
    github.violation('POST /x', 'no such route')
    expect((await judged()).lost).toEqual(['GitHub objected to POST /x: no such route'])
  })
})

describe('requests before their time', () => {
  const request = (ms: number, installation: number, status = 200) => ({
    ...{ method: 'GET', route: null, path: '/', kind: 'api' as const, bytes: 0 },
    ...{ at: new Date(ms), installation, status },
  })

  it('are those of the installation that was told to wait, after a grace, until its time is over', () => {
    const armed = { installation: 1, armedAt: 1_000, seconds: 5 }
    const told = request(2_000, 1, 403)
    const tooEarly = request(5_000, 1)
    const others = [request(500, 1, 403), request(2_500, 1), request(5_000, 2), request(7_000, 1)]
    expect(early([...others, told, tooEarly], [armed], 1_000)).toEqual([tooEarly])
    expect(early([...others, tooEarly], [armed], 1_000)).toEqual([])
  })
})
