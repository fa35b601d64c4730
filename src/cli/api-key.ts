/** `rosie-guard api-key`: keys for programs, made and revoked by whoever has the server's database. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { isKey, newKey, standingOf } from '../access/api-key.ts'
import { missingScope, SCOPES, type Scope } from '../access/grant.ts'
import { jsonText, oneLine } from '../report/plain.ts'
import { many } from '../report/words.ts'
import type { ApiKeys, NamedApiKey, Place } from '../store/api-keys.ts'
import { facts, forJson, minute, table } from './api-key-shown.ts'
import { expiryOf } from './expiry.ts'
import type { Terminal } from './program.ts'

/** How the audit trail names who has the command line. */
const ACTOR = 'cli'

const HELP = `
Works on the server's database: DATABASE_URL or DATA_DIR, set as on the server. An embedded database (DATA_DIR) serves one
process at a time: stop the server first. Creating and revoking are written to the audit trail.`

const CREATE_HELP = `
The key is shown once, on standard output, and what it is for on standard error. The server keeps only its SHA-256.

Without --installation and --repository it is a key of the whole server, as the board of the queue at /admin/queues
demands; such keys are made here only. The scope admin includes read and scan. The scope scan needs read beside it: what a
key doesn't see it can't have scanned.

Examples:
  rosie-guard api-key create --name "Ops" --scope admin --expires 90d
  rosie-guard api-key create --name "Dashboard" --scope read --installation acme
  KEY=$(rosie-guard api-key create --name "CI" --scope read --scope scan --repository acme/pump --expires 2027-12-31)`

const REVOKE_HELP = `
KEY is the id that "api-key list" shows, the name if only one key in force has it, or the key itself, should it be found
where it must not be. What is revoked never counts again, nor do the keys that it has made; the rows stay, and the audit
trail keeps the reason.

Examples:
  rosie-guard api-key revoke 5b0c4f5e-3d0e-4a55-9a63-0d6f2a4e8c11 --reason "found in a log"
  rosie-guard api-key revoke "Dashboard" --reason "replaced by Dashboard 2"`

export function addApiKey(program: Command, io: Terminal): void {
  const verb = program
    .command('api-key')
    .description("create, list and revoke keys for the server's HTTP interface")
    .addHelpText('after', HELP)
  addCreate(verb, io)
  addList(verb, io)
  addRevoke(verb, io)
}

// ── create ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface CreateOptions {
  name: string
  scope: Scope[]
  expires?: string
  installation?: string
  repository?: string[]
  json?: true
}

function addCreate(verb: Command, io: Terminal): void {
  verb
    .command('create')
    .description('make a key, shown this once')
    .requiredOption('--name <name>', 'what it is for, as people will know it')
    .addOption(
      new Option('--scope <scope...>', 'what it may do; may be repeated, and scan needs read as well')
        .choices(SCOPES)
        .argParser(scopesWith)
        .makeOptionMandatory(),
    )
    .option('--expires <when>', 'after 90d or 12h, at the end of a day (2027-01-31, UTC), or 2027-01-31T12:00:00Z')
    .option('--installation <login>', 'for the repositories of this organisation or user')
    .option('--repository <owner/name...>', 'for this repository only; may be repeated, within one installation')
    .option('--json', 'print as JSON, the key included')
    .addHelpText('after', CREATE_HELP)
    .action(async (options: CreateOptions) => {
      const { key, made } = await onApiKeys((keys) => create(keys, options))
      if (options.json) return io.out(jsonText({ key, ...forJson(made) }))
      io.out(`${key}\n`)
      io.err(`${facts(made)}\nKeep it now: it is not shown again.\n`)
    })
}

function scopesWith(text: string, before: Scope[] = []): Scope[] {
  const scope = SCOPES.find((each) => each === text)
  if (scope) return [...before, scope]
  throw new InvalidArgumentError(
    `Allowed choices are ${SCOPES.join(', ')}. Repeat it for each: --scope read --scope scan.`,
  )
}

async function create(keys: ApiKeys, options: CreateOptions): Promise<{ key: string; made: NamedApiKey }> {
  const name = options.name.trim()
  if (!isLine(name, 100)) throw new Error('--name must be a line of 1 to 100 characters.')
  const missing = missingScope(options.scope)
  if (missing)
    throw new Error(`--scope scan alone is of no use: add --scope ${missing}. What is not seen is not scanned.`)
  const expiresAt = options.expires === undefined ? null : expiryOf(options.expires, Date.now())
  const places = await placesOf(keys, options)
  const installationId = places[0]?.installationId ?? null
  const repositoryIds = [...new Set(places.flatMap(({ repositoryId }) => repositoryId ?? []))]
  const key = newKey()
  const { id } = await keys.create(
    key,
    { name, scopes: options.scope, installationId, repositoryIds, expiresAt },
    ACTOR,
  )
  return { key, made: await found(keys, id) }
}

/** The repositories, else the installation, that the key is for; none: the whole server. All of one installation. */
async function placesOf(keys: ApiKeys, { installation, repository = [] }: CreateOptions): Promise<Place[]> {
  const within = installation === undefined ? null : await installationOn(keys, installation)
  const places: Place[] = []
  for (const fullName of repository) places.push(await repositoryNamed(keys, fullName))
  const [first = within, ...others] = within ? [within, ...places] : places
  const stranger = others.find(({ installationId }) => installationId !== first?.installationId)
  if (first && stranger) {
    throw new Error(
      `A key is for one installation, and these are of two: ${first.account} and ${stranger.account}. Make a key for each.`,
    )
  }
  return places.length > 0 ? places : within ? [within] : []
}

