import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { type Assessed, assess, type Judging } from '../../src/rosie/assess.ts'
import { DAY_MS, dayOf } from '../../src/rosie/dates.ts'
import { nextChange } from '../../src/rosie/due.ts'
import type { Json, Verdict } from '../../src/rosie/model.ts'
import { DEFAULT_POLICY, type Ignore, type Policy } from '../../src/rosie/policy.ts'
import { evidenceIn } from '../../src/scan/trust.ts'
import { evidencePackage } from '../support/evidence-package.ts'
import {
  claims,
  document,
  EVIDENCE,
  type Files,
  GOOD,
  record,
  requirement,
  SPECIFICATION,
  unsigned,
} from '../support/record.ts'

const NOW = Date.parse('2026-02-06T10:00:00Z')
const [SECOND, MINUTE] = [1_000, 60_000]
const at = (time: string) => Date.parse(time)
const instant = (time: number) => new Date(time).toISOString()

// ── records with dates ──────────────────────────────────────────────────────────────────────────────────────────────

const jws = (payload: Record<string, Json>) => unsigned({ alg: 'ES256' }, payload)
const run = (changes: Record<string, Json | undefined>, path = EVIDENCE) => ({ [path]: jws(claims(changes)) })
const seconds = (time: string) => at(time) / SECOND

const release = (changes: Record<string, Json | undefined> = {}, name = 'REL-1.0.0') => ({
  [`.gxp/evidence/${name}.jws`]: jws(
    JSON.parse(
      JSON.stringify({
        gxp_id: name,
        release_version: '1.0.0',
        release_date: '2026-02-05',
        system_state_hash: `sha256:${'0'.repeat(64)}`,
        evidence_summary: [{ spec_id: 'SPEC-001-001', tier: 'OQ' }],
        approver: 'B. Approver',
        ...changes,
      }),
    ),
  ),
})

const vendor = (certified: string, expiry: string, name = 'acme') => ({
  [`.gxp/vendor_assessments/VA-${name}.md`]: document([
    ...['vendor_name: Acme', 'product: LIMS', 'certification_type: ISO 13485', `certification_date: ${certified}`],
    ...[`expiry_date: ${expiry}`, 'scope: All of it', 'risk_reduction_justification: It is tested by its maker'],
  ]),
})

const testing = (day: string, result = 'PASS', name = 'ROT-SPEC-001-001-b') => ({
  [`.gxp/evidence/${name}.md`]: document([
    ...['spec_id: SPEC-001-001', 'tester: A. Tester', `test_date: ${day}`, 'test_type: scripted', `result: ${result}`],
    'summary: Doses above the limit were refused.',
  ]),
})

const REGISTER = '.gxp/risk_assessment.log'
const risk = (day: string, status: string, level = 'HIGH') =>
  [
    ...['## RISK-009: Overdose', '', `- **Date**: ${day}`, '- **Author**: A', '- **Component**: src/dose.ts'],
    ...[`- **Risk Level**: ${level}`, '- **Description**: A', '- **Impact**: A', '- **Mitigation**: A'],
    ...[`- **Status**: ${status}`, '', ''],
  ].join('\n')

const ignoring = (expires: string): Ignore => ({ paths: ['**'], rules: [], reason: 'For now.', expires, line: 1 })
const ownPolicy = (expires: string) => ({
  '.github/rosie.yml': `ignore:\n  - {paths: ["**"], rules: [trace/orphan], reason: For now., expires: ${expires}}\n`,
})
/** Something to tell, so that an ignore has something to set aside. */
const ORPHAN = { '.gxp/requirements/REQ-009.md': requirement('REQ-009') }

// ── assessing them ──────────────────────────────────────────────────────────────────────────────────────────────────

interface Given {
  base?: Files | null
  policy?: Partial<Policy>
  proposed?: Policy | null
  /** Of all evidence. */
  verdict?: Verdict
}

const VALID: Verdict = { result: 'valid', keys: ['qa'] }

