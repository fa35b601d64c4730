/**
 * A change must not excuse itself: a requirement of HIGH risk that it rates lower, retires, deletes or makes unreadable is
 * an error, unless the risk register says why.
 */
import {
  assessRecord,
  briefly,
  CONTEXT,
  document,
  type Files,
  found,
  GOOD,
  goodBut,
  REQUIREMENT,
  SOURCE,
} from '../../support/record.ts'

const REGISTER = '.gxp/risk_assessment.log'
const rule = 'risk/unrecorded-change'

const change = async (files: Files, base: Files = GOOD) => found(await assessRecord(files, { base }), rule)
const told = async (files: Files, base?: Files) => briefly({ findings: await change(files, base) })

const rated = (field: string, ...more: string[]) =>
  goodBut({
    [REQUIREMENT]: document([
      'gxp_id: REQ-001',
      'title: A dose never exceeds the daily limit',
      ...(field === '' ? [] : [field]),
      ...more,
      'acceptance_criteria: [A dose above the limit is refused]',
    ]),
  })
const HIGH = rated('gxp_risk_rating: HIGH')
/** The blocks that point at the requirement say LOW: without a rating of its own, that is its risk. */
const lowSource = (files: Files): Files => ({ ...files, [SOURCE]: String(GOOD[SOURCE]).replace('HIGH', 'LOW') })

it('is told of a lower rating, at its line', async () => {
  const [finding, ...more] = await change(rated('gxp_risk_rating: MEDIUM'), HIGH)
  expect(more).toEqual([])
  expect(finding).toMatchObject({
    ...{ path: REQUIREMENT, line: 4, severity: 'error', gxpId: 'REQ-001' },
    message: `REQ-001 was of HIGH risk and now is rated MEDIUM, so less is asked of it, but the risk register has no new entry. Append one to \`${REGISTER}\` that says why this is right, or undo it.`,
  })
  expect(await told(rated('risk_level: LOW'), HIGH)).toEqual([`${REQUIREMENT}:4 error ${rule}`])
})

it('is told of a rating that is taken out, at the id, unless what points at it is HIGH', async () => {
  const [finding] = await change(lowSource(rated('')), lowSource(HIGH))
  expect(finding).toMatchObject({
    line: 2,
    severity: 'error',
    message: expect.stringContaining('now is rated LOW, so'),
  })
  expect(await told(rated(''), HIGH)).toEqual([`${REQUIREMENT}:2 warning ${rule}`])
  const bare = (files: Files) => ({ ...files, [SOURCE]: '// no annotations\n' })
  expect((await change(bare(rated('gxp_risk_rating:')), bare(HIGH)))[0]).toMatchObject({
    ...{ line: 4, severity: 'error', message: expect.stringContaining('now has no rating, so') },
  })
})

it('is told of one that is retired, at its status', async () => {
  const [finding] = await change(rated('gxp_risk_rating: HIGH', 'validation_status: retired'), HIGH)
  expect(finding).toMatchObject({ line: 5, severity: 'error', message: expect.stringContaining('now is retired, so') })
})

it('is told of one that is gone, on the system context', async () => {
  const [finding] = await change(goodBut({ [REQUIREMENT]: null }), HIGH)
  expect(finding).toMatchObject({ path: CONTEXT, line: 1, severity: 'error', gxpId: 'REQ-001' })
  expect(finding?.message).toContain('now is gone, so')
})

it('is told where there is no register to say it in', async () => {
  const without = (files: Files): Files => {
    const { [REGISTER]: _, ...rest } = files
    return rest
  }
  expect(await told(without(rated('gxp_risk_rating: LOW')), without(HIGH))).toEqual([`${REQUIREMENT}:4 error ${rule}`])
  expect(await told(without(rated('gxp_risk_rating: LOW')), HIGH)).toEqual([`${REQUIREMENT}:4 error ${rule}`])
  // Of one that can't be read it is not known.
  expect(await told({ ...rated('gxp_risk_rating: LOW'), [REGISTER]: new Uint8Array([0xff]) }, HIGH)).toEqual([])
})

