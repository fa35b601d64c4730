/** The risk register: what it must say, and that nothing is taken away from it. */
import {
  assessRecord,
  briefly,
  CONTEXT,
  document,
  edited,
  type Files,
  found,
  GOOD,
  goodBut,
  lines,
  REQUIREMENT,
} from '../../support/record.ts'

const PATH = '.gxp/risk_assessment.log'
const LAW = GOOD[PATH] ?? ''

const risks = async (files: Files, base?: Files) => {
  const { findings } = await assessRecord(files, base && { base })
  return findings.filter(({ rule }) => rule.startsWith('risk/'))
}
/** Findings of the area for a register with this text, and for one that had that text before. */
const register = (text: string, before?: string) =>
  risks(goodBut({ [PATH]: text }), before === undefined ? undefined : goodBut({ [PATH]: before }))
const told = async (...given: Parameters<typeof register>) => briefly({ findings: await register(...given) })

interface Entry {
  id: string
  title: string
  date: string
  risk: string
  impact: string
  status: string
}
const entry = (changes: Partial<Entry> = {}) => {
  const { id, title, date, risk, impact, status }: Entry = {
    ...{ id: 'RISK-002', title: 'Pounds', date: '2026-02-03', risk: 'HIGH', impact: 'Overdose', status: 'mitigated' },
    ...changes,
  }
  return lines(
    `## ${id}: ${title}`,
    `- Date: ${date}`,
    '- Author: QA',
    '- Component: dose',
    `- Risk Level: ${risk}`,
    '- Description: Pounds are taken for kilograms.',
    `- Impact: ${impact}`,
    '- Mitigation: The unit is shown',
    `- Status: ${status}`,
  )
}
const LINE = '[2026-02-05] RISK-003 | REQ-001 | Risk: LOW | Impact: x | Mitigation: y | Test Coverage: SPEC-001-001\n'

describe('risk/log-missing', () => {
  const without = goodBut({ [PATH]: null })

  it('is told once, on the system context, else on the first file of the record', async () => {
    expect(await risks(without)).toMatchObject([
      { rule: 'risk/log-missing', severity: 'warning', path: CONTEXT, line: 1, message: expect.stringContaining(PATH) },
    ])
    const [onFirst] = await risks(goodBut({ [PATH]: null, [CONTEXT]: null }))
    expect(onFirst).toMatchObject({ rule: 'risk/log-missing', path: '.gxp/evidence/ROT-SPEC-001-001.md', line: 1 })
  })

  it('is followed wherever it is shown', async () => {
    const [[one], [other]] = [await risks(without), await risks(goodBut({ [PATH]: null, [CONTEXT]: null }))]
    expect(one?.fingerprint).toBe(other?.fingerprint)
  })

  it('is not told of a repository that keeps no `.gxp/`', async () => {
    expect(await risks({ 'GxP.MD': document(['gxpmd_version: "3.0.0"']) })).toEqual([])
  })

  it('is not told of a register without entries', async () => {
    expect(await register('# Risk register\n')).toEqual([])
  })

  it('leaves a register that was deleted to risk/entry-removed, unless that is off or it had no entries', async () => {
    expect(briefly({ findings: await risks(without, GOOD) })).toEqual([`${CONTEXT}:1 error risk/entry-removed`])
    const off = await assessRecord(without, { base: GOOD, policy: { severities: { 'risk/entry-removed': 'off' } } })
    expect(found(off, 'risk/log-missing')).toHaveLength(1)
    expect(briefly({ findings: await risks(without, goodBut({ [PATH]: '' })) })).toEqual([
      `${CONTEXT}:1 warning risk/log-missing`,
    ])
  })
})

