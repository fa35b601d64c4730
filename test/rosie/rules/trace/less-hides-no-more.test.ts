/**
 * One finding may stand for another of the same cause, but less must not hide more: not a warning an error, not what the
 * policy ignores, and not a file that can't be read one that can.
 */
import type { Severity } from '../../../../src/rosie/model.ts'
import { DEFAULT_POLICY, type Ignore, type Policy } from '../../../../src/rosie/policy.ts'
import { unreadWays } from '../../../../src/rosie/rules/trace/unread.ts'
import {
  assessInFull,
  assessRecord,
  claims,
  document,
  EVIDENCE,
  edited,
  type Files,
  found,
  type Given,
  GOOD,
  goodBut,
  lines,
  REQUIREMENT,
  requirement,
  SOURCE,
  SPECIFICATION,
  STORY,
  signer,
  specification,
  story,
  TEST,
} from '../../../support/record.ts'

type Changes = Parameters<typeof goodBut>[0]

/** `severity rule id` of all findings. */
const told = async (changes: Changes, given: Given = {}) =>
  found(await assessRecord(goodBut(changes), given)).map(({ severity, rule, gxpId }) => `${severity} ${rule} ${gxpId}`)
const ignoring = (path: string, change: Partial<Ignore> = {}): Partial<Policy> => ({
  ignore: [{ paths: [path], rules: [], reason: 'a draft', expires: '2026-06-01', line: 1, ...change }],
})

const SECOND = '.gxp/requirements/REQ-002.md'
const UNTESTED = { [SECOND]: requirement('REQ-002', 'gxp_risk_rating: HIGH') }
const UNCOVERED = 'error trace/uncovered-requirement REQ-002'
const NUL = '\0'
const WITHOUT_RECORD = { '.gxp/evidence/ROT-SPEC-001-001.md': null }
const { key, sign } = await signer()
const EXPIRED = await sign(claims({ verification_tier: 'PQ', exp: 1770300000 }))

describe('A file that can not be read', () => {
  it.each<[string, Changes]>([
    ['by its name', { '.gxp/requirements/REQ-002-old.md': `x${NUL}` }],
    ['by a line of it', { '.gxp/specs/notes.md': `gxp_id: REQ-002\n${NUL}` }],
    ['by a broken line', { '.gxp/requirements/REQ-002-old.md': document(['gxp_id: REQ-002', 'title: a: b']) }],
  ])('hides nothing of a requirement that another file holds: %s', async (_, unread) => {
    expect(await told({ ...UNTESTED, ...unread })).toContain(UNCOVERED)
  })

  it('hides no missing tier and no missing evidence of what another file holds', async () => {
    const { riskMatrix } = DEFAULT_POLICY
    const old = { '.gxp/requirements/REQ-001-old.md': `x${NUL}` }
    expect(await told(old, { policy: { riskMatrix } })).toContain('error trace/missing-tier REQ-001')
    const note = { '.gxp/specs/notes.md': `gxp_id: SPEC-001-001\n${NUL}` }
    const without = { '.gxp/evidence/ROT-SPEC-001-001.md': null, ...note }
    expect(await told(without)).toContain('error evidence/missing SPEC-001-001')
  })

  /** A specification that only the code names, and a document that may be its own. */
  const inCode = (text: string) => ({
    '.gxp/specs/SPEC-009.md': text,
    'src/nine.ts': lines('// @gxp-satisfies REQ-001', '// @gxp-implements SPEC-009', '// @gxp-risk HIGH', 'x()'),
  })

  it('as a warning hides no error about what only it may hold, and does so as an error', async () => {
    expect(await told(inCode(`x${NUL}`))).toContain('error evidence/missing SPEC-009')
    expect(await told(inCode('# x\n'))).toEqual(['error artifact/malformed-front-matter null'])
    const policy = { severities: { 'artifact/encoding': 'error' as const } }
    expect(await told(inCode(`x${NUL}`), { policy })).toEqual(['error artifact/encoding null'])
  })

  it('as a warning hides no requirement that the code rates HIGH, nor its tiers; as one of unknown risk it does', async () => {
    const held = (...tags: string[]) => ({
      [SECOND]: `x${NUL}`,
      'src/two.ts': lines('// @gxp-satisfies REQ-002', ...tags, 'x()'),
    })
    const rated = held('// @gxp-risk HIGH')
    expect(await told(rated)).toContain(UNCOVERED)
    const isCovered = (each: string) => /uncovered|missing-tier/.test(each)
    expect((await told(held())).filter(isCovered)).toEqual([])
    const off = { severities: { 'artifact/encoding': 'off' as const } }
    expect(await told(held(), { policy: off })).toContain('warning trace/uncovered-requirement REQ-002')
    const tested = { ...rated, 'test/two.test.ts': lines('// @gxp-satisfies REQ-002', '// @test-type PQ', 'x()') }
    expect(await told(tested)).toContain('error trace/missing-tier REQ-002')
    expect((await told({ ...tested, [SECOND]: '# x\n' })).filter(isCovered)).toEqual([])
  })

  it('hides that nothing verifies what it may hold, unless that is told to nobody', async () => {
    const rule = 'warning trace/unverified-specification SPEC-009'
    const files = {
      ...inCode(`x${NUL}`),
      'src/nine.ts': lines('// @gxp-implements SPEC-009', '// @gxp-risk LOW', 'x()'),
    }
    expect(await told(files)).not.toContain(rule)
    expect(await told(files, { policy: ignoring('.gxp/specs/SPEC-009.md') })).toContain(rule)
    // Of two files that may hold it, one is told.
    const two = { ...files, '.gxp/specs/SPEC-009-old.md': `x${NUL}` }
    for (const path of ['.gxp/specs/SPEC-009.md', '.gxp/specs/SPEC-009-old.md'])
      expect(await told(two, { policy: ignoring(path) })).not.toContain(rule)
    expect(await told(two, { policy: ignoring('.gxp/specs/*') })).toContain(rule)
  })

  it('says once what the code says of an id, however many files may have that', async () => {
    const unread = Object.fromEntries(
      [1, 2, 3, 4].map((n) => [`.gxp/specs/note-${n}.md`, `---\ngxp_id: SPEC-009\na: b: c\n---\n`]),
    )
    const code = [2, 3, 4, 5].map((n) => `// @gxp-satisfies REQ-00${n}`)
    const files: Files = { ...unread, 'src/nine.ts': lines(...code, '// @gxp-implements SPEC-009', 'x()') }
    for (const n of [2, 3, 4, 5]) files[`.gxp/requirements/REQ-00${n}.md`] = requirement(`REQ-00${n}`)
    const { head } = await assessInFull(files)
    expect(unreadWays(head, null).map(({ links, placed }) => [links.length, placed])).toEqual([
      [4, true],
      [0, true],
      [0, true],
      [0, true],
    ])
  })

  it('is named among three, and the others as such', async () => {
    const unread = (number: number) =>
      Object.fromEntries(
        Array.from({ length: number }, (_, n) => [
          `.gxp/specs/SPEC-9${n}.md`,
          document([`gxp_id: SPEC-9${n}`, 'title: a: b', 'satisfies: [REQ-002, REQ-002]']),
        ]),
      )
    const message = async (number: number) =>
      found(await assessRecord(goodBut({ ...UNTESTED, ...unread(number) })), 'trace/uncovered-requirement')[0]?.message
    const three = '`.gxp/specs/SPEC-90.md`, `.gxp/specs/SPEC-91.md`'
    expect(await message(3)).toContain(`First mend ${three} and \`.gxp/specs/SPEC-92.md\`, which`)
    expect(await message(5)).toContain(`First mend ${three}, \`.gxp/specs/SPEC-92.md\` and others, which`)
  })
})

