/**
 * The stage of the suites of `/api/v1`: a host on a database with two organisations that know nothing of each other, each
 * with scanned repositories and keys.
 */
import { generateKeyPairSync } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { newKey } from '../../../src/access/api-key.ts'
import type { Scope } from '../../../src/access/grant.ts'
import { memoryCache } from '../../../src/api/cache/memory-cache.ts'
import { createHost } from '../../../src/api/host.ts'
import { keyAccess } from '../../../src/api/key-access.ts'
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
import { type Files, sampleFiles, scanFiles } from '../../support/scanned.ts'

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

export class Stage {
  readonly database: Database
  readonly acme: Tenant
  readonly zeta: Tenant
  /** Of the whole server. */
  readonly root: string
  /** Where the host listens. */
  readonly url: string
  readonly #host: FastifyInstance

  private constructor(
    database: Database,
    host: FastifyInstance,
    url: string,
    acme: Tenant,
    zeta: Tenant,
    root: string,
  ) {
    this.database = database
    this.#host = host
    this.url = url
    this.acme = acme
    this.zeta = zeta
    this.root = root
  }

  static async on(database: Database): Promise<Stage> {
    const files = await sampleFiles()
    const texts = new Map([...files.values()].map((bytes) => [blobId(bytes, 'sha1'), bytes]))
    const [acme, zeta] = [await tenant(database, 'acme', files), await tenant(database, 'zeta', files)]
    const host = createHost({ logger: createLogger('silent') })
    await host.register(apiV1, {
      authenticate: keyAccess({ keys: new ApiKeys(database) }),
      store: readingOf(database),
      checkpointKey: (await checkpointSigner(
        SIGNING_KEY.export({ type: 'pkcs8', format: 'pem' }).toString(),
      ).publicKey()) as CheckpointKey,
      // GitHub has the sample's files, whatever the repository.
      rawText: async (_repository, sha) => texts.get(sha) ?? null,
      keep: { cache: memoryCache(), version: 'test' },
      signReport: await detachedSigner(SIGNING_KEY.export({ type: 'pkcs8', format: 'pem' }).toString()),
    })
    const url = await host.listen({ host: '127.0.0.1', port: 0 })
    return new Stage(database, host, url, acme, zeta, await aKey(database, {}))
  }

  /** As the key's holder; the path begins after `/api/v1`. */
  async ask(
    key: string | null,
    path: string,
    { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: object } = {},
  ): Promise<Answer> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const json = String(answer.headers.get('content-type')).includes('json')
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

  close = () => this.#host.close()
}

async function tenant(database: Database, account: string, files: Files): Promise<Tenant> {
  const installationId = newId()
  await database.client.installation.create({ data: { id: installationId, account, accountType: 'Organization' } })
  const [pump, empty] = ['pump', 'empty'].map((name) => aRepository({ owner: account, name })) as [
    RepositoryFacts,
    RepositoryFacts,
  ]
  await deliver(database, { type: 'repositories', installation: installationId, added: [pump, empty], removed: [] })
  await scanFiles(database, { installation: installationId, repository: pump, files })
  const keys = {
    read: await aKey(database, { installationId, scopes: ['read'] }),
    scan: await aKey(database, { installationId, scopes: ['read', 'scan'] }),
    admin: await aKey(database, { installationId }),
  }
  return { installationId, pump, empty, keys }
}

/** In force; of the whole server, for everything, where nothing else is said. */
export async function aKey(
  database: Database,
  {
    installationId = null,
    scopes = ['admin'],
    repositoryIds = [],
  }: { installationId?: bigint | null; scopes?: Scope[]; repositoryIds?: bigint[] },
): Promise<string> {
  const key = newKey()
  await new ApiKeys(database).create(
    key,
    { name: 'test', scopes, installationId, repositoryIds, expiresAt: null },
    'test',
  )
  return key
}
