import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GuardOctokit } from '../../src/github/octokit.ts'
import { createPublisher } from '../../src/github/publisher.ts'
import { comment } from '../../src/report/comment.ts'
import type { AssessedFinding, Conclusion } from '../../src/rosie/assessment.ts'
import { NotFound, RateLimited, Unreachable } from '../../src/scan/errors.ts'
import type { PullRequest, Scan, ScanUpdate } from '../../src/scan/ports/store.ts'
import { assessment, finding, report } from '../report/sample.ts'
import type { JsonObject } from '../support/github/json.ts'
import { findOperation, requestProblems } from '../support/github/openapi.ts'

const HEAD = 'c0ffee'.padEnd(40, '0')
const REPOSITORY = '/repos/acme/lab'
const APP = { id: 77, slug: 'rosie-guard' }
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const START = Date.parse('2026-03-01T12:00:00Z')

interface Sent {
  request: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  body: any
}

type Answer = [status: number, body?: unknown]

/** Answers as told, in order, and keeps what was asked; judges every request by GitHub's own description. */
class Recorder {
  readonly sent: Sent[] = []
  readonly problems: string[] = []
  readonly #answers: Answer[] = []
  readonly #server: Server

  constructor() {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const body = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString())
      const url = new URL(request.url ?? '/', 'http://localhost')
      this.sent.push({ request: `${request.method} ${request.url}`, body })
      const match = findOperation(request.method ?? '', url.pathname)
      const query: JsonObject = Object.fromEntries(url.searchParams)
      this.problems.push(
        ...(match ? requestProblems(match, query, body) : [`no operation: ${request.method} ${request.url}`]),
      )
      const [status, answer = {}] = this.#answers.shift() ?? [
        500,
        { message: 'an answer the test did not expect to give' },
      ]
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  answers(...answers: Answer[]): void {
    this.#answers.push(...answers)
  }

  get requests(): string[] {
    return this.sent.map(({ request }) => request)
  }

  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

let github: Recorder
let baseUrl: string
let clock: number
let scanUpdates: ScanUpdate[]
let pullUpdates: Partial<PullRequest>[]
let purposes: (string | null)[]

beforeEach(async () => {
  purposes = []
  github = new Recorder()
  baseUrl = await github.listen()
  clock = START
  scanUpdates = []
  pullUpdates = []
})

afterEach(async () => {
  await github.close()
  expect(github.problems).toEqual([])
})

function publisher(change: Partial<Scan> = {}) {
  const scan = {
    id: '6b0c1d6e-0000-4000-8000-000000000001',
    repository: { id: 9n, installationId: 5n, owner: 'acme', name: 'lab', defaultBranch: 'main', trackedHead: null },
    kind: 'change' as const,
    ref: 'topic',
    baseRef: 'main',
    baseSha: null,
    trigger: 'push',
    forced: false,
    attempt: 1,
    token: 1,
    checkRunId: null,
    annotationsSent: 0,
    stage: null,
    tryingMs: 0,
    newerHead: null,
    replay: null,
    ...change,
    headSha: HEAD,
  }
  const octokit = new GuardOctokit({ baseUrl, auth: { token: 'secret' }, log: SILENT })
  octokit.heed({
    send: (request, fetch) => {
      purposes.push(request.purpose)
      return fetch()
    },
    block: async () => {},
  })
  return createPublisher({
    octokit,
    scan,
    store: {
      update: async (_, update) => void scanUpdates.push(update),
      updatePull: async (_, __, update) => void pullUpdates.push(update),
    },
    app: APP,
    webUrl: 'https://github.com',
    now: () => clock,
  })
}

const findings = (n: number) => Array.from({ length: n }, (_, index) => finding({ line: index + 1 }))

const result = (findings: AssessedFinding[], conclusion: Conclusion = 'failure') =>
  report(assessment(findings, { conclusion }))

const run = (conclusion: string | null, annotations: number) => ({
  id: 31,
  conclusion,
  output: { annotations_count: annotations },
})

