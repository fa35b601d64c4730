import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ConfigError, describeConfig, loadConfig } from '../src/config.ts'
import { configurationPage } from '../src/config-page.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosie-guard-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const pem = (type: 'pkcs1' | 'pkcs8') =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type, format: 'pem' }).toString().trim()
const privateKey = pem('pkcs1')
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const checkpointKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim()
const app = { APP_ID: '42', PRIVATE_KEY: privateKey, WEBHOOK_SECRET: 'a-long-secret' }

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** What is wrong, by variable. */
function problems(env: Record<string, string | undefined>): Record<string, string> {
  try {
    loadConfig(env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return Object.fromEntries(error.problems.map(({ variable, message }) => [variable, message]))
  }
  return {}
}

describe('An empty environment', () => {
  it('gives the first start: no app yet, embedded database, github.com, loopback', () => {
    expect(loadConfig({})).toEqual({
      app: null,
      github: { apiUrl: 'https://api.github.com', webUrl: 'https://github.com' },
      webhookProxyUrl: null,
      host: '127.0.0.1',
      port: 3000,
      role: 'all',
      databaseUrl: null,
      dataDir: resolve('data'),
      redisUrl: null,
      publicUrl: null,
      sessionSecret: null,
      admins: [],
      trustedProxies: ['loopback'],
      corsOrigins: [],
      leaseMs: 15_000,
      evidenceKeys: [],
      checkpointKey: null,
      keep: { deliveriesDays: 30, scansDays: 365, scansCount: 1000, installationsDays: 90 },
      jobHours: { completed: 1, failed: 24 },
      metricsToken: null,
      logLevel: 'info',
    })
  })

  it('is the same as one of empty variables', () => {
    const empty = Object.fromEntries(describeConfig().map(({ name }) => [name, ' ']))
    expect(loadConfig(empty)).toEqual(loadConfig({}))
  })
})

describe('The configuration', () => {
  it('takes every variable', () => {
    const key = file('key.pem', publicKey)
    expect(
      loadConfig({
        ...app,
        CLIENT_ID: 'Iv1.abc',
        CLIENT_SECRET: 'hush',
        GHE_HOST: 'github.example.com:8443',
        GHE_PROTOCOL: 'http',
        WEBHOOK_PROXY_URL: 'https://smee.io/channel',
        HOST: '0.0.0.0',
        PORT: '0',
        ROLE: 'worker',
        DATABASE_URL: 'postgresql://guard:pw@db/guard',
        DATA_DIR: folder,
        REDIS_URL: 'rediss://:pw@cache:6380/1',
        PUBLIC_URL: 'HTTPS://Guard.example.com:443/',
        SESSION_SECRET: ' 0123456789abcdef0123456789abcdef',
        ADMINS: 'octocat, Hubot_acme',
        TRUSTED_PROXIES: '10.0.3.0/28, loopback',
        CORS_ORIGINS: 'https://dashboard.example.com,http://localhost:5173',
        CHECKPOINT_KEY: checkpointKey,
        EVIDENCE_PUBLIC_KEYS: `acme=${key}, ${key}`,
        SCAN_LEASE_SECONDS: '600',
        RETENTION_DELIVERIES_DAYS: '4',
        RETENTION_SCANS_DAYS: '3650',
        RETENTION_SCANS_COUNT: '1',
        RETENTION_INSTALLATIONS_DAYS: '7',
        JOBS_COMPLETED_HOURS: '168',
        JOBS_FAILED_HOURS: '336',
        METRICS_TOKEN: ' 0123456789abcdef',
        LOG_LEVEL: 'debug',
      }),
    ).toEqual({
      app: {
        appId: 42,
        privateKey,
        webhookSecret: 'a-long-secret',
        oauth: { clientId: 'Iv1.abc', clientSecret: 'hush' },
      },
      github: {
        apiUrl: 'http://github.example.com:8443/api/v3',
        webUrl: 'http://github.example.com:8443',
      },
      webhookProxyUrl: 'https://smee.io/channel',
      host: '0.0.0.0',
      port: 0,
      role: 'worker',
      databaseUrl: 'postgresql://guard:pw@db/guard',
      dataDir: folder,
      redisUrl: 'rediss://:pw@cache:6380/1',
      publicUrl: 'https://guard.example.com',
      sessionSecret: '0123456789abcdef0123456789abcdef',
      admins: ['octocat', 'Hubot_acme'],
      trustedProxies: ['10.0.3.0/28', 'loopback'],
      corsOrigins: ['https://dashboard.example.com', 'http://localhost:5173'],
      leaseMs: 600_000,
      checkpointKey,
      evidenceKeys: [
        { owner: 'acme', path: key },
        { owner: null, path: key },
      ],
      keep: { deliveriesDays: 4, scansDays: 3650, scansCount: 1, installationsDays: 7 },
      jobHours: { completed: 168, failed: 336 },
      metricsToken: '0123456789abcdef',
      logLevel: 'debug',
    })
  })

  it('can not be changed, neither its parts', () => {
    const config = loadConfig(app)
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError)
    expect(() => Object.assign(config.github, { apiUrl: '' })).toThrow(TypeError)
    expect(() => Object.assign(config.app ?? {}, { appId: 1 })).toThrow(TypeError)
  })
})

