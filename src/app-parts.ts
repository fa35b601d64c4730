/** What the halves of the app have in common. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { StoredApp } from './api/setup/stored-app.ts'
import { type Config, ConfigError } from './config.ts'
import type { AppCredentials } from './config-github.ts'
import { GuardOctokit } from './github/octokit.ts'
import { createProbot } from './github/webhooks.ts'
import { readKeys } from './rosie/parse/keys.ts'
import { keysOf, type TrustedKey } from './rosie/verify.ts'
import type { Database, Share } from './store/database.ts'
import type { Logger } from './telemetry/logger.ts'

/** Of this software. */
export const { version: VERSION } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** Who we are on GitHub. */
export interface Credentials {
  appId: number
  privateKey: string
  webhookSecret: string
  /** The app's name in addresses, where it is known. */
  slug: string | null
  /** For signing people in; null or absent: nobody can. */
  oauth?: AppCredentials['oauth']
}

/** As GitHub gave them at the registration. */
export const credentialsOf = ({ clientId, clientSecret, ...app }: StoredApp): Credentials => ({
  ...app,
  oauth: { clientId, clientSecret },
})

export interface Parts {
  config: Config
  credentials: Credentials
  database: Database
  log: Logger
}

export const probotOf = ({ config, credentials, log }: Omit<Parts, 'database'>) => {
  const { appId, privateKey, webhookSecret: secret } = credentials
  return createProbot({ appId, privateKey, secret, Octokit: GuardOctokit, baseUrl: config.github.apiUrl, log })
}

/**
 * What each part of a process takes of a PostgreSQL server. What people wait for is soon answered or given up; a scan may write
 * a hundred thousand rows. A process without webhooks and interface asks little in its main thread.
 */
const SHARES = {
  answers: { connections: 10, statementMs: 30_000 },
  worker: { connections: 5, statementMs: 30_000 },
  scans: { connections: 10, statementMs: 300_000 },
} as const satisfies Record<string, Share>

/**
 * Requests to the API at work at once. Few of them ask several things of the database at a time, so that of its connections
 * some are left for webhooks and readiness. The embedded database has one.
 */
export const answersAtOnce = ({ databaseUrl }: Config): number => (databaseUrl ? SHARES.answers.connections - 4 : 4)

/** `scans`: for the thread that scans. */
export function databaseOf({ databaseUrl, dataDir, role }: Config, scans = false) {
  if (!databaseUrl) return { dataDir }
  return { url: databaseUrl, share: SHARES[scans ? 'scans' : role === 'worker' ? 'worker' : 'answers'] }
}

/** Of one file. */
export interface ConfiguredKeys {
  /** In lower case; null: they are for all. */
  owner: string | null
  keys: TrustedKey[]
}

/** Throws `ConfigError`. */
export function readKeyFiles({ evidenceKeys }: Config): Promise<ConfiguredKeys[]> {
  return Promise.all(
    evidenceKeys.map(async ({ owner, path }) => {
      const file = readKeys(await readFile(path, 'utf8'))
      if (file.problems[0]) {
        throw new ConfigError([{ variable: 'EVIDENCE_PUBLIC_KEYS', message: `${path}: ${file.problems[0].message}` }])
      }
      return { owner: owner?.toLowerCase() ?? null, keys: keysOf(path, file) }
    }),
  )
}

/** The server's own keys, by the owner of a repository. */
export type EvidenceKeys = (owner: string) => TrustedKey[]

/** Throws `ConfigError`. */
export async function readEvidenceKeys(config: Config): Promise<EvidenceKeys> {
  const known = await readKeyFiles(config)
  return (owner) =>
    known.flatMap((entry) => (entry.owner === null || entry.owner === owner.toLowerCase() ? entry.keys : []))
}