const lines = ({ body }: Sent) =>
  body.output.annotations.map((annotation: { start_line: number }) => annotation.start_line)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('opening the check run', () => {
  it('creates it in progress under the scan id and keeps its id', async () => {
    github.answers([201, { id: 31 }])
    await publisher().open()
    expect(github.sent).toEqual([
      {
        request: `POST ${REPOSITORY}/check-runs`,
        body: {
          name: 'ROSIE compliance',
          head_sha: HEAD,
          status: 'in_progress',
          external_id: '6b0c1d6e-0000-4000-8000-000000000001',
          started_at: '2026-03-01T12:00:00.000Z',
        },
      },
    ])
    expect(scanUpdates).toEqual([{ checkRunId: 31n, stage: 'opened' }])
  })

  it('asks nothing when its id is known', async () => {
    await publisher({ checkRunId: 31n, attempt: 2 }).open()
    expect(github.requests).toEqual([])
  })

  it('finds the one whose creation was never answered, and no other app’s', async () => {
    const external_id = '6b0c1d6e-0000-4000-8000-000000000001'
    const runs = [
      { ...run(null, 0), id: 29, external_id, app: { id: 1 } },
      { ...run(null, 0), id: 30, external_id: 'another', app: { id: APP.id } },
      { ...run(null, 0), external_id, app: { id: APP.id } },
    ]
    github.answers([200, { total_count: 3, check_runs: runs }])
    await publisher({ attempt: 2 }).open()
    expect(github.requests).toEqual([
      `GET ${REPOSITORY}/commits/${HEAD}/check-runs?check_name=ROSIE%20compliance&filter=all&per_page=100`,
    ])
    expect(scanUpdates).toEqual([{ checkRunId: 31n, stage: 'opened' }])
  })

  it('creates it when an earlier attempt did not', async () => {
    github.answers([200, { total_count: 0, check_runs: [] }], [201, { id: 31 }])
    await publisher({ attempt: 2 }).open()
    expect(github.requests[1]).toBe(`POST ${REPOSITORY}/check-runs`)
  })

  it('tells a repository that is gone from one that does not answer', async () => {
    github.answers([404])
    await expect(publisher().open()).rejects.toThrow(NotFound)
    expect(github.requests).toHaveLength(1)
    await expect(publisher().open()).rejects.toThrow(Unreachable)
  })

  describe('when the creation is not answered', () => {
    const [CREATE, FIND] = [`POST ${REPOSITORY}/check-runs`, expect.stringContaining(`GET ${REPOSITORY}/commits/`)]
    const ours = { ...run(null, 0), external_id: '6b0c1d6e-0000-4000-8000-000000000001', app: { id: APP.id } }

    it('finds it, and goes on with it', async () => {
      github.answers([502], [200, { total_count: 1, check_runs: [ours] }])
      await publisher().open()
      expect(github.requests).toEqual([CREATE, FIND])
      expect(scanUpdates).toEqual([{ checkRunId: 31n, stage: 'opened' }])
    })

    it('creates it once more where there is none', async () => {
      github.answers([502], [200, { total_count: 0, check_runs: [] }], [201, { id: 32 }])
      await publisher().open()
      expect(github.requests).toEqual([CREATE, FIND, CREATE])
      expect(scanUpdates).toEqual([{ checkRunId: 32n, stage: 'opened' }])
    })

    it('and it has to wait then, makes the attempt count, so that the next one looks', async () => {
      github.answers([502], [429], [429])
      await expect(publisher().open()).rejects.toThrow(Unreachable)
    })

    it('but only a wait was, it is no attempt', async () => {
      github.answers([429])
      await expect(publisher().open()).rejects.toThrow(RateLimited)
      expect(github.requests).toEqual([CREATE])
    })
  })
})

