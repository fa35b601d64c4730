/** `rosie-guard api-key` on the database that the environment names, as on the server. */
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hashOfKey, newKey } from '../../src/access/api-key.ts'
import { ApiKeys } from '../../src/store/api-keys.ts'
import { openDatabase } from '../../src/store/database.ts'
import { forEachDatabase, type Where } from '../support/database.ts'
import { guard } from './guard.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')

const before = { ...process.env }
afterEach(() => {
  process.env = { ...before }
})

const useDatabase = (where: Where) => {
  Object.assign(process.env, { DATABASE_URL: '', DATA_DIR: '/nowhere' })
  Object.assign(process.env, 'url' in where ? { DATABASE_URL: where.url } : { DATA_DIR: where.dataDir })
}

const DAY_MS = 86_400_000

forEachDatabase('rosie-guard api-key', (databases) => {
  let where: Where
  beforeAll(async () => {
    where = await databases.place()
    await onRows(async ({ client }) => {
      await client.installation.createMany({
        data: [
          { id: 1n, account: 'acme', accountType: 'Organization' },
          { id: 2n, account: 'Beta-Labs', accountType: 'Organization' },
        ],
      })
      await client.repository.createMany({
        data: [
          { id: 10n, installationId: 1n, owner: 'acme', name: 'pump' },
          { id: 11n, installationId: 1n, owner: 'acme', name: 'valve' },
          { id: 20n, installationId: 2n, owner: 'Beta-Labs', name: 'meter' },
        ],
      })
    })
  })
  beforeEach(() => useDatabase(where))

  async function onRows<T>(work: (database: Awaited<ReturnType<typeof openDatabase>>) => Promise<T>): Promise<T> {
    const database = await openDatabase(where)
    try {
      return await work(database)
    } finally {
      await database.close()
    }
  }
  const create = (...args: string[]) => guard('api-key', 'create', ...args)
  const made = async (...args: string[]) => {
    const { code, out, err } = await create(...args, '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    return JSON.parse(out) as { key: string; id: string; [member: string]: unknown }
  }
  const revoke = (...args: string[]) => guard('api-key', 'revoke', ...args, '--reason', 'lost')
  const list = async (...args: string[]) =>
    JSON.parse((await guard('api-key', 'list', '--json', ...args)).out) as { id: string }[]

  it('makes a key, prints it alone, and tells what it is for beside it', async () => {
    const { code, out, err } = await create('--name', 'Ops', '--scope', 'admin', '--expires', '2099-12-31')
    expect(code).toBe(0)
    expect(out).toMatch(/^rsk_[0-9a-f]{64}\n$/)
    const [row] = await onRows(({ client }) => client.apiKey.findMany({ where: { hash: hashOfKey(out.trim()) } }))
    expect(row).toMatchObject({ name: 'Ops', scopes: ['admin'], installationId: null, repositoryIds: [] })
    expect(err).toBe(
      `Name      Ops\nId        ${row?.id}\nFor       the whole server\nScopes    admin\nExpires   2100-01-01 00:00 UTC\nKeep it now: it is not shown again.\n`,
    )
  })

  it('lists it and revokes it', async () => {
    const { id, key } = await made('--name', 'short', '--scope', 'read', '--installation', 'acme')
    expect(await list()).toContainEqual(expect.objectContaining({ id, installation: 'acme', revokedAt: null }))
    expect(await revoke(key)).toMatchObject({ code: 0, out: `short (${id}) is revoked.\n` })
    expect(await list()).toContainEqual(expect.objectContaining({ id, revokedAt: expect.any(String) }))
  })

  if (databases.embedded) {
    it('says what to do while the server runs', async () => {
      const { code, err } = await onRows(() => create('--name', 'x', '--scope', 'read'))
      expect(code).toBe(2)
      expect(err).toMatch(/is in use by process \d+/)
      expect(err).toContain('Stop the server, run this, and start it again.')
      expect(await guard('api-key', 'list')).toMatchObject({ code: 0 })
    })
    // What follows is the same code on a database that is quicker to open.
    return
  }

  it('says that the database is of an older version', async () => {
    useDatabase(await databases.place('empty'))
    expect(await guard('api-key', 'list')).toMatchObject({
      ...{ code: 2, out: '' },
      err: 'rosie-guard: The database is of an older version. Start the server of this version once: it migrates it.\n',
    })
  })

  it('makes a key for an installation, or for repositories of one', async () => {
    const whole = await made('--name', 'a', '--scope', 'read', '--installation', 'beta-labs')
    expect(whole).toMatchObject({ installation: 'Beta-Labs', repositories: [], scopes: ['read'], expiresAt: null })
    const some = await made(
      ...['--name', 'b', '--scope', 'scan', '--scope', 'read'],
      ...['--repository', 'acme/pump', '--repository', 'ACME/valve', '--repository', 'acme/pump', '--expires', '90d'],
    )
    expect(some).toMatchObject({
      ...{ name: 'b', installation: 'acme', repositories: ['acme/pump', 'acme/valve'] },
      ...{ scopes: ['read', 'scan'], lastUsedAt: null, revokedAt: null },
    })
    const lasts = Date.parse(String(some.expiresAt)) - Date.now()
    expect(lasts).toBeGreaterThan(90 * DAY_MS - 600_000)
    expect(lasts).toBeLessThanOrEqual(90 * DAY_MS)
    expect(
      await made('--name', 'c', '--scope', 'read', '--installation', 'acme', '--repository', 'acme/valve'),
    ).toMatchObject({ installation: 'acme', repositories: ['acme/valve'] })
  })

  it('says what is wrong, and makes nothing', async () => {
    const count = () => onRows(({ client }) => client.apiKey.count())
    const there = await count()
    const wrong: [string[], RegExp][] = [
      [['--scope', 'read'], /--name <name>' not specified/],
      [['--name', 'x'], /--scope <scope...>' not specified/],
      [['--name', 'x', '--scope', 'write'], /'write' is invalid.*read, scan, admin/],
      [
        ['--name', 'x', '--scope', 'read,scan'],
        /'read,scan' is invalid.* Repeat it for each: --scope read --scope scan/,
      ],
      [['--name', 'x', '--scope', 'scan'], /--scope scan alone is of no use: add --scope read/],
      [['--name', ' ', '--scope', 'read'], /--name must be a line of 1 to 100 characters/],
      [['--name', 'a\nb', '--scope', 'read'], /--name must be a line of 1 to 100 characters/],
      [['--name', 'x'.repeat(101), '--scope', 'read'], /--name must be a line of 1 to 100 characters/],
      [['--name', 'x', '--scope', 'read', '--expires', 'soon'], /"soon" is no time\. Write 90d/],
      [['--name', 'x', '--scope', 'read', '--expires', '2020-01-01'], /2020-01-01 is over/],
      [
        ['--name', 'x', '--scope', 'read', '--installation', 'nobody'],
        /no installation on nobody\. It knows of .*acme/,
      ],
      [['--name', 'x', '--scope', 'read', '--repository', 'pump'], /--repository must be owner\/name, and pump isn't/],
      [['--name', 'x', '--scope', 'read', '--repository', 'acme/meter'], /no repository acme\/meter\. Check its name/],
      [
        ['--name', 'x', '--scope', 'read', '--repository', 'acme/pump', '--repository', 'Beta-Labs/meter'],
        /for one installation, and these are of two: acme and Beta-Labs/,
      ],
      [
        ['--name', 'x', '--scope', 'read', '--installation', 'acme', '--repository', 'Beta-Labs/meter'],
        /for one installation, and these are of two: acme and Beta-Labs/,
      ],
    ]
    for (const [args, message] of wrong) {
      const { code, out, err } = await create(...args)
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toMatch(message)
      expect(err).not.toContain('    at ')
    }
    expect(await count()).toBe(there)
  })

  it('lists keys with their state, and never the key', async () => {
    const ofAcme = ['--installation', 'acme']
    const [open, over, ended] = [
      await made(...['--name', 'open', '--scope', 'scan', '--scope', 'read'], ...ofAcme, '--expires', '2099-01-01'),
      await made('--name', 'over', '--scope', 'read', '--repository', 'acme/pump'),
      await made('--name', 'ended', '--scope', 'read', ...ofAcme),
    ]
    await revoke(ended.id)
    await onRows(({ client }) =>
      client.apiKey.update({
        where: { id: over.id },
        data: {
          ...{ expiresAt: new Date('2026-01-02T03:04:05Z'), lastUsedAt: new Date('2026-01-01T12:00:00Z') },
          createdBy: 'github/quinn',
        },
      }),
    )
    await onRows(({ client }) => client.apiKey.update({ where: { id: ended.id }, data: { createdBy: null } }))
    const { code, out, err } = await guard('api-key', 'list', '--installation', 'acme')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const lines = out.split('\n')
    expect(lines[0]).toMatch(/^ID +NAME +SCOPES +FOR +CREATED +CREATED BY +LAST USED +STATE$/)
    const of = ({ id }: { id: string }) =>
      lines
        .find((line) => line.startsWith(id))
        ?.slice(id.length)
        .trim()
    expect(of(open)).toMatch(/^open +read scan +acme +\d{4}-\d\d-\d\d +cli +never +until 2099-01-02 00:00 UTC$/)
    expect(of(over)).toMatch(
      /^over +read +acme\/pump .* github\/quinn +2026-01-01 12:00 UTC +expired 2026-01-02 03:04 UTC$/,
    )
    expect(of(ended)).toMatch(/^ended +read +acme .* not known +never +revoked \d{4}-\d\d-\d\d \d\d:\d\d UTC$/)
    expect(out).not.toContain('rsk_')
    const json = await list('--installation', 'acme')
    expect(json.map(({ id }) => id)).toEqual(expect.arrayContaining([open.id, over.id, ended.id]))
    expect(Object.keys(json[0] ?? {})).toEqual([
      ...['id', 'name', 'scopes', 'installation', 'repositories'],
      ...['createdAt', 'createdBy', 'expiresAt', 'lastUsedAt', 'revokedAt'],
    ])
    expect((await list('--installation', 'Beta-Labs')).map(({ id }) => id)).not.toContain(open.id)
    expect(await guard('api-key', 'list', '--installation', 'nobody')).toMatchObject({ code: 2 })
  })

  it('revokes a key by its id, its name, or itself, and says so in the audit trail', async () => {
    for (const by of ['id', 'name', 'key'] as const) {
      const key = await made('--name', `by ${by}`, '--scope', 'read')
      const { code, out, err } = await revoke(String(key[by]))
      expect({ code, out, err }).toEqual({ code: 0, out: `by ${by} (${key.id}) is revoked.\n`, err: '' })
      const events = await onRows(({ client }) =>
        client.auditEvent.findMany({ where: { resource: `api-key/${key.id}` }, orderBy: { id: 'asc' } }),
      )
      expect(events).toMatchObject([
        { actor: 'cli', action: 'api_key.created', reason: null },
        { actor: 'cli', action: 'api_key.revoked', reason: 'lost' },
      ])
      const again = await revoke(key.id)
      expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/was revoked already, \d{4}-/) })
    }
  })

  it('says how many keys that it had made ended with it', async () => {
    const maker = await made('--name', 'maker', '--scope', 'admin')
    await onRows(async (database) => {
      const keys = new ApiKeys(database)
      const wanted = { scopes: ['read'], installationId: null, repositoryIds: [], expiresAt: null } as const
      const first = await keys.create(newKey(), { ...wanted, name: 'first', makerId: maker.id }, 'test')
      await keys.create(newKey(), { ...wanted, name: 'second', makerId: first.id }, 'test')
    })
    expect((await revoke(maker.id)).out).toBe(`maker (${maker.id}) is revoked, and 2 keys that it had made.\n`)
  })

  it('revokes nothing without a reason on one line', async () => {
    const { id } = await made('--name', 'lasting', '--scope', 'read')
    const refused = /--reason must be a line of 1 to 500 characters/
    const wrong: [string[], RegExp][] = [
      [[], /--reason <text>' not specified/],
      ...[' ', 'a\nb', 'x'.repeat(501)].map((text): [string[], RegExp] => [['--reason', text], refused]),
    ]
    for (const [args, message] of wrong) {
      const { code, out, err } = await guard('api-key', 'revoke', id, ...args)
      expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringMatching(message) })
    }
    expect(await list()).toContainEqual(expect.objectContaining({ id, revokedAt: null }))
    expect(await guard('api-key', 'revoke', id, '--reason', ` ${'x'.repeat(500)} `)).toMatchObject({ code: 0 })
  })

  it('revokes nothing where it is not clear what is meant', async () => {
    const [one, other] = [
      await made('--name', 'twin', '--scope', 'read'),
      await made('--name', 'twin', '--scope', 'read'),
    ]
    const { code, out, err } = await revoke('twin')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain('There are 2 keys called twin: name one by its id.')
    for (const { id } of [one, other])
      expect(err).toMatch(new RegExp(`  ${id}  created \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC  read\\n`))
    await revoke(one.id)
    expect(await revoke('twin', '--json')).toMatchObject({ code: 0 })
    for (const unknown of ['twin', 'nobody', '5b0c4f5e-3d0e-4a55-9a63-0d6f2a4e8c11', `rsk_${'0'.repeat(64)}`]) {
      const refused = await revoke(unknown)
      expect(refused).toMatchObject({
        code: 2,
        err: expect.stringMatching(/^rosie-guard: There is no key .*api-key list/),
      })
      expect(refused.err).not.toContain('rsk_')
    }
  })
})