describe('The private key', () => {
  it.each([
    ['PEM', privateKey],
    ['PEM with a line break at its end', `${privateKey}\n`],
    ['PEM with \\n for line breaks', privateKey.replaceAll('\n', '\\n')],
    ['PEM in base64', Buffer.from(privateKey).toString('base64')],
  ])('is read as %s', (_form, text) => {
    expect(loadConfig({ ...app, PRIVATE_KEY: text }).app?.privateKey).toBe(privateKey)
  })

  it('is read from a file, in PKCS #8 as well', () => {
    const text = pem('pkcs8')
    const env = { ...app, PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: file('app.pem', `${text}\n`) }
    expect(loadConfig(env).app?.privateKey).toBe(text)
  })

  it('is refused when it is none, or one that GitHub does not sign with', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    for (const text of [
      'nonsense',
      privateKey.slice(0, 200),
      publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      elliptic.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ]) {
      expect(problems({ ...app, PRIVATE_KEY: text })).toEqual({ PRIVATE_KEY: expect.stringContaining('PEM') })
    }
  })

  it('is refused when its file is missing, or when it is given twice', () => {
    const path = join(folder, 'nowhere.pem')
    expect(problems({ ...app, PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: path })).toEqual({
      PRIVATE_KEY_PATH: expect.stringContaining('readable file'),
    })
    expect(problems({ ...app, PRIVATE_KEY_PATH: file('twice.pem', privateKey) })).toEqual({
      PRIVATE_KEY_PATH: expect.stringContaining('Remove one of them'),
    })
  })
})

describe('The credentials of the app', () => {
  it.each([
    ['APP_ID', ['PRIVATE_KEY', 'WEBHOOK_SECRET']],
    ['PRIVATE_KEY', ['APP_ID', 'WEBHOOK_SECRET']],
    ['WEBHOOK_SECRET', ['APP_ID', 'PRIVATE_KEY']],
  ] as const)('with %s alone, the others are named', (name, missing) => {
    expect(Object.keys(problems({ [name]: app[name] })).sort()).toEqual([...missing])
  })

  it('need a webhook secret that is neither empty nor the one everybody knows', () => {
    expect(problems({ ...app, WEBHOOK_SECRET: '' })).toEqual({ WEBHOOK_SECRET: expect.stringContaining('empty') })
    expect(problems({ ...app, WEBHOOK_SECRET: 'development' })).toEqual({
      WEBHOOK_SECRET: expect.stringContaining('openssl rand'),
    })
    expect(Object.keys(problems({ ...app, WEBHOOK_SECRET: ' development\n' }))).toEqual(['WEBHOOK_SECRET'])
    expect(loadConfig({ ...app, WEBHOOK_SECRET: 'a-long-secret\n' }).app?.webhookSecret).toBe('a-long-secret')
  })

  it('have both of the client id and secret, or neither', () => {
    expect(Object.keys(problems({ ...app, CLIENT_ID: 'Iv1.abc' }))).toEqual(['CLIENT_SECRET'])
    expect(Object.keys(problems({ ...app, CLIENT_SECRET: 'hush' }))).toEqual(['CLIENT_ID'])
    expect(loadConfig(app).app?.oauth).toBeNull()
  })
})