describe('showing progress', () => {
  it('is silent for 5 s, then speaks once in 10 s', async () => {
    github.answers([201, { id: 31 }], [200], [200])
    const check = publisher()
    await check.open()
    for (let second = 0; second <= 16; second++) {
      clock = START + second * 1000
      await check.progress('Fetch', `${second} of 300 <files>`)
    }
    expect(github.sent.slice(1)).toEqual([
      {
        request: `PATCH ${REPOSITORY}/check-runs/31`,
        body: { output: { title: 'Fetch (30 %)', summary: '5 of 300 &lt;files&gt;' } },
      },
      {
        request: `PATCH ${REPOSITORY}/check-runs/31`,
        body: { output: { title: 'Fetch (30 %)', summary: '15 of 300 &lt;files&gt;' } },
      },
    ])
  })

  it('never stops a scan because GitHub does not answer', async () => {
    github.answers([502])
    const check = publisher({ checkRunId: 31n })
    await check.open()
    clock += 5000
    await expect(check.progress('Parse', 'all')).resolves.toBeUndefined()
    expect(github.requests).toHaveLength(1)
  })

  it('says nothing after the conclusion', async () => {
    github.answers([201, { id: 31 }], [200])
    const check = publisher()
    await check.open()
    await check.conclude(result([]))
    clock += 60_000
    await check.progress('Complete', 'done')
    expect(github.requests).toHaveLength(2)
  })
})

describe('concluding the check run', () => {
  it('sends the conclusion once, with the first 50 annotations, then the others', async () => {
    github.answers([201, { id: 31 }], [200], [200], [200])
    const check = publisher()
    await check.open()
    clock += 2000
    await check.conclude(result(findings(120)))
    const [, first, second, third] = github.sent as [Sent, Sent, Sent, Sent]
    expect(first.body).toMatchObject({
      status: 'completed',
      conclusion: 'failure',
      completed_at: '2026-03-01T12:00:02.000Z',
    })
    expect([first, second, third].map(lines)).toEqual([range(1, 50), range(51, 100), range(101, 120)])
    for (const { body } of [second, third]) {
      expect(Object.keys(body).toSorted()).toEqual(['actions', 'output'])
      expect(body.output).toMatchObject({
        title: '120 errors in 8 requirements',
        summary: expect.stringMatching(/^\*\*This check fails/),
      })
    }
    expect(github.requests).toHaveLength(4)
    expect(scanUpdates.slice(1)).toEqual([
      { annotationsSent: 50, stage: 'concluded' },
      { annotationsSent: 100, stage: 'concluded' },
      { annotationsSent: 120, stage: 'annotated' },
    ])
  })

  it('offers to scan again, within the lengths that GitHub allows', async () => {
    github.answers([201, { id: 31 }], [200])
    const check = publisher()
    await check.open()
    await check.conclude(result([], 'success'))
    const [action] = github.sent[1]?.body.actions ?? []
    expect(action).toEqual({ label: 'Scan again', description: expect.any(String), identifier: 'rescan' })
    expect(action.description.length).toBeLessThanOrEqual(40)
  })

  it('puts each finding on its exact place', async () => {
    github.answers([201, { id: 31 }], [200])
    const check = publisher()
    await check.open()
    await check.conclude(
      result([
        finding({ column: 12, endColumn: 17 }),
        finding({ severity: 'warning', endLine: 6, column: 1, endColumn: 3 }),
        finding({ severity: 'notice', message: 'Ask @acme/quality\u202e.\nTwice.', endLine: 4 }),
        finding({ path: null, line: null }),
      ]),
    )
    const common = { path: '.gxp/specs/SPEC-001.md', start_line: 4, title: 'trace/broken-reference' }
    const message = 'SPEC-001 refers to US-009, which nothing defines.'
    expect(github.sent[1]?.body.output.annotations).toEqual([
      { ...common, end_line: 4, start_column: 12, end_column: 17, annotation_level: 'failure', message },
      { ...common, end_line: 6, annotation_level: 'warning', message },
      { ...common, end_line: 4, annotation_level: 'notice', message: 'Ask @\u2060acme/quality\\u{202E}.\nTwice.' },
    ])
  })

  it('cuts a message that GitHub would refuse', async () => {
    github.answers([201, { id: 31 }], [200])
    const check = publisher()
    await check.open()
    await check.conclude(result([finding({ message: 'ä'.repeat(70_000) })]))
    expect(Buffer.byteLength(github.sent[1]?.body.output.annotations[0].message)).toBeLessThanOrEqual(64 * 1024)
  })

  it('after a lost answer appends only what is missing, and no second conclusion', async () => {
    github.answers([200, run('failure', 50)], [200], [200])
    await publisher({ checkRunId: 31n, attempt: 2 }).conclude(result(findings(120)))
    const [read, second, third] = github.sent as [Sent, Sent, Sent]
    expect(read.request).toBe(`GET ${REPOSITORY}/check-runs/31`)
    expect([second, third].map(lines)).toEqual([range(51, 100), range(101, 120)])
    expect(second.body.conclusion).toBeUndefined()
  })

  it('sends nothing when everything is there', async () => {
    github.answers([200, run('failure', 120)])
    await publisher({ checkRunId: 31n, attempt: 2 }).conclude(result(findings(120)))
    expect(github.requests).toEqual([`GET ${REPOSITORY}/check-runs/31`])
  })

  it('looks before it repeats a request that was not answered', async () => {
    github.answers([201, { id: 31 }], [200], [502], [200, run('failure', 100)], [200])
    const check = publisher()
    await check.open()
    await check.conclude(result(findings(120)))
    expect(github.requests.slice(3)).toEqual([`GET ${REPOSITORY}/check-runs/31`, `PATCH ${REPOSITORY}/check-runs/31`])
    expect(lines(github.sent[4] as Sent)).toEqual(range(101, 120))
  })

  it('knows from finding it how far an earlier attempt came', async () => {
    const ours = { ...run(null, 0), external_id: '6b0c1d6e-0000-4000-8000-000000000001', app: { id: APP.id } }
    github.answers([200, { total_count: 1, check_runs: [ours] }], [200])
    const check = publisher({ attempt: 2 })
    await check.open()
    await check.conclude(result(findings(2)))
    expect(github.requests).toHaveLength(2)
    expect(github.sent[1]?.body).toMatchObject({ status: 'completed', conclusion: 'failure' })
  })
})

