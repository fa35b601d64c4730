/** What somebody writes who means harm. Each gives a clear finding or nothing; nothing throws, hangs or grows. */
import { createHmac } from 'node:crypto'
import { CompactSign, exportJWK, exportSPKI, generateKeyPair } from 'jose'
import { checkPage } from '../../src/report/summary.ts'
import { terminal } from '../../src/report/terminal.ts'
import type { Json } from '../../src/rosie/model.ts'
import { read } from '../../src/rosie/parse/index.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import { readyKeys, type TrustedKey, verify } from '../../src/rosie/verify.ts'
import { report } from '../report/sample.ts'
import { packageFiles, packageSigner, sha256 } from '../support/packages.ts'
import {
  assessInFull,
  CONTEXT,
  claims,
  document,
  EVIDENCE,
  type Files,
  type Given,
  GOOD,
  goodBut,
  requirement,
  SOURCE,
  specification,
  unsigned,
} from '../support/record.ts'
import { expectHarmlessReports, expectSound } from '../support/soundness.ts'

const MEGABYTE = 2 ** 20
const fill = (unit: string, bytes = MEGABYTE - 100) => unit.repeat(Math.floor(bytes / unit.length))
const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))
/** A guard against hanging, not a measurement: on an idle machine each takes less than one. */
const SECONDS = 50

const ec = await generateKeyPair('ES256', { extractable: true })
const stranger = await generateKeyPair('ES256', { extractable: true })
const rsa = await generateKeyPair('RS256', { extractable: true })
const jwk = (await exportJWK(ec.publicKey)) as TrustedKey['jwk']
const strangerJwk = await exportJWK(stranger.publicKey)
const keys = await readyKeys([{ name: 'team', kid: 'team', jwk }])
const signer = await packageSigner()

const REQ = '.gxp/requirements/REQ-002.md'
const SPEC = '.gxp/specs/SPEC-009.md'
const LOG = '.gxp/risk_assessment.log'
const ADR = '.gxp/adr/ADR-001-queues.md'
const POLICY = '.github/rosie.yml'

async function assessed(files: Files, given: Given = {}) {
  const began = performance.now()
  const found = await assessInFull(files, given)
  expect((performance.now() - began) / 1000).toBeLessThan(SECONDS)
  expectSound(found.assessment, files)
  return found
}

/** `path severity rule`, each once. */
async function told(files: Files, given: Given = {}): Promise<string[]> {
  const { assessment } = await assessed(files, given)
  return [...new Set(assessment.findings.map(({ path, severity, rule }) => `${path} ${severity} ${rule}`))].sort()
}

describe('Bytes that are no record', () => {
  const utf16 = Buffer.from('\uFEFF---\ngxp_id: REQ-002\n---\n', 'utf16le')

  it.each<[string, string | Uint8Array, string]>([
    ['NUL bytes', 'a\0b', 'warning artifact/encoding'],
    ['broken UTF-8', Buffer.from([45, 45, 45, 10, 0xc3, 0x28]), 'warning artifact/encoding'],
    ['an overlong slash', Buffer.from([0xc0, 0xaf]), 'warning artifact/encoding'],
    ['a surrogate as UTF-8', Buffer.from([0xed, 0xa0, 0x80]), 'warning artifact/encoding'],
    ['UTF-16', utf16, 'warning artifact/encoding'],
    ['six megabytes', fill('x', 6 * MEGABYTE), 'error artifact/too-large'],
    ['a megabyte on one line', `---\ntitle: ${fill('x')}\n---\n`, 'error artifact/malformed-front-matter'],
    ['a megabyte of line ends', fill('\n'), 'error artifact/malformed-front-matter'],
    ['nothing but a byte order mark', '\uFEFF', 'error artifact/malformed-front-matter'],
  ])('%s are told once', async (_, bytes, finding) => {
    expect(await told(goodBut({ [REQ]: bytes }))).toEqual([`${REQ} ${finding}`])
  })

  it.each([LOG, ADR, CONTEXT, EVIDENCE, POLICY, 'GxP.MD', '.gxp/keys/a.pem', '.gxp/keys/a.jwks.json', SOURCE])(
    'are told, and nothing else breaks, in %s',
    async (path) => {
      for (const bytes of ['\0', Buffer.from([0xff, 0xfe, 0x00]), utf16, fill('x', 6 * MEGABYTE)]) {
        const findings = await told(goodBut({ [path]: bytes }))
        if (path !== SOURCE || bytes.length > MEGABYTE) expect(findings.join()).toContain(`${path} `)
      }
    },
  )
})

