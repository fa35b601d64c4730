import { readPolicyFile } from '../../src/rosie/parse/policy-file.ts'
import { readProjectPolicy } from '../../src/rosie/parse/project-policy.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import { policyChanges } from '../../src/rosie/policy-changes.ts'
import { resolvePolicy, sourcesIn } from '../../src/rosie/resolve-policy.ts'
import { document, lines, record } from '../support/record.ts'

const resolved = (sources: { organisation?: string; repository?: string; project?: string }) =>
  resolvePolicy({
    organisation: sources.organisation === undefined ? null : readPolicyFile(sources.organisation),
    repository: sources.repository === undefined ? null : readPolicyFile(sources.repository),
    project: sources.project === undefined ? null : readProjectPolicy(document([sources.project])),
  })

const ignore = (path: string) => `ignore: [{paths: [${path}], reason: Why, expires: 2026-06-30}]`

describe('The policy of a repository', () => {
  it("is the standard's without a file", () => {
    expect(resolved({})).toEqual(DEFAULT_POLICY)
  })

  it('is the weaker where the stronger is silent', () => {
    const organisation = 'fail_on: warning\ncomment: never'
    expect(
      resolved({ organisation, project: 'agent: {mode: strict}', repository: 'introduced_only: true' }),
    ).toMatchObject({
      failOn: 'warning',
      comment: 'never',
      allHigh: true,
      introducedOnly: true,
    })
  })

  it('is GxP.MD before the organisation, and the own file before GxP.MD', () => {
    const organisation = 'fail_on: warning'
    const project = 'agent: {mode: advisory}'
    expect(resolved({ organisation, project }).failOn).toBe('never')
    expect(resolved({ organisation, project, repository: 'fail_on: error' }).failOn).toBe('error')
  })

  it('takes severities rule by rule, and keeps those that rest by themselves', () => {
    const { severities } = resolved({
      organisation: 'severities: {trace/orphan: off, trace/cycle: warning}',
      repository: 'severities: {trace/cycle: notice, evidence/second-signature: error}',
    })
    expect(severities).toEqual({
      'trace/orphan': 'off',
      'trace/cycle': 'notice',
      'evidence/second-signature': 'error',
      'annotation/untagged-source': 'off',
    })
  })

  it('takes limits one by one, and lists as a whole', () => {
    const policy = resolved({
      organisation: `limits: {file_bytes: 2048}\n${ignore('a/**')}\ntests: [a/**]`,
      repository: `limits: {package_file_bytes: 4096}\n${ignore('b/**')}`,
    })
    expect(policy).toMatchObject({ maxFileBytes: 2048, maxPackageFileBytes: 4096, tests: ['a/**'] })
    expect(policy.ignore).toMatchObject([{ paths: ['b/**'] }])
  })

  it('tells the ignores of the organisation from its own', () => {
    expect(resolved({ organisation: ignore('a/**') }).ignore).toMatchObject([{ paths: ['a/**'], organisation: true }])
    expect(resolved({ repository: ignore('a/**') }).ignore).toEqual([
      expect.not.objectContaining({ organisation: true }),
    ])
  })

  it.each([
    ['fail_on', 'fail_on: warning', 'failOn'],
    ['introduced_only', 'introduced_only: true', 'introducedOnly'],
    ['severities', 'severities: {trace/cycle: notice}', 'severities'],
    ['ignore', ignore('a/**'), 'ignore'],
    ['sources', 'sources: [a/**]', 'sources'],
    ['tests', 'tests: [a/**]', 'tests'],
    ['limits', 'limits: {file_bytes: 2048, package_file_bytes: 2048}', 'maxFileBytes'],
    ['limits', 'limits: {file_bytes: 2048, package_file_bytes: 2048}', 'maxPackageFileBytes'],
    ['comment', 'comment: never', 'comment'],
    ['annotation_schema', 'annotation_schema: v1', 'annotationSchema'],
    ['evidence', 'evidence: {state_hash: {scope: /lib}}', 'stateScope'],
  ] as const)('does not take %s from the repository where the organisation locks it', (key, repository, field) => {
    const locked = `locked: [${key}]`
    expect(resolved({ repository })[field]).not.toEqual(DEFAULT_POLICY[field])
    expect(resolved({ organisation: locked, repository })[field]).toEqual(DEFAULT_POLICY[field])
    expect(resolved({ organisation: locked }).locked).toEqual([key])
  })

  it("takes the organisation's own value of what it locks, also against GxP.MD", () => {
    const organisation = 'fail_on: warning\nlocked: [fail_on]'
    expect(resolved({ organisation, project: 'agent: {mode: advisory}', repository: 'fail_on: never' }).failOn).toBe(
      'warning',
    )
  })

  it('is locked by nobody but the organisation', () => {
    expect(resolved({ repository: 'locked: [fail_on]\nfail_on: never' })).toMatchObject({ failOn: 'never', locked: [] })
  })
})

describe('The scope of the source', () => {
  const scope = (directory: string) => `evidence: {state_hash: {scope: ${directory}}}`
  const set = { organisation: scope('/a'), repository: scope('/b'), project: scope('/b') }

  it.each([
    ['nobody sets it', {}, false],
    ['only the organisation sets it', { organisation: set.organisation }, true],
    ['the repository sets it too', { organisation: set.organisation, repository: set.repository }, false],
    ['GxP.MD sets it too', { organisation: set.organisation, project: set.project }, false],
    ['it is locked', { ...set, organisation: `${set.organisation}\nlocked: [evidence]` }, true],
    ['something else is locked', { ...set, organisation: `${set.organisation}\nlocked: [tests]` }, false],
    ['it is locked, and nobody has set it', { repository: set.repository, organisation: 'locked: [evidence]' }, false],
  ])("is known to be the organisation's, or not, where %s", (_, files, expected) => {
    expect(resolved(files).organisationScope).toBe(expected)
  })
})