it('says which requests may rest when little of the quota is left, never those for a conclusion', async () => {
  github.answers([201, { id: 31 }], [200], [200], [200])
  const check = publisher()
  await check.open()
  clock += 5_000
  await check.progress('Fetch', 'fetching')
  await check.conclude(result(findings(51)))
  github.answers([200, []], [201, { id: 500 }], [200])
  const pull = { number: 3, headSha: HEAD, baseRef: 'main', fromOpening: false, commentUnsure: false }
  await check.comment({ ...pull, commentId: null, commentHash: null }, result(findings(1)))
  await check.comment({ ...pull, commentId: 500n, commentHash: 'another' }, result(findings(1)))
  github.answers([200])
  await check.fail('The scan failed', 'Look up scan 6b0c.')
  expect(purposes).toEqual([null, 'progress', null, 'annotations', 'comment', 'comment', 'comment', null])
})

describe('a scan whose branch has moved on', () => {
  const NEWER = 'd'.repeat(40)

  it('has its check run cancelled, with the newer commit and a link to it', async () => {
    github.answers([200])
    await publisher({ checkRunId: 31n }).cancel(NEWER)
    expect(github.sent).toEqual([
      {
        request: `PATCH ${REPOSITORY}/check-runs/31`,
        body: {
          ...{ status: 'completed', conclusion: 'cancelled', completed_at: '2026-03-01T12:00:00.000Z' },
          output: {
            title: 'Superseded by ddddddd',
            summary: expect.stringContaining(`[\`ddddddd\`](https://github.com/acme/lab/commit/${NEWER})`),
          },
          actions: [expect.objectContaining({ identifier: 'rescan' })],
        },
      },
    ])
  })

  it('has one that this very attempt opened cancelled', async () => {
    github.answers([201, { id: 31 }], [200])
    const check = publisher()
    await check.open()
    await check.cancel(NEWER)
    expect(github.requests).toEqual([`POST ${REPOSITORY}/check-runs`, `PATCH ${REPOSITORY}/check-runs/31`])
  })

  it('has none where none was opened', async () => {
    await publisher().cancel(NEWER)
    expect(github.requests).toEqual([])
  })

  it('has one that an earlier attempt may have opened looked for', async () => {
    github.answers([200, { total_count: 0, check_runs: [] }])
    await publisher({ attempt: 2 }).cancel(NEWER)
    expect(github.requests).toEqual([expect.stringContaining(`GET ${REPOSITORY}/commits/`)])
  })

  it('has it cancelled once more when that is not answered', async () => {
    github.answers([502], [200])
    await publisher({ checkRunId: 31n }).cancel(NEWER)
    expect(github.requests).toEqual(Array(2).fill(`PATCH ${REPOSITORY}/check-runs/31`))
  })

  it('shows no progress any more', async () => {
    github.answers([201, { id: 31 }], [200])
    const check = publisher()
    await check.open()
    await check.cancel(NEWER)
    clock += 60_000
    await check.progress('Fetch', '10 of 20 files')
    expect(github.requests).toHaveLength(2)
  })
})

