/** The stand-in GitHub: its accounts, repositories and app, and what tests can ask and do. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Access } from './access.ts'
import { type App, registerApp } from './app.ts'
import { Archives } from './archive.ts'
import { payload } from './examples.ts'
import { type Account, accountFacts, namesOf } from './facts.ts'
import { type Fault, Faults, type LoggedRequest, type Matcher, matches } from './faults.ts'
import { BareRepository } from './git.ts'
import { Installation } from './installation.ts'
import { isObject, type Json, type JsonObject, merge } from './json.ts'
import { People } from './people.ts'
import type { Pull } from './pulls.ts'
import { RateLimit, type Resource } from './rate-limit.ts'
import { eventFacts, type Files, Repository } from './repository.ts'
import { REST, Servers } from './server.ts'
import { type Delivery, type DeliveryOptions, Webhooks } from './webhooks.ts'

export interface Limits {
  /** Of a recursive tree; GitHub: 100,000. */
  treeEntries: number
  /** Of a recursive tree's JSON; GitHub: 7 MB. */
  treeBytes: number
  /** Of a blob's `text` in GraphQL; GitHub: near 500 KB. */
  blobText: number
}

export interface GitHubOptions {
  /** Where webhooks go; can be set later. */
  webhookUrl?: string
  limits?: Partial<Limits>
  /** Holds the stand-in's own answers against GitHub's description too. */
  checksAnswers?: boolean
}

export interface RepositoryOptions {
  owner: string
  name: string
  defaultBranch?: string
  /** Files of a first commit, or the path of a git repository whose branches and tags are taken over. `{}`: no commit. */
  from?: Files | string
  /** Whether the app is installed on it; true unless told. */
  installed?: boolean
}

export interface Violation {
  request: string
  problem: string
}

export class GitHub {
  readonly startedAt = new Date()
  readonly limits: Limits
  readonly checksAnswers: boolean
  readonly requests: LoggedRequest[] = []
  /** Requests that GitHub would not have taken; a test's last word is that there are none. */
  readonly violations: Violation[] = []
  readonly repositories: Repository[] = []
  readonly installations: Installation[] = []
  readonly access = new Access()
  readonly archives = new Archives()
  readonly faults = new Faults()
  readonly people: People
  /** Where it sends whoever is to agree to an app but is not signed in; null: somebody is. */
  signInElsewhere: string | null = null
  readonly rate = new RateLimit()
  readonly webhooks: Webhooks
  /** `http://127.0.0.1:PORT`. */
  url = ''
  codeloadUrl = ''
  app: App
  readonly #folder: string
  readonly #servers: Servers
  readonly #accounts = new Map<string, Account>()
  readonly #manifests = new Map<string, JsonObject>()
  readonly #background = new Set<Promise<unknown>>()
  #lastId = 1000

  private constructor(options: GitHubOptions, folder: string, app: App) {
    this.limits = { treeEntries: 100_000, treeBytes: 7 * 1024 * 1024, blobText: 512_000, ...options.limits }
    this.checksAnswers = options.checksAnswers ?? false
    this.webhooks = new Webhooks(options.webhookUrl ?? null, this.nextId)
    this.people = new People(this)
    this.#folder = folder
    this.app = app
    this.#servers = new Servers(this)
  }

  static async start(options: GitHubOptions = {}): Promise<GitHub> {
    const [folder, app] = await Promise.all([mkdtemp(join(tmpdir(), 'github-')), registerApp(1000)])
    const github = new GitHub(options, folder, app)
    const { host, archiveHost } = await github.#servers.listen()
    github.url = `http://${host}`
    github.codeloadUrl = `http://${archiveHost}`
    return github
  }