it('Where there is no server yet, it says so, and makes no database', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'rosie-guard-'))
  try {
    useDatabase({ dataDir })
    const { code, err } = await guard('api-key', 'list')
    expect(code).toBe(2)
    expect(err).toContain(`There is no database in ${dataDir}. Set DATA_DIR to the folder of the server`)
    expect(await readdir(dataDir)).toEqual([])
  } finally {
    await rm(dataDir, { recursive: true })
  }
})

it('Where this account may not look into DATA_DIR, it says that, and not that nothing is there', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'rosie-guard-'))
  try {
    await mkdir(join(dataDir, 'database'))
    await chmod(dataDir, 0)
    // Root may look everywhere.
    const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    const env = { PATH: process.env.PATH, DATA_DIR: dataDir, TSX_DISABLE_CACHE: '1' }
    const said = await promisify(execFile)(process.execPath, ['--import', 'tsx', CLI, 'api-key', 'list'], {
      ...{ ...account, env, cwd: join(import.meta.dirname, '../..') },
    }).catch(({ code, stderr }) => ({ code, stderr }))
    expect(said).toEqual({
      code: 2,
      stderr: `rosie-guard: DATA_DIR: ${dataDir} can't be used (EACCES). Run this under the account of the server.\n`,
    })
  } finally {
    await chmod(dataDir, 0o700)
    await rm(dataDir, { recursive: true })
  }
})

