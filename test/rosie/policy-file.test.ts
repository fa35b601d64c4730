import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { parse } from 'yaml'
import { readPolicyFile } from '../../src/rosie/parse/policy-file.ts'
import { quoted, valueAt } from '../../src/rosie/parse/policy-issues.ts'
import { policyJsonSchema, policyPage } from '../../src/rosie/policy-page.ts'
import { lines } from '../support/record.ts'

const WHOLE = lines(
  'fail_on: warning',
  'introduced_only: true',
  'severities:',
  '  trace/orphan: off',
  '  annotation/untagged-source: warning',
  'ignore:',
  '  - paths: [src/legacy/**]',
  '    rules: [trace/orphan]',
  '    reason: Is being replaced',
  '    expires: 2026-06-30',
  '  - paths: [old/**, older/**]',
  '    reason: Nobody runs it',
  '    expires: 2026-03-31',
  'sources: [src/**]',
  'tests: [qualification/**]',
  'limits:',
  '  file_bytes: 2097152',
  '  package_file_bytes: 1024',
  'comment: on_findings',
  'annotation_schema: v2',
  'evidence:',
  '  state_hash:',
  '    scope: /packages/engine/src/',
  'locked: [fail_on, ignore]',
)

const problemsOf = (...text: string[]) =>
  readPolicyFile(lines(...text)).problems.map(({ line, message }) => `${line}: ${message}`)

describe('.github/rosie.yml', () => {
  it('sets what it says', () => {
    const { settings, locked, problems } = readPolicyFile(WHOLE)
    expect(problems).toEqual([])
    expect(settings).toEqual({
      failOn: 'warning',
      introducedOnly: true,
      severities: { 'trace/orphan': 'off', 'annotation/untagged-source': 'warning' },
      ignore: [
        {
          paths: ['src/legacy/**'],
          rules: ['trace/orphan'],
          reason: 'Is being replaced',
          expires: '2026-06-30',
          line: 7,
        },
        { paths: ['old/**', 'older/**'], rules: [], reason: 'Nobody runs it', expires: '2026-03-31', line: 11 },
      ],
      sources: ['src/**'],
      tests: ['qualification/**'],
      maxFileBytes: 2_097_152,
      maxPackageFileBytes: 1_024,
      comment: 'on_findings',
      annotationSchema: 2,
      stateScope: 'packages/engine/src',
    })
    expect(locked).toEqual(['fail_on', 'ignore'])
  })

  it('knows where its keys and the rules that it names stand', () => {
    const file = readPolicyFile(WHOLE)
    expect(file.lines).toMatchObject({ fail_on: 1, severities: 3, ignore: 6, locked: 24 })
    expect(file.scopeAt).toEqual({ line: 23, column: 5 })
    expect(readPolicyFile('evidence: {state_hash: {scope: ../x}}')).not.toHaveProperty('scopeAt')
    expect(file.rules).toMatchObject([
      { id: 'trace/orphan', line: 4 },
      { id: 'annotation/untagged-source', line: 5 },
      { id: 'trace/orphan', line: 8, column: 13 },
    ])
  })

  it.each([
    ['nothing', ''],
    ['comments', '# fail_on: never\r\n\n  # more'],
    ['a byte order mark', '\uFEFF'],
  ])('sets nothing with %s', (_what, text) => {
    expect(readPolicyFile(text)).toMatchObject({ settings: {}, locked: [], problems: [] })
  })

  it('sets nothing by a key whose value is commented out', () => {
    expect(readPolicyFile('severities:\n  # trace/orphan: off\nfail_on: never\n')).toMatchObject({
      settings: { failOn: 'never' },
      problems: [],
    })
  })

  it('sets nothing by a mapping without keys, and locks nothing of its own accord', () => {
    for (const text of ['evidence: {}', 'evidence: {state_hash: {}}', 'limits: {}'])
      expect(readPolicyFile(text)).toMatchObject({ settings: {}, locked: [], problems: [] })
    expect(readPolicyFile('fail_on: never').locked).toEqual([])
  })

  it('may begin with a byte order mark, which no editor counts', () => {
    expect(readPolicyFile('\uFEFFseverities: {trace/orphan: off}').rules).toEqual([
      { id: 'trace/orphan', line: 1, column: 14 },
    ])
  })

  it('sets false and the root for what they are', () => {
    expect(readPolicyFile('introduced_only: false\nevidence: {state_hash: {scope: /}}').settings).toEqual({
      introducedOnly: false,
      stateScope: '',
    })
  })
})