  /** Ends everything and removes the repositories. */
  async close(): Promise<void> {
    await this.webhooks.close()
    await Promise.allSettled(this.#background)
    await this.#servers.close()
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 })
  }

  // ── the world ─────────────────────────────────────────────────────────────────────────────────────────────────────

  get apiUrl(): string {
    return `${this.url}${REST}`
  }

  /** The environment under which the app finds this GitHub. */
  get environment(): Record<string, string> {
    const { id, privateKey, webhookSecret, clientId, clientSecret } = this.app
    return {
      APP_ID: String(id),
      PRIVATE_KEY: privateKey,
      WEBHOOK_SECRET: webhookSecret,
      CLIENT_ID: clientId,
      CLIENT_SECRET: clientSecret,
      GHE_HOST: new URL(this.url).host,
      GHE_PROTOCOL: 'http',
    }
  }

  /** https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app */
  get hookConfig(): JsonObject {
    const { url, contentType, insecureSsl } = this.webhooks
    return { url: url ?? '', content_type: contentType, insecure_ssl: insecureSsl, secret: '********' }
  }

  set webhookUrl(url: string | null) {
    this.webhooks.url = url
  }

  async repository({
    owner,
    name,
    defaultBranch,
    from = { 'README.md': `# ${name}\n` },
    installed = true,
  }: RepositoryOptions): Promise<Repository> {
    const dir = join(this.#folder, `${this.nextId()}.git`)
    const git =
      typeof from === 'string'
        ? await BareRepository.borrow(dir, from, defaultBranch)
        : await BareRepository.create(dir, defaultBranch ?? 'main')
    const branch = defaultBranch ?? (await git.text('symbolic-ref', '--short', 'HEAD'))
    const repository = this.#add(new Repository(this, { owner, name, defaultBranch: branch, parent: null }, git))
    if (typeof from !== 'string' && Object.keys(from).length > 0)
      await repository.commit(branch, from, { message: 'Initial commit' })
    if (installed) this.installation(owner).repositories.add(repository)
    return repository
  }

  async fork(parent: Repository, owner: string): Promise<Repository> {
    const { name, defaultBranch } = parent
    const git = await parent.git.fork(join(this.#folder, `${this.nextId()}.git`), defaultBranch)
    return this.#add(new Repository(this, { owner, name, defaultBranch, parent }, git))
  }

  #add(repository: Repository): Repository {
    this.account(repository.owner, 'Organization')
    this.repositories.push(repository)
    return repository
  }

  forget(repository: Repository): void {
    this.repositories.splice(this.repositories.indexOf(repository), 1)
    for (const { repositories } of this.installations) repositories.delete(repository)
  }

  /** By name, whatever its case. */
  find(owner: string, name: string): Repository | undefined {
    const wanted = `${owner}/${name}`.toLowerCase()
    return this.repositories.find(({ fullName }) => fullName.toLowerCase() === wanted)
  }

  /** The app's installation on an account; made, without an event, if there is none. */
  installation(owner: string): Installation {
    const known = this.installations.find(({ account }) => account.login === owner)
    if (known) return known
    const installation = new Installation(this, this.account(owner, 'Organization'))
    this.installations.push(installation)
    return installation
  }

  installationOf(repository: Repository): Installation | undefined {
    return this.installations.find(({ repositories }) => repositories.has(repository))
  }

  account(login: string, type: Account['type'] = 'User'): Account {
    const account = this.#accounts.get(login) ?? { id: this.nextId(), login, type }
    this.#accounts.set(login, account)
    return account
  }

  get pulls(): Pull[] {
    return this.repositories.flatMap((repository) => repository.pulls)
  }

  nextId = (): number => {
    this.#lastId += 1
    return this.#lastId
  }

  /** A one-time code for an app from this manifest, as GitHub adds it to `redirect_url`. */
  manifestCode(manifest: JsonObject): string {
    const code = randomBytes(20).toString('hex')
    this.#manifests.set(code, manifest)
    return code
  }

  /** The app that the code stands for; from then on it is the app of this GitHub. Null for an unknown or used code. */
  async convertManifest(code: string): Promise<App | null> {
    const manifest = this.#manifests.get(code)
    if (!manifest) return null
    this.#manifests.delete(code)
    this.app = await registerApp(this.nextId(), manifest)
    return this.app
  }

  // ── webhooks ──────────────────────────────────────────────────────────────────────────────────────────────────────

  get deliveries(): Delivery[] {
    return this.webhooks.deliveries
  }

  /** Any payload, as it is. */
  deliver(event: string, body: Json, options?: DeliveryOptions): Promise<Delivery> {
    return this.webhooks.deliver(this.app, event, body, options)
  }

  /** Once more, by guid or attempt. */
  redeliver(id: number | string): Promise<Delivery> {
    return this.webhooks.redeliver(this.app, id)
  }

  /** An event as GitHub would tell it: a real example with these facts. */
  send(
    event: string,
    action: string | null,
    facts: JsonObject,
    { installation, repository }: { installation: Installation; repository?: Repository },
  ): Promise<Delivery> {
    const { id, account } = installation
    const { login, id: accountId } = account
    const common: JsonObject = {
      installation: { id, node_id: `I_${id}` },
      ...(repository && eventFacts(this, repository)),
      ...(account.type === 'Organization' && {
        organization: { login, id: accountId, node_id: `O_${accountId}`, url: `${this.apiUrl}/orgs/${login}` },
      }),
    }
    const { enterprise: _, ...body } = payload(event, action, merge(common, facts), namesOf(this, repository ?? null))
    if (!isObject(body.sender)) body.sender = accountFacts(this, this.account('octocat'))
    return this.deliver(event, body)
  }

  // ── what tests see and break ──────────────────────────────────────────────────────────────────────────────────────

  /**
   * Requests to the API so far. A 302 and the download it leads to count once, by the 302. `tokens: false` leaves out the
   * requests for installation tokens.
   */
  count({ tokens = true, matching = () => true }: { tokens?: boolean; matching?: Matcher } = {}): number {
    const kinds = tokens ? ['api', 'token'] : ['api']
    return this.requests.filter((request) => kinds.includes(request.kind) && matches(matching, request)).length
  }

  /** Forgets requests, deliveries, violations and planned faults; repositories and their check runs stay. */
  reset(): void {
    for (const list of [this.requests, this.deliveries, this.violations]) list.length = 0
    this.faults.reset()
    this.rate.reset()
  }

  /** Every request waits so long before anything happens. */
  delay(ms: number): void {
    this.faults.delay(ms)
  }

  /** The next matching requests are refused and not applied. */
  fault(matcher: Matcher, fault: Fault): void {
    this.faults.refuse(matcher, fault)
  }

  /** The next matching requests are applied, and the connection is cut before the answer. */
  loseAnswer(matcher: Matcher, times = 1): void {
    this.faults.loseAnswer(matcher, times)
  }

  /** This share of all requests fails, until `reset`: half of them before, half of them after they were applied. */
  failAtRandom(share: number, seed: number): void {
    this.faults.failAtRandom(share, seed)
  }

  /** The next matching request meets a secondary limit, and all of its installation with it, for so many seconds. */
  secondaryLimit(matcher: Matcher, retryAfter: number): void {
    this.rate.secondary(matcher, retryAfter)
  }

  /** So many requests (points, for GraphQL) are left to an account's installation until the reset. */
  leaveQuota(owner: string, remaining: number, resetInMs: number, resource: Resource = 'core'): void {
    this.rate.leave(resource, this.installation(owner).id, remaining, resetInMs)
  }

  violation(request: string, problem: string): void {
    this.violations.push({ request, problem })
  }

  /** Waits until the predicate says something truthy, and answers that. Throws after `timeoutMs`. */
  async waitFor<T>(predicate: () => T | Promise<T>, timeoutMs = 10_000): Promise<NonNullable<T>> {
    const until = Date.now() + timeoutMs
    while (Date.now() < until) {
      const said = await predicate()
      if (said) return said
      await sleep(20)
    }
    throw new Error(`waited ${timeoutMs} ms in vain for ${predicate}`)
  }

  /** Work that nobody waits for, until the end. */
  inBackground(work: () => Promise<unknown>): void {
    const working = work().catch((error: Error) => this.violation('background', error.message))
    this.#background.add(working)
    void working.finally(() => this.#background.delete(working))
  }
}