it('is not told once the register has a new entry', async () => {
  const entry =
    '\n## RISK-009: Less\n- Date: 2026-02-06\n- Author: QA\n- Component: dose\n- Risk Level: LOW\n- Description: x\n- Impact: y\n- Mitigation: z\n- Status: mitigated\n'
  const recorded = { [REGISTER]: `${GOOD[REGISTER]}${entry}` }
  for (const files of [rated('gxp_risk_rating: LOW'), goodBut({ [REQUIREMENT]: null })])
    expect(await told({ ...files, ...recorded }, HIGH)).toEqual([])
})

it('is a warning, as before, of what was not HIGH, and of HIGH that stays so', async () => {
  const MEDIUM = rated('gxp_risk_rating: MEDIUM')
  expect(await told(rated('gxp_risk_rating: LOW'), MEDIUM)).toEqual([`${REQUIREMENT}:2 warning ${rule}`])
  expect(await told(goodBut({ [REQUIREMENT]: null }), MEDIUM)).toEqual([])
  expect(await told(rated('gxp_risk_rating: MEDIUM', 'validation_status: retired'), MEDIUM)).toEqual([])
  expect(await told(HIGH, MEDIUM)).toEqual([`${REQUIREMENT}:2 warning ${rule}`])
  expect(await told(rated('gxp_risk_rating: HIGH', 'description: other'), HIGH)).toEqual([
    `${REQUIREMENT}:2 warning ${rule}`,
  ])
})

it('rests where it moved, was retired before, or is told as something else', async () => {
  const moved = goodBut({ [REQUIREMENT]: null, '.gxp/requirements/REQ-001.md': String(HIGH[REQUIREMENT]) })
  expect(await told(moved, HIGH)).toEqual([])
  const retired = rated('gxp_risk_rating: HIGH', 'validation_status: retired')
  expect(await told(goodBut({ [REQUIREMENT]: null }), retired)).toEqual([])
  for (const files of [rated('gxp_risk_rating: HIHG'), lowSource(rated('gxp_risk_rating: HIHG'))])
    expect(await told(files, HIGH)).toEqual([`${REQUIREMENT}:2 warning ${rule}`])
  for (const text of ['---\ngxp_id: [\n---\n', document(['title: No id']), document(['gxp_id: req 1'])])
    expect(await told(goodBut({ [REQUIREMENT]: text }), HIGH)).toEqual([])
})

it('rests where one of the files that had the id is there, says none and is not called by it', async () => {
  const [dose, copy] = ['.gxp/requirements/dose.md', '.gxp/requirements/copy.md']
  const text = String(HIGH[REQUIREMENT])
  const base = goodBut({ [REQUIREMENT]: null, [dose]: text, [copy]: text })
  const nameless = text.replace('gxp_id: REQ-001\n', '')
  expect(await told(goodBut({ [REQUIREMENT]: null, [dose]: nameless }), base)).toEqual([])
  expect(await told(goodBut({ [REQUIREMENT]: null }), base)).toEqual([`${CONTEXT}:1 error ${rule}`])
})

it('tells of another id in its file: the one that was HIGH is gone', async () => {
  const renumbered = goodBut({ [REQUIREMENT]: String(HIGH[REQUIREMENT]).replace('REQ-001', 'REQ-009') })
  expect(await told(renumbered, HIGH)).toEqual([`${CONTEXT}:1 error ${rule}`, `${REQUIREMENT}:2 warning ${rule}`])
})

it('looks at requirements only', async () => {
  const SPECIFICATION = '.gxp/specs/SPEC-009.md'
  const specification = (risk: string) => ({
    [SPECIFICATION]: document(['gxp_id: SPEC-009', 'title: x', `gxp_risk_rating: ${risk}`, 'parent_id: US-001-001']),
  })
  expect(await told(goodBut(specification('LOW')), goodBut(specification('HIGH')))).toEqual([])
})