describe('a scan that failed', () => {
  it('completes its check run with what a person can act on', async () => {
    github.answers([200])
    await publisher({ checkRunId: 31n, attempt: 3 }).fail('The scan failed', 'Look up scan 6b0c.')
    expect(github.sent).toEqual([
      {
        request: `PATCH ${REPOSITORY}/check-runs/31`,
        body: {
          status: 'completed',
          conclusion: 'failure',
          completed_at: '2026-03-01T12:00:00.000Z',
          output: { title: 'The scan failed', summary: 'Look up scan 6b0c.' },
          actions: [expect.objectContaining({ identifier: 'rescan' })],
        },
      },
    ])
  })

  it('says so again when it is not answered', async () => {
    github.answers([502], [200])
    await publisher({ checkRunId: 31n, attempt: 3 }).fail('The scan failed', 'Look up scan 6b0c.')
    expect(github.requests).toEqual(Array(2).fill(`PATCH ${REPOSITORY}/check-runs/31`))
  })

  it('opens one first when even that had failed', async () => {
    github.answers([201, { id: 31 }], [200])
    await publisher().fail('The scan failed', 'Look up scan 6b0c.')
    expect(github.requests).toEqual([`POST ${REPOSITORY}/check-runs`, `PATCH ${REPOSITORY}/check-runs/31`])
  })
})