describe('A wrong value', () => {
  it.each([
    ['APP_ID', 'my-app', 'App ID'],
    ['APP_ID', '0', 'App ID'],
    ['PORT', '65536', '0 to 65535'],
    ['PORT', '80a', '0 to 65535'],
    ['PORT', '-1', '0 to 65535'],
    ['ROLE', 'boss', 'all, web, worker'],
    ['LOG_LEVEL', 'loud', 'debug'],
    ['GHE_HOST', 'https://github.example.com', 'without https://'],
    ['GHE_HOST', 'github.example.com/api', 'without https://'],
    ['GHE_HOST', 'github.example.com:65536', '1 to 65535'],
    ['GHE_HOST', 'github.example.com:0', '1 to 65535'],
    ['GHE_PROTOCOL', 'ftp', 'https, http'],
    ['DATABASE_URL', 'mysql://db', 'postgres://'],
    ['REDIS_URL', 'localhost:6379', 'redis://'],
    ['PUBLIC_URL', 'guard.example.com', 'https://'],
    ['PUBLIC_URL', 'https://guard.example.com/app', 'end after the host'],
    ['PUBLIC_URL', 'https://guard.example.com//', 'end after the host'],
    ['PUBLIC_URL', 'https://guard.example.com/?', 'end after the host'],
    ['PUBLIC_URL', 'https://guard.example.com/#top', 'end after the host'],
    ['PUBLIC_URL', 'https://me:pw@guard.example.com', 'end after the host'],
    ['WEBHOOK_PROXY_URL', 'smee', 'https://'],
    ['WEBHOOK_PROXY_URL', 'http://smee.io/channel', 'https://'],
    ['WEBHOOK_PROXY_URL', 'http://localhost.example.com/channel', 'https://'],
    ['WEBHOOK_PROXY_URL', 'http://localhost:@smee.io/channel', 'https://'],
    ['HOST', 'http://localhost', 'address'],
    ['RETENTION_DELIVERIES_DAYS', '3', '4 to 36500'],
    ['SCAN_LEASE_SECONDS', '0', '1 to 600'],
    ['RETENTION_SCANS_DAYS', '0', '1 to 36500'],
    ['RETENTION_SCANS_DAYS', '1.5', 'whole number'],
    ['RETENTION_SCANS_COUNT', '0', '1 to 1000000'],
    ['RETENTION_INSTALLATIONS_DAYS', '-1', '4 to 36500'],
    ['JOBS_COMPLETED_HOURS', '169', '1 to 168'],
    ['JOBS_FAILED_HOURS', '337', '1 to 336'],
    ['SESSION_SECRET', 'x'.repeat(31), '32 characters'],
    ['ADMINS', 'octocat,not a login', 'logins'],
    ['TRUSTED_PROXIES', 'proxy.example.com', 'addresses of proxies'],
    ['TRUSTED_PROXIES', 'loopback,0.0.0.0/0', 'not of all addresses'],
    ['TRUSTED_PROXIES', 'loopback,none', 'either proxies or none'],
    ['CORS_ORIGINS', '*', 'origins'],
    ['CORS_ORIGINS', 'https://dashboard.example.com/', 'origins'],
    ['CORS_ORIGINS', 'https://dashboard.example.com,dashboard.example.com', 'origins'],
    ['CORS_ORIGINS', 'null', 'origins'],
    ['METRICS_TOKEN', 'short', '16 characters'],
    ['METRICS_TOKEN', 'no spaces in a bearer token', 'openssl rand'],
    ['EVIDENCE_PUBLIC_KEYS', 'acme=/nowhere/key.pem', 'entry 1 of 1'],
    ['EVIDENCE_PUBLIC_KEYS', folder, 'readable file'],
  ])('%s=%s is refused with the fix', (name, value, fix) => {
    expect(problems({ ...app, [name]: value })[name]).toContain(fix)
  })

  it('of proxies: none is trusted where that is said', () => {
    expect(loadConfig({ ...app, TRUSTED_PROXIES: 'none' }).trustedProxies).toEqual([])
  })

  it('of an address where people sign in: their cookies need https', () => {
    const env = { ...app, SESSION_SECRET: 'x'.repeat(32) }
    expect(problems({ ...env, PUBLIC_URL: 'http://guard.example.com' })).toEqual({
      PUBLIC_URL: expect.stringContaining('https://'),
    })
    expect(problems({ ...env, PUBLIC_URL: 'HTTP://guard.example.com' })).toHaveProperty('PUBLIC_URL')
    expect(problems({ ...env, PUBLIC_URL: 'http://localhost:3000' })).toEqual({})
  })

  it('of a role: a process of its own needs a database that it can share', () => {
    expect(problems({ ...app, ROLE: 'web' })).toEqual({ DATABASE_URL: expect.stringContaining('one process only') })
  })

  it('does not hide another: all are told at once', () => {
    const env = { APP_ID: 'x', PORT: 'x', ROLE: 'worker', CLIENT_ID: 'x', EVIDENCE_PUBLIC_KEYS: 'one,two' }
    expect(() => loadConfig(env)).toThrow(
      /APP_ID: must[\s\S]*PORT: must[\s\S]*EVIDENCE_PUBLIC_KEYS: entry 1[\s\S]*EVIDENCE_PUBLIC_KEYS: entry 2[\s\S]*PRIVATE_KEY: is missing[\s\S]*WEBHOOK_SECRET: is missing[\s\S]*CLIENT_SECRET: is missing[\s\S]*DATABASE_URL: must/,
    )
  })

  it('is never quoted', () => {
    const secret = 'hunter2hunter2'
    for (const { name } of describeConfig()) {
      const env = { ...app, ROLE: 'worker', [name]: `${secret}\n/${secret}` }
      try {
        loadConfig(env)
      } catch (error) {
        expect(String(error)).not.toContain(secret)
      }
    }
    expect.hasAssertions()
  })
})