describe('artifact/encoding', () => {
  const latin1 = Buffer.from(String(HIGH[REQUIREMENT]).replace('limit is', 'límite is'), 'latin1')
  const encoded = async (head: Files, base?: Files) =>
    found(await assessRecord(head, base && { base }), 'artifact/encoding').map(({ path, severity, gxpId, message }) => {
      return [path, severity, gxpId, message.slice(message.indexOf('Nothing'))]
    })
  const LOST =
    'Nothing in it was read, so nothing is asked any more of REQ-001, a requirement of HIGH risk before this change.'

  it('is an error where the change makes a HIGH requirement unreadable, and the one finding of it', async () => {
    const head = goodBut({ [REQUIREMENT]: latin1 })
    expect(await encoded(head, HIGH)).toEqual([[REQUIREMENT, 'error', 'REQ-001', LOST]])
    expect(await told(head, HIGH)).toEqual([])
    const moved = '.gxp/requirements/REQ-001.md'
    expect(await encoded(goodBut({ [REQUIREMENT]: null, [moved]: latin1 }), HIGH)).toEqual([
      [moved, 'error', 'REQ-001', LOST],
    ])
  })

  it('is a warning of a requirement that was not HIGH, was unreadable before, or has no base', async () => {
    const head = goodBut({ [REQUIREMENT]: latin1 })
    const warning = [[REQUIREMENT, 'warning', null, 'Nothing in it was read.']]
    expect(await encoded(head, rated('gxp_risk_rating: MEDIUM'))).toEqual(warning)
    expect(await encoded(head, head)).toEqual(warning)
    expect(await encoded(head)).toEqual(warning)
  })

  it('of a file under another name is that of the requirement that it held', async () => {
    const path = '.gxp/requirements/dose.md'
    const base = goodBut({ [REQUIREMENT]: null, [path]: String(HIGH[REQUIREMENT]) })
    expect(await encoded(goodBut({ [REQUIREMENT]: null, [path]: latin1 }), base)).toEqual([
      [path, 'error', 'REQ-001', LOST],
    ])
    expect(await told(goodBut({ [REQUIREMENT]: null, [path]: latin1 }), base)).toEqual([])
  })

  it('of a file that was given a name that says nothing is that of the id on its line', async () => {
    const path = '.gxp/requirements/dose.md'
    const head = goodBut({ [REQUIREMENT]: null, [path]: latin1 })
    expect(await encoded(head, HIGH)).toEqual([[path, 'error', 'REQ-001', LOST]])
    expect(await told(head, HIGH)).toEqual([])
    expect(await encoded(head, rated('gxp_risk_rating: LOW'))).toEqual([
      [path, 'warning', null, 'Nothing in it was read.'],
    ])
    // Where the line isn't whole either, the requirement is gone, unless the file was its own before.
    const nameless = goodBut({ [REQUIREMENT]: null, [path]: Buffer.from('---\ntitle: caf\xe9\n---\n', 'latin1') })
    const before = goodBut({ [REQUIREMENT]: null, [path]: String(HIGH[REQUIREMENT]) })
    expect(await encoded(nameless, before)).toEqual([[path, 'error', 'REQ-001', LOST]])
    const renamed = { [REQUIREMENT]: nameless[path] ?? '', [path]: null }
    expect(await encoded(goodBut(renamed), before)).toEqual([[REQUIREMENT, 'error', 'REQ-001', LOST]])
    expect(await encoded(nameless, HIGH)).toMatchObject([[path, 'warning', null, 'Nothing in it was read.']])
    expect(await told(nameless, HIGH)).toEqual([`${CONTEXT}:1 error ${rule}`])
  })

  it('is a warning of a file beside the requirement that can be read, though it is called like it', async () => {
    const draft = '.gxp/requirements/REQ-001-entwurf.md'
    const warning = [[draft, 'warning', null, 'Nothing in it was read.']]
    expect(await encoded({ ...HIGH, [draft]: latin1 }, { ...HIGH, [draft]: latin1 })).toEqual(warning)
    expect(await encoded({ ...HIGH, [draft]: latin1 }, HIGH)).toEqual(warning)
    // Once that is gone, the draft is all there is of it.
    expect(await encoded(goodBut({ [REQUIREMENT]: null, [draft]: latin1 }), { ...HIGH, [draft]: latin1 })).toEqual([
      [draft, 'error', 'REQ-001', LOST],
    ])
  })
})