describe('the comment', () => {
  const RESULT = report(assessment([finding()]))
  const TEXT = comment(RESULT, 'https://github.com/acme/lab/pull/3/checks') ?? ''
  const HASH = createHash('sha256').update(TEXT).digest('hex')
  const CREATE = `POST ${REPOSITORY}/issues/3/comments`
  const EDIT = `PATCH ${REPOSITORY}/issues/comments/500`
  const search = (page: number) => `GET ${REPOSITORY}/issues/3/comments?per_page=100&page=${page}`

  const pull = (change: Partial<PullRequest> = {}): PullRequest => ({
    number: 3,
    headSha: HEAD,
    baseRef: 'main',
    fromOpening: true,
    commentId: null,
    commentHash: null,
    commentUnsure: false,
    ...change,
  })
  const other = (change: object = {}) => ({ id: 400, body: 'Nice!', user: { type: 'User', login: 'eve' }, ...change })
  const ours = { id: 500, body: TEXT, user: { type: 'Bot', login: 'rosie-guard[bot]' } }

  it('is created without a search on a pull request known from its opening', async () => {
    github.answers([201, { id: 500 }])
    await publisher().comment(pull(), RESULT)
    expect(github.sent).toEqual([{ request: CREATE, body: { body: TEXT } }])
  })

  it('is noted as unsure before it is created, and as known after', async () => {
    github.answers([201, { id: 500 }])
    await publisher().comment(pull(), RESULT)
    expect(pullUpdates).toEqual([
      { commentId: null, commentHash: null, commentUnsure: true },
      { commentId: 500n, commentHash: HASH, commentUnsure: false },
    ])
  })

  it('stays unsure when no answer comes', async () => {
    await expect(publisher().comment(pull(), RESULT)).rejects.toThrow(Unreachable)
    expect(pullUpdates.at(-1)).toMatchObject({ commentUnsure: true })
    expect(github.requests.filter((request) => request === CREATE)).toHaveLength(1)
  })

  it.each([
    ['and it was applied, is found', [ours], [search(1), EDIT]],
    ['and it was not, is created', [], [search(1), CREATE]],
  ])('whose creation is not answered %s', async (_, there, then) => {
    github.answers([502], [200, there], [201, { id: 500 }])
    await publisher().comment(pull(), RESULT)
    expect(github.requests).toEqual([CREATE, ...then])
    expect(pullUpdates.at(-1)).toEqual({ commentId: 500n, commentHash: HASH, commentUnsure: false })
  })

  it('that somebody deleted is not created twice when its creation is not answered', async () => {
    github.answers([404], [502], [200, [ours]], [200])
    await publisher().comment(pull({ commentId: 400n, commentHash: 'another' }), RESULT)
    expect(github.requests.slice(1)).toEqual([CREATE, search(1), EDIT])
  })

  it('is left alone while its text is the same', async () => {
    await publisher().comment(pull({ commentId: 500n, commentHash: HASH }), RESULT)
    expect(github.requests).toEqual([])
  })

  it('is edited in place when its text changes', async () => {
    github.answers([200])
    await publisher().comment(pull({ commentId: 500n, commentHash: 'another' }), RESULT)
    expect(github.sent).toEqual([{ request: EDIT, body: { body: TEXT } }])
    expect(pullUpdates).toEqual([{ commentId: 500n, commentHash: HASH, commentUnsure: false }])
  })

  it('is created anew when somebody deleted it', async () => {
    github.answers([404], [201, { id: 501 }])
    await publisher().comment(pull({ commentId: 500n, commentHash: 'another' }), RESULT)
    expect(github.requests).toEqual([EDIT, CREATE])
    expect(pullUpdates.at(-1)).toMatchObject({ commentId: 501n, commentUnsure: false })
  })

  it.each([
    ['a pull request met after its opening', { fromOpening: false }],
    ['an attempt without an answer', { commentUnsure: true }],
  ])('is searched for once after %s', async (_, change) => {
    github.answers([200, [...Array(100).keys()].map((id) => other({ id }))], [200, [other(), ours]], [200])
    await publisher().comment(pull(change), RESULT)
    expect(github.requests).toEqual([search(1), search(2), EDIT])
    expect(pullUpdates).toEqual([{ commentId: 500n, commentHash: HASH, commentUnsure: false }])
  })

  it.each([
    ['a person who copied the marker', other({ body: TEXT })],
    ['a person who quotes it', other({ body: `> ${TEXT}` })],
    ['another app, by its id', { ...ours, performed_via_github_app: { id: 1 } }],
    ['another app, by its name', { ...ours, user: { type: 'Bot', login: 'other[bot]' } }],
    ['ourselves about something else', { ...ours, body: `Compare:\n${TEXT}` }],
  ])('is never one by %s', async (_, theirs) => {
    github.answers([200, [theirs]], [201, { id: 501 }])
    await publisher().comment(pull({ fromOpening: false }), RESULT)
    expect(github.requests).toEqual([search(1), CREATE])
  })

  it('is not written where there is no record', async () => {
    await publisher().comment(pull({ fromOpening: false }), report(assessment([], { conclusion: 'neutral' })))
    expect(github.requests).toEqual([])
  })

  it('is known by the app that GitHub names', async () => {
    github.answers(
      [200, [{ ...ours, user: { type: 'Bot', login: 'renamed[bot]' }, performed_via_github_app: { id: APP.id } }]],
      [200],
    )
    await publisher().comment(pull({ fromOpening: false }), RESULT)
    expect(github.requests).toEqual([search(1), EDIT])
  })
})