async function installationOn(keys: ApiKeys, login: string): Promise<Place> {
  const place = await keys.installationOn(login)
  if (place) return place
  const accounts = await keys.accounts(10)
  throw new Error(
    `The server knows of no installation on ${oneLine(login)}. ` +
      (accounts.length > 0
        ? `It knows of ${accounts.map((account) => oneLine(account)).join(', ')}.`
        : 'It knows of none yet: install the app first.'),
  )
}

async function repositoryNamed(keys: ApiKeys, fullName: string): Promise<Place> {
  const [, owner, name] = /^([^/\s]+)\/([^/\s]+)$/.exec(fullName) ?? []
  if (!owner || !name) throw new Error(`--repository must be owner/name, and ${oneLine(fullName)} isn't.`)
  const place = await keys.repositoryNamed(owner, name)
  if (place) return place
  throw new Error(
    `The server knows of no repository ${oneLine(fullName)}. Check its name, and that the app is installed on it.`,
  )
}

// ── list ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function addList(verb: Command, io: Terminal): void {
  verb
    .command('list')
    .description('list the keys, the newest first, also those that no longer count')
    .option('--installation <login>', 'only those of this organisation or user')
    .option('--json', 'print as JSON')
    .action(async ({ installation, json = false }: { installation?: string; json?: boolean }) => {
      const all = await onApiKeys(async (keys) =>
        keys.list(installation === undefined ? undefined : (await installationOn(keys, installation)).installationId),
      )
      if (json) return io.out(jsonText(all.map(forJson)))
      io.out(
        all.length > 0 ? table(all) : 'There are no keys. "rosie-guard api-key create --help" says how to make one.\n',
      )
    })
}

// ── revoke ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function addRevoke(verb: Command, io: Terminal): void {
  verb
    .command('revoke')
    .description('end a key: it never counts again')
    .argument('<key>', 'its id, its name, or the key itself')
    .requiredOption('--reason <text>', 'why, for the audit trail')
    .option('--json', 'print as JSON')
    .addHelpText('after', REVOKE_HELP)
    .action(async (which: string, { reason, json = false }: { reason: string; json?: boolean }) => {
      const why = reason.trim()
      // As over HTTP (api/v1/schemas.ts).
      if (!isLine(why, 500)) throw new Error('--reason must be a line of 1 to 500 characters.')
      const { before, revokedAt, made } = await onApiKeys((keys) => revoke(keys, which, why))
      if (json) return io.out(jsonText(forJson({ ...before, revokedAt })))
      const called = `${oneLine(before.name)} (${before.id})`
      const also = made > 0 ? `, and ${many(made, 'key')} that it had made` : ''
      io.out(
        before.revokedAt ? `${called} was revoked already, ${minute(revokedAt)}.\n` : `${called} is revoked${also}.\n`,
      )
    })
}

interface Revoked {
  before: NamedApiKey
  revokedAt: Date
  /** How many keys went with it. */
  made: number
}

async function revoke(keys: ApiKeys, which: string, reason: string): Promise<Revoked> {
  const before = await keyCalled(keys, which)
  const revokedAt = await keys.revoke(before.id, ACTOR, reason)
  if (revokedAt === null) throw gone()
  // What goes with a key has its moment.
  const made = (await keys.list()).filter(
    (key) => key.makerId !== null && key.id !== before.id && key.revokedAt?.getTime() === revokedAt.getTime(),
  )
  return { before, revokedAt, made: made.length }
}

/** Never tells the key itself, should that have been given. */
async function keyCalled(keys: ApiKeys, which: string): Promise<NamedApiKey> {
  const id = isKey(which) ? (await keys.find(which))?.id : UUID.test(which) ? which.toLowerCase() : undefined
  const byId = id === undefined ? null : await keys.withId(id)
  if (byId) return byId
  const called = isKey(which) ? 'of that text' : `called ${oneLine(which)}`
  const [only, ...others] = (await keys.list()).filter(
    (key) => key.name === which && standingOf(key, Date.now()) === 'in force',
  )
  if (!only) throw new Error(`There is no key ${called} in force. "rosie-guard api-key list" shows what there is.`)
  if (others.length === 0) return only
  const ids = [only, ...others].map((key) => `  ${key.id}  created ${minute(key.createdAt)}  ${key.scopes.join(' ')}`)
  throw new Error(`There are ${ids.length} keys ${called}: name one by its id.\n${ids.join('\n')}`)
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

// ── what all of them need ───────────────────────────────────────────────────────────────────────────────────────────

/** Loaded when it is needed: most verbs have no use for a database. */
async function onApiKeys<T>(work: (keys: ApiKeys) => Promise<T>): Promise<T> {
  const [{ onServerDatabase }, { ApiKeys }] = await Promise.all([
    import('./server-database.ts'),
    import('../store/api-keys.ts'),
  ])
  return onServerDatabase((database) => work(new ApiKeys(database)))
}

async function found(keys: ApiKeys, id: string): Promise<NamedApiKey> {
  const key = await keys.withId(id)
  if (!key) throw gone()
  return key
}

const gone = () => new Error('The key is gone: its installation was erased meanwhile.')

/** Text on one line, of that many characters at most. */
const isLine = (text: string, most: number) =>
  text !== '' && [...text].length <= most && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text)