/** How these files are assessed at one time or another. */
function assessing(files: Files, { base = null, policy = {}, proposed = null, verdict = VALID }: Given = {}) {
  const [head, before] = [record(files), base && record(base)]
  const verdicts = new Map([...evidenceIn(before ? [head, before] : [head])].map(([sha]) => [sha, verdict]))
  const by: Omit<Judging, 'now'> = {
    ...{
      policy: { ...DEFAULT_POLICY, ...policy },
      proposed,
      verdicts,
      states: new Map(),
      keys: 1,
      trackedRecord: true,
    },
  }
  const both = (now: number) => {
    const assessed = assess(head, before, { ...by, now })
    return { next: nextChange(assessed, { ...by, now }), said: withoutTheTime(assessed) }
  }
  return { both, next: (now: number) => both(now).next, said: (now: number) => both(now).said }
}

/** One message names the time of the scan itself, which is no other verdict. */
const withoutTheTime = ({ assessment }: Assessed): unknown =>
  JSON.parse(JSON.stringify(assessment).replaceAll(/later than the time of this scan, [^"]*?Z\./g, ''))

describe('What changes next, and not before', () => {
  const failed = (time: string) => run({ timestamp: time, test_results: { tool: 'x', passed: 1, failed: 1 } })
  const newer = (time: string) => run({ gxp_id: 'EV-2', timestamp: time }, '.gxp/evidence/EV-2.jws')

  it.each<[string, Files, string, Given?]>([
    ['evidence expires', run({ exp: seconds('2026-03-01T12:00:00Z') }), '2026-03-01T12:00:00Z'],
    ['evidence expires between two milliseconds', run({ exp: 1_800_000_000.0005 }), '2027-01-15T08:00:00.001Z'],
    ['a run of the future comes, but for a clock', run({ timestamp: '2026-02-07T10:00:00Z' }), '2026-02-07T09:55:00Z'],
    ['what is signed in the future does', run({ iat: seconds('2026-02-07T10:00:00Z') }), '2026-02-07T09:55:00Z'],
    ['an assessment of a vendor is past its last day', vendor('2026-01-01', '2026-04-30'), '2026-05-01T00:00:00Z'],
    ['the certification of a vendor comes', vendor('2026-04-30', '2030-04-30'), '2026-04-30T00:00:00Z'],
    ['a day of testing has come somewhere', testing('2026-04-30'), '2026-04-29T00:00:00Z'],
    ['the day of a risk has come somewhere', { [REGISTER]: risk('2026-04-30', 'open') }, '2026-04-29T00:00:00Z'],
    [
      'a revision of a risk that was open counts',
      { [REGISTER]: risk('2026-01-01', 'open') + risk('2026-04-30', 'closed') },
      '2026-04-29T00:00:00Z',
    ],
    [
      'an ignore is past its last day',
      ORPHAN,
      '2026-05-01T00:00:00Z',
      { policy: { ignore: [ignoring('2026-04-30')] } },
    ],
    [
      'the end of an ignore is near enough',
      ORPHAN,
      '2026-04-29T00:00:00Z',
      { policy: { ignore: [ignoring('2027-04-30')] } },
    ],
    ["an ignore of the head's own policy ends", ownPolicy('2026-04-30'), '2026-05-01T00:00:00Z'],
    [
      'an ignore of the policy that is proposed ends',
      { ...ORPHAN, ...ownPolicy('2026-03-31') },
      '2026-03-01T00:00:00Z',
      {
        base: GOOD,
        proposed: { ...DEFAULT_POLICY, failOn: 'warning', ignore: [ignoring('2026-02-28')] },
      },
    ],
    [
      'a newer release has come somewhere',
      { ...release({ approver: undefined }), ...release({ release_date: '2026-04-30' }, 'REL-2.0.0') },
      '2026-04-29T00:00:00Z',
    ],
    [
      'a newer release without a day was signed',
      {
        ...release({ approver: undefined }),
        ...release({ release_date: undefined, iat: seconds('2026-04-30T10:00:00Z') }, 'REL-2.0.0'),
      },
      '2026-04-29T10:00:00Z',
    ],
    [
      'evidence that only the base has expires',
      {},
      '2026-03-01T12:00:00Z',
      { base: run({ exp: seconds('2026-03-01T12:00:00Z') }) },
    ],
    [
      'the first of several',
      { ...vendor('2026-01-01', '2026-04-30'), ...testing('2026-02-20') },
      '2026-02-19T00:00:00Z',
    ],
    [
      'a failed run that a run of the future makes good',
      { ...failed('2026-02-05T10:00:00Z'), ...newer('2026-02-06T12:00:00Z') },
      '2026-02-06T11:55:00Z',
    ],
  ] as [string, Files, string, Given?][])('is that %s', (_, files, moment, given = {}) => {
    const base = given.base ? { ...GOOD, ...given.base } : null
    const { next, said } = assessing({ ...GOOD, ...files }, { ...given, base })
    expect(instant(next(NOW) ?? Number.NaN)).toBe(instant(at(moment)))
    expect(said(at(moment) - 1)).toEqual(said(NOW))
    expect(said(at(moment))).not.toEqual(said(NOW))
    expect(next(at(moment) - 1)).toBe(at(moment))
    expect(next(at(moment))).not.toBe(at(moment))
  })

  it('is nothing more of a run that has come, where no release may rest on it', () => {
    const { next } = assessing({ ...GOOD, ...run({ timestamp: '2026-02-07T10:00:00Z', exp: undefined }) })
    expect(next(at('2026-02-07T09:55:00Z'))).toBeNull()
  })

  it('is nothing for a record of one document', () => {
    expect(assessing({ '.gxp/requirements/REQ-009.md': requirement('REQ-009') }).next(NOW)).toBeNull()
  })

  it('is that a package expires, by the token over it', async () => {
    const sign = (payload: Record<string, Json> = {}) =>
      Promise.resolve(jws({ ...payload, exp: seconds('2026-03-01T12:00:00Z') }))
    const { next } = assessing({ ...GOOD, ...(await evidencePackage({ sign })) })
    expect(next(NOW)).toBe(at('2026-03-01T12:00:00Z'))
  })

  it('is for a release without a day that a run becomes known, and was there a millisecond before', () => {
    const passed = run({ timestamp: instant(NOW + MINUTE), exp: undefined })
    const files = { ...GOOD, ...passed, ...release({ release_date: undefined }) }
    const { next } = assessing(files)
    const [known, before] = [NOW + MINUTE, NOW + MINUTE + 1]
    expect([next(NOW), next(known), next(before)]).toEqual([known, before, null])
  })

  it('is nothing where all dates lie behind, and no clock is needed', () => {
    const files = { ...GOOD, ...vendor('2020-01-01', '2021-01-01'), ...run({ exp: seconds('2026-02-06T10:00:00Z') }) }
    const { next, said } = assessing(files, { policy: { ignore: [ignoring('2026-02-05')] } })
    expect(next(NOW)).toBeNull()
    expect(said(NOW + 5_000 * DAY_MS)).toEqual(said(NOW))
  })
})

// ── any record ──────────────────────────────────────────────────────────────────────────────────────────────────────

const near = fc
  .tuple(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0, 1, SECOND, 5 * MINUTE, 5 * MINUTE + 1, DAY_MS / 2))
  .map(([days, more]) => NOW + days * (DAY_MS / 2) + more)
const day = fc.integer({ min: -3, max: 3 }).map((days) => dayOf(NOW + days * DAY_MS))
const ignores = fc.array(
  fc
    .oneof(
      day,
      near.map((time) => dayOf(time + 366 * DAY_MS)),
    )
    .map(ignoring),
  { maxLength: 2 },
)
const results = fc.constantFrom<Json>({ tool: 'x', passed: 2, failed: 0 }, { tool: 'x', passed: 1, failed: 1 })
const name = fc.constantFrom('A', 'B', 'C')
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const file: fc.Arbitrary<Files> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        ...{ timestamp: near.map(instant), iat: maybe(near.map((time) => time / SECOND)), test_results: results },
        ...{ exp: maybe(near.map((time) => time / SECOND)), verification_tier: fc.constantFrom('IQ', 'OQ') },
      })
      .chain((said) => name.map((id) => run({ ...said, gxp_id: `EV-${id}` }, `.gxp/evidence/EV-${id}.jws`))),
  },
  fc
    .tuple(
      fc.record({ release_date: maybe(fc.oneof(day, near.map(instant))), iat: maybe(near.map((t) => t / SECOND)) }),
      name,
    )
    .map(([said, id]) => release(said, `REL-${id}`)),
  fc.tuple(day, day, name).map((given) => vendor(...given)),
  fc
    .tuple(
      day,
      fc.constantFrom('PASS', 'FAIL'),
      name.map((id) => `ROT-SPEC-001-001-${id}`),
    )
    .map((given) => testing(...given)),
  fc
    .array(fc.tuple(day, fc.constantFrom('open', 'closed', 'wrong')), { minLength: 1, maxLength: 3 })
    .map((entries) => ({ [REGISTER]: entries.map((entry) => risk(...entry)).join('') })),
  day.map(ownPolicy),
  fc.constant<Files>({ ...ORPHAN }),
)
const files = fc.array(file, { maxLength: 6 }).map((each): Files => Object.assign({ ...GOOD }, ...each))
const HIGH = { [SPECIFICATION]: `${GOOD[SPECIFICATION]}`.replace('---\n', '---\ngxp_risk_rating: HIGH\n') }