it('Where its server has no such database, it says so', async () => {
  const url = new URL(process.env.TEST_DATABASE_URL ?? '')
  url.pathname = '/nowhere'
  useDatabase({ url: url.href })
  expect(await guard('api-key', 'list')).toMatchObject({
    ...{ code: 2, err: expect.stringContaining('DATABASE_URL: its server has no such database (3D000).') },
  })
})

it('Where the database does not answer, it says so, and nothing of its address', async () => {
  useDatabase({ url: 'postgres://guard:pa55word@127.0.0.1:1/guard' })
  const { code, err } = await guard('api-key', 'list')
  expect(code).toBe(2)
  expect(err).toMatch(/^rosie-guard: DATABASE_URL: the database does not let us in \(ECONNREFUSED\)/)
  expect(err).not.toContain('pa55word')
})

it('A wrong variable is named as at the start of the server', async () => {
  useDatabase({ url: 'mysql://x' })
  expect(await guard('api-key', 'list')).toMatchObject({
    code: 2,
    err: expect.stringContaining('DATABASE_URL: must be'),
  })
})

it('Without a verb of its own, api-key shows what there is', async () => {
  const { code, err } = await guard('api-key')
  expect(code).toBe(2)
  for (const verb of ['create', 'list', 'revoke']) expect(err).toContain(`  ${verb} `)
  expect((await guard('api-key', 'create', '--help')).out).toContain('The scope admin includes read and scan')
})

it('The help says which options a verb must have', async () => {
  const { out } = await guard('api-key', 'create', '--help')
  for (const option of ['--name <name>', '--scope <scope...>'])
    expect(out).toMatch(new RegExp(`^  ${option.replaceAll('.', '\\.')} [^-]*\\(required[,)]`, 'm'))
  expect(out.match(/\(required/g)).toHaveLength(2)
  expect((await guard('api-key', 'revoke', '--help')).out).toMatch(/--reason <text> .*\(required\)/)
})

it('Help on a verb that there is not says so', async () => {
  for (const [args, name] of [
    [['help', 'scam'], 'scam'],
    [['api-key', 'help', 'revok'], 'revok'],
  ] as const) {
    const { code, out, err } = await guard(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(new RegExp(`^error: unknown command '${name}'`))
  }
  expect(await guard('help', 'scan')).toMatchObject({ code: 0, out: expect.stringContaining('--base <ref>') })
  expect(await guard('api-key', 'help', 'revoke')).toMatchObject({ code: 0, out: expect.stringContaining('--reason') })
})
