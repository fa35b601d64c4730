/** docs/first-record.md, followed to the letter by someone who has git and Node. */
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { firstRecord, firstRecordPage } from '../../docs/first-record.ts'
import { commit, initialise, temporaryFolder, write } from '../local/repository.ts'
import { guard } from './guard.ts'

const SCRIPT = join(import.meta.dirname, '../../docs/sign-evidence.mjs')
const TIERS = ['IQ', 'OQ', 'PQ']

let folder: ReturnType<typeof temporaryFolder>
let outside: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
  outside = temporaryFolder()
})
afterEach(() => {
  folder.remove()
  outside.remove()
})

const sign = (...args: string[]) =>
  execFileSync(process.execPath, [SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }).toString()

it('The first record is found good, and its requirement proven, once its evidence is signed', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const key = join(outside.path, 'ci.key.pem')
  writeFileSync(key, privateKey)
  initialise(folder.path)
  const tested = commit(folder.path, { ...Object.fromEntries(firstRecord()), '.gxp/keys/ci-2026.pem': publicKey })
  const before = await guard('scan', folder.path, '--base', 'HEAD')
  expect(before.out).toContain('evidence/missing')

  const { plain } = JSON.parse((await guard('state-hash', folder.path, '--json')).out) as { plain: string }
  const about = ['--key', key, '--kid', 'ci-2026', '--spec', 'SPEC-001-001', '--passed', '4']
  const evidence = TIERS.map((tier) => {
    const jws = sign(...about, '--tier', tier, '--state-hash', plain, '--commit', tested)
    return [`.gxp/evidence/EV-SPEC-001-001-${tier}.jws`, jws]
  })
  commit(folder.path, Object.fromEntries(evidence))
  for (const trusted of [
    ['--base', 'HEAD'],
    ['--key', join(folder.path, '.gxp/keys/ci-2026.pem')],
  ]) {
    const { code, out } = await guard('scan', folder.path, ...trusted, '--format', 'json')
    const report = JSON.parse(out)
    expect({ code, findings: report.findings }).toEqual({ code: 0, findings: [] })
    expect(report.summary.requirements).toMatchObject({ total: 1, traced: 1, proven: 1 })
  }
})

it('The script says what is missing', () => {
  expect(() => sign('--key', 'a.pem')).toThrow('--kid is missing')
})

/** The first commands below a heading of the page, as they stand there. */
const commandsOf = (heading: string) =>
  new RegExp(`^## ${heading}\\n[\\s\\S]*?\`\`\`sh\\n([\\s\\S]*?)\`\`\``, 'm').exec(firstRecordPage())?.[1] ?? 'false'

it('The commands that make a key and evidence run where there is the record and nothing else', () => {
  write(folder.path, Object.fromEntries(firstRecord()))
  copyFileSync(SCRIPT, join(folder.path, 'sign-evidence.mjs'))
  const signing = commandsOf('The evidence').replace(/^(rosie-guard|git) .*$/gm, '')
  for (const commands of [commandsOf('A key'), signing])
    execFileSync('sh', ['-ec', commands], { cwd: folder.path, stdio: ['ignore', 'pipe', 'pipe'] })
  const made = (path: string) => readFileSync(join(folder.path, path), 'utf8')
  expect(made('.gxp/keys/ci-2026.pem')).toContain('BEGIN PUBLIC KEY')
  expect(made('.gxp/evidence/EV-SPEC-001-001-OQ.jws')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
})