describe('YAML', () => {
  it.each<[string, string[], RegExp]>([
    [
      'a bomb of aliases',
      ['a: &a [x, x]', ...times(30, (n) => `b${n}: &b${n} [${n ? `*b${n - 1}, *b${n - 1}` : '*a, *a'}]`)],
      /alias/i,
    ],
    [
      'many aliases of one',
      [`a: &a [${'x, '.repeat(20_000)}]`, `b: [${'*a, '.repeat(21)}]`],
      /more than 20 YAML aliases/,
    ],
    ['an anchor of itself', ['a: &a', '  b: *a'], /contains itself/],
    ['a custom tag', ['title: !!python/object:os.system x'], /tag/i],
    ['a tag of its own', ['%TAG ! tag:evil.example,2026:', 'title: !x y'], /invalid|tag/i],
    ['binary', ['title: !!binary aGk='], /tag/i],
    ['a second document', ['title: a', '... ', 'title: b'], /lacks|no `gxp_id`|REQ/],
    ['brackets within brackets', [`a: ${'['.repeat(60_000)}`], /nested more than 64 levels/],
    ['braces within braces', [`a: ${'{a: '.repeat(20_000)}`], /nested more than 64 levels/],
    ['dashes within dashes', [`a:\n  ${'- '.repeat(50_000)}`], /nested more than 64 levels/],
    ['keys within keys', [`${'? '.repeat(50_000)}`], /nested more than 64 levels/],
    ['a staircase', times(300, (n) => `${' '.repeat(n)}a:`), /nested more than 64 levels/],
    ['ten thousand keys of one name', times(10_000, () => 'a: 1'), /a second time/],
    ['closing brackets', [`a: ${fill('\n]', 120_000)}`], /invalid/],
    ['directives', [`a: 1${fill('\n%', 120_000)}`], /invalid/],
    ['anchors', [`${fill('\n&a ', 120_000)}`], /invalid/],
  ])('%s is refused', async (_, yaml, message) => {
    const { assessment } = await assessed(goodBut({ [REQ]: document(yaml) }))
    const own = assessment.findings.filter(({ path }) => path === REQ)
    expect(own.map((finding) => finding.message).join('\n')).toMatch(message)
    expect(own.length).toBeLessThan(6)
  })

  it('a merge key is a key like any other, and merges nothing', () => {
    const text = document(['base: &base {gxp_id: REQ-666}', '<<: *base', 'gxp_id: REQ-002'])
    expect(read('requirement', Buffer.from(text), MEGABYTE)).toMatchObject({ gxpId: 'REQ-002', problems: [] })
    const merged = document(['base: &base {gxp_id: REQ-666}', '<<: *base'])
    expect(read('requirement', Buffer.from(merged), MEGABYTE)).toMatchObject({ gxpId: null, problems: [] })
  })

  it('nested beyond the stack does not take the process along, however often it is read', () => {
    const texts = [fill('[', 100_000), fill('{"a":', 100_000), fill('[{"a":', 100_000), fill('- ', 100_000)]
    for (const text of [...texts, ...texts.toReversed()]) {
      const [problem] = read('policy', Buffer.from(text), MEGABYTE).problems
      expect(problem?.message).toContain('nested more than 64 levels deep')
    }
  })
})

