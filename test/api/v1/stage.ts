/**
 * The stage of the suites of `/api/v1`: a host on a database with two organisations that know nothing of each other, each
 * with scanned repositories and keys; with a GitHub, people sign in there as well.
 */
import { generateKeyPairSync } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { newKey } from '../../../src/access/api-key.ts'
import type { Scope } from '../../../src/access/grant.ts'
import type { Cache } from '../../../src/api/cache/cache.ts'
import { memoryCache } from '../../../src/api/cache/memory-cache.ts'
import { createHost } from '../../../src/api/host.ts'
import { type Authenticate, keyAccess } from '../../../src/api/key-access.ts'
import { authenticateBy } from '../../../src/api/session-access.ts'
import { signIn } from '../../../src/api/sign-in/routes.ts'
import type { CheckpointKey } from '../../../src/api/v1/audit-events.ts'
import { apiV1 } from '../../../src/api/v1/index.ts'
import { checkpointSigner } from '../../../src/audit/checkpoint.ts'
import { detachedSigner } from '../../../src/audit/detached.ts'
import { blobId } from '../../../src/scan/git-objects.ts'
import type { RepositoryFacts } from '../../../src/scan/ports/intents.ts'
import { ApiKeys } from '../../../src/store/api-keys.ts'
import type { Database } from '../../../src/store/database.ts'
import { readingOf } from '../../../src/store/reading/index.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { aRepository, deliver, newId } from '../../store/given.ts'
import { Browser } from '../../support/browser.ts'
import type { GitHub } from '../../support/github/index.ts'
import { sampleFiles, scanFiles } from '../../support/scanned.ts'
import { PUBLIC_URL, peopleOf } from '../sign-in-stage.ts'

/** What reports are signed with. */
export const { privateKey: SIGNING_KEY } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

export interface Answer {
  status: number
  headers: Record<string, string>
  /** JSON where it is; the text otherwise. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks into
  body: any
}

export interface Tenant {
  installationId: bigint
  /** Scanned: the demo's sample. */
  pump: RepositoryFacts
  /** Never scanned. */
  empty: RepositoryFacts
  /** A key of the whole installation, by what it may. */
  keys: Record<Scope, string>
}

/** Somebody who signed in. */
export interface Session {
  cookie: string
  csrfToken: string
}

/** Who asks: a key, a session, nobody. */
export type Holder = string | Session | null

interface StageOptions {
  /** Has the repositories, under its ids; and each record says whose it is. */
  github?: GitHub
  cache?: Cache
}

export class Stage {
  readonly database: Database
  readonly acme: Tenant
  readonly zeta: Tenant
  /** Of the whole server. */
  readonly root: string
  readonly host: FastifyInstance
  readonly authenticate: Authenticate
  /** Where the host listens. */
  readonly url: string
  /** Whether answers were kept. */
  readonly kept: string[]
  readonly #github: GitHub | undefined

  private constructor(
    parts: Pick<Stage, 'database' | 'acme' | 'zeta' | 'root' | 'host' | 'authenticate' | 'url' | 'kept'>,
    github: GitHub | undefined,
  ) {
    ;({ database: this.database, acme: this.acme, zeta: this.zeta, root: this.root } = parts)
    ;({ host: this.host, authenticate: this.authenticate, url: this.url, kept: this.kept } = parts)
    this.#github = github
  }

  static async on(database: Database, { github, cache = memoryCache() }: StageOptions = {}): Promise<Stage> {
    const sample = await sampleFiles()
    const [acme, zeta] = [
      await tenant(database, 'acme', sample, github),
      await tenant(database, 'zeta', sample, github),
    ]
    const texts = new Map([...acme.files, ...zeta.files].map(([, bytes]) => [blobId(bytes, 'sha1'), bytes]))
    const host = createHost({ logger: createLogger('silent') })
    const people = github && peopleOf(github, database)
    if (people) await host.register(signIn, people.options)
    const authenticate = authenticateBy(keyAccess({ keys: new ApiKeys(database) }), people?.access ?? null)
    const kept: string[] = []
    await host.register(apiV1, {
      authenticate,
      store: readingOf(database),
      checkpointKey: (await checkpointSigner(
        SIGNING_KEY.export({ type: 'pkcs8', format: 'pem' }).toString(),
      ).publicKey()) as CheckpointKey,
      // GitHub has the sample's files, whatever the repository.
      rawText: async (_repository, sha) => texts.get(sha) ?? null,
      version: 'test',
      keep: { cache, measures: { kept: (outcome) => void kept.push(outcome) } },
      signReport: await detachedSigner(SIGNING_KEY.export({ type: 'pkcs8', format: 'pem' }).toString()),
    })
    const url = await host.listen({ host: '127.0.0.1', port: 0 })
    const root = await aKey(database, {})
    return new Stage({ database, acme, zeta, root, host, authenticate, url, kept }, github)
  }

