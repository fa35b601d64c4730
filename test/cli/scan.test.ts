/** `rosie-guard scan`, as people and programs use it: real folders, real git, and once the real process. */
import { execFile, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { exportSPKI, importJWK, type JWK } from 'jose'
import type { JsonReport } from '../../src/report/json.ts'
import { commit, gitIn, initialise, temporaryFolder, write } from '../local/repository.ts'
import {
  claims,
  EVIDENCE,
  edited,
  GOOD as RATED_HIGH,
  REQUIREMENT,
  type Signer,
  SOURCE,
  STORY,
  signer,
  TEST,
} from '../support/record.ts'
import { guard } from './guard.ts'

/** The good record with the lowest risk, of which the risk matrix demands no more than it has. */
const GOOD = Object.fromEntries(
  Object.entries(RATED_HIGH).map(([path, text]) => [
    path,
    path.endsWith('system_context.md') ? text : text.replace(/(@gxp-risk|gxp_risk_rating:) HIGH/, '$1 LOW'),
  ]),
)

let folder: ReturnType<typeof temporaryFolder>
let team: Signer
let stranger: Signer
const KEY = '.gxp/keys/team.pem'

beforeAll(async () => {
  team = await signer('team')
  stranger = await signer('stranger')
})
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const pem = async ({ key }: Signer) => exportSPKI((await importJWK(key.jwk as JWK, 'ES256')) as never)

const scan = (...args: string[]) => guard('scan', ...args)

async function report(...args: string[]): Promise<JsonReport & { code: number }> {
  const { code, out, err } = await scan(...args, '--format', 'json')
  if (err) throw new Error(err)
  return { code, ...(JSON.parse(out) as JsonReport) }
}

const repository = (files: Record<string, string | Buffer> = GOOD) => {
  initialise(folder.path)
  return commit(folder.path, files)
}
const broken = edited(STORY, 'REQ-001', 'REQ-0001')

/** The types of a JSON value, as deep as they go; lists as the types of their items. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape)
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shape(member)]))
}

describe('The JSON', () => {
  const signatures = { total: 'number', valid: 'number', invalid: 'number', untrusted: 'number' }
  const summary = {
    artifacts: {
      requirement: 'number',
      user_story: 'number',
      specification: 'number',
      decision: 'number',
      risk: 'number',
      vendor_assessment: 'number',
    },
    annotations: { source: 'number', test: 'number' },
    evidence: signatures,
    packages: signatures,
    provenance: { verified: 'number', contradicted: 'number', unavailable: 'number' },
    requirements: { total: 'number', linked: 'number', traced: 'number', proven: 'number' },
    findings: { error: 'number', warning: 'number', notice: 'number' },
  }
  const finding = {
    rule: 'string',
    severity: 'string',
    path: 'string',
    line: 'number',
    endLine: 'number',
    gxpId: 'string',
    message: 'string',
    fingerprint: 'string',
    status: 'string',
  }

  it('has exactly the keys and types of its contract', async () => {
    repository()
    write(folder.path, broken)
    const { out } = await scan(folder.path, '--base', 'HEAD', '--format', 'json')
    const parsed = JSON.parse(out)
    expect(shape(parsed)).toEqual({
      schemaVersion: 'number',
      conclusion: 'string',
      head: 'null',
      base: 'string',
      summary,
      coverage: [
        {
          risk: 'string',
          total: 'number',
          linked: 'number',
          traced: 'number',
          proven: 'number',
          tiers: [{ tier: 'string', reached: 'number', demanded: 'number' }],
          gate: 'string',
          demanded: 'number',
          reached: 'number',
        },
      ],
      riskMatrix: 'string',
      policy: { failOn: 'string', introducedOnly: 'boolean', severities: {} },
      score: {
        value: 'number',
        parts: Array(parsed.score.parts.length).fill({
          name: 'string',
          weight: 'number',
          reached: 'number',
          of: 'number',
        }),
      },
      findings: [finding],
      ignored: [],
      preview: 'null',
    })
    expect(parsed.schemaVersion).toBe(1)
  })

  it('says null where there is no commit, no path and no id', async () => {
    const head = repository()
    rmSync(join(folder.path, '.gxp'), { recursive: true })
    const parsed = await report(folder.path, '--base', head)
    expect(parsed).toMatchObject({ head: null, base: head, conclusion: 'failure', code: 1 })
    expect(parsed.findings).toMatchObject([{ path: null, line: null, endLine: null, gxpId: null }])
  })

  it('is all there is on the standard output, and ends with a line feed', async () => {
    write(folder.path, { ...GOOD })
    const { out, err } = await scan(folder.path, '--format', 'json')
    expect(err).toBe('')
    expect(out.endsWith('}\n')).toBe(true)
  })
})

describe('The exit code', () => {
  it('is 0 for a clean record, for warnings, and for a folder without a record', async () => {
    write(folder.path, { ...GOOD })
    expect(await report(folder.path)).toMatchObject({ code: 0, conclusion: 'success', findings: [] })
    write(folder.path, edited(STORY, 'as_a: pharmacist\n', ''))
    expect(await report(folder.path)).toMatchObject({
      code: 0,
      conclusion: 'success',
      findings: [{ severity: 'warning' }],
    })
    const other = temporaryFolder()
    expect(await report(other.path)).toMatchObject({ code: 0, conclusion: 'neutral', findings: [] })
    other.remove()
  })

  it('is 1 for an error in the record', async () => {
    write(folder.path, { ...GOOD, ...broken })
    expect(await report(folder.path)).toMatchObject({
      code: 1,
      conclusion: 'failure',
      summary: { findings: { error: 1 } },
    })
  })

  it.each<[string, string[], RegExp]>([
    ['a folder that is not there', ['nowhere'], /no folder .*nowhere/],
    ['a file in place of a folder', ['file.txt'], /no folder .*file\.txt/],
    ['a key file that is not there', ['.', '--key', 'nokey.pem'], /key file .*nokey\.pem.*ENOENT/],
    ['a key file without a key', ['.', '--key', 'file.txt'], /file\.txt.*no key/i],
    ['a private key', ['.', '--key', 'private.pem'], /private\.pem.*private key/],
    ['a base without git', ['.', '--base', 'main'], /--base needs a git checkout/],
    ['a format that is none', ['.', '--format', 'xml'], /pretty, json/],
    ['an option that is none', ['.', '--fix'], /--fix/],
  ])('is 2 for %s, and says why', async (_, [dir = '', ...args], words) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    write(folder.path, {
      'file.txt': 'x',
      'private.pem': privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    })
    const inFolder = args.map((arg) => (/\.(pem|txt)$/.test(arg) ? join(folder.path, arg) : arg))
    const { code, out, err } = await scan(join(folder.path, dir), ...inFolder)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(words)
    expect(err).not.toMatch(/\n\s+at /)
  })

  it.each(['no-such-branch', '-x', '--all', ''])('is 2 for the base %j that git does not know', async (ref) => {
    repository()
    const { code, out, err } = await scan(folder.path, `--base=${ref}`)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).not.toBe('')
  })

  it('is 2 for a base where there is no commit yet', async () => {
    initialise(folder.path)
    write(folder.path, { ...GOOD })
    expect((await scan(folder.path, '--base', 'main')).code).toBe(2)
    expect(await report(folder.path)).toMatchObject({ code: 0, head: null })
  })

  it('is 0 for help and version', async () => {
    const help = await scan('--help')
    expect(help.code).toBe(0)
    expect(help.out).toContain('Exit code: 0')
    expect(help.out).toContain('--base <ref>')
  })
})

describe('The head', () => {
  it('is the commit of a clean checkout', async () => {
    const head = repository()
    expect(await report(folder.path)).toMatchObject({ head, base: null })
  })

  it('is null when a file differs, is new or is gone; the working files are what is judged', async () => {
    repository()
    write(folder.path, broken)
    expect(await report(folder.path)).toMatchObject({ head: null, findings: [{ rule: 'trace/broken-reference' }] })
    gitIn(folder.path, 'checkout', '--quiet', '.')
    write(folder.path, { 'src/new.ts': '// @gxp-risk high\n' })
    expect(await report(folder.path)).toMatchObject({ head: null, findings: [{ path: 'src/new.ts' }] })
    rmSync(join(folder.path, 'src/new.ts'))
    rmSync(join(folder.path, TEST))
    expect(await report(folder.path)).toMatchObject({ head: null, findings: [{ rule: 'trace/uncovered-requirement' }] })
  })

  it('leaves out what git ignores', async () => {
    const head = repository({ ...GOOD, '.gitignore': 'tmp/\n' })
    write(folder.path, { 'tmp/a.ts': '// @gxp-risk high\n' })
    expect(await report(folder.path)).toMatchObject({ head, findings: [] })
  })

  it('is null for a plain folder, even inside of a repository, and a base can not be named there', async () => {
    repository({ ...GOOD, 'packages/a/.gxp/README.md': 'x' })
    const inner = join(folder.path, 'packages/a')
    expect(await report(inner)).toMatchObject({
      head: null,
      findings: [{ rule: 'context/missing' }, { rule: 'risk/log-missing' }],
    })
    expect((await scan(inner, '--base', 'main')).code).toBe(2)
  })

  it('does not follow a symbolic link out of the folder', async () => {
    write(folder.path, { 'outside/REQ-002.md': '# not ours', 'inside/.gxp/README.md': 'x' })
    symlinkSync('../../outside', join(folder.path, 'inside/.gxp/requirements'))
    expect((await report(join(folder.path, 'inside'))).summary.artifacts.requirement).toBe(0)
  })
})

describe('--base', () => {
  it('tells what the change introduced from what was there', async () => {
    const base = repository({ ...GOOD, ...broken })
    gitIn(folder.path, 'switch', '--quiet', '--create', 'change')
    const head = commit(folder.path, { 'src/new.ts': '// @gxp-risk high\n' })
    const parsed = await report(folder.path, '--base', 'main')
    expect(parsed).toMatchObject({ head, base, code: 1 })
    expect(parsed.findings.map(({ rule, status }) => `${rule} ${status}`)).toEqual([
      'trace/broken-reference existing',
      'annotation/malformed introduced',
    ])
  })

  it('compares with the merge base, not with what the base branch did since', async () => {
    const fork = repository()
    gitIn(folder.path, 'switch', '--quiet', '--create', 'change')
    commit(folder.path, { 'src/log.ts': 'export {}\n' })
    gitIn(folder.path, 'switch', '--quiet', 'main')
    commit(folder.path, edited(REQUIREMENT, 'is refused', 'is refused and logged'))
    gitIn(folder.path, 'switch', '--quiet', 'change')
    expect(await report(folder.path, '--base', 'main')).toMatchObject({ base: fork, findings: [] })
  })

  it('says so when there is no common history, and rests the rules that compare', async () => {
    repository()
    gitIn(folder.path, 'switch', '--quiet', '--orphan', 'other')
    commit(folder.path, { ...GOOD, [SOURCE]: GOOD[SOURCE]?.replace('<=', '<') ?? '' })
    const { out, code } = await scan(folder.path, '--base', 'main')
    expect(code).toBe(0)
    expect(out).toContain('No common history with main')
    expect(await report(folder.path, '--base', 'main')).toMatchObject({ base: null, findings: [] })
  })
})

describe('Keys', () => {
  const evidence = (parsed: JsonReport) => parsed.summary.evidence

  it('come from --key, in PEM or as a key set, more than one', async () => {
    write(folder.path, { ...GOOD, [EVIDENCE]: await team.sign() })
    const keys = temporaryFolder()
    write(keys.path, {
      'team.pem': await pem(team),
      'stranger.json': JSON.stringify({ keys: [stranger.key.jwk] }),
    })
    const [ours, theirs] = [join(keys.path, 'team.pem'), join(keys.path, 'stranger.json')]
    expect(evidence(await report(folder.path))).toEqual({ total: 1, valid: 0, invalid: 0, untrusted: 1 })
    expect(evidence(await report(folder.path, '--key', ours))).toMatchObject({ valid: 1 })
    expect(evidence(await report(folder.path, '--key', theirs))).toMatchObject({ valid: 0, invalid: 1 })
    expect(evidence(await report(folder.path, '--key', theirs, '--key', ours))).toMatchObject({ valid: 1 })
    keys.remove()
  })

  it('never come from the files that are scanned', async () => {
    write(folder.path, { ...GOOD, [EVIDENCE]: await team.sign(), [KEY]: await pem(team) })
    expect(evidence(await report(folder.path))).toMatchObject({ valid: 0, untrusted: 1 })
  })

  it('come from the base: evidence that its key signed is valid', async () => {
    repository({ ...GOOD, [KEY]: await pem(team) })
    gitIn(folder.path, 'switch', '--quiet', '--create', 'change')
    commit(folder.path, { [EVIDENCE]: await team.sign() })
    expect(evidence(await report(folder.path, '--base', 'main'))).toMatchObject({ valid: 1 })
  })

  it('of a change trust nothing: neither added to none, nor in place of the base’s', async () => {
    repository()
    gitIn(folder.path, 'switch', '--quiet', '--create', 'first-key')
    commit(folder.path, { [KEY]: await pem(stranger), [EVIDENCE]: await stranger.sign() })
    expect(evidence(await report(folder.path, '--base', 'main'))).toMatchObject({ valid: 0, untrusted: 1 })

    gitIn(folder.path, 'switch', '--quiet', 'main')
    commit(folder.path, { [KEY]: await pem(team) })
    gitIn(folder.path, 'switch', '--quiet', '--create', 'other-key')
    commit(folder.path, { [KEY]: await pem(stranger), [EVIDENCE]: await stranger.sign() })
    expect(await report(folder.path, '--base', 'main')).toMatchObject({
      code: 1,
      summary: { evidence: { valid: 0, invalid: 1 } },
      findings: [
        { rule: 'evidence/invalid-signature', status: 'introduced' },
        { rule: 'policy/keys-changed', path: KEY, status: 'introduced' },
      ],
    })
  })

  it('that the base took back since are trusted no longer', async () => {
    repository({ ...GOOD, [KEY]: await pem(stranger), [EVIDENCE]: await stranger.sign() })
    gitIn(folder.path, 'switch', '--quiet', '--create', 'change')
    gitIn(folder.path, 'switch', '--quiet', 'main')
    commit(folder.path, { [KEY]: await pem(team) })
    gitIn(folder.path, 'switch', '--quiet', 'change')
    expect(evidence(await report(folder.path, '--base', 'main'))).toMatchObject({ valid: 0, invalid: 1 })
  })
})

describe('For people', () => {
  it('each finding is shown with its file, line, severity, words and rule', async () => {
    write(folder.path, { ...GOOD, ...broken })
    const { out, code } = await scan(folder.path)
    expect(code).toBe(1)
    expect(out).toContain(`${STORY}\n  4  error  `)
    expect(out).toMatch(/Did you mean REQ-001\?\s+trace\/broken-reference US-001-001/)
    expect(out).toContain('failure')
  })

  it('what a repository says can not write to the terminal', async () => {
    write(folder.path, {
      ...GOOD,
      'src/\u001b[31mred.ts': '// @gxp-risk high\n',
      ...edited(STORY, 'REQ-001', '"REQ\\e]0;x\\a"'),
    })
    const { out } = await scan(folder.path)
    expect(out).toContain('trace/broken-reference')
    expect([...out].filter((char) => char < ' ' && char !== '\n')).toEqual([])
  })
})

describe('The process', () => {
  const process_ = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const cli = join(import.meta.dirname, '../../src/cli.ts')
      const started = execFile(process.execPath, ['--import', 'tsx', cli, ...args], (_, out, err) =>
        resolve({ code: started.exitCode ?? -1, out, err }),
      )
    })

  it('ends with the exit codes and writes where programs expect it', async () => {
    write(folder.path, { ...GOOD })
    const clean = await process_('scan', folder.path, '--format', 'json')
    expect({ code: clean.code, err: clean.err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(clean.out)).toMatchObject({ schemaVersion: 1, conclusion: 'success' })
    write(folder.path, broken)
    expect((await process_('scan', folder.path)).code).toBe(1)
    const failed = await process_('scan', join(folder.path, 'nowhere'))
    expect(failed).toMatchObject({ code: 2, out: '', err: expect.stringContaining('nowhere') })
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))
    expect(await process_('--version')).toMatchObject({ code: 0, out: `${version}\n` })
  })

  it('ends quietly when its reader has seen enough, with the exit code of the scan', async () => {
    write(folder.path, { ...GOOD, ...broken })
    const cli = join(import.meta.dirname, '../../src/cli.ts')
    const started = spawn(process.execPath, ['--import', 'tsx', cli, 'scan', folder.path])
    started.stdout.destroy()
    let err = ''
    started.stderr.on('data', (chunk) => {
      err += chunk
    })
    const [code] = await once(started, 'close')
    expect({ code, err }).toEqual({ code: 1, err: '' })
  })
})

describe('Who scans by mistake', () => {
  it('a folder below the record is told where it is', async () => {
    repository()
    expect(await scan(join(folder.path, 'src'))).toMatchObject({
      code: 2,
      err: expect.stringContaining(`There is no GxP record in ${join(folder.path, 'src')}, but one in ${folder.path}`),
    })
  })

  it('a checkout of its own below a record is not: it has none', async () => {
    repository()
    const inner = join(folder.path, 'inner')
    initialise(inner)
    commit(inner, { 'README.md': '# Pump' })
    expect(await scan(inner)).toMatchObject({ code: 0, out: expect.stringContaining('There is no GxP record here') })
  })

  it('a shallow clone is told that commits may be in full history, and no other', async () => {
    const origin = join(folder.path, 'origin')
    initialise(origin)
    const tested = commit(origin, GOOD)
    commit(origin, { [EVIDENCE]: await team.sign({ ...claims(), git_commit: tested }), 'team.pem': await pem(team) })
    const shallow = join(folder.path, 'shallow')
    gitIn(folder.path, 'clone', '-q', '--depth', '1', `file://${origin}`, shallow)
    const outOf = async (root: string) => (await scan(root, '--key', join(origin, 'team.pem'))).out
    expect(await outOf(shallow)).toContain('This clone is shallow')
    expect(await outOf(origin)).not.toContain('shallow')
  })

  it('without a key is told how the keys of the record come to be trusted', async () => {
    repository({ ...GOOD, [KEY]: await pem(team) })
    expect((await scan(folder.path)).out).toContain('name it with --base, or a key file with --key')
    expect((await scan(folder.path, '--key', join(folder.path, KEY))).out).not.toContain('name it with --base')
  })
})