describe('Until then', () => {
  it('an assessment says the same, whatever the record and the time', () => {
    const verdict = fc.constantFrom<Verdict>(VALID, VALID, { result: 'untrusted' })
    const policy = fc.record({ ignore: ignores })
    const proposed = fc.option(policy.map((own): Policy => ({ ...DEFAULT_POLICY, failOn: 'warning', ...own })))
    const given = fc.record({ base: fc.option(files), policy, proposed, verdict })
    const head = fc.tuple(files, fc.constantFrom({}, HIGH)).map(([some, more]) => ({ ...some, ...more }))
    fc.assert(
      fc.property(head, given, near, fc.double({ min: 0, max: 1, noNaN: true }), (some, by, now, part) => {
        const { both, said } = assessing(some, by)
        const first = both(now)
        const end = first.next ?? now + 1_000 * DAY_MS
        expect(end).toBeGreaterThan(now)
        for (const time of [end - 1, now + Math.floor((end - 1 - now) * part)]) expect(said(time)).toEqual(first.said)
      }),
      { numRuns: 200 },
    )
  }, 120_000)
})

// ── what else might ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Where the time of the scan is looked at. Whoever adds a comparison has to give it its moment in due.ts. */
const BY_TIME: Record<string, string> = {
  'assess.ts': 'hands it on',
  'dates.ts': 'days of the future',
  'due.ts': 'the moments',
  'ignores.ts': 'ignores: their end, and one that is too far ahead',
  'record.ts': 'hands it on',
  'rules/context.ts': 'evidence that counts',
  'rules/evidence-age.ts': 'evidence that counts, or is comparable',
  'rules/evidence-claims.ts': 'evidence of the future and what expired',
  'rules/evidence-missing.ts': 'evidence that counts, or is comparable',
  'rules/evidence-state.ts': 'evidence that is comparable',
  'rules/evidence-told.ts': 'evidence of the future and what expired',
  'rules/evidence-unproven.ts': 'evidence that passes',
  'rules/policy.ts': 'ignores',
  'rules/release-time.ts': 'releases without a day, and of the future',
  'rules/release.ts': 'releases of the future',
  'rules/risk.ts': 'days of risks',
  'rules/rule.ts': 'hands it on',
  'rules/testing-record.ts': 'days of testing',
  'rules/trace/missing-tier.ts': 'evidence that is told',
  'rules/trace/told.ts': 'ignores',
  'rules/vendor.ts': 'days of vendor assessments',
  'score.ts': 'evidence that passes',
  'signed-files.ts': 'evidence that is comparable',
  'test-evidence.ts': 'evidence of the future and what expired',
  'tracing.ts': 'evidence that passes',
}

describe('The time of the scan', () => {
  const folder = new URL('../../src/rosie/', import.meta.url)
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.startsWith('rules/examples/'))
    .map((path) => ({ path, code: codeOf(readFileSync(new URL(path, folder), 'utf8')) }))

  it('is looked at nowhere else', () => {
    // A record of the same name that lives now: it is no time.
    const others = ['memo.ts', 'rules/evidence-history.ts', 'rules/testing-record-history.ts']
    const looking = sources.filter(({ code }) => /\bnow\b/.test(code)).map(({ path }) => path)
    expect(looking.filter((path) => !others.includes(path)).sort()).toEqual(Object.keys(BY_TIME).sort())
  })

  it('comes in as an argument: no clock is read', () => {
    expect(sources.filter(({ code }) => /Date\.now|new Date\(\)|performance\./.test(code))).toEqual([])
  })
})

/** Without comments and texts, where the word is only a word. */
function codeOf(source: string): string {
  return source
    .replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
    .replaceAll(/'(?:\\.|[^'\\\n])*'|`(?:\\.|\$\{[^}]*\}|[^`\\$]|\$(?!\{))*`/g, (text) =>
      [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, inner]) => inner).join(' '),
    )
}