describe('risk/malformed-entry', () => {
  const NAMES = ['Date', 'Author', 'Component', 'Risk Level', 'Description', 'Impact', 'Mitigation', 'Status']

  it.each(NAMES)('finds that an entry lacks its %s', async (name) => {
    const text = entry().replace(new RegExp(`^- ${name}: .*\n`, 'm'), '')
    expect(await register(text)).toMatchObject([
      { severity: 'error', path: PATH, line: 1, gxpId: 'RISK-002', message: `RISK-002 lacks \`${name}\`.` },
    ])
    expect(await told(entry().replace(new RegExp(`(- ${name}:).*`), '$1'))).toEqual([
      `${PATH}:1 error risk/malformed-entry`,
    ])
  })

  it('finds that an entry lacks its title, and names all that it lacks at once', async () => {
    expect(await register('\n## RISK-002\n- Date: 2026-02-03\n')).toMatchObject([
      {
        line: 2,
        message:
          'RISK-002 lacks `Title`, `Author`, `Component`, `Risk Level`, `Description`, `Impact`, `Mitigation`, `Status`.',
      },
    ])
  })

  it.each(['Requirement', 'Risk', 'Impact', 'Mitigation', 'Test Coverage'])(
    'finds that a line lacks its %s',
    async (name) => {
      const text =
        name === 'Requirement' ? LINE.replace('REQ-001', '') : LINE.replace(new RegExp(`\\| ${name}: [^|]*`), '')
      const [error] = await register(text)
      expect(error).toMatchObject({
        severity: 'error',
        line: 1,
        message: `RISK-003 lacks \`${name === 'Risk' ? 'Risk Level' : name}\`.`,
      })
    },
  )

  it('finds that a line lacks its date', async () => {
    const [error] = await register(LINE.replace('[2026-02-05] ', ''))
    expect(error).toMatchObject({ message: 'RISK-003 lacks `Date`.' })
  })

  it.each([
    [{ date: '03.02.2026' }, 2, '`Date` of RISK-002 is `03.02.2026`. Write a day of the calendar as YYYY-MM-DD.'],
    [{ risk: 'High' }, 5, '`Risk Level` of RISK-002 is `High`. Write LOW, MEDIUM or HIGH.'],
    [
      { status: 'done' },
      9,
      '`Status` of RISK-002 is `done`. Write open, mitigated, accepted, closed or review_requested.',
    ],
  ])('finds the value of %j, at its line', async (changes, line, message) => {
    expect(await register(entry(changes))).toMatchObject([
      { rule: 'risk/malformed-entry', severity: 'error', line, message },
    ])
  })

  it.each(['mitigated', 'accepted', 'closed', 'Closed (2026-02-04)'])('accepts the status %s', async (status) => {
    expect(await register(entry({ status }))).toEqual([])
  })

  it('finds a date that lies ahead, but not that of tomorrow, which it is already elsewhere', async () => {
    expect(await register(entry({ date: '2026-02-07' }))).toEqual([])
    expect(await register(entry({ date: '2026-02-08' }))).toMatchObject([
      { severity: 'error', line: 2, message: '`Date` of RISK-002 is `2026-02-08`. Write a day that has come.' },
    ])
    expect(await told(LINE.replace('2026-02-05', '2099-02-05'))).toEqual([
      `${PATH}:1 error risk/malformed-entry`,
      `${PATH}:1 notice risk/malformed-entry`,
    ])
  })

  it.each([
    ['## RISKS-004: Stones\n- Impact: harm\n', 1],
    ['2026-02-05 RISK-004 | REQ-001 | Risk: HIGH | Impact: x | Mitigation: y | Test Coverage: SPEC-001-001\n', 1],
    ['Risks:\n| RISK-004 | HIGH | open |\n', 2],
  ])('finds %j, which is meant as an entry', async (text, line) => {
    expect(await told(`${text}${LINE.replace('[', '# [')}`)).toEqual([`${PATH}:${line} error risk/malformed-entry`])
  })

  it('finds what is meant as an entry, at its line', async () => {
    expect(await told(`${entry()}\n## Risk 3: Kilograms\n`)).toEqual([`${PATH}:11 error risk/malformed-entry`])
  })

  it('says once, as a notice, that entries have the older form', async () => {
    const [notice, ...others] = await register(`# remark\n${LINE}`)
    expect(notice).toMatchObject({ rule: 'risk/malformed-entry', severity: 'notice', line: 2, endLine: 2 })
    expect(notice?.message).toMatch(/^1 entry is in the form of draft-02/)
    expect(others).toEqual([])
    const [both] = await register(LINE + LINE.replace('RISK-003', 'RISK-004'))
    expect(both?.message).toMatch(/^2 entries are /)
    expect(both?.fingerprint).toBe(notice?.fingerprint)
  })

  it('leaves a register that is no text to the rule about encoding', async () => {
    const { findings } = await assessRecord(goodBut({ [PATH]: new Uint8Array([0xff]) }))
    expect(briefly({ findings })).toEqual([`${PATH}:1 warning artifact/encoding`])
  })
})