describe('A fault in it is told at its line, with what is used instead', () => {
  it.each([
    [
      'fail_on: warnings',
      '2: `fail_on` is `warnings`; it takes `error`, `warning` or `never`. Did you mean `warning`? The default is used instead: `error`.',
    ],
    [
      'fail_on: 3',
      '2: `fail_on` is `3`; it takes `error`, `warning` or `never`. The default is used instead: `error`.',
    ],
    ['fail-on: error', '2: `fail-on` is no setting. Did you mean `fail_on`? It sets nothing.'],
    [
      'introduced_only: yes',
      '2: `introduced_only` is `yes`; it takes `true` or `false`. The default is used instead: `false`.',
    ],
    [
      'severities: [trace/orphan]',
      '2: `severities` is `["trace/orphan"]`; it takes a mapping of keys to values. The default is used instead: the rules\' own severities.',
    ],
    [
      'severities: {trace/orphan: fatal}',
      "2: `severities.trace/orphan` is `fatal`; it takes `notice`, `warning`, `error` or `off`. The default is used instead: the rule's own severity.",
    ],
    [
      'severities: {Orphan: off}',
      "2: `severities.Orphan` is no rule id; write one as in `trace/orphan`. The default is used instead: the rule's own severity.",
    ],
    [
      'severities: {policy/invalid: off}',
      "2: `severities.policy/invalid` can't be `off`: what is wrong with a policy is always told. The default is used instead: the rule's own severity.",
    ],
    [
      'sources: src/**',
      '2: `sources` is `src/**`; it takes a list. The default is used instead: that no source must be annotated.',
    ],
    [
      'tests: [/test/**]',
      '2: Entry 1 of `tests`, `/test/**`, is no glob from the root of the repository; write it without a leading `/` or `!`, and without `\\`. The default is used instead: to know tests by their paths and names.',
    ],
    [
      'limits: {file_bytes: 1023}',
      '2: `limits.file_bytes` is 1023; it takes at least 1024. The default is used instead: `1048576`.',
    ],
    [
      'limits: {file_bytes: 4194305}',
      '2: `limits.file_bytes` is 4194305; it takes at most 4194304. The default is used instead: `1048576`.',
    ],
    [
      'limits: {package_file_bytes: 104857601}',
      '2: `limits.package_file_bytes` is 104857601; it takes at most 104857600. The default is used instead: `33554432`.',
    ],
    [
      'limits: {file_bytes: 1.5e3.2}',
      '2: `limits.file_bytes` is `1.5e3.2`; it takes a whole number. The default is used instead: `1048576`.',
    ],
    [
      'limits: {bytes: 5000}',
      '2: `limits.bytes` is no setting. There are `file_bytes` and `package_file_bytes`. It sets nothing.',
    ],
    [
      'comment: sometimes',
      '2: `comment` is `sometimes`; it takes `always`, `on_findings` or `never`. The default is used instead: `always`.',
    ],
    [
      'annotation_schema: 3',
      '2: `annotation_schema` is `3`; it takes `v1`, `v2` or `v3`. The default is used instead: to take every generation.',
    ],
    [
      'evidence: {state_hash: {scope: ../src}}',
      '2: `evidence.state_hash.scope` is no directory of the repository; write it as in `/src`. The default is used instead: the scope `/src`.',
    ],
    [
      'evidence: {keys: [a.pem]}',
      '2: `evidence.keys` is no setting. There are `state_hash`. The default is used instead: the scope `/src`.',
    ],
    [
      'locked: [fail_on, fail]',
      '2: Entry 2 of `locked` is `fail`; it takes `fail_on`, `introduced_only`, `severities`, `ignore`, `sources`, `tests`, `limits`, `comment`, `annotation_schema` or `evidence`. Nothing is locked by it.',
    ],
    [
      '__proto__: 1',
      '2: `__proto__` is no setting. There are `fail_on`, `introduced_only`, `severities`, `ignore`, `sources`, `tests`, `limits`, `comment`, `annotation_schema`, `evidence` and `locked`. It sets nothing.',
    ],
    [
      'fail_on: never\n---\ncomment: never',
      '3: The YAML is invalid: a second document begins here. The defaults are used instead.',
    ],
    ['fail_on: !custom error', '2: The YAML is invalid: Unresolved tag: !custom. The defaults are used instead.'],
    [
      'comment: never\ncomment: always',
      '3: The key `comment` stands here a second time. The defaults are used instead.',
    ],
  ])('%s', (text, problem) => {
    expect(problemsOf('# first line', text)).toEqual([problem])
  })

  it.each([
    [
      'a list',
      '- fail_on',
      '1: The policy is not a mapping of keys to values. Write one `key: value` a line. The defaults are used instead.',
    ],
    ['broken YAML', 'fail_on: [', /^2: The YAML is invalid: .* The defaults are used instead\.$/],
    ['nesting beyond reason', `${'a: {'.repeat(100)}`, /The defaults are used instead\.$/],
  ])('%s', (_what, text, problem) => {
    const [told] = problemsOf(text)
    expect(told).toEqual(typeof problem === 'string' ? problem : expect.stringMatching(problem))
  })

  const ignore = (...fields: string[]) =>
    problemsOf('ignore:', '  - paths: [src/**]', ...fields.map((field) => `    ${field}`))

  it.each([
    ['no reason', ['expires: 2026-06-30'], '2: `reason` in entry 1 of `ignore` is missing. Nothing is ignored by it.'],
    [
      'an empty reason',
      ['reason: " "', 'expires: 2026-06-30'],
      '3: `reason` in entry 1 of `ignore` is empty. Nothing is ignored by it.',
    ],
    ['no end', ['reason: Why'], '2: `expires` in entry 1 of `ignore` is missing. Nothing is ignored by it.'],
    [
      'an end that is no date',
      ['reason: Why', 'expires: 2026-02-30'],
      '4: `expires` in entry 1 of `ignore`, `2026-02-30`, is no date; write it as in `2026-12-31`. Nothing is ignored by it.',
    ],
    [
      'a misspelt key',
      ['rule: [trace/orphan]', 'reason: Why', 'expires: 2026-06-30'],
      '3: `rule` in entry 1 of `ignore` is no setting. Did you mean `rules`? Nothing is ignored by it.',
    ],
    [
      'a rule that is no id',
      ['rules: [orphan]', 'reason: Why', 'expires: 2026-06-30'],
      '3: Entry 1 of `rules` in entry 1 of `ignore`, `orphan`, is no rule id; write one as in `trace/orphan`. Nothing is ignored by it.',
    ],
    [
      'an empty list of rules',
      ['rules: []', 'reason: Why', 'expires: 2026-06-30'],
      '3: `rules` in entry 1 of `ignore` is empty. Nothing is ignored by it.',
    ],
  ])('an ignore with %s', (_what, fields, problem) => {
    expect(ignore(...fields)).toEqual([problem])
  })

  it('an ignore without paths', () => {
    expect(problemsOf('ignore: [{paths: [], reason: Why, expires: 2026-06-30}]')).toEqual([
      '1: `paths` in entry 1 of `ignore` is empty. Nothing is ignored by it.',
    ])
  })

  it('more than a policy needs', () => {
    const many = Array.from({ length: 101 }, () => '{paths: [a], reason: Why, expires: 2026-06-30}')
    expect(problemsOf(`ignore: [${many}]`)).toEqual([
      '1: `ignore` has more than 100 entries. Nothing is ignored by it.',
    ])
    const rules = Array.from(
      { length: 501 },
      (_, i) => `trace/${[...String(i)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}: off`,
    )
    expect(problemsOf(`severities: {${rules}}`)).toEqual([
      "1: `severities` has over 500 entries. The default is used instead: the rules' own severities.",
    ])
  })

  it('each unknown key at its own line', () => {
    expect(problemsOf('fail: error', 'comments: never').map((problem) => problem.slice(0, 2))).toEqual(['1:', '2:'])
  })

  it('a hundred times at most', () => {
    expect(problemsOf(...Array.from({ length: 300 }, (_, i) => `unknown_${i}: 1`))).toHaveLength(100)
  })
})

