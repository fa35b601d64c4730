import { resolve } from 'node:path'
import { z } from 'zod'
import { accessVariables } from './config-access.ts'
import { oneOf, url, whole } from './config-forms.ts'
import { type AppCredentials, credentialsOf, type GitHubServer, gitHubVariables, serverOf } from './config-github.ts'
import type { EvidenceKeyFile } from './config-keys.ts'
import { evidenceKeys, isCheckpointKey, pemOrFile } from './config-keys.ts'
import { type JobHours, jobHoursOf, keepOf, retentionVariables } from './config-retention.ts'
import { isLoopback } from './github/loopback.ts'
import type { Keep } from './scan/ports/retention.ts'
import type { LogLevel } from './telemetry/logger.ts'
import { LOG_LEVELS } from './telemetry/logger.ts'

/** Everything the environment says, checked. Made once, at start; nothing else reads the environment. */
export interface Config {
  /** The registered GitHub App; null at the first start, which registers one. */
  readonly app: AppCredentials | null
  readonly github: GitHubServer
  readonly webhookProxyUrl: string | null
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly role: Role
  /** Null: the embedded database in `dataDir`. */
  readonly databaseUrl: string | null
  /** Absolute. */
  readonly dataDir: string
  readonly redisUrl: string | null
  /** Without a trailing slash. */
  readonly publicUrl: string | null
  /** For signing people in; null: nobody can. */
  readonly sessionSecret: string | null
  /** Logins at GitHub of those who may administer the whole server. */
  readonly admins: readonly string[]
  /** Whose word is taken for where a request comes from: addresses, networks, and names of such. */
  readonly trustedProxies: readonly string[]
  /** Whose pages may ask the API, besides our own. */
  readonly corsOrigins: readonly string[]
  /** How long a process may be silent before others take over what it was doing. */
  readonly leaseMs: number
  readonly evidenceKeys: readonly EvidenceKeyFile[]
  /** What checkpoints of the audit trail are signed with, as PEM; null: none are signed. */
  readonly checkpointKey: string | null
  readonly keep: Keep
  readonly jobHours: JobHours
  /** What whoever asks for `/metrics` must know; null: they are for this machine only. */
  readonly metricsToken: string | null
  readonly logLevel: LogLevel
}

export const ROLES = ['all', 'web', 'worker'] as const
export type Role = (typeof ROLES)[number]