describe('Ids', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then'])('like %s are words', async (id) => {
    const files = {
      [`.gxp/requirements/${id}.md`]: requirement(id),
      [REQ]: document([`${id}: {${id}: 1}`, `gxp_id: ${id}`, `satisfies: [${id}]`, `parent_id: ${id}`]),
      [`.gxp/evidence/${id}.jws`]: unsigned({ alg: id, kid: id }, { spec_id: id, [id]: 1 }),
      [`.gxp/evidence/${id}/manifest.json`]: `{"files":{"${id}":"x"}}`,
      [`.gxp/evidence/${id}/metadata.json`]: `{"${id}":{"${id}":1},"spec_id":"${id}"}`,
      [ADR]: `# x\n## ${id}\n## Status\n${id}\n`,
      [LOG]: `## RISK-1: x\n- ${id}: 1\n- **${id}**: y\n`,
      'src/x.ts': `// @gxp-satisfies ${id}\n// @${id} x\n`,
      [`.gxp/${id}/x.md`]: 'x',
      [`.gxp/keys/${id}.pem`]: id,
      'GxP.MD': document([`${id}: 1`, `regulatory: {profile: ${id}}`, `risk: {matrix: {${id}: {}}}`]),
      [POLICY]: `${id}: 1\nseverities: {${id}: off}\n`,
    }
    const findings = await told(goodBut(files))
    expect(findings).toContain(`${REQ} error artifact/invalid-id`)
    expect(findings).toContain(`.gxp/evidence/${id}.jws error evidence/algorithm`)
    expect(findings).toContain(`${POLICY} error policy/invalid`)
  })

  it('of a hundred thousand letters that differ in the last are compared in time, and quoted in short', async () => {
    const long = `REQ-${'A'.repeat(60_000)}`
    const { assessment } = await assessed(
      goodBut({ [REQ]: requirement(`${long}B`), [SPEC]: specification('SPEC-009', `satisfies: [${long}C]`) }),
    )
    expect(assessment.findings.find(({ rule }) => rule === 'trace/broken-reference')?.message).toMatch(
      /^SPEC-009 .{300,900}$/,
    )
  })

  it.each([
    ['a risk', { [LOG]: `## RISK${fill('-A')}: x\n` }],
    ['an annotation', { 'src/x.ts': `// @gxp-satisfies REQ${fill('-A')}\n// @gxp-risk HIGH\nx()\n` }],
    [
      'an evidence',
      { [EVIDENCE]: unsigned({ alg: 'ES256', kid: fill('k', 1000) }, claims({ spec_id: fill('x', 700_000) })) },
    ],
    [
      'a list',
      { [SPEC]: document(['gxp_id: SPEC-009', `a: &a [${'x,'.repeat(25_000)}]`, `satisfies: [${'*a,'.repeat(20)}]`]) },
    ],
    ['a status', { [ADR]: `# x\n## Status\n${fill('x')}\n` }],
  ])('and texts of a megabyte make no message of a megabyte: %s', async (_, files) => {
    const { assessment } = await assessed(goodBut(files))
    expect(assessment.findings.length).toBeGreaterThan(0)
  })
})

describe('References', () => {
  it('to themselves are circles', async () => {
    const findings = await told(
      goodBut({
        [REQ]: requirement('REQ-002', 'parent_id: REQ-002'),
        [SPEC]: specification('SPEC-009', 'parent_id: SPEC-009'),
      }),
    )
    expect(findings).toContain(`${REQ} error trace/cycle`)
    expect(findings).toContain(`${SPEC} error trace/cycle`)
  })

  const chain = (length: number, next: (n: number) => number) =>
    Object.fromEntries(
      times(length, (n) => `SPEC-C${n}`).map((id, n) => [
        `.gxp/specs/${id}.md`,
        specification(id, `parent_id: SPEC-C${next(n)}`),
      ]),
    )

  it('that chain twenty thousand specifications are followed without recursion', async () => {
    const { assessment } = await assessed(goodBut(chain(20_000, (n) => n + 1)))
    expect(assessment.findings.filter(({ rule }) => rule === 'trace/broken-reference')).toHaveLength(1)
    expect(assessment.findings.filter(({ rule }) => rule === 'trace/cycle')).toEqual([])
  })

  it('in a circle of twenty thousand are one circle, told at each member in a message that is read', async () => {
    const { assessment } = await assessed(goodBut(chain(20_000, (n) => (n + 1) % 20_000)))
    expect(assessment.findings.filter(({ rule }) => rule === 'trace/cycle')).toHaveLength(20_000)
  })

  it('of each to each are bounded in number', async () => {
    const all = times(300, (n) => `SPEC-C${n}`)
    const { assessment } = await assessed(
      goodBut(
        Object.fromEntries(all.map((id) => [`.gxp/specs/${id}.md`, specification(id, `derives_from: [${all}]`)])),
      ),
    )
    expect(assessment.findings.some(({ rule }) => rule === 'trace/cycle')).toBe(true)
  })
})