describe('The words of a fault', () => {
  it('quote eighty characters at most', () => {
    expect(quoted('x'.repeat(80))).toBe(`\`${'x'.repeat(80)}\``)
    expect(quoted('x'.repeat(81))).toBe(`\`${'x'.repeat(80)}…\``)
    expect(quoted({ a: [1] })).toBe('`{"a":[1]}`')
  })

  it('are of what stands at a path: nothing, where that leads into a text', () => {
    const values = { a: ['text'], b: null }
    expect(valueAt(values, ['a', 0])).toBe('text')
    for (const path of [['a', 0, 'length'], ['a', 1], ['b', 'c'], ['constructor']])
      expect(valueAt(values, path)).toBeUndefined()
  })
})

describe('All that is right beside a fault', () => {
  it('holds: other settings, rules, limits, ignores and locks', () => {
    const { settings, locked, rules } = readPolicyFile(
      lines(
        'fail_on: sometimes',
        'comment: never',
        'severities: {trace/orphan: off, trace/cycle: fatal}',
        'limits: {file_bytes: 5, package_file_bytes: 2048}',
        'ignore:',
        '  - {paths: [a/**], expires: 2026-06-30}',
        '  - paths: [b/**]',
        '    reason: Why',
        '    expires: 2026-06-30',
        '    rules: [trace/cycle]',
        'locked: [nothing, comment]',
      ),
    )
    expect(settings).toEqual({
      comment: 'never',
      severities: { 'trace/orphan': 'off' },
      maxPackageFileBytes: 2048,
      ignore: [{ paths: ['b/**'], rules: ['trace/cycle'], reason: 'Why', expires: '2026-06-30', line: 7 }],
    })
    expect(locked).toEqual(['comment'])
    expect(rules).toMatchObject([
      { id: 'trace/orphan', line: 3 },
      { id: 'trace/cycle', line: 10 },
    ])
  })
})