describe('CHECKPOINT_KEY', () => {
  const key = pair.privateKey.export({ type: 'sec1', format: 'pem' }).toString().trim()

  it.each<[string, () => string]>([
    ['PEM', () => key],
    ['PEM with \\n for line breaks', () => key.replaceAll('\n', '\\n')],
    ['base64 of that', () => Buffer.from(key).toString('base64')],
    ['the path of a file', () => file('checkpoint.pem', `${key}\n`)],
  ])('may be %s', (_, given) => {
    expect(loadConfig({ CHECKPOINT_KEY: given() }).checkpointKey).toBe(key)
  })

  it.each<[string, () => string]>([
    ['an RSA key', () => privateKey],
    ['a public key', () => publicKey],
    ['a path without a file', () => join(folder, 'none.pem')],
  ])('must not be %s', (_, given) => {
    expect(problems({ CHECKPOINT_KEY: given() })).toEqual({
      CHECKPOINT_KEY: expect.stringMatching(
        /^must be, or name a readable file with, a private key of EC .* or Ed25519 in PEM/,
      ),
    })
  })
})

describe('The files of EVIDENCE_PUBLIC_KEYS', () => {
  const jwk = pair.publicKey.export({ format: 'jwk' })
  it.each([
    ['PEM', publicKey],
    ['a JWK', JSON.stringify(jwk)],
    ['a JWKS', JSON.stringify({ keys: [jwk, jwk] })],
  ])('may be %s', (_form, text) => {
    const path = file('trusted', text)
    expect(loadConfig({ EVIDENCE_PUBLIC_KEYS: path }).evidenceKeys).toEqual([{ owner: null, path }])
  })

  it.each([
    ['nothing', ''],
    ['other text', 'any'],
    ['a private key in PEM', pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['a private JWK', JSON.stringify(pair.privateKey.export({ format: 'jwk' }))],
    ['no key in a JWKS', '{"keys": []}'],
    ['a symmetric key', '{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}'],
  ])('are refused with %s in them', (_form, text) => {
    const given = `${file('good', publicKey)},acme=${file('bad', text)}`
    expect(problems({ EVIDENCE_PUBLIC_KEYS: given })).toEqual({
      EVIDENCE_PUBLIC_KEYS: expect.stringMatching(/^entry 2 of 2 must name a file of public keys/),
    })
  })

  it('are refused with a key in them that must not be used, and why', () => {
    const path = file('bad', `{"keys": [\n${JSON.stringify(jwk)},\n${JSON.stringify({ ...jwk, use: 'enc' })}]}`)
    expect(problems({ EVIDENCE_PUBLIC_KEYS: path })).toEqual({
      EVIDENCE_PUBLIC_KEYS: expect.stringMatching(/^entry 1 of 1 must .* Line 3: Key 2 of this file says `use`: `enc`/),
    })
  })
})

describe('WEBHOOK_PROXY_URL', () => {
  it.each(['http://localhost:8080/x', 'http://127.0.0.1/x', 'http://[::1]:3001/x'])(
    'may be %s, in clear',
    (channel) => {
      expect(loadConfig({ WEBHOOK_PROXY_URL: channel }).webhookProxyUrl).toBe(channel)
    },
  )
})

describe('The start', () => {
  it('ends with words where the database does not answer, and keeps its password', async () => {
    const main = join(import.meta.dirname, '../src/main.ts')
    const env = { PATH: process.env.PATH, DATABASE_URL: 'postgres://guard:hunter2@127.0.0.1:1/guard', PORT: '0' }
    const { code, said } = await new Promise<{ code: number | null; said: string }>((resolve) => {
      const started = execFile(process.execPath, ['--import', 'tsx', main], { env }, (_, out, err) =>
        resolve({ code: started.exitCode, said: out + err }),
      )
    })
    expect(code).toBe(1)
    expect(said).toMatch(/^rosie-guard can't start: DATABASE_URL: [^\n]* \(ECONNREFUSED\)\. Check [^\n]*\n$/)
    expect(said).not.toContain('hunter2')
  })
})

describe('docs/configuration.md', () => {
  it('is what the declarations say', () => {
    expect(readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8')).toBe(configurationPage())
  })

  it('has a line for every variable, with its default', () => {
    const page = configurationPage()
    for (const { name, description } of describeConfig()) {
      expect(description).not.toBe('')
      expect(page).toContain(`| \`${name}\` |`)
    }
    expect(page).toContain('| `PORT` | `3000` |')
  })
})