describe('risk/duplicate-id', () => {
  it('finds a later entry whose date is not newer', async () => {
    expect(await register(entry() + entry({ title: 'Stones' }))).toMatchObject([
      {
        rule: 'risk/duplicate-id',
        severity: 'error',
        line: 10,
        endLine: 18,
        gxpId: 'RISK-002',
        message: expect.stringMatching(/^RISK-002 stands on line 1 already, with the date 2026-02-03\./),
      },
    ])
    expect(await told(entry() + entry({ date: '2026-02-02' }))).toEqual([`${PATH}:10 error risk/duplicate-id`])
  })

  it('is told apart by the date of the later one', async () => {
    const of = async (date: string) => (await register(entry() + entry({ date })))[0]?.fingerprint
    expect(await of('2026-02-02')).not.toBe(await of('2026-02-01'))
  })

  it('takes a newer one for a revision, and compares the next with that', async () => {
    expect(await register(entry() + entry({ date: '2026-02-04' }))).toEqual([])
    const third = entry() + entry({ date: '2026-02-05' }) + entry({ date: '2026-02-04' })
    expect((await register(third)).map(({ line, message }) => [line, message.slice(0, 35)])).toEqual([
      [19, 'RISK-002 stands on line 10 already,'],
    ])
  })

  it('tells an entry without a date for what it lacks only', async () => {
    expect(await told(entry() + entry({ date: '' }))).toEqual([`${PATH}:10 error risk/malformed-entry`])
    expect(await told(entry({ date: '' }) + entry())).toEqual([`${PATH}:1 error risk/malformed-entry`])
    expect(await told(entry() + entry({ date: '' }) + entry({ date: '2026-02-02' }))).toEqual([
      `${PATH}:10 error risk/malformed-entry`,
      `${PATH}:19 error risk/duplicate-id`,
    ])
  })

  it('takes an entry whose date lies ahead for none: what is newer than it never comes', async () => {
    const ahead = entry({ date: '2099-01-01' })
    expect(await told(ahead + entry())).toEqual([`${PATH}:2 error risk/malformed-entry`])
    expect(await told(entry() + ahead)).toEqual([`${PATH}:11 error risk/malformed-entry`])
  })

  it('tells entries of both forms apart by their ids alone', async () => {
    const twice = await register(entry({ id: 'RISK-003', date: '2026-02-06' }) + LINE)
    expect(twice.map(({ rule, line }) => [rule, line])).toEqual([
      ['risk/duplicate-id', 10],
      ['risk/malformed-entry', 10],
    ])
  })
})

