/**
 * The stage of the end-to-end tests: one built app as a process, one stand-in GitHub, a repository for each test. After
 * each test, GitHub must have had nothing to object to, and no check run may be left in progress.
 */
import { existsSync } from 'node:fs'
import { cp, mkdtemp, rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AppOptions, type RunningApp, startApp } from '../support/app.ts'
import {
  type CheckRun,
  type CheckRunInput,
  type Comment,
  type Files,
  GitHub,
  type GitHubOptions,
  type LoggedRequest,
  type Pull,
  type Repository,
  type RepositoryOptions,
} from '../support/github/index.ts'

export interface WorldOptions {
  github?: GitHubOptions
  /** Besides the credentials of the stand-in's app. `url`: where the app will listen. */
  environment?: (url: string) => Record<string, string>
}

/** Sets the stage for all tests of a file, or of a `describe`. */
export function useWorld(options: WorldOptions = {}): World {
  const world = new World(options)
  beforeAll(() => world.open())
  afterEach(() => world.judge())
  afterAll(() => world.close())
  return world
}

export class World {
  readonly #options: WorldOptions
  #github: GitHub | null = null
  #app: RunningApp | null = null
  #repositories = 0

  constructor(options: WorldOptions) {
    this.#options = options
  }

  get github(): GitHub {
    if (!this.#github) throw new Error('The stage is not set yet.')
    return this.#github
  }

  get app(): RunningApp {
    if (!this.#app) throw new Error('The stage is not set yet.')
    return this.#app
  }

  async open(): Promise<void> {
    this.#github = await GitHub.start(this.#options.github)
    await this.startApp({ dataDir: await preparedDataDir(this.#github.environment) })
  }

  /** Starts the app, again on the data folder of the last one, and points the webhooks at it. */
  async startApp({ dataDir = this.app.dataDir }: Pick<AppOptions, 'dataDir'> = {}): Promise<void> {
    const environment = (url: string) => ({ ...this.github.environment, ...this.#options.environment?.(url) })
    // As soon as it listens, it may ask for deliveries that it has missed.
    const onUrl = (url: string) => {
      this.github.webhookUrl = `${url}/api/github/webhooks`
    }
    this.#app = await startApp({ environment, dataDir, onUrl })
  }

  async close(): Promise<void> {
    await this.#app?.remove()
    await this.#github?.close()
  }

  /** The last word of every test. */
  async judge(): Promise<void> {
    await this.quiet()
    const unfinished = () =>
      this.github.repositories.flatMap(({ checks }) => checks.all).filter(({ status }) => status !== 'completed')
    // On a busy machine a scan may be silent for longer than that.
    await this.github.waitFor(() => unfinished().length === 0, 20_000).catch(() => undefined)
    expect(unfinished()).toEqual([])
    await this.quiet()
    expect(this.github.violations).toEqual([])
    this.github.reset()
  }

  /** A repository of its own, of which the app knows nothing yet. */
  repository(from: Files, options: Partial<RepositoryOptions> = {}): Promise<Repository> {
    this.#repositories += 1
    return this.github.repository({ owner: 'acme', name: `lab-${this.#repositories}`, from, ...options })
  }

  /** A repository whose default branch was pushed and scanned. */
  async scanned(from: Files, options: Partial<RepositoryOptions> = {}): Promise<Repository> {
    const repository = await this.repository(from, options)
    await this.pushed(repository, repository.defaultBranch, await tipOf(repository))
    return repository
  }

  /** A push and the check run it leads to. */
  async pushed(...[repository, branch, change, options]: [Repository, ...Parameters<Repository['push']>]) {
    return this.check(repository, await repository.push(branch, change, options))
  }

  /** The check run that people see on a commit, once it is complete and nothing more happens. */
  async check(repository: Repository, sha: string, timeoutMs = 20_000): Promise<CheckRun> {
    for (;;) {
      await this.until(() => visible(repository, sha)?.status === 'completed', timeoutMs)
      await this.quiet()
      const check = visible(repository, sha)
      if (!check) throw new Error('The check run is gone.')
      // Another may have been opened meanwhile.
      if (check.status === 'completed') return check
    }
  }

  /** The one comment on a pull request. */
  async comment(pull: Pull, timeoutMs = 20_000): Promise<Comment> {
    const { repository } = pull.base
    await this.until(() => repository.comments(pull.number).length > 0, timeoutMs)
    await this.quiet()
    expect(repository.comments(pull.number)).toHaveLength(1)
    return repository.comments(pull.number)[0] as Comment
  }

  /** What the app asks of the API until all is quiet, requests for tokens aside. A download belongs to its redirect. */
  async requests(act: () => Promise<unknown>): Promise<LoggedRequest[]> {
    const before = this.github.requests.length
    await act()
    await this.quiet()
    // What was missed while the app was away is asked for at its start, whatever goes on.
    const isTheirs = ({ kind, route }: LoggedRequest) => kind === 'api' && !RECONCILING.has(route ?? '')
    return this.github.requests.slice(before).filter(isTheirs)
  }

  /** Waits for something that must happen; says what the app wrote when it doesn't. */
  async until(happened: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
    try {
      await this.github.waitFor(happened, timeoutMs)
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.app.log().slice(-4000)}`)
    }
  }

  /** Until for a while GitHub was asked nothing and told nothing. */
  async quiet(ms = 300): Promise<void> {
    for (;;) {
      const asked = this.github.requests.at(-1)?.at.getTime() ?? 0
      const told = this.github.deliveries.at(-1)
      const answered = told ? told.deliveredAt.getTime() + told.duration : 0
      const left = Math.max(asked, answered) + ms - Date.now()
      if (left <= 0) return
      await sleep(left)
    }
  }
}

/** A data folder in which an app has been started once: making the embedded database takes 4 s, copying it 0.5 s. */
async function preparedDataDir(environment: Record<string, string>): Promise<string> {
  const folder = process.env.TEST_FOLDER ?? tmpdir()
  const template = join(folder, `started-${process.env.JEST_WORKER_ID}`)
  if (!existsSync(template)) {
    const first = await startApp({ environment })
    await first.stop()
    await rename(first.dataDir, template)
  }
  const dataDir = await mkdtemp(join(folder, 'app-'))
  await cp(template, dataDir, { recursive: true })
  return dataDir
}

/** Of all check runs on a commit the newest: GitHub shows one for each name and suite. */
const visible = (repository: Repository, sha: string): CheckRun | undefined => repository.checkRuns(sha).at(-1)

export async function tipOf(repository: Repository, branch = repository.defaultBranch): Promise<string> {
  const tip = await repository.tip(branch)
  if (tip === null) throw new Error(`${repository.fullName} has no branch ${branch}.`)
  return tip
}

/** What is asked for at the start, from time to time, and for what comes back into reach. */
const RECONCILING: ReadonlySet<string> = new Set([
  'GET /app/hook/deliveries',
  'GET /app/installations',
  'GET /installation/repositories',
  'GET /repos/{owner}/{repo}/commits',
  'GET /repos/{owner}/{repo}/pulls',
])

const SHORT: Record<string, string> = {
  'POST /repos/{owner}/{repo}/check-runs': 'open check',
  'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}': 'update check',
  'GET /repos/{owner}/{repo}/check-runs/{check_run_id}': 'read check',
  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': 'find check',
  'GET /repos/{owner}/{repo}/git/trees/{tree_sha}': 'tree',
  'GET /repos/{owner}/{repo}/git/blobs/{file_sha}': 'blob',
  'GET /repos/{owner}/{repo}/git/ref/{ref}': 'branch',
  'GET /repos/{owner}/{repo}/compare/{basehead}': 'compare',
  'GET /repos/{owner}/{repo}/tarball/{ref}': 'archive',
  'POST /graphql': 'query',
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': 'create comment',
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': 'list comments',
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': 'edit comment',
}

/** What each request is for, in order. Progress, which only long scans show, is left out: how long is the machine's matter. */
export const purposes = (requests: readonly LoggedRequest[]): string[] =>
  requests.filter((request) => !isProgress(request)).map(({ route }) => SHORT[route ?? ''] ?? String(route))

function isProgress({ route, body }: LoggedRequest): boolean {
  if (route !== 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}') return false
  const { conclusion, output } = body as unknown as CheckRunInput
  return conclusion === undefined && output?.annotations === undefined
}

/** How many blobs the queries among these requests ask for. */
export const blobsAsked = (requests: readonly LoggedRequest[]): number =>
  requests.reduce((sum, { body }) => sum + (JSON.stringify(body ?? '').match(/object\(oid:/g)?.length ?? 0), 0)