/** The environment can't be used. The message lists every problem by the variable's name, and never quotes a value. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ variable, message }) => `  ${variable}: ${message}`)
    super(`The configuration can not be used:\n${lines.join('\n')}`)
    this.problems = problems
  }
}

interface Problem {
  variable: string
  message: string
}

// ── the variables ───────────────────────────────────────────────────────────────────────────────────────────────────

/** A path would be lost on the way: cookies, the pages and the board of the queue count on the root of a host. */
const hasOnlyAnOrigin = (text: string) => {
  const { origin, href } = new URL(text)
  return href === `${origin}/` && !/[?#]/.test(text)
}

const variables = z.object({
  ...gitHubVariables,
  HOST: z
    .string()
    .regex(/^[a-z\d:.-]+$/i, 'must be an address or host name to listen on, such as 127.0.0.1 or 0.0.0.0.')
    .default('127.0.0.1')
    .describe('The address to listen on. `0.0.0.0` listens on all, as a container needs.'),
  PORT: z
    .string()
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, {
      error: 'must be a whole number from 0 to 65535.',
    })
    .transform(Number)
    .default(3000)
    .describe('The port to listen on; 0 takes a free one.'),
  ROLE: oneOf(ROLES)
    .default('all')
    .describe(
      'What this process does: `web` answers webhooks and the API, `worker` scans, `all` does both. Anything but `all` needs `DATABASE_URL`.',
    ),
  DATABASE_URL: url(['postgres', 'postgresql'])
    .optional()
    .describe('PostgreSQL 13 or newer. Without it: an embedded database in `DATA_DIR`, for a single process.'),
  DATA_DIR: z
    .string()
    .default('./data')
    .describe('The folder of the embedded database and of the credentials that the registration page received.'),
  REDIS_URL: url(['redis', 'rediss'])
    .optional()
    .describe(
      'Redis 6.2 or newer for the queue, with `maxmemory-policy noeviction`. Without it the queue lives in PostgreSQL or, with the embedded database, in the process.',
    ),
  PUBLIC_URL: url(['https', 'http'])
    .refine(hasOnlyAnOrigin, {
      error: 'must end after the host, or its port: this server answers at the root of a host of its own.',
    })
    .transform((text) => new URL(text).origin)
    .optional()
    .describe(
      'Where people and GitHub reach this server, such as `https://guard.example.com`: a host of its own, no path.',
    ),
  ...accessVariables,
  EVIDENCE_PUBLIC_KEYS: z
    .string()
    .transform(evidenceKeys)
    .default([])
    .describe(
      'Keys trusted to sign evidence, comma-separated: `owner=path` for the repositories of one organisation, a bare path on a server that serves only one. A path names a PEM or JWKS file.',
    ),
  CHECKPOINT_KEY: z
    .string()
    .transform(pemOrFile)
    .refine(isCheckpointKey, {
      error:
        'must be, or name a readable file with, a private key of EC (P-256, P-384, P-521) or Ed25519 in PEM. Make one with `openssl genpkey -algorithm ed25519`.',
    })
    .optional()
    .describe(
      'The private key that signs checkpoints of the audit trail: EC or Ed25519, as PEM, with line breaks or `\\n` in their place, base64 of the PEM, or the path of a file. Without it none are signed.',
    ),
  SCAN_LEASE_SECONDS: whole(1, 600)
    .default(15)
    .describe(
      'What a process was doing when it died is taken over after so many seconds, and about 5 more: scans, deliveries and sweeps. Longer than the process ever stands still.',
    ),
  ...retentionVariables,
  METRICS_TOKEN: z
    .string()
    .trim()
    .regex(/^[\w.~+/=-]{16,}$/, {
      error:
        'must have at least 16 characters, of letters, digits and . _ ~ + / = - only. Make one with `openssl rand -hex 32`.',
    })
    .optional()
    .describe(
      'Whoever asks for `/metrics` must send it as bearer token: 16 characters or more. Without it, only requests from this machine that no proxy has passed on are answered.',
    ),
  LOG_LEVEL: oneOf(LOG_LEVELS)
    .default('info')
    .describe(`How much is logged: ${LOG_LEVELS.map((l) => `\`${l}\``).join(', ')}.`),
})

type Variables = z.infer<typeof variables>

/** One row for each variable, for the documentation. `default`: as it would be written in the environment. */
export function describeConfig(): { name: string; default: string | null; description: string }[] {
  return Object.entries(variables.shape).map(([name, variable]) => {
    const value = variable.parse(undefined)
    const isSet = value !== undefined && !(Array.isArray(value) && value.length === 0)
    return { name, default: isSet ? String(value) : null, description: variable.description ?? '' }
  })
}

// ── environment → Config ────────────────────────────────────────────────────────────────────────────────────────────

/** An empty variable counts as one that isn't set. Throws `ConfigError`. Reads the key files that the variables name. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()))
  const parsed = variables.safeParse(set)
  const problems = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => ({ variable: String(path[0]), message })),
    ...contradictions(set),
  ]
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)
  return deepFreeze(configOf(parsed.data))
}

function configOf(vars: Variables): Config {
  return {
    app: credentialsOf(vars),
    github: serverOf(vars),
    webhookProxyUrl: vars.WEBHOOK_PROXY_URL ?? null,
    host: vars.HOST,
    port: vars.PORT,
    role: vars.ROLE,
    databaseUrl: vars.DATABASE_URL ?? null,
    dataDir: resolve(vars.DATA_DIR),
    redisUrl: vars.REDIS_URL ?? null,
    publicUrl: vars.PUBLIC_URL ?? null,
    sessionSecret: vars.SESSION_SECRET ?? null,
    admins: vars.ADMINS,
    trustedProxies: vars.TRUSTED_PROXIES,
    corsOrigins: vars.CORS_ORIGINS,
    leaseMs: vars.SCAN_LEASE_SECONDS * 1000,
    evidenceKeys: vars.EVIDENCE_PUBLIC_KEYS,
    checkpointKey: vars.CHECKPOINT_KEY ?? null,
    keep: keepOf(vars),
    jobHours: jobHoursOf(vars),
    metricsToken: vars.METRICS_TOKEN ?? null,
    logLevel: vars.LOG_LEVEL,
  }
}

/** What is wrong between variables that are right one by one. */
function* contradictions(set: Record<string, unknown>): Generator<Problem> {
  const privateKey = 'PRIVATE_KEY_PATH' in set ? 'PRIVATE_KEY_PATH' : 'PRIVATE_KEY'
  yield* incomplete(set, ['APP_ID', privateKey, 'WEBHOOK_SECRET'], 'a GitHub App is configured')
  yield* incomplete(set, ['CLIENT_ID', 'CLIENT_SECRET'], 'signing in is configured')
  if ('PRIVATE_KEY' in set && 'PRIVATE_KEY_PATH' in set) {
    yield { variable: 'PRIVATE_KEY_PATH', message: 'must not be set together with PRIVATE_KEY. Remove one of them.' }
  }
  if ('SESSION_SECRET' in set && !keepsSecureCookies(String(set.PUBLIC_URL ?? ''))) {
    const message = 'must begin with https:// when people sign in (SESSION_SECRET), unless it is on this machine.'
    yield { variable: 'PUBLIC_URL', message }
  }
  if ((set.ROLE ?? 'all') !== 'all' && !('DATABASE_URL' in set)) {
    const message = 'must be set when ROLE is not "all": the embedded database serves one process only.'
    yield { variable: 'DATABASE_URL', message }
  }
}

/** What is no address is told of elsewhere. */
const keepsSecureCookies = (url: string) => !URL.canParse(url) || new URL(url).protocol !== 'http:' || isLoopback(url)

function* incomplete(set: Record<string, unknown>, names: string[], when: string): Generator<Problem> {
  const [missing, present] = [names.filter((name) => !(name in set)), names.filter((name) => name in set)]
  if (present.length === 0) return
  const message = `is missing or empty, though ${when} (${present.join(' and ')}). Set it, or remove the others.`
  for (const variable of missing) yield { variable, message }
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) deepFreeze(member)
  return Object.freeze(value)
}
