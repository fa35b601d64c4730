/** The formats for other programs: SARIF for code scanning and editors, JUnit for CI servers. */
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { junitReport } from '../../src/report/junit.ts'
import { jsonText, visible } from '../../src/report/plain.ts'
import { sarifReport } from '../../src/report/sarif.ts'
import { xmlTag, xmlText } from '../../src/report/xml.ts'
import type { Assessment } from '../../src/rosie/assessment.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import { RULES } from '../../src/rosie/rules/index.ts'
import { assessment, finding } from './sample.ts'

const schema = JSON.parse(readFileSync(new URL('../support/schemas/sarif-2.1.0.json', import.meta.url), 'utf8'))
// One of the schema's patterns is no Unicode expression.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false })
const addFormats = formats as unknown as typeof formats.default
addFormats(ajv)
const validate = ajv.compile(schema)

const HOSTILE = 'a <b> & "c" \u0000\u0007 \ud800 ]]> \n ünïcode \u{1F600}'

function sarif(of: Assessment) {
  const log = sarifReport(of, '1.2.3')
  validate(JSON.parse(JSON.stringify(log)))
  expect(validate.errors).toBeNull()
  const [run] = log.runs
  if (!run) throw new Error('a log has a run')
  return { driver: run.tool.driver, results: run.results ?? [] }
}

describe('SARIF', () => {
  it('describes every rule and names this program', () => {
    const { driver, results } = sarif(assessment([]))
    expect(driver).toMatchObject({ name: 'rosie-guard', version: '1.2.3' })
    expect(driver.rules?.map(({ id }) => id)).toEqual(RULES.map(({ id }) => id))
    expect(results).toEqual([])
  })

  it('places a finding with its fingerprint, and points at its rule', () => {
    const found = finding({
      rule: 'trace/cycle',
      severity: 'warning',
      path: '.gxp/specs/SPEC 1#ü.md',
      line: 3,
      endLine: 4,
      column: 5,
      endColumn: 9,
      gxpId: 'SPEC-001',
      fingerprint: 'f'.repeat(32),
      message: 'In a circle.',
      status: 'existing',
    })
    const { driver, results } = sarif(assessment([found], { base: 'b'.repeat(40) }))
    expect(results).toEqual([
      {
        ruleId: 'trace/cycle',
        ruleIndex: driver.rules?.findIndex(({ id }) => id === 'trace/cycle'),
        level: 'warning',
        message: { text: 'In a circle.' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: '.gxp/specs/SPEC%201%23%C3%BC.md', uriBaseId: 'SRCROOT' },
              region: { startLine: 3, endLine: 4, startColumn: 5, endColumn: 10 },
            },
          },
        ],
        partialFingerprints: { 'rosieGuard/v1': 'f'.repeat(32) },
        properties: { gxpId: 'SPEC-001' },
        baselineState: 'unchanged',
      },
    ])
  })

  it('says what is new, what stayed and what is gone, where there is a base', () => {
    const found = [finding({ status: 'introduced' }), finding({ status: 'existing', line: 9 })]
    const states = (base: string | null) =>
      sarif(assessment(found, { base, fixed: [finding({ line: 12 })] })).results.map((result) => result.baselineState)
    expect(states('b'.repeat(40))).toEqual(['new', 'unchanged', 'absent'])
    expect(states(null)).toEqual([undefined, undefined])
  })

  it('has no place for what concerns the repository, and none beyond the file where there is no line', () => {
    const { results } = sarif(assessment([finding({ path: null, line: null }), finding({ line: null, endLine: null })]))
    expect(results.map(({ locations }) => locations?.length)).toEqual([0, 1])
    expect(results[1]?.locations?.[0]?.physicalLocation).not.toHaveProperty('region')
  })

  it('suppresses what the policy ignores, with its reason', () => {
    const ignored = [{ finding: finding(), reason: 'Replaced in May', expires: '2026-05-31' }]
    const { results } = sarif(assessment([], { ignored }))
    expect(results.map(({ suppressions }) => suppressions)).toEqual([
      [{ kind: 'external', justification: 'Replaced in May (until 2026-05-31)' }],
    ])
  })

  it.each([
    ['error', 'error'],
    ['warning', 'warning'],
    ['notice', 'note'],
  ] as const)('says %s as %s', (severity, level) => {
    expect(sarif(assessment([finding({ severity })])).results[0]?.level).toBe(level)
  })

  it('stays valid whatever the text of the repository is', () => {
    const found = finding({ message: HOSTILE, path: '.gxp/%2e%2e/a?b\\c.md', gxpId: HOSTILE })
    expect(sarif(assessment([found])).results[0]?.message.text).toBe(visible(HOSTILE))
  })

  it('makes no link of the text of the repository', () => {
    const found = finding({ message: 'See [the guide](https://evil.example).' })
    expect(sarif(assessment([found])).results[0]?.message.text).toBe('See [the guide]\u2060(https://evil.example).')
  })
})