describe('A megabyte', () => {
  it.each<[string, Files]>([
    ['headings in the register', { [LOG]: fill('## RISK-1: x\n') }],
    ['pipes in the register', { [LOG]: `[2026-01-01] RISK-1 |${fill('|')}` }],
    ['lines in the register', { [LOG]: fill('[2026-01-01] RISK-1 | REQ-1\n') }],
    ['fences in the register', { [LOG]: fill('```\n') }],
    ['comments in the register', { [LOG]: fill('<!--\n') }],
    ['headings in a decision', { [ADR]: fill('## Status\n') }],
    ['pipes in a decision', { [ADR]: fill('|') }],
    [
      'successors of a decision',
      { [ADR]: `# x\n## Status\nSuperseded by ${times(100_000, (n) => `ADR-${n + 100}`).join(' ')}` },
    ],
    ['struck out words in a decision', { [ADR]: `# x\n## Status\n${fill('~~a~')}` }],
    ['tags in one comment', { [SOURCE]: `// ${fill('@gxp-risk LOW ')}` }],
    ['misspelt tags', { [SOURCE]: fill('//@gxp-rsk\n') }],
  ])('of %s is read to the end or told, and no more than a thousand times a rule', async (_, files) => {
    const { assessment } = await assessed(goodBut(files))
    const [path] = Object.keys(files)
    const counts = new Map<string, number>()
    for (const { rule, path: at } of assessment.findings) if (at === path) counts.set(rule, (counts.get(rule) ?? 0) + 1)
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(1_001)
    expect(Math.max(...counts.values())).toBeGreaterThan(0)
  })

  it('four of tags in one block, which a policy may allow, are judged too', async () => {
    const source = `// ${fill('@gxp-risk LOW ', 4 * MEGABYTE - 100)}\nx()\n`
    const { assessment } = await assessed(goodBut({ 'src/many.ts': source }), {
      policy: { maxFileBytes: 4 * MEGABYTE },
    })
    expect(assessment.findings.some(({ path }) => path === 'src/many.ts')).toBe(true)
  })
})

describe('Two hundred thousand findings', () => {
  it('of one rule are counted on the page', async () => {
    const found = await assessed(goodBut({ [REQ]: 'x' }))
    const [finding] = found.assessment.findings
    if (!finding) throw new Error('there is one')
    const many = (rule: string) => times(200_000, () => rule).map(() => ({ ...finding, rule }))
    const findings = [...many('trace/orphan').slice(0, 200), ...many('trace/cycle')]
    const { summary } = checkPage(report({ ...found.assessment, findings }))
    expect(summary).toContain('200,000')
    expect(terminal({ ...found.assessment, findings }, { colour: false, notes: [] })).toContain('trace/cycle')
  })
})

describe('A policy', () => {
  it.each<[string, string, string]>([
    ['a hundred thousand ignores', `ignore:\n${fill('  - {}\n')}`, 'longer than 128 Ki'],
    ['a thousand ignores', `ignore:\n${'  - {}\n'.repeat(1_000)}`, 'more than 100 entries'],
    ['settings that are nobody’s', times(5_000, (n) => `k${n}: 1`).join('\n'), 'is no setting'],
    ['numbers beyond all numbers', `limits: {file_bytes: ${'9'.repeat(400)}, package_file_bytes: 1e308}`, 'takes'],
    ['not a number', 'limits: {file_bytes: .nan, package_file_bytes: -.inf}', 'takes'],
    ['no day of any calendar', 'ignore: [{paths: ["**"], reason: x, expires: 9999-99-99}]', 'date'],
    ['a day in eight thousand years', 'ignore: [{paths: ["**"], reason: x, expires: 9999-12-31}]', 'ahead'],
    ['mappings within mappings', `severities: ${fill('{a: ', 100_000)}`, 'nested more than 64'],
    ['its own silence', 'severities: {policy/invalid: off}', "can't be `off`"],
  ])('of %s is refused, and hides nothing', async (_, text, message) => {
    const { assessment } = await assessed(goodBut({ [POLICY]: text, [REQ]: 'x' }))
    const messages = assessment.findings.filter(({ path }) => path === POLICY).map((finding) => finding.message)
    expect(messages.join('\n')).toContain(message)
    expect(messages.length).toBeLessThanOrEqual(101)
    expect(assessment.findings.some(({ rule }) => rule === 'artifact/malformed-front-matter')).toBe(true)
  })

  it.each<[string, string]>([
    ['stars', fill('*a', 200)],
    ['stars within segments', `${fill('**/*a*/', 196)}x`],
    ['braces', fill('{a,b}', 200)],
    ['question marks', fill('?*', 200)],
  ])('with globs of %s is held against long paths in time', async (_, glob) => {
    const ignore = times(100, (n) => ({
      paths: times(20, () => glob),
      rules: [],
      reason: 'x',
      expires: '2026-03-01',
      line: n + 1,
    }))
    const deep = Object.fromEntries(times(50, (n) => [`src/${fill('a/', 400)}${n}.ts`, '// @gxp-rsk HIGH\n']))
    const { assessment } = await assessed(goodBut(deep), {
      policy: { ignore, sources: times(50, () => glob), tests: times(50, () => glob) },
    })
    expect(assessment.findings.length + assessment.ignored.length).toBeGreaterThanOrEqual(50)
  })

  it.each<[string, string[]]>([
    ['numbers', ['risk: {matrix: {HIGH: {coverage_threshold: 1e308, required_tiers: [[IQ]], signing_required: 1}}}']],
    ['texts', [`gxpmd_version: ${'9'.repeat(60_000)}`, `regulatory: {profile: ${'x'.repeat(60_000)}}`]],
    ['lists', ['risk: [1]', 'regulatory: [1]', 'artifacts: [1]', 'agent: [1]', 'annotations: [1]', 'evidence: [1]']],
    ['scopes', ['evidence: {state_hash: {scope: "../../etc", algorithm: MD5}}']],
  ])('of the project with hostile %s is told at its lines', async (_, fields) => {
    const findings = await told(goodBut({ 'GxP.MD': document(fields) }))
    expect(findings).toContain('GxP.MD error policy/invalid')
  })
})