describe('risk/entry-removed', () => {
  it('finds each entry that is gone', async () => {
    const gone = await register(entry(), LAW + entry() + entry({ date: '2026-02-04' }))
    expect(gone.sort((a, b) => ((a.gxpId ?? '') < (b.gxpId ?? '') ? -1 : 1))).toMatchObject([
      { rule: 'risk/entry-removed', severity: 'error', path: PATH, line: 1, gxpId: 'RISK-001' },
      {
        rule: 'risk/entry-removed',
        path: PATH,
        gxpId: 'RISK-002',
        message: expect.stringContaining('of 2026-02-04, line 21 before'),
      },
    ])
  })

  it('is told apart from the revisions of the same risk', async () => {
    const revised = entry() + entry({ date: '2026-02-04' })
    const [[first], [second]] = [
      await register(entry({ date: '2026-02-04' }), revised),
      await register(entry(), revised),
    ]
    expect([first?.rule, second?.rule]).toEqual(['risk/entry-removed', 'risk/entry-removed'])
    expect(first?.fingerprint).not.toBe(second?.fingerprint)
  })

  it('rests while entries are only added, moved or laid out anew', async () => {
    const other = `# Register\r\n\r\n${entry({ id: 'RISK-005' })}${entry().replaceAll('- ', '*   ').replaceAll('\n', '\r\n')}\r\n${LAW}`
    expect(await register(other, LAW + entry())).toEqual([])
  })

  it('finds the whole register gone, once, with its number, elsewhere', async () => {
    const [gone, ...others] = await risks(goodBut({ [PATH]: null }), goodBut({ [PATH]: LAW + entry() }))
    expect(gone).toMatchObject({ rule: 'risk/entry-removed', severity: 'error', path: CONTEXT, line: 1 })
    expect(gone?.message).toBe(
      `\`${PATH}\` is gone, with its 2 entries. The risk register is append-only: put it back.`,
    )
    expect(others).toEqual([])
    const [one] = await risks(goodBut({ [PATH]: null }), GOOD)
    expect(one?.message).toContain('with its only entry')
  })

  it('leaves a record that is gone as a whole to context/missing', async () => {
    expect(await risks({ 'src/a.ts': '' }, GOOD)).toEqual([])
  })

  it('finds a register that can not be read any more, but not one that is too large', async () => {
    expect(await risks(goodBut({ [PATH]: new Uint8Array([0x0a, 0xff]) }), GOOD)).toMatchObject([
      { rule: 'risk/entry-removed', severity: 'error', path: PATH, line: 2 },
    ])
    const large = await assessRecord(goodBut({ [PATH]: `${LAW}${'#\n'.repeat(2_000)}` }), {
      base: GOOD,
      policy: { maxFileBytes: 2_000 },
    })
    expect(briefly(large).filter((each) => each.includes('risk'))).toEqual([`${PATH}:1 error artifact/too-large`])
  })

  it('takes an entry that had the id of another for the same when it got one of its own', async () => {
    const twice = entry() + entry({ title: 'Stones' })
    expect(await register(entry() + entry({ id: 'RISK-003', title: 'Stones' }), twice)).toEqual([])
    expect(await register(entry({ id: 'RISK-003' }) + entry({ title: 'Stones' }), twice)).toEqual([])
    expect(await told(entry() + entry({ id: 'RISK-003', title: 'Others' }), twice)).toEqual([
      `${PATH}:1 error risk/entry-removed`,
    ])
    // Without another of its id, it is a rename.
    expect(await told(entry({ id: 'RISK-003' }), entry())).toEqual([`${PATH}:1 error risk/entry-removed`])
  })

  it('finds an entry that a code block hides', async () => {
    const found = await told(`${LAW}## Notes\n\`\`\`\n${entry()}`, LAW + entry())
    expect(found).toEqual([`${PATH}:1 error risk/entry-removed`, `${PATH}:13 error risk/malformed-entry`])
  })
})