describe('What the policy ignores', () => {
  const lost = '.gxp/user_stories/US-009.md'
  const files = {
    ...UNTESTED,
    [lost]: story('US-009', 'parent_id: REQ-777'),
    'test/nine.test.ts': lines('// @gxp-verifies US-009', '// @test-type OQ', '// @gxp-risk HIGH', 'it()'),
  }

  it('stands for nothing: a reference that leads nowhere', async () => {
    expect(await told(files)).toEqual(['error trace/broken-reference US-009'])
    expect(await told(files, { policy: ignoring(lost) })).toEqual([UNCOVERED])
    expect(await told(files, { policy: ignoring(lost, { rules: ['trace/broken-reference'] }) })).toContain(UNCOVERED)
  })

  it.each<[string, string, Partial<Ignore>]>([
    ['another path', '.gxp/user_stories/US-008.md', {}],
    ['another rule', lost, { rules: ['trace/orphan'] }],
    ['a time that is over', lost, { expires: '2026-02-05' }],
  ])('stands for it still where it is of %s', async (_, path, change) => {
    expect(await told(files, { policy: ignoring(path, change) })).not.toContain(UNCOVERED)
  })

  const NINE = '.gxp/specs/SPEC-009.md'
  const nine = 'test/nine.test.ts'
  const test = (id: string) => lines(`// @gxp-verifies ${id}`, '// @test-type OQ', '// @gxp-risk HIGH', 'it()')
  it.each<[string, string, Changes]>([
    [
      'artifact/malformed-front-matter',
      NINE,
      { [NINE]: document(['gxp_id: SPEC-009', 'title: a: b', 'satisfies: [REQ-002]']), [nine]: test('SPEC-009') },
    ],
    [
      'trace/wrong-type',
      NINE,
      { [NINE]: specification('SPEC-009', 'implements: [REQ-002]'), [nine]: test('SPEC-009') },
    ],
    [
      'annotation/unknown-id',
      nine,
      { [NINE]: specification('SPEC-009', 'satisfies: [REQ-002]'), [nine]: test('SPEC-0O9') },
    ],
    [
      'annotation/malformed',
      nine,
      { [NINE]: specification('SPEC-009', 'satisfies: [REQ-002]'), [nine]: test('spec-009') },
    ],
  ])('stands for nothing: %s', async (rule, path, changes) => {
    expect(await told({ ...UNTESTED, ...changes })).not.toContain(UNCOVERED)
    expect(await told({ ...UNTESTED, ...changes })).toContainEqual(expect.stringContaining(`error ${rule}`))
    expect(await told({ ...UNTESTED, ...changes }, { policy: ignoring(path, { rules: [rule] }) })).toContain(UNCOVERED)
  })

  it('stands for no missing parent, no missing tier, and nothing unverified', async () => {
    const broken = edited(STORY, 'REQ-001', 'REQ-777')
    const parent = 'warning trace/missing-parent US-001-001'
    expect(await told(broken)).not.toContainEqual(expect.stringContaining('missing-parent'))
    expect(await told(broken, { policy: ignoring(STORY, { rules: ['trace/broken-reference'] }) })).toContain(parent)
    const mistyped = edited(STORY, 'REQ-001', 'SPEC-001-001')
    expect(await told(mistyped, { policy: ignoring(STORY, { rules: ['trace/wrong-type'] }) })).toContain(parent)
    const rules = ['trace/uncovered-requirement']
    const untested = await told({ [TEST]: null, ...WITHOUT_RECORD }, { policy: ignoring(REQUIREMENT, { rules }) })
    expect(untested).toContain('error trace/missing-tier REQ-001')
    expect(untested).toContain('warning trace/unverified-specification SPEC-001-001')
    const alone = { '.gxp/requirements/REQ-003.md': requirement('REQ-003') }
    expect(await told(alone)).not.toContain('notice trace/orphan REQ-003')
    const policy = ignoring('.gxp/requirements/REQ-003.md', { rules })
    expect(await told(alone, { policy })).toContain('notice trace/orphan REQ-003')
  })

  it('stands for nothing unimplemented, and for no record that was deleted', async () => {
    const neither = { [TEST]: null, [SOURCE]: null, [REQUIREMENT]: null, [STORY]: null, ...WITHOUT_RECORD }
    const said = 'notice trace/unimplemented-specification SPEC-001-001'
    expect(await told(neither)).not.toContain(said)
    const rules = ['trace/unverified-specification']
    expect(await told(neither, { policy: ignoring(SPECIFICATION, { rules }) })).toContain(said)
    const decision = '# Queues\n## Status\nAccepted\n## Context\nC.\n## Decision\nD.\n## Consequences\nE.\n'
    const base = goodBut({ [EVIDENCE]: await sign(claims()), '.gxp/adr/ADR-001-queues.md': decision })
    const all = ['risk/unrecorded-change', 'risk/entry-removed', 'adr/changed-after-acceptance', 'evidence/removed']
    const deleted = async (policy: Partial<Policy>) => {
      const { findings } = await assessRecord({ [TEST]: GOOD[TEST] ?? '' }, { base, policy })
      return all.filter((rule) => findings.some((finding) => finding.rule === rule))
    }
    expect(await deleted({})).toEqual([])
    expect(await deleted(ignoring('**', { rules: ['context/missing'] }))).toEqual(all)
    expect(await deleted({ severities: { 'context/missing': 'warning' } })).toEqual(all)
  })
})