describe('Markdown, HTML, terminal controls and invisible characters', () => {
  const HOSTILE: Record<string, string> = {
    HTML: '<img src=x onerror=alert(1)><script>1</script> --> <!-- ]]> &lt;b&gt;',
    links: '[click](https://evil.example/) ![x](https://evil.example/x.png) @acme/security #1',
    'a table and fences': '| a | b | ``` `a` ~~~ ``',
    'terminal controls': '\u001b[31m red \u009b31m \u0007 \u0085 \u001b]0;title\u0007',
    'bidirectional controls': '\u202eevil\u202c \u2066isolate\u2069 \u200b\ufeff \u200f \u2028 \u2029',
  }
  const everywhere = (text: string): Files => {
    const said = JSON.stringify(text)
    const plain = text.replace(/[\n]/g, ' ')
    const signed = { alg: text, kid: text }
    return {
      [CONTEXT]: document(
        ['id', 'project_name', 'version', 'gxp_risk_rating', 'validation_status', 'intended_use'].map(
          (key) => `${key}: ${said}`,
        ),
      ),
      [REQ]: document([
        `gxp_id: ${said}`,
        `title: ${said}`,
        `gxp_risk_rating: ${said}`,
        `validation_status: ${said}`,
        `satisfies: [${said}]`,
      ]),
      '.gxp/requirements/REQ-003.md': document([
        'gxp_id: REQ-003',
        `title: ${said}`,
        `parent_id: ${said}`,
        'risk_level: LOW',
        'gxp_risk_rating: HIGH',
      ]),
      [SPEC]: document([
        'gxp_id: SPEC-009',
        `title: ${said}`,
        `${said}: 1`,
        `verification_tier: ${said}`,
        `source_files: [${said}]`,
        `test_files: [${said}]`,
      ]),
      '.gxp/specs/SPEC-010.md': `---\n${plain}: [\n---\n`,
      [`.gxp/specs/SPEC-011 ${plain.replaceAll('/', '')}.md`]: 'x',
      [LOG]: `## RISK-1: ${plain}\n- Risk Level: ${plain}\n- Status: ${plain}\n- Date: ${plain}\n\n## RISK-2 ${plain}\n`,
      [ADR]: `# ${plain}\n\n## Status\n${plain}\n\n## ${plain}\n`,
      '.gxp/evidence/ROT-SPEC-009.md': document(
        ['spec_id', 'tester', 'test_date', 'test_type', 'result'].map((key) => `${key}: ${said}`),
      ),
      '.gxp/vendor_assessments/a.md': document(
        ['vendor_name', 'certification_type', 'expiry_date'].map((key) => `${key}: ${said}`),
      ),
      '.gxp/evidence/a.jws': unsigned(signed, {
        spec_id: text,
        timestamp: text,
        git_commit: text,
        system_state_hash: text,
      }),
      '.gxp/evidence/b.jws': unsigned(
        { alg: 'ES256', kid: text },
        claims({ gxp_id: text, spec_id: text, traced_user_story: text }),
      ),
      '.gxp/evidence/r.jws': unsigned(
        { alg: 'ES256' },
        { release_version: text, evidence_summary: [text, { path: text, gxp_id: text }] },
      ),
      [`.gxp/evidence/OQ-${plain.replaceAll('/', '')}/manifest.json`]: JSON.stringify({
        package_id: text,
        files: [{ path: text, sha256: text }, { path: text }],
      }),
      [`.gxp/evidence/OQ-${plain.replaceAll('/', '')}/metadata.json`]: JSON.stringify({
        package_id: text,
        spec_id: text,
        tier: text,
      }),
      '.gxp/keys/a.jwks.json': JSON.stringify({ keys: [{ kty: text, kid: text }] }),
      'src/x.ts': `// @gxp-satisfies ${plain}\n// @gxp-risk ${plain}\n// @gxp-risk-concern "${plain.replaceAll('"', '')}"\n// @gxp-implements SPEC-404 "${plain}"\nx()\n`,
      'GxP.MD': document([`gxpmd_version: ${said}`, `regulatory: {profile: ${said}}`]),
      [POLICY]: `fail_on: ${said}\n${said}: 1\nseverities: {${said}: ${said}}\nignore: [{paths: [${said}], reason: ${said}, expires: ${said}}]\n`,
    }
  }

  it.each(Object.entries(HOSTILE))('%s in every field stay text in every report', async (_, text) => {
    const files = { ...GOOD, ...everywhere(text) }
    const ignore = [{ paths: ['.gxp/adr/**'], rules: [], reason: text, expires: '2026-03-01', line: 1 }]
    const proposed = { ...DEFAULT_POLICY, riskMatrixFrom: text, ignore: [], stateScope: text }
    const found = await assessed(files, {
      base: goodBut({ [EVIDENCE]: 'x' }),
      policy: { ignore, riskMatrixFrom: text },
      proposed,
    })
    expect(found.assessment.findings.length).toBeGreaterThan(30)
    expect(found.assessment.ignored.length).toBeGreaterThan(0)
    expectHarmlessReports(found)
  })
})