describe('risk/entry-rewritten', () => {
  it.each([
    [{ impact: 'None' }, 7, '`Impact`'],
    [{ title: 'Stones' }, 1, '`Title`'],
    [{ risk: 'LOW' }, 5, '`Risk Level`'],
    [{ date: '2026-02-04' }, 2, '`Date`'],
    [{ impact: 'None', title: 'Stones' }, 7, '`Impact`, `Title`'],
    [{ impact: 'None', status: 'closed' }, 7, '`Impact`'],
  ])('finds the change of %j, at its line', async (changes, line, names) => {
    const [rewritten, ...others] = await register(entry(changes), entry())
    expect(rewritten).toMatchObject({
      rule: 'risk/entry-rewritten',
      severity: 'error',
      path: PATH,
      line,
      gxpId: 'RISK-002',
    })
    expect(rewritten?.message).toContain(`was rewritten: ${names} changed`)
    expect(others).toEqual([])
  })

  it('finds text that was added to an entry, and a field that was taken from it', async () => {
    const [text] = await register(`${entry()}\nSeen in the audit.\n`, entry())
    expect(text).toMatchObject({
      rule: 'risk/entry-rewritten',
      line: 1,
      endLine: 11,
      message: expect.stringContaining('its text changed'),
    })
    const taken = await register(entry(), `${entry()}- Owner: QA\n`)
    expect(taken).toMatchObject([
      { rule: 'risk/entry-rewritten', line: 1, message: expect.stringContaining('`Owner` changed') },
    ])
  })

  it('lets the status change, an entry be appended and a revision follow', async () => {
    expect(await register(entry({ status: 'closed' }), entry())).toEqual([])
    expect(await register(entry() + entry({ id: 'RISK-003' }), entry())).toEqual([])
    expect(await register(entry() + entry({ date: '2026-02-04', impact: 'None' }), entry())).toEqual([])
    expect(await register(entry({ status: 'closed' }) + entry({ date: '2026-02-05' }), entry())).toEqual([])
  })

  it('finds the revision that was changed, not the others of its id', async () => {
    const before = entry() + entry({ date: '2026-02-04' })
    const after = entry() + entry({ date: '2026-02-04', impact: 'None' }) + entry({ date: '2026-02-05' })
    expect(await told(after, before)).toEqual([`${PATH}:16 error risk/entry-rewritten`])
    const [second] = await register(after, before)
    const [first] = await register(entry({ impact: 'None' }) + entry({ date: '2026-02-04' }), before)
    expect(second?.fingerprint).not.toBe(first?.fingerprint)
  })

  it('compares those of one id and date in their order', async () => {
    const before = entry() + entry({ title: 'Stones' })
    const after = entry({ impact: 'None' }) + entry({ title: 'Ounces' })
    const rewritten = (await register(after, before)).filter(({ rule }) => rule === 'risk/entry-rewritten')
    expect(rewritten).toMatchObject([
      { line: 7, message: expect.stringContaining('rewritten: `Impact` changed') },
      { line: 10, message: expect.stringContaining('rewritten: `Title` changed') },
    ])
  })

  it('lets an entry be added anywhere: no entry is gone, and none says something else', async () => {
    const other = entry({ id: 'RISK-005', date: '2026-02-05' })
    expect(await register(other + LAW + entry(), LAW + entry())).toEqual([])
    expect(await register(LAW + other + entry(), LAW + entry())).toEqual([])
    // Unless it takes a part of another along.
    const [head = '', rest = ''] = entry().split('- Impact')
    expect(await told(`${LAW}${head}${other}- Impact${rest}`, LAW + entry())).toContain(
      `${PATH}:12 error risk/entry-rewritten`,
    )
  })

  it('lets what was malformed be mended, and that alone', async () => {
    expect(await register(entry(), entry({ date: '2099-02-03' }))).toEqual([])
    expect(await register(entry(), entry().replace('- Author: QA\n', ''))).toEqual([])
    expect(await register(entry(), entry().replace('- Author: QA', '- Author:'))).toEqual([])
    expect(await register(entry(), entry({ date: '3 February' }))).toEqual([])
    expect(await register(entry(), entry({ risk: 'High' }))).toEqual([])
    expect(await register(entry(), entry().replace(': Pounds', ''))).toEqual([])
    expect(await told(entry({ impact: 'None' }), entry({ risk: 'High' }))).toEqual([
      `${PATH}:7 error risk/entry-rewritten`,
    ])
  })

  it('takes fields for what they are, whatever they are called', async () => {
    expect(await told(`${entry()}- constructor: x\n`, entry())).toEqual([`${PATH}:10 error risk/entry-rewritten`])
  })

  it('rests when the base can not be read', async () => {
    expect(await risks(GOOD, goodBut({ [PATH]: new Uint8Array([0xff]) }))).toEqual([])
  })
})

