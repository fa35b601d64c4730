/** The verbs beside `scan`: matrix, verify and rules, on real files. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportSPKI, importJWK, type JWK } from 'jose'
import { RULES } from '../../src/rosie/rules/index.ts'
import { temporaryFolder, write } from '../local/repository.ts'
import { claims, EVIDENCE, edited, GOOD, type Signer, STORY, signer, TEST } from '../support/record.ts'
import { guard } from './guard.ts'

let folder: ReturnType<typeof temporaryFolder>
let team: Signer
let key: string

beforeAll(async () => {
  team = await signer('team')
})
beforeEach(async () => {
  folder = temporaryFolder()
  key = join(folder.path, 'team.pem')
  writeFileSync(key, await exportSPKI((await importJWK(team.key.jwk as JWK, 'ES256')) as never))
})
afterEach(() => folder.remove())

describe('rosie-guard matrix', () => {
  const root = () => join(folder.path, 'repository')
  const at = (name: string) => join(root(), '.gxp', name)
  const read = (name: string) => readFileSync(at(name), 'utf8')
  const given = (files: Record<string, string | Buffer>) => write(root(), files)

  it('writes the traceability matrix with whole files as nodes', async () => {
    given(GOOD)
    expect(await guard('matrix', root())).toMatchObject({ code: 0, err: '' })
    const matrix = JSON.parse(read('traceability-matrix.json'))
    expect(matrix).toMatchObject({
      gxpmd_version: '3.0.0',
      summary: {
        total_requirements: 1,
        covered_requirements: 1,
        coverage_by_risk: { HIGH: { total: 1, covered: 1, percent: 100 } },
      },
    })
    expect(matrix.nodes['REQ-001']).toMatchObject({
      phase: 'requirement',
      risk: 'HIGH',
      title: 'A dose never exceeds the daily limit',
    })
    expect(matrix.nodes[`FILE:${TEST}`]).toMatchObject({ phase: 'test', files: [TEST] })
    expect(matrix.edges).toContainEqual({
      from: `FILE:${TEST}`,
      to: 'SPEC-001-001',
      type: 'verifies',
      source_file: TEST,
    })
    expect(matrix.coverage['REQ-001']).toMatchObject({
      covered: true,
      linked: true,
      proven: false,
      test_nodes: [`FILE:${TEST}`],
    })
    expect(matrix.coverage['REQ-001'].reachable_nodes).toEqual(
      expect.arrayContaining([`FILE:${TEST}`, 'SPEC-001-001', 'US-001-001', 'FILE:src/dose.ts']),
    )
    expect(matrix.summary.total_nodes).toBe(Object.keys(matrix.nodes).length)
    expect(matrix.summary.total_edges).toBe(matrix.edges.length)
    expect(Date.parse(matrix.generated_at)).not.toBeNaN()
  })

  it('lists the gaps', async () => {
    given({ ...GOOD, [TEST]: '' })
    await guard('matrix', root())
    const gaps = JSON.parse(read('gap-analysis.json'))
    expect(gaps.requirements).toEqual([expect.objectContaining({ id: 'REQ-001', risk: 'HIGH', traced: false })])
    expect(gaps.findings['trace/uncovered-requirement']).toHaveLength(1)
    expect(JSON.parse(read('traceability-matrix.json')).coverage['REQ-001']).toMatchObject({
      covered: false,
      test_nodes: [],
    })
  })

  it('leaves the sign-off to people and judges nothing', async () => {
    given(GOOD)
    await guard('matrix', root())
    const status = read('compliance-status.md')
    expect(status).toMatch(/## Sign-off\n\n\| Role .*\n.*\n\| +\| +\|/)
    expect(status).not.toMatch(/\bis (compliant|validated)\b/i)
  })

  it('lists what the policy ignores in what is signed, and beside the gaps', async () => {
    const expires = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
    const ignore = `ignore: [{paths: ['**'], rules: [risk/log-missing], reason: Kept on paper, expires: ${expires}}]\n`
    const { '.gxp/risk_assessment.log': _, ...files } = GOOD
    given({ ...files, '.github/rosie.yml': ignore })
    await guard('matrix', root())
    expect(JSON.parse(read('gap-analysis.json')).ignored).toMatchObject([
      { rule: 'risk/log-missing', reason: 'Kept on paper', expires },
    ])
    expect(read('compliance-status.md')).toMatch(
      /### Ignored by the policy: 1 finding\n[\s\S]*Kept on paper[\s\S]*## Sign-off/,
    )
  })

  it('writes its own files again, and none else', async () => {
    given(GOOD)
    await guard('matrix', root())
    expect(await guard('matrix', root())).toMatchObject({ code: 0 })
    writeFileSync(at('compliance-status.md'), read('compliance-status.md').replace('|  |  |', '| QA | A. Person |'))
    const signed = read('compliance-status.md')
    const again = await guard('matrix', root())
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('sign-off') })
    expect(read('compliance-status.md')).toBe(signed)
  })

  it.each([
    ['traceability-matrix.json', '{"mine": true}'],
    ['gap-analysis.json', 'not JSON'],
    ['compliance-status.md', '# Ours\n'],
  ])('leaves a %s of others alone, and writes none of the three then', async (name, text) => {
    given({ ...GOOD, [`.gxp/${name}`]: text })
    expect(await guard('matrix', root())).toMatchObject({ code: 2, err: expect.stringContaining(name) })
    expect(read(name)).toBe(text)
    const others = ['traceability-matrix.json', 'gap-analysis.json', 'compliance-status.md'].filter(
      (each) => each !== name,
    )
    expect(others.filter((each) => existsSync(at(each)))).toEqual([])
  })

  it('writes elsewhere where it is told', async () => {
    given(GOOD)
    const out = join(folder.path, 'build', 'record')
    expect(await guard('matrix', root(), '--out', out)).toMatchObject({ code: 0 })
    expect(existsSync(join(out, 'traceability-matrix.json'))).toBe(true)
    expect(existsSync(at('traceability-matrix.json'))).toBe(false)
  })

  it('says where it can not write: below a file, or where the system lets nothing be made', async () => {
    given(GOOD)
    const below = join(root(), 'a-file')
    writeFileSync(below, '')
    expect(await guard('matrix', root(), '--out', join(below, 'out'))).toMatchObject({
      code: 2,
      err: expect.stringContaining("can't be"),
    })
    expect(await guard('matrix', root(), '--out', '/proc/nowhere/out')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/\/proc\/nowhere.* can't be made/),
    })
  })

  it('says how the keys of the record come to be trusted', async () => {
    given({ ...GOOD, '.gxp/keys/team.pem': readFileSync(key, 'utf8') })
    expect((await guard('matrix', root())).err).toContain('name it with --base, or a key file with --key')
    expect((await guard('matrix', root(), '--key', key)).err).toBe('')
  })

  it('refuses a folder without a record', async () => {
    given({ 'src/a.ts': '' })
    expect(await guard('matrix', root())).toMatchObject({ code: 2, err: expect.stringContaining('no GxP record') })
  })

  it('bears hostile ids and titles', async () => {
    given({ ...GOOD, ...edited(STORY, 'Refuse an overdose', '"<script>alert(1)</script> | `x` __proto__"') })
    expect(await guard('matrix', root())).toMatchObject({ code: 0 })
    expect(read('compliance-status.md')).not.toContain('<script>')
  })
})

describe('rosie-guard verify', () => {
  const path = (name: string) => join(folder.path, name)

  it('says what a valid evidence is about and who signed it', async () => {
    writeFileSync(path('EV-1.jws'), await team.sign())
    const { code, out } = await guard('verify', path('EV-1.jws'), '--key', key)
    expect(code).toBe(0)
    expect(out).toBe(
      `valid      ${path('EV-1.jws')}  (SPEC-001-001; OQ; 4 passed, 0 failed; signed with team.pem)\n\n1 of 1 signature valid.\n`,
    )
  })

  it('says that a run failed which counts no failed test', async () => {
    const failed = { test_results: { result: 'FAIL', passed: 4, failed: 0 } }
    writeFileSync(path('EV-1.jws'), await team.sign(claims(failed)))
    const { out } = await guard('verify', path('EV-1.jws'), '--key', key)
    expect(out).toContain('(SPEC-001-001; OQ; 4 passed, 0 failed; says it failed; signed with team.pem)')
  })

  it.each([
    ['of another time zone, which is an old form', { timestamp: '2026-03-01T12:00:00+02:00' }, 0],
    ['of the future', { timestamp: '2999-03-01T12:00:00Z' }, 1],
    ['that has expired', { exp: 1_600_000_000 }, 1],
    ['that counts nothing', { test_results: 'all passed' }, 1],
  ])('tells what is wrong with a signed run %s', async (_, faulty, expected) => {
    writeFileSync(path('EV-1.jws'), await team.sign(claims(faulty)))
    const { code, out } = await guard('verify', path('EV-1.jws'), '--key', key)
    expect([code, out.split('\n')]).toEqual([
      expected,
      [expect.stringMatching(/^valid /), expect.stringMatching(/^ {11}\S/), '', '1 of 1 signature valid.', ''],
    ])
  })

  it('tells a changed signature, an unknown signer and a text that is no JWS', async () => {
    const jws = await team.sign()
    writeFileSync(
      path('changed.jws'),
      jws.replace(/\.[^.]+\./, (payload) => `${payload.slice(0, -2)}A.`),
    )
    writeFileSync(path('stranger.jws'), await (await signer('stranger')).sign())
    writeFileSync(path('text.jws'), 'hello')
    const { code, out } = await guard('verify', folder.path, '--key', key, '--json')
    expect(code).toBe(1)
    const verified = JSON.parse(out) as { path: string; verdict: string; problems: string[] }[]
    expect(verified.map(({ path: at, verdict }) => [at, verdict])).toEqual([
      [path('changed.jws'), 'invalid'],
      [path('stranger.jws'), 'invalid'],
      [path('text.jws'), 'invalid'],
    ])
    expect(verified.every(({ problems }) => problems.length > 0)).toBe(true)
  })

  it('finds the evidence of a whole directory', async () => {
    write(folder.path, { [EVIDENCE]: await team.sign(claims()) })
    const { code, out } = await guard('verify', join(folder.path, '.gxp/evidence'), '--key', key)
    expect([code, out]).toEqual([0, expect.stringContaining('1 of 1 signature valid')])
    expect(out).toContain(join(folder.path, EVIDENCE))
  })

  it.each([
    ['nothing there', ['nowhere.jws'], 'There is no file or directory'],
    ['no evidence', ['team.pem'], 'no .jws file and no package'],
  ])('refuses where there is %s', async (_what, names, words) => {
    const { code, err } = await guard('verify', ...names.map(path), '--key', key)
    expect([code, err]).toEqual([2, expect.stringContaining(words)])
  })

  it('shows nothing as valid without a key', async () => {
    writeFileSync(path('EV-1.jws'), await team.sign())
    const { code, out } = await guard('verify', path('EV-1.jws'))
    expect([code, out]).toEqual([1, expect.stringMatching(/^untrusted .*EV-1\.jws/)])
  })

  it('refuses a key file that holds no public key', async () => {
    writeFileSync(path('empty.pem'), 'nothing')
    const { code, err } = await guard('verify', path('EV-1.jws'), '--key', path('empty.pem'))
    expect([code, err]).toEqual([2, expect.stringContaining('empty.pem')])
  })
})

describe('rosie-guard rules', () => {
  it('lists them all', async () => {
    const { code, out } = await guard('rules')
    expect(code).toBe(0)
    expect(out.trimEnd().split('\n')).toHaveLength(RULES.length)
    expect(out).toMatch(/^trace\/cycle +error +Documents/m)
  })

  it('explains one, with a bad and a good example', async () => {
    const { out } = await guard('rules', 'trace/cycle')
    expect(out).toMatch(/^# `trace\/cycle`/)
    expect(out).toContain('## Bad')
    expect(out).toContain('## Good')
  })

  it('prints JSON', async () => {
    const all = JSON.parse((await guard('rules', '--json')).out) as { id: string; clause: string | null }[]
    expect(all.map(({ id }) => id)).toEqual(RULES.map(({ id }) => id))
    expect(all.filter(({ clause }) => clause === null)).toEqual([])
  })

  it.each([
    ['trace/cycel', 'trace/cycle'],
    ['cycle', 'trace/cycle'],
  ])('proposes the rule that %s means', async (typed, meant) => {
    expect(await guard('rules', typed)).toMatchObject({
      code: 2,
      err: expect.stringContaining(`Did you mean ${meant}?`),
    })
  })

  it('proposes nothing for what is near no rule', async () => {
    const { code, err } = await guard('rules', 'quite-another-thing')
    expect([code, err]).toEqual([2, expect.not.stringContaining('Did you mean')])
  })
})