describe('Claims', () => {
  const odd: Json[] = [
    -1,
    1e308,
    'x',
    {},
    [],
    [null],
    true,
    { toString: 1, valueOf: 1 },
    '9999-99-99T99:99:99Z',
    '+275760-09-13T00:00:01Z',
    '__proto__',
  ]

  it.each([
    'iat',
    'exp',
    'nbf',
    'timestamp',
    'system_state_hash',
    'system_state',
    'git_commit',
    'spec_id',
    'gxp_id',
    'verification_tier',
    'traced_user_story',
    'test_results',
  ])('may hold anything in %s, and are judged as they come back from the store', async (claim) => {
    for (const value of odd) {
      const text = JSON.stringify(claims({ [claim]: value }))
      for (const payload of [text, text.replace(/"(?:x|__proto__)"/, '1e999')]) {
        const content = read('evidence', Buffer.from(unsigned({ alg: 'ES256' }, payload)), MEGABYTE)
        expect(JSON.parse(JSON.stringify(content))).toEqual(content)
        await assessed(goodBut({ [EVIDENCE]: unsigned({ alg: 'ES256' }, payload) }))
      }
    }
  })

  it.each<[string, Json]>([
    ['an object', { toString: 1 }],
    ['a list of objects', [{ toString: 1 }]],
    ['a number', 1],
    ['nothing', null],
  ])('of a test with %s as its status count it as failed', (_, status) => {
    const payload = claims({ test_results: [{ status }, { status: 'passed' }] })
    const results = { passed: 1, failed: 1, skipped: 0 }
    expect(read('evidence', Buffer.from(unsigned({ alg: 'ES256' }, payload)), MEGABYTE)).toMatchObject({ results })
    expect(
      read('package/metadata', Buffer.from(JSON.stringify({ tests: payload.test_results })), MEGABYTE),
    ).toMatchObject({ results })
  })

  it('that count beyond all numbers count nothing', () => {
    const text = '{"spec_id":"SPEC-1","test_results":{"passed":1e999,"failed":-1e999}}'
    expect(read('evidence', Buffer.from(unsigned({ alg: 'ES256' }, text)), MEGABYTE)).toMatchObject({ results: null })
    expect(read('package/results', Buffer.from('{"passed":1e999}'), MEGABYTE)).toMatchObject({ results: null })
    expect(read('package/manifest', Buffer.from('{"files":[],"file_count":1e999}'), MEGABYTE)).toMatchObject({
      fileCount: { value: null },
    })
  })

  it('nested ten thousand deep are told in each file of JSON', async () => {
    const deep = `${'{"a":['.repeat(5_000)}${']}'.repeat(5_000)}`
    const findings = await told(
      goodBut({
        [EVIDENCE]: unsigned({ alg: 'ES256' }, deep),
        '.gxp/evidence/p/manifest.json': deep,
        '.gxp/evidence/p/metadata.json': deep,
        '.gxp/evidence/p/signature.jws': deep,
        '.gxp/evidence/p/artifacts/test-results.json': deep,
        '.gxp/keys/a.jwks.json': `{"keys":[${deep}]}`,
      }),
    )
    expect(findings).toContain(`${EVIDENCE} error evidence/malformed`)
    expect(findings).toContain('.gxp/evidence/p/manifest.json error evidence/package-incomplete')
  })
})