describe('JUnit', () => {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    isArray: (name) => /^test(suites|suite|case)$/.test(name),
  })

  interface Case {
    name: string
    file?: string
    line?: string
    failure?: { message: string; type: string; '#text': string }
    'system-out'?: string
    skipped?: { message: string }
  }
  interface Suite {
    name: string
    tests: string
    failures: string
    testcase: Case[]
  }

  function junit(of: Assessment, policy = DEFAULT_POLICY) {
    const xml = junitReport(of, policy)
    expect(XMLValidator.validate(xml)).toBe(true)
    const [root] = parser.parse(xml).testsuites as { tests: string; failures: string; testsuite: Suite[] }[]
    if (!root) throw new Error('there is a root')
    const suite = (rule: string) => root.testsuite.find(({ name }) => name === rule)
    return { root, suite }
  }

  it('has one passed case for each rule without findings', () => {
    const { root } = junit(assessment([]))
    expect(root).toMatchObject({ tests: String(RULES.length), failures: '0' })
    expect(root.testsuite.map(({ name }) => name)).toEqual(RULES.map(({ id }) => id))
    expect(root.testsuite.every(({ tests, testcase }) => tests === '1' && testcase.length === 1)).toBe(true)
  })

  it('fails the cases that make the check fail, and says the others', () => {
    const found = [
      finding({ rule: 'trace/cycle', severity: 'error', path: 'a.md', line: 3, message: 'Round and round.' }),
      finding({ rule: 'trace/cycle', severity: 'warning', path: 'b.md', line: 4 }),
    ]
    const { root, suite } = junit(assessment(found))
    expect(root).toMatchObject({ tests: String(RULES.length + 1), failures: '1' })
    const cycle = suite('trace/cycle')
    expect(cycle).toMatchObject({ tests: '2', failures: '1' })
    expect(cycle?.testcase[0]).toMatchObject({ file: 'a.md', line: '3' })
    expect(cycle?.testcase[0]?.failure).toMatchObject({ message: 'Round and round.', type: 'error' })
    expect(cycle?.testcase[1]?.failure).toBeUndefined()
    expect(cycle?.testcase[1]?.['system-out']).toContain('b.md:4: warning')
  })

  it('goes by the policy', () => {
    const found = [finding({ rule: 'trace/cycle', severity: 'warning' })]
    expect(junit(assessment(found), { ...DEFAULT_POLICY, failOn: 'warning' }).root.failures).toBe('1')
    expect(junit(assessment(found), { ...DEFAULT_POLICY, failOn: 'never' }).root.failures).toBe('0')
  })

  it('skips what the policy ignores, with the reason and the last day', () => {
    const reason = 'Known <since> 2025'
    const ignored = [{ finding: finding({ rule: 'trace/cycle', message: 'Round.' }), reason, expires: '2027-01-31' }]
    const { root, suite } = junit({ ...assessment([]), ignored })
    expect(root).toMatchObject({ tests: String(RULES.length), failures: '0', skipped: '1' })
    expect(suite('trace/cycle')).toMatchObject({ tests: '1', failures: '0', skipped: '1' })
    const [skipped] = suite('trace/cycle')?.testcase ?? []
    expect(skipped?.skipped).toMatchObject({ message: `Ignored by the policy until 2027-01-31: ${reason}` })
    expect(skipped?.['system-out']).toMatch(/Round\.\nignored, /)
  })

  it('stays well-formed whatever the text of the repository is', () => {
    const found = finding({ rule: 'trace/cycle', severity: 'error', message: HOSTILE, path: HOSTILE, gxpId: HOSTILE })
    const failure = junit(assessment([found])).suite('trace/cycle')?.testcase[0]?.failure
    expect(failure?.message).toContain('a <b> & "c"')
    expect(failure?.message).not.toContain('\u0000')
  })

  it('says what was said, marks of XML, line feeds and what XML has no place for included', () => {
    const message = '1 &lt; 2 & "<b>"\n]]>\ttab \uffff\ufffe'
    const text = junitReport(assessment([finding({ message, path: 'a&"\n.md', severity: 'error' })]), DEFAULT_POLICY)
    expect(text).toContain(
      '<failure message="1 &amp;lt; 2 &amp; &quot;&lt;b&gt;&quot;&#10;]]&gt;&#9;tab \uFFFD\uFFFD" type="error">' +
        'a&amp;"\n.md:4: error: 1 &amp;lt; 2 &amp; "&lt;b&gt;"\n]]&gt;\ttab \uFFFD\uFFFD\nintroduced, fingerprint ' +
        '0123456789abcdef0123456789abcdef</failure>',
    )
    expect(text).toContain(' file="a&amp;&quot;&#10;.md" line="4">')
  })

  it('is laid out a line an element, and ends with a line feed', () => {
    const lines = junitReport(assessment([finding({ rule: 'trace/cycle', severity: 'notice' })]), DEFAULT_POLICY).split(
      '\n',
    )
    const at = lines.findIndex((line) => line.includes('name="trace/cycle"'))
    expect(lines[0]).toBe('<?xml version="1.0" encoding="UTF-8"?>')
    expect(lines.slice(at, at + 7)).toEqual([
      '  <testsuite name="trace/cycle" tests="1" failures="0" errors="0" skipped="0">',
      '    <testcase classname="trace/cycle" name=".gxp/specs/SPEC-001.md:4 SPEC-001" file=".gxp/specs/SPEC-001.md" line="4">',
      expect.stringMatching(/^ {6}<system-out>\.gxp\/specs\/SPEC-001\.md:4: notice: .*$/),
      'introduced, fingerprint 0123456789abcdef0123456789abcdef</system-out>',
      '    </testcase>',
      '  </testsuite>',
      expect.stringContaining('<testsuite name='),
    ])
    expect(lines.slice(-3)).toEqual(['  </testsuite>', '</testsuites>', ''])
  })
})

describe('XML', () => {
  it('has references for the white space that a parser would change, and a mark for what it has no place for', () => {
    expect(xmlText('a\rb\n\t"\'\u0000\u0008\u000b\u000c\u001f\ud800\ufffe\u{1F600}\u0085')).toBe(
      'a&#13;b\n\t"\'\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\u{1F600}\u0085',
    )
    expect(xmlTag('a', { b: '\t\n\r"\u0000\u{1F600}\udfff', c: 3 })).toBe(
      '<a b="&#9;&#10;&#13;&quot;\uFFFD\u{1F600}\uFFFD" c="3"',
    )
  })
})

describe('JSON as it is printed', () => {
  it('has no character that acts on a terminal, and says the same', () => {
    const value = { message: 'a\u009b31m \u202e \u{e0041} \ud800 \u0000 ünï \u{1F600}\n', list: [1] }
    const text = jsonText(value)
    expect(JSON.parse(text)).toEqual(value)
    expect(text).not.toMatch(/[\u0080-\u009f\u202e\u{e0041}\ud800]/u)
    expect(text).toContain('ünï \u{1F600}')
  })
})