describe('risk/unrecorded-change', () => {
  const changed = goodBut(edited(REQUIREMENT, 'is refused', 'is refused and logged'))
  const OTHER = '.gxp/requirements/REQ-002-log.md'
  const added = goodBut({ [OTHER]: document(['title: Log', 'gxp_id: REQ-002', 'acceptance_criteria: [x]']) })
  const unrecorded = async (files: Files, base: Files = GOOD) => briefly({ findings: await risks(files, base) })

  it('finds a requirement that changed or is new, at its id', async () => {
    expect(await unrecorded(changed)).toEqual([`${REQUIREMENT}:2 warning risk/unrecorded-change`])
    expect(await unrecorded(added)).toEqual([`${OTHER}:3 warning risk/unrecorded-change`])
    const [one] = await risks(changed, GOOD)
    expect(one).toMatchObject({ gxpId: 'REQ-001', message: expect.stringMatching(/^REQ-001 changed, but /) })
    const [other] = await risks(added, GOOD)
    expect(other).toMatchObject({ gxpId: 'REQ-002', message: expect.stringMatching(/^REQ-002 is new, but /) })
  })

  it('finds a change of the text below the front matter', async () => {
    expect(await unrecorded(goodBut({ [REQUIREMENT]: `${GOOD[REQUIREMENT]}\nIt is logged.\n` }))).toHaveLength(1)
  })

  it('is satisfied by an entry that is new or a revision', async () => {
    const register = { [PATH]: LAW + entry() }
    expect(await unrecorded({ ...changed, ...register })).toEqual([])
    expect(await unrecorded({ ...changed, [PATH]: LAW + LAW.replace('2026-01-20', '2026-02-05') })).toEqual([])
    expect(await unrecorded({ ...changed, ...register }, goodBut({ [PATH]: null }))).toEqual([])
    // A status that changes, or a rewritten entry, is none.
    expect(await unrecorded({ ...changed, [PATH]: LAW.replace('mitigated', 'closed') })).toHaveLength(1)
    expect(await unrecorded({ ...changed, [PATH]: LAW.replace('QA', 'QM') })).toEqual([
      `${PATH}:5 error risk/entry-rewritten`,
      `${REQUIREMENT}:2 warning risk/unrecorded-change`,
    ])
  })

  it.each([
    ['layout', '"A dose never exceeds the daily limit"', ''],
    ['status', 'A dose never exceeds the daily limit', 'validation_status: in_review'],
    ['date of update', 'A dose never exceeds the daily limit', 'updated: 2026-02-06'],
  ])('rests when only the %s changed', async (_what, title, field) => {
    const text = [
      ...['---', 'acceptance_criteria: ["A dose above the limit is  refused"]', 'risk_level: HIGH', `title: ${title}`],
      ...[field, 'gxp_id: REQ-001', '---', ''],
    ]
    expect(await unrecorded(goodBut({ [REQUIREMENT]: text.join('\r\n') }))).toEqual([])
  })

  it('rests when other documents changed, when a requirement moved or went, and without a base', async () => {
    const moved = goodBut({ [REQUIREMENT]: null, '.gxp/requirements/REQ-001-limit.md': GOOD[REQUIREMENT] ?? '' })
    expect(await unrecorded(moved)).toEqual([])
    expect(await unrecorded(GOOD, added)).toEqual([])
    expect(
      await unrecorded(goodBut(edited('.gxp/user_stories/US-001-001-refuse-overdose.md', 'pharmacist', 'nurse'))),
    ).toEqual([])
    expect(await risks(changed)).toEqual([])
  })

  it('rests without a register, and where one can not be read', async () => {
    expect(
      await unrecorded(
        { ...goodBut({ [PATH]: null }), ...edited(REQUIREMENT, 'refused', 'logged') },
        goodBut({ [PATH]: null }),
      ),
    ).toEqual([`${CONTEXT}:1 warning risk/log-missing`])
    const large = { base: GOOD, policy: { maxFileBytes: 2_000 } }
    const { findings } = await assessRecord({ ...changed, [PATH]: '#'.repeat(3_000) }, large)
    expect(findings.filter(({ rule }) => rule.startsWith('risk/'))).toEqual([])
  })

  it('rests where the front matter of either state can not be read', async () => {
    const broken = { [REQUIREMENT]: '---\ngxp_id: [\n---\n' }
    expect(await unrecorded(goodBut(broken))).toEqual([])
    expect(await unrecorded(GOOD, goodBut(broken))).toEqual([])
  })
})