describe('Three thousand evidence files of one specification', () => {
  it('are judged by the newest', async () => {
    const all = times(3_000, (n) =>
      unsigned({ alg: 'ES256' }, claims({ timestamp: new Date(1.77e12 + n).toISOString() })),
    )
    const files = Object.fromEntries(all.map((jws, n) => [`.gxp/evidence/E${n}.jws`, jws]))
    const { assessment } = await assessed(goodBut(files), { base: goodBut({ ...files, [EVIDENCE]: 'x.y.z' }) })
    expect(assessment.summary.evidence.total).toBe(3_000)
    expect(assessment.findings.length).toBeLessThan(20)
  })
})

describe('A signature', () => {
  const payload = JSON.stringify(claims())
  const verdictOf = async (jws: string) => {
    const evidence = read('evidence', Buffer.from(jws), MEGABYTE)
    if (evidence.kind !== 'evidence') throw new Error('another reader answered')
    return verify(evidence, keys, 0)
  }
  const sign = (key: typeof ec.privateKey, header: { alg: string; [member: string]: unknown }) =>
    new CompactSign(Buffer.from(payload)).setProtectedHeader(header).sign(key)
  const hmac = (header: object, secret: string) => {
    const signed = [header, payload]
      .map((part) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url'))
      .join('.')
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  }

  it('by a trusted key is valid, as the measure of the others', async () => {
    expect(await verdictOf(await sign(ec.privateKey, { alg: 'ES256', kid: 'team' }))).toEqual({
      result: 'valid',
      keys: ['team'],
    })
  })

  it.each(['none', 'None', 'NONE', 'nOnE', '', 'HS256', 'HS512', 'ES256K', 'dir', '__proto__'])(
    'by the algorithm %j is none',
    async (alg) => {
      for (const signature of ['', 'AAAA'])
        expect(await verdictOf(unsigned({ alg, kid: 'team' }, payload, signature))).toMatchObject({
          result: 'invalid',
          because: 'algorithm',
        })
    },
  )

  it('with the public key as its secret is none', async () => {
    const secrets = [await exportSPKI(ec.publicKey), JSON.stringify(jwk), String(jwk.x)]
    for (const secret of secrets) {
      expect(await verdictOf(hmac({ alg: 'HS256', kid: 'team' }, secret))).toMatchObject({
        result: 'invalid',
        because: 'algorithm',
      })
      for (const alg of ['ES256', 'RS256', 'EdDSA'])
        expect(await verdictOf(hmac({ alg, kid: 'team' }, secret))).toMatchObject({
          result: 'invalid',
          because: 'signature',
        })
    }
  })

  it.each(['RS256', 'PS256', 'ES384', 'ES512', 'EdDSA', 'RS512'])(
    'of the trusted key under the name %s is none',
    async (alg) => {
      const [, body, signature] = (await sign(ec.privateKey, { alg: 'ES256', kid: 'team' })).split('.')
      const header = Buffer.from(JSON.stringify({ alg, kid: 'team' })).toString('base64url')
      expect(await verdictOf(`${header}.${body}.${signature}`)).toMatchObject({
        result: 'invalid',
        because: 'signature',
      })
    },
  )

  it.each<[string, object]>([
    ['jwk', { jwk: strangerJwk }],
    ['jku', { jku: 'https://evil.example/keys' }],
    ['x5u', { x5u: 'https://evil.example/cert' }],
    ['x5c', { x5c: ['MIIB'] }],
    ['kid', { kid: '../../keys/team.pem' }],
    ['kid of the trusted', { kid: 'team' }],
  ])('that brings or names its own key by %s is none', async (_, header) => {
    expect(await verdictOf(await sign(stranger.privateKey, { alg: 'ES256', ...header }))).toMatchObject({
      result: 'invalid',
      because: 'signature',
    })
    expect(await verdictOf(await sign(rsa.privateKey, { alg: 'RS256', ...header }))).toMatchObject({
      result: 'invalid',
      because: 'signature',
    })
  })

  it('that says what must be understood, and is not, is none', async () => {
    const jws = await sign(ec.privateKey, { alg: 'ES256', kid: 'team' })
    const [, body, signature] = jws.split('.')
    for (const crit of [['exp'], ['b64'], [], 'exp', [1], ['__proto__']]) {
      const header = Buffer.from(JSON.stringify({ alg: 'ES256', crit, exp: 1, b64: false })).toString('base64url')
      expect(await verdictOf(`${header}.${body}.${signature}`)).toMatchObject({ result: 'invalid' })
    }
  })

  it.each<[string, unknown]>([
    ['an object', { toString: 1 }],
    ['a list', ['AAAA']],
    ['a number', 1],
    ['nothing', null],
  ])('that is %s is malformed', async (_, signature) => {
    const header = Buffer.from('{"alg":"ES256"}').toString('base64url')
    const general = JSON.stringify({
      payload: Buffer.from(payload).toString('base64url'),
      signatures: [{ protected: header, signature }],
    })
    expect(await verdictOf(general)).toMatchObject({ result: 'invalid', because: 'malformed' })
  })

  it('among a hundred thousand is not looked for', async () => {
    const each = { protected: Buffer.from('{"alg":"ES256"}').toString('base64url'), signature: 'AAAA' }
    const general = JSON.stringify({ payload: 'e30', signatures: times(100_000, () => '').map(() => each) })
    expect(await verdictOf(general)).toMatchObject({
      result: 'invalid',
      because: 'malformed',
      detail: expect.stringContaining('100000'),
    })
  })
})

describe('A manifest', () => {
  const text = 'evil'
  const listing = (paths: string[]) => ({ files: paths.map((path) => ({ path, sha256: sha256(text), size_bytes: 4 })) })

  it.each([
    '../../src/dose.ts',
    '../metadata.json',
    '/etc/passwd',
    'C:/Windows/win.ini',
    'c:evil',
    '..\\..\\src\\dose.ts',
    '\\\\server\\share',
    '%2e%2e/%2e%2e/src/dose.ts',
    '..%2fmetadata.json',
    '．．/metadata.json',
    'ｍetadata.json',
    'METADATA.JSON',
    'a/../metadata.json',
    './/metadata.json',
    'metadata.json/',
    'metadata.json\u0000',
    'metadata.json ',
    '',
    'manifest.json',
    '__proto__',
    'constructor',
  ])('that lists %j reaches no file', async (path) => {
    const files = await packageFiles(signer.compact, { manifest: listing([path]) })
    const { assessment, head } = await assessed(goodBut({ ...files, 'etc/passwd': text } as Files), {
      keys: [signer.key],
    })
    expect(assessment.findings.some(({ rule }) => rule === 'evidence/package-missing-file')).toBe(true)
    expect(head.packages.map(({ verdict }) => verdict.result)).toEqual(['invalid'])
  })

  it('takes two Unicode forms of a name for what they are', async () => {
    const [nfc, nfd] = ['caf\u00e9.txt', 'cafe\u0301.txt']
    const files = await packageFiles(signer.compact, { files: { [nfc]: text }, manifest: listing([nfc, nfd]) })
    const { assessment } = await assessed(goodBut(files), { keys: [signer.key] })
    const messages = assessment.findings
      .filter(({ rule }) => rule === 'evidence/package-missing-file')
      .map(({ message }) => message)
    expect(messages.join()).toContain('one file on systems that ignore case or Unicode forms')
  })

  it.each([
    ['a list', listing(times(100_000, (n) => `f${n}`))],
    ['a map', { files: Object.fromEntries(times(100_000, (n) => [`f${n}`, `sha256:${'0'.repeat(64)}`])) }],
  ])('of a hundred thousand entries is refused as a whole: %s', async (_, manifest) => {
    const files = await packageFiles(signer.compact, { manifest: JSON.stringify(manifest) })
    const policy = { maxPackageFileBytes: 2 ** 25, maxFileBytes: 2 ** 25 }
    const { assessment } = await assessed(goodBut(files), { keys: [signer.key], policy })
    expect(assessment.findings.filter(({ message }) => message.includes('100000 files'))).toHaveLength(1)
    expect(assessment.findings.length).toBeLessThan(20)
  })
})