  async signedIn(login: string): Promise<Session> {
    if (!this.#github) throw new Error('This stage has no GitHub.')
    this.#github.people.signingIn = login
    const browser = new Browser(this.url, PUBLIC_URL)
    const { status, body } = await browser.signIn()
    if (status !== 303) throw new Error(`${login} was not signed in: ${status} ${JSON.stringify(body)}`)
    const { csrfToken } = (await browser.me()).session
    return { cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '), csrfToken }
  }

  /** As the holder; the path begins after `/api/v1`. */
  async ask(
    holder: Holder,
    path: string,
    { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: object } = {},
  ): Promise<Answer> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...credentialsOf(holder),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const json = /^application\/([\w.-]+\+)?json(;|$)/.test(String(answer.headers.get('content-type')))
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: json && text !== '' ? JSON.parse(text) : text,
    }
  }

  /** All items of a list, page after page. */
  async all(key: string, path: string, limit = 100): Promise<unknown[]> {
    const items: unknown[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const sign = path.includes('?') ? '&' : '?'
      const { status, body } = await this.ask(key, `${path}${sign}limit=${limit}${cursor && `&cursor=${cursor}`}`)
      if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`)
      items.push(...body.items)
      cursor = body.next
    }
    return items
  }

  close = () => this.host.close()
}

/** By path. */
type Texts = ReadonlyMap<string, Uint8Array>

/** A page of ours sends the token along. */
function credentialsOf(holder: Holder): Record<string, string> {
  if (holder === null) return {}
  if (typeof holder === 'string') return { authorization: `Bearer ${holder}` }
  return { cookie: holder.cookie, origin: PUBLIC_URL, 'x-csrf-token': holder.csrfToken }
}

async function tenant(
  database: Database,
  account: string,
  sample: Texts,
  github: GitHub | undefined,
): Promise<Tenant & { files: Texts }> {
  const installationId = github ? BigInt(github.installation(account).id) : newId()
  await database.client.installation.create({ data: { id: installationId, account, accountType: 'Organization' } })
  const [pump, empty] = [await repositoryOf(account, 'pump', github), await repositoryOf(account, 'empty', github)]
  const files = github ? new Map([...sample, ...ownFiles(account)]) : sample
  await deliver(database, { type: 'repositories', installation: installationId, added: [pump, empty], removed: [] })
  await scanFiles(database, { installation: installationId, repository: pump, files })
  const keys = {
    read: await aKey(database, { installationId, scopes: ['read'] }),
    scan: await aKey(database, { installationId, scopes: ['read', 'scan'] }),
    admin: await aKey(database, { installationId }),
  }
  return { installationId, pump, empty, keys, files }
}

async function repositoryOf(owner: string, name: string, github: GitHub | undefined): Promise<RepositoryFacts> {
  const known = await github?.repository({ owner, name, from: {} })
  return aRepository({ owner, name, ...(known && { id: BigInt(known.id) }) })
}

const ownFiles = (account: string): [path: string, text: Uint8Array][] => [
  [
    '.gxp/requirements/REQ-900.md',
    Buffer.from(`---\ngxp_id: REQ-900\ntitle: Of ${account}\nrisk: LOW\n---\nFor ${account}.\n`),
  ],
]

/** In force; of the whole server, for everything, where nothing else is said. */
export async function aKey(
  database: Database,
  {
    installationId = null,
    scopes = ['admin'],
    repositoryIds = [],
    expiresAt = null,
  }: { installationId?: bigint | null; scopes?: Scope[]; repositoryIds?: bigint[]; expiresAt?: Date | null },
): Promise<string> {
  const key = newKey()
  await new ApiKeys(database).create(key, { name: 'test', scopes, installationId, repositoryIds, expiresAt }, 'test')
  return key
}