describe('risk/open-high', () => {
  it('finds a HIGH risk that is open or waits for its review, at its status', async () => {
    expect(await register(entry({ status: 'open' }))).toMatchObject([
      {
        severity: 'warning',
        path: PATH,
        line: 9,
        gxpId: 'RISK-002',
        message: expect.stringContaining('is still open'),
      },
    ])
    expect(await register(entry({ status: 'review_requested' }))).toMatchObject([
      { rule: 'risk/open-high', message: expect.stringContaining('still waits for its review') },
    ])
  })

  it.each(['mitigated', 'accepted', 'closed'])('is silent once it is %s', async (status) => {
    expect(await register(entry({ status }))).toEqual([])
  })

  it('is silent about lower risks', async () => {
    expect(await register(entry({ risk: 'MEDIUM', status: 'open' }))).toEqual([])
  })

  it('does not go by an entry whose date lies ahead', async () => {
    const ahead = entry({ date: '2099-01-01', status: 'closed' })
    expect(await told(entry({ status: 'open' }) + ahead)).toEqual([
      `${PATH}:11 error risk/malformed-entry`,
      `${PATH}:9 warning risk/open-high`,
    ])
  })

  it('goes by the newest revision, wherever it stands', async () => {
    const open = entry({ status: 'open' })
    const later = { date: '2026-02-04' }
    // Tomorrow has come elsewhere.
    expect(await register(open + entry({ date: '2026-02-07', status: 'closed' }))).toEqual([])
    expect(await register(open + entry({ ...later, status: 'closed' }))).toEqual([])
    expect(await told(entry({ status: 'closed' }) + entry({ ...later, status: 'open' }))).toEqual([
      `${PATH}:18 warning risk/open-high`,
    ])
    expect(await told(entry({ ...later, status: 'closed' }) + open)).toEqual([`${PATH}:10 error risk/duplicate-id`])
    // Of the same day, the last counts.
    expect(await told(open + entry({ status: 'closed' }))).toEqual([`${PATH}:10 error risk/duplicate-id`])
  })
})

it('compares registers of 100,000 entries, and tells a thousand of them in full', async () => {
  const many = Array.from({ length: 100_000 }, (_, n) => `## RISK-${n}: x\n`).join('')
  const findings = await register('# emptied\n', many.slice(0, 1_000_000))
  expect(findings.filter(({ rule }) => rule === 'risk/entry-removed')).toHaveLength(1_001)
  expect(findings.some(({ message }) => /^This file has \d+ more of this kind/.test(message))).toBe(true)
}, 60_000)
