/** The sweeps on a stand-in GitHub and a real database, with a clock of the test's own. */
import pino from 'pino'
import { type GitHubClient, GuardOctokit } from '../../../src/github/octokit.ts'
import type { Reconciled } from '../../../src/github/reconcile/index.ts'
import { createProbot } from '../../../src/github/webhooks.ts'
import type { Sweep } from '../../../src/scan/ports/sweeps.ts'
import type { Database } from '../../../src/store/database.ts'
import { Deliveries } from '../../../src/store/deliveries.ts'
import { Discovery } from '../../../src/store/discovery.ts'
import { Heads } from '../../../src/store/heads.ts'
import { OpenChecks } from '../../../src/store/open-checks.ts'
import { aWish } from '../../store/given.ts'
import type { GitHub, Repository } from '../../support/github/index.ts'

export const MINUTE = 60_000

export interface Given extends Reconciled {
  /** Moves the clock. */
  after(ms: number): void
  /** How often the dispatcher was told of new scans. */
  scans: number
  warnings: object[]
}

export function given(github: Pick<GitHub, 'app' | 'apiUrl'>, database: Database): Given {
  const { id: appId, privateKey, webhookSecret: secret } = github.app
  const log = pino({ level: 'silent' })
  const probot = createProbot({ appId, privateKey, secret, Octokit: GuardOctokit, baseUrl: github.apiUrl, log })
  let clock = Date.now()
  const parts: Given = {
    app: { id: appId, client: async () => (await probot.auth()) as unknown as GitHubClient },
    clientOf: async (installationId) => (await probot.auth(Number(installationId))) as unknown as GitHubClient,
    inbox: new Deliveries(database),
    discovery: new Discovery(database),
    heads: new Heads(database),
    checks: new OpenChecks(database),
    onScans: () => void parts.scans++,
    now: () => clock,
    log: { debug: () => {}, info: () => {}, warn: (facts) => void parts.warnings.push(facts) },
    after: (ms) => {
      clock += ms
    },
    scans: 0,
    warnings: [],
  }
  return parts
}

/** One round after the other, each beginning where the last one ended. */
export function rounds(sweep: Sweep) {
  let cursor: unknown = null
  return async () => {
    const answered = await sweep.run(cursor, new AbortController().signal)
    // As the row would keep it.
    cursor = JSON.parse(JSON.stringify(answered))
  }
}

/** What an event says of a repository of the stand-in. */
export function named(github: GitHub, { id, owner, name, defaultBranch }: Repository) {
  return {
    installation: BigInt(github.installation(owner).id),
    repository: { id: BigInt(id), owner, name, private: true, defaultBranch },
  }
}

/** The scan that a push to the default branch, or to another one, asks for. */
export const pushOf = (github: GitHub, repository: Repository, headSha: string, branch = repository.defaultBranch) =>
  aWish({
    ...named(github, repository),
    ...{ headSha, ref: branch, baseRef: branch === repository.defaultBranch ? null : repository.defaultBranch },
  })
