/** The stage of signing in: a host of ours, the stand-in GitHub, and browsers between them. */

import type { FastifyInstance } from 'fastify'
import { addressesBehind } from '../../src/access/address.ts'
import { createHost } from '../../src/api/host.ts'
import { keyAccess } from '../../src/api/key-access.ts'
import { authenticateBy } from '../../src/api/session-access.ts'
import { signIn } from '../../src/api/sign-in/routes.ts'
import { apiV1 } from '../../src/api/v1/index.ts'
import { signInOf } from '../../src/app-sign-in.ts'
import { ApiKeys } from '../../src/store/api-keys.ts'
import type { Database } from '../../src/store/database.ts'
import { readingOf } from '../../src/store/reading/index.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { deliver } from '../store/given.ts'
import { Browser } from '../support/browser.ts'
import { GitHub, type Repository } from '../support/github/index.ts'

/** As browsers know our host, wherever it really listens. */
export const PUBLIC_URL = 'http://localhost:3999'
export const SESSION_SECRET = 'a secret of the tests, and of nobody else'

export class SignInStage {
  readonly database: Database
  readonly github: GitHub
  /** Of acme and zeta, on which the app is installed. */
  readonly pump: Repository
  readonly meter: Repository
  readonly valve: Repository
  /** What was logged, at trace. */
  readonly lines: string[]
  readonly #host: FastifyInstance
  readonly #url: string

  private constructor(
    parts: Pick<SignInStage, 'database' | 'github' | 'pump' | 'meter' | 'valve' | 'lines'> & {
      host: FastifyInstance
      url: string
    },
  ) {
    const { database, github, pump, meter, valve, lines, host, url } = parts
    ;[this.database, this.github, this.pump, this.meter, this.valve] = [database, github, pump, meter, valve]
    ;[this.lines, this.#host, this.#url] = [lines, host, url]
  }

  static async on(database: Database): Promise<SignInStage> {
    const github = await GitHub.start({ checksAnswers: true })
    const [pump, meter, valve] = [
      await github.repository({ owner: 'acme', name: 'pump', from: {} }),
      await github.repository({ owner: 'acme', name: 'meter', from: {} }),
      await github.repository({ owner: 'zeta', name: 'valve', from: {} }),
    ]
    for (const repository of [pump, meter, valve]) await know(database, github, repository)
    const lines: string[] = []
    const logger = createLogger('trace', { write: (line: string) => void lines.push(line) })
    const host = createHost({ logger, addressOf: addressesBehind(['loopback']) })
    const people = peopleOf(github, database)
    await host.register(signIn, people.options)
    const authenticate = authenticateBy(keyAccess({ keys: new ApiKeys(database) }), people.access)
    await host.register(apiV1, { authenticate, store: readingOf(database) })
    host.post('/change', async (request) => ({ actor: (await authenticate(request)).actor }))
    const url = await host.listen({ host: '127.0.0.1', port: 0 })
    return new SignInStage({ database, github, pump, meter, valve, lines, host, url })
  }

  browser = () => new Browser(this.#url, PUBLIC_URL)

  /** Somebody who signed in, with their browser. */
  async signedIn(login: string): Promise<Browser> {
    this.github.people.signingIn = login
    const browser = this.browser()
    const { status, body } = await browser.signIn()
    if (status !== 303) throw new Error(`${login} was not signed in: ${status} ${JSON.stringify(body)}`)
    return browser
  }

  /** The newest audit events of an action. */
  events = (action: string) =>
    this.database.client.auditEvent.findMany({ where: { action }, orderBy: { id: 'desc' }, take: 5 })

  async close(): Promise<void> {
    await this.#host.close()
    await this.github.close()
  }
}

/** Those who sign in with that GitHub. */
export const peopleOf = ({ environment, apiUrl, app }: GitHub, database: Database) =>
  signInOf({
    config: {
      publicUrl: PUBLIC_URL,
      sessionSecret: SESSION_SECRET,
      admins: ['Root'],
      github: { webUrl: `http://${environment.GHE_HOST}`, apiUrl },
    },
    credentials: { oauth: { clientId: app.clientId, clientSecret: app.clientSecret } },
    database,
  })

/** As events would have told of it. */
async function know(database: Database, github: GitHub, repository: Repository): Promise<void> {
  const { id, owner, name, defaultBranch } = repository
  const installation = github.installation(owner)
  const facts = { id: BigInt(installation.id), account: owner, accountType: 'Organization' }
  await deliver(
    database,
    { type: 'installation', installation: facts, state: 'active' },
    {
      ...{ type: 'repositories', installation: facts.id, removed: [] },
      added: [{ id: BigInt(id), owner, name, private: true, defaultBranch }],
    },
  )
}