it('The sources of a policy are found in a snapshot', () => {
  const files = {
    '.github/rosie.yml': 'fail_on: never\n',
    'GxP.MD': document(['agent: {mode: strict}']),
    'src/a.ts': '',
  }
  expect(resolvePolicy({ organisation: null, ...sourcesIn(record(files)) })).toMatchObject({
    failOn: 'never',
    allHigh: true,
  })
  expect(sourcesIn(record({ 'src/a.ts': '' }))).toEqual({ repository: null, project: null })
})

describe('What one policy says other than another', () => {
  const changes = (before: string, after: string) =>
    policyChanges(resolved({ repository: before }), resolved({ repository: after }))

  it('is nothing where they say the same', () => {
    const text = lines('fail_on: never', ignore('a/**'), 'severities: {trace/cycle: off}')
    expect(changes(text, `# another comment\n${text}`)).toEqual([])
  })

  it.each([
    ['', 'fail_on: never', '`fail_on` becomes `never` (was `error`).'],
    ['', 'introduced_only: true', '`introduced_only` becomes `true` (was `false`).'],
    ['', 'severities: {trace/cycle: off}', "`trace/cycle` becomes `off` (was the rule's own severity)."],
    ['severities: {trace/cycle: off}', '', "`trace/cycle` becomes the rule's own severity (was `off`)."],
    ['', ignore('a/**'), 'Everything in `a/**` is ignored until 2026-06-30: Why.'],
    [
      '',
      'ignore: [{paths: [a], rules: [trace/cycle], reason: Why., expires: 2026-06-30}]',
      '`trace/cycle` in `a` is ignored until 2026-06-30: Why.',
    ],
    [ignore('a/**'), '', '1 entry of `ignore` holds no more.'],
    ['', 'sources: [a/**, b]', '`sources` becomes `a/**`, `b` (was empty).'],
    ['tests: [a, b, c, d, e, f, g]', '', '`tests` becomes empty (was `a`, `b`, `c`, `d`, `e`, 2 more).'],
    ['tests: [a, b, c, d, e]', '', '`tests` becomes empty (was `a`, `b`, `c`, `d`, `e`).'],
    ['', 'limits: {file_bytes: 2048}', '`limits.file_bytes` becomes `2048` (was `1048576`).'],
    ['', 'limits: {package_file_bytes: 2048}', '`limits.package_file_bytes` becomes `2048` (was `33554432`).'],
    ['', 'comment: never', '`comment` becomes `never` (was `always`).'],
    ['', 'annotation_schema: v2', '`annotation_schema` becomes `v2` (was empty).'],
    ['', 'evidence: {state_hash: {scope: /}}', '`evidence.state_hash.scope` becomes `/` (was `/src`).'],
  ])('from %j to %j', (before, after, change) => {
    expect(changes(before, after)).toEqual([change])
  })

  it('is what differs alone', () => {
    const [severities, first] = ['trace/cycle: off', ignore('a/**')]
    expect(changes(`severities: {${severities}}`, `severities: {${severities}, trace/orphan: off}`)).toEqual([
      "`trace/orphan` becomes `off` (was the rule's own severity).",
    ])
    expect(changes(first, ignore('b/**'))).toEqual([
      'Everything in `b/**` is ignored until 2026-06-30: Why.',
      '1 entry of `ignore` holds no more.',
    ])
    expect(changes(first, first.replace('2026-06-30', '2026-07-31'))).toHaveLength(2)
  })

  it('is what each risk demands, from the highest', () => {
    const project =
      'risk: {matrix: {HIGH: {required_tiers: [OQ], signing_required: false}, LOW: {coverage_threshold: 70}}}'
    expect(policyChanges(resolved({}), resolved({ project }))).toEqual([
      'HIGH demands OQ, 95 % coverage and no signature (was IQ, OQ, PQ, 95 % coverage and one signature).',
      'LOW demands OQ, 70 % coverage and no signature (was OQ, 60 % coverage and no signature).',
    ])
  })

  it('is that all are judged as HIGH, and no longer are', () => {
    const project = 'agent: {mode: strict}'
    expect(policyChanges(resolved({}), resolved({ project }))).toEqual(['Every requirement is judged as HIGH.'])
    expect(policyChanges(resolved({ project }), resolved({}))).toEqual([
      'Requirements are judged by their own risk again.',
    ])
  })

  it('is counted beyond what anyone reads', () => {
    const rules = Array.from({ length: 22 }, (_, i) => `trace/r${'abcdefghijklmnopqrstuvw'[i]}: off`)
    const some = (number: number) => changes('', `severities: {${rules.slice(0, number)}}`)
    expect(some(22).at(-1)).toBe('2 more severities change.')
    expect(some(22)).toHaveLength(21)
    expect(some(20)).toHaveLength(20)
    expect(some(20).at(-1)).toMatch(/^`trace\/rt` becomes/)
    const entries = Array.from({ length: 7 }, (_, i) => `{paths: [p${i}], reason: Why, expires: 2026-06-30}`)
    expect(changes('', `ignore: [${entries}]`).at(-1)).toBe('2 more entries of `ignore` are added.')
    expect(changes('', `ignore: [${entries}]`)).toHaveLength(6)
    expect(changes('', `ignore: [${entries.slice(0, 5)}]`)).toHaveLength(5)
    expect(changes(`ignore: [${entries}]`, '')).toEqual(['7 entries of `ignore` hold no more.'])
  })
})