describe('Evidence that shows nothing', () => {
  const { riskMatrix } = DEFAULT_POLICY
  const high = {
    HIGH: { ...riskMatrix.HIGH, tiers: ['OQ', 'PQ'] as const },
    MEDIUM: riskMatrix.MEDIUM,
    LOW: riskMatrix.LOW,
  }
  const rated = (risk: string) => ({
    ...edited(REQUIREMENT, 'gxp_risk_rating: HIGH', `gxp_risk_rating: ${risk}`),
    ...edited(SOURCE, '@gxp-risk HIGH', `@gxp-risk ${risk}`),
    [EVIDENCE]: EXPIRED,
  })
  const lacking = async (risk: string, policy: Partial<Policy> = {}) =>
    (await told(rated(risk), { keys: [key], policy: { riskMatrix: high, ...policy } })).filter((each) =>
      each.includes('missing-tier'),
    )

  it('stands for a missing tier only where it is told as seriously', async () => {
    expect(await lacking('MEDIUM')).toEqual([])
    expect(await lacking('HIGH')).toEqual(['error trace/missing-tier REQ-001'])
    const error: Record<string, Severity> = { 'evidence/expired': 'error' }
    expect(await lacking('HIGH', { severities: error })).toEqual([])
  })

  it('stands for none where it is ignored', async () => {
    expect(await lacking('MEDIUM', ignoring(EVIDENCE))).toEqual(['warning trace/missing-tier REQ-001'])
  })
})