it('Any text is read, and what holds of it is whole', () => {
  const word = fc.constantFrom(
    'fail_on',
    'ignore',
    'severities',
    'paths',
    'limits',
    'error',
    'trace/orphan',
    '2026-06-30',
    '__proto__',
  )
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      word,
      fc.integer(),
      fc.constant(null),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(word, tie('any'), { maxKeys: 3 }),
    ),
  })).any
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        value.map((any) => JSON.stringify(any)),
      ),
      (text) => {
        const { settings, problems } = readPolicyFile(text)
        expect(Object.values(settings)).not.toContain(undefined)
        for (const { line, message } of problems) {
          expect(line).toBeGreaterThan(0)
          expect(message).toMatch(/\.$/)
        }
      },
    ),
  )
})

describe('The schema for editors', () => {
  const ajv = new Ajv2020({ allErrors: true })
  addFormats.default(ajv)
  const accepts = ajv.compile(JSON.parse(policyJsonSchema()))

  it('accepts what is read without a problem', () => {
    expect(accepts(parse(WHOLE))).toBe(true)
  })

  it('accepts the example of the page, which is read without a problem', () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(policyPage())?.[1] ?? ''
    expect(readPolicyFile(example).problems).toEqual([])
    expect(accepts(parse(example))).toBe(true)
  })

  it.each([
    'fail_on: warnings',
    'fail-on: error',
    'severities: {trace/nothing: off}',
    'ignore: [{paths: [a]}]',
    'limits: {file_bytes: 5}',
  ])('refuses %s', (text) => {
    expect(accepts(parse(text))).toBe(false)
  })
})
