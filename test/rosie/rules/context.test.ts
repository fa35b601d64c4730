import {
  assessRecord,
  CONTEXT,
  claims,
  edited,
  found,
  type Given,
  GOOD,
  goodBut,
  REQUIREMENT,
  requirement,
  SOURCE,
  STORY,
  signer,
  TEST,
} from '../../support/record.ts'

const RECORD_OF_TESTING = '.gxp/evidence/ROT-SPEC-001-001.md'
const context = (from: string, to: string) => goodBut(edited(CONTEXT, from, to))
const withContext = (text: string) => goodBut({ [CONTEXT]: text })

it('A good record has no findings', async () => {
  expect((await assessRecord(GOOD)).findings).toEqual([])
})

describe('context/missing', () => {
  const rule = 'context/missing'

  it('finds a record without its apex document, at the first file of the record', async () => {
    const assessment = await assessRecord(goodBut({ [CONTEXT]: null }))
    expect(found(assessment)).toMatchObject([
      { rule, severity: 'error', path: RECORD_OF_TESTING, line: 1, gxpId: null },
    ])
    expect(assessment.conclusion).toBe('failure')
  })

  it('finds a record that was deleted', async () => {
    const assessment = await assessRecord({ 'src/a.ts': 'export {}' }, { base: GOOD })
    expect(found(assessment, rule)).toMatchObject([{ severity: 'error', path: null, line: null, status: 'introduced' }])
    expect(assessment.conclusion).toBe('failure')
  })

  it('finds it deleted when a GxP.MD is left: keeping that is no way out', async () => {
    const policy = { 'GxP.MD': '---\nrisk: {}\n---\n' }
    const assessment = await assessRecord(policy, { base: { ...GOOD, ...policy } })
    expect(found(assessment, rule)).toMatchObject([{ severity: 'error', message: expect.stringContaining('.gxp/') }])
  })

  it('finds a deleted GxP.MD that was all the record there was', async () => {
    expect(found(await assessRecord({}, { base: { 'GxP.MD': '' } }))).toMatchObject([{ rule }])
  })

  it('counts a deletion as introduced even when the base lacked its apex document already', async () => {
    const assessment = await assessRecord({}, { base: goodBut({ [CONTEXT]: null }) })
    expect(found(assessment, rule)).toMatchObject([{ status: 'introduced' }])
  })

  it('keeps its fingerprint when another file comes to stand first', async () => {
    const base = goodBut({ [CONTEXT]: null })
    const assessment = await assessRecord({ ...base, '.gxp/adr/ADR-001-x.md': '# x' }, { base })
    expect(found(assessment, rule)).toMatchObject([{ path: '.gxp/adr/ADR-001-x.md', status: 'existing' }])
  })

  it('finds nothing where there never was a record, or only a GxP.MD', async () => {
    expect(found(await assessRecord({ 'src/a.ts': '' }, { base: {} }))).toEqual([])
    expect(found(await assessRecord({ 'GxP.MD': '' }, { base: { 'GxP.MD': '' } }), rule)).toEqual([])
    expect(found(await assessRecord({ 'GxP.MD': '' }))).toEqual([])
  })
})

describe('context/invalid-field', () => {
  const rule = 'context/invalid-field'

  it.each([
    ['id: 6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f', 'id: SYS-1', 2, 'UUID'],
    ['id: 6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f', 'id: 6f1c2d3e4a5b4c6d8e7f9a0b1c2d3e4f', 2, 'UUID'],
    ['project_name: Dosing calculator', 'project_name: ""', 3, 'name'],
    ['version: 1.4.0', 'version: 1.4', 4, 'Semantic Versioning'],
    ['version: 1.4.0', 'version: v1.4.0', 4, 'Semantic Versioning'],
    ['gxp_risk_rating: HIGH', 'gxp_risk_rating: high', 5, 'LOW, MEDIUM, HIGH'],
    ['gxp_risk_rating: HIGH', 'gxp_risk_rating: [HIGH]', 5, 'LOW, MEDIUM, HIGH'],
    ['validation_status: in_review', 'validation_status: reviewed', 6, 'draft, in_review, validated, retired'],
    ['validation_status: in_review', 'validation_status: toString', 6, 'draft, in_review, validated, retired'],
    [
      'intended_use: Computes the daily dose of an anticoagulant from weight and creatinine.',
      'intended_use: ~',
      7,
      'used for',
    ],
  ])('finds %s → %s on line %d', async (from, to, line, words) => {
    expect(found(await assessRecord(context(from, to)))).toMatchObject([
      { rule, severity: 'error', path: CONTEXT, line, endLine: line, message: expect.stringContaining(words) },
    ])
  })

  it.each(['id', 'project_name', 'version', 'gxp_risk_rating', 'validation_status', 'intended_use'])(
    'finds that %s is absent',
    async (key) => {
      const text = GOOD[CONTEXT]?.replace(new RegExp(`^${key}: .*\n`, 'm'), '') ?? ''
      expect(found(await assessRecord(withContext(text)), rule)).toMatchObject([
        { line: 1, message: expect.stringContaining(`\`${key}\` is missing`) },
      ])
    },
  )

  it('finds six fields absent as six, each to be followed by itself', async () => {
    const findings = found(await assessRecord(withContext('---\nsystem_owner: QA\n---\n')), rule)
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(6)
  })

  it('finds two keys for the risk that contradict each other, at the alias', async () => {
    const files = context('gxp_risk_rating: HIGH', 'gxp_risk_rating: HIGH\nrisk_level: LOW')
    expect(found(await assessRecord(files))).toMatchObject([
      { rule, severity: 'error', line: 6, message: expect.stringMatching(/HIGH.*LOW/) },
    ])
  })

  it('quotes no more of a value than anyone reads', async () => {
    const [finding] = found(await assessRecord(context('version: 1.4.0', `version: v${'9'.repeat(10_000)}`)), rule)
    expect(finding?.message).toMatch(/^`version` is `v9{10,60}…`\. Write/)
  })

  it('is silent where the document can not be read at all: that has its own rule', async () => {
    const findings = found(await assessRecord(withContext('# Dosing calculator\n')))
    expect(findings).toMatchObject([{ rule: 'artifact/malformed-front-matter', path: CONTEXT, line: 1 }])
  })

  it.each([
    ['version: 1.4.0', 'version: "2.0.0-rc.1+build.5"'],
    ['id: 6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f', 'id: 6F1C2D3E-4A5B-4C6D-8E7F-9A0B1C2D3E4F'],
    ['validation_status: in_review', 'validation_status: retired'],
    ['intended_use: Computes', 'intended_use: >\n  Computes'],
    ['gxp_risk_rating: HIGH', 'risk_level: HIGH'],
    ['gxp_risk_rating: HIGH', 'gxp_risk_rating: HIGH\nrisk_level: HIGH'],
  ])('finds nothing in %s → %s', async (from, to) => {
    expect(found(await assessRecord(context(from, to)))).toEqual([])
  })
})

describe('context/legacy-status', () => {
  const rule = 'context/legacy-status'

  it.each([
    ['DRAFT', 'draft'],
    ['VALIDATED', 'validated'],
    ['DEPRECATED', 'retired'],
    ['RETIRED', 'retired'],
    ['IN_REVIEW', 'in_review'],
    ['APPROVED', 'in_review'],
    ['IMPLEMENTED', 'in_review'],
  ])('finds %s, on its line, and says %s', async (old, word) => {
    expect(found(await assessRecord(context('in_review', old)), rule)).toMatchObject([
      {
        severity: 'notice',
        path: CONTEXT,
        line: 6,
        message: `\`${old}\` is a word of an older draft. Today one writes \`validation_status: ${word}\`.`,
      },
    ])
  })

  it.each([
    ['ASSURED', '`ASSURED` is a word', 'validated'],
    ['draft', '`assurance_status` is a key', 'draft'],
  ])('finds assurance_status: %s', async (word, words, today) => {
    const assessment = await assessRecord(context('validation_status: in_review', `assurance_status: ${word}`))
    expect(found(assessment)).toMatchObject([{ rule, severity: 'notice', path: CONTEXT, line: 6 }])
    expect(found(assessment)[0]?.message).toContain(words)
    expect(found(assessment)[0]?.message).toContain(`\`validation_status: ${today}\``)
  })

  it('is not told of a word that no draft knows: that is invalid', async () => {
    expect(found(await assessRecord(context('validation_status: in_review', 'assurance_status: OK')), rule)).toEqual([])
  })

  it('finds old words of all other artifacts once, with their number', async () => {
    const files = goodBut({
      '.gxp/requirements/REQ-002.md': requirement('REQ-002', 'validation_status: DRAFT', 'satisfies: [REQ-001]'),
      ...edited(STORY, 'title: Refuse', 'validation_status: DRAFT\ntitle: Refuse'),
    })
    expect(found(await assessRecord(files), rule)).toMatchObject([
      {
        severity: 'notice',
        path: '.gxp/requirements/REQ-002.md',
        line: 4,
        message: expect.stringMatching(/^2 artifacts write .* `DRAFT` .* `validation_status: draft`/),
      },
    ])
  })

  it('tells the system context and the artifacts apart', async () => {
    const files = goodBut({
      ...edited(CONTEXT, 'in_review', 'DRAFT'),
      ...edited(STORY, 'title: Refuse', 'assurance_status: draft\ntitle: Refuse'),
    })
    const findings = found(await assessRecord(files), rule)
    expect(findings).toMatchObject([
      { path: CONTEXT },
      { path: STORY, line: 3, message: expect.stringMatching(/^1 artifact writes .* `assurance_status` is a key/) },
    ])
  })

  it('follows that one from scan to scan, wherever it comes to stand', async () => {
    const base = goodBut(edited(STORY, 'title: Refuse', 'validation_status: DRAFT\ntitle: Refuse'))
    const head = { ...base, ...edited(REQUIREMENT, 'title: A dose', 'validation_status: DRAFT\ntitle: A dose') }
    expect(found(await assessRecord(head, { base }), rule)).toMatchObject([{ path: REQUIREMENT, status: 'existing' }])
  })

  it("finds nothing in today's words, nor in a story's own status", async () => {
    expect(found(await assessRecord(goodBut(edited(STORY, 'as_a:', 'status: DRAFT\nas_a:'))), rule)).toEqual([])
  })
})

describe('context/unwarranted-status', () => {
  const rule = 'context/unwarranted-status'
  const validated = edited(CONTEXT, 'in_review', 'validated')
  const unwarranted = async (changes: Parameters<typeof goodBut>[0], given: Given = {}) =>
    found(await assessRecord(goodBut({ ...validated, ...changes }), given), rule)

  it('finds a broken reference under `validated`', async () => {
    expect(await unwarranted(edited(STORY, 'REQ-001', 'REQ-009'))).toMatchObject([
      { severity: 'error', path: CONTEXT, line: 6, message: expect.stringContaining('1 broken reference') },
    ])
  })

  it('finds HIGH requirements that nothing tests, and counts them', async () => {
    const more = { '.gxp/requirements/REQ-002.md': requirement('REQ-002', 'gxp_risk_rating: HIGH') }
    expect(await unwarranted({ [TEST]: null, ...more })).toMatchObject([
      { message: expect.stringContaining('2 untested HIGH requirements') },
    ])
  })

  it('finds invalid evidence, but not what nobody can verify', async () => {
    const [ours, theirs] = [await signer(), await signer()]
    const changes = { '.gxp/evidence/EV-1.jws': await theirs.sign(), '.gxp/evidence/EV-2.jws': 'no evidence' }
    expect(await unwarranted(changes, { keys: [ours.key] })).toMatchObject([
      { message: expect.stringContaining('it: 2 invalid evidence files. ') },
    ])
    expect(await unwarranted({ '.gxp/evidence/EV-1.jws': await theirs.sign() })).toEqual([])
  })

  it('leaves invalid evidence alone once newer valid evidence of the same specification and tier exists', async () => {
    const [ours, theirs] = [await signer(), await signer()]
    const files = async (changes: Parameters<typeof claims>[0]) => ({
      '.gxp/evidence/EV-1.jws': await theirs.sign(claims({ timestamp: '2026-02-05T10:00:00Z' })),
      '.gxp/evidence/EV-2.jws': await ours.sign(claims(changes)),
    })
    const given = { keys: [ours.key] }
    const newer = { timestamp: '2026-02-05T11:00:00Z' }
    expect(await unwarranted(await files(newer), given)).toEqual([])
    expect(await unwarranted(await files({ timestamp: '2026-02-05T09:00:00Z' }), given)).toHaveLength(1)
    expect(await unwarranted(await files({ ...newer, verification_tier: 'PQ' }), given)).toHaveLength(1)
    expect(await unwarranted(await files({ ...newer, spec_id: 'SPEC-001' }), given)).toHaveLength(1)
    const nameless = { '.gxp/evidence/EV-1.jws': await theirs.sign(claims({ spec_id: undefined })) }
    const later = { '.gxp/evidence/EV-2.jws': await ours.sign(claims({ ...newer, spec_id: undefined })) }
    expect(await unwarranted({ ...nameless, ...later }, given)).toHaveLength(1)
  })

  it('finds invalid packages', async () => {
    const ours = await signer()
    const files = {
      '.gxp/evidence/packages/OQ-SPEC-001-001-2026-02-05T10-00-00Z/manifest.json': '{"files": []}',
      '.gxp/evidence/packages/OQ-SPEC-001-001-2026-02-05T10-00-00Z/signature.jws': 'no signature',
    }
    expect(await unwarranted(files, { keys: [ours.key] })).toMatchObject([
      { message: expect.stringContaining('it: 1 invalid evidence package. ') },
    ])
  })

  it('counts each requirement as HIGH where the policy says so', async () => {
    const low = { '.gxp/requirements/REQ-002.md': requirement('REQ-002', 'risk_level: LOW') }
    expect(await unwarranted(low, { policy: { allHigh: true } })).toMatchObject([
      { message: expect.stringContaining('1 untested HIGH requirement.') },
    ])
  })

  it('holds the old word to the same', async () => {
    const files = goodBut({ ...edited(CONTEXT, 'in_review', 'VALIDATED'), [TEST]: null })
    expect(found(await assessRecord(files), rule)).toHaveLength(1)
  })

  it('finds nothing in a validated record that is whole, in an untested LOW requirement, or in a draft', async () => {
    expect(await unwarranted({})).toEqual([])
    expect(await unwarranted({ '.gxp/requirements/REQ-002.md': requirement('REQ-002', 'risk_level: LOW') })).toEqual([])
    expect(found(await assessRecord(goodBut({ [TEST]: null })), rule)).toEqual([])
  })
})

describe('context/rating-too-low', () => {
  const rule = 'context/rating-too-low'

  it('finds a system rated below one of its requirements', async () => {
    expect(found(await assessRecord(context('gxp_risk_rating: HIGH', 'gxp_risk_rating: MEDIUM')))).toMatchObject([
      { rule, severity: 'warning', path: CONTEXT, line: 5, message: expect.stringContaining('REQ-001') },
    ])
    const lower = { '.gxp/requirements/REQ-000.md': requirement('REQ-000', 'risk_level: LOW') }
    const files = { ...edited(CONTEXT, 'gxp_risk_rating: HIGH', 'gxp_risk_rating: MEDIUM'), ...lower }
    expect(found(await assessRecord(goodBut(files)), rule)).toMatchObject([
      { message: 'The system is rated MEDIUM, but REQ-001 is rated HIGH. Rate the system at least HIGH.' },
    ])
  })

  it('reads the risk of an unrated requirement off the code that points at it', async () => {
    const unrated = edited(REQUIREMENT, 'gxp_risk_rating: HIGH\n', '')
    const low = edited(CONTEXT, 'gxp_risk_rating: HIGH', 'gxp_risk_rating: LOW')
    expect(found(await assessRecord(goodBut({ ...unrated, ...low })), rule)).toHaveLength(1)
    const files = goodBut({ ...unrated, ...low, ...edited(SOURCE, '@gxp-risk HIGH', '@gxp-risk LOW') })
    expect(found(await assessRecord(files), rule)).toEqual([])
  })

  it('goes by what the record says, also where the policy judges all as HIGH', async () => {
    const medium = edited(REQUIREMENT, 'gxp_risk_rating: HIGH', 'gxp_risk_rating: MEDIUM')
    const files = goodBut({ ...medium, ...edited(CONTEXT, 'gxp_risk_rating: HIGH', 'gxp_risk_rating: MEDIUM') })
    expect(found(await assessRecord(files, { policy: { allHigh: true } }), rule)).toEqual([])
  })

  it('finds nothing where the system is rated as high or higher', async () => {
    const medium = edited(REQUIREMENT, 'gxp_risk_rating: HIGH', 'gxp_risk_rating: MEDIUM')
    expect(found(await assessRecord(goodBut(medium)), rule)).toEqual([])
  })
})

describe('context/version-not-raised', () => {
  const rule = 'context/version-not-raised'
  const changed = async (changes: Parameters<typeof goodBut>[0], base: Parameters<typeof goodBut>[0] = {}) =>
    found(await assessRecord(goodBut(changes), { base: goodBut(base) }), rule)
  const raised = edited(CONTEXT, 'version: 1.4.0', 'version: 1.5.0')
  const requirementChanged = edited(REQUIREMENT, 'is refused', 'is refused and logged')

  it.each([
    ['the intended use', edited(CONTEXT, 'creatinine.', 'creatinine and age.'), 'the intended use'],
    ['the intended use, which is no longer said,', edited(CONTEXT, 'intended_use:', 'used_for:'), 'the intended use'],
    ['a requirement', requirementChanged, REQUIREMENT],
    ['a new requirement', { '.gxp/requirements/REQ-002.md': requirement('REQ-002') }, 'REQ-002'],
    ['HIGH-risk source', edited(SOURCE, '<=', '<'), SOURCE],
    ['a requirement that was taken away', { [REQUIREMENT]: null }, REQUIREMENT],
    ['HIGH-risk source that was taken away', { [SOURCE]: null }, SOURCE],
    ['source that became HIGH', { 'src/log.ts': '// @gxp-risk HIGH\n' }, 'src/log.ts'],
    ['HIGH-risk source that lost its tag', edited(SOURCE, ' * @gxp-risk HIGH\n', ''), SOURCE],
  ])('finds that %s changed under the same version', async (_, changes, words) => {
    expect(await changed(changes)).toMatchObject([
      { severity: 'warning', path: CONTEXT, line: 4, status: 'introduced', message: expect.stringContaining(words) },
    ])
  })

  it('finds a version that fell, whatever changed, as an error', async () => {
    expect(await changed(edited(CONTEXT, '1.4.0', '1.3.9'))).toMatchObject([{ severity: 'error', line: 4 }])
    expect(await changed(edited(CONTEXT, '1.4.0', '1.4.0-rc.1'))).toMatchObject([{ severity: 'error' }])
  })

  it('is not satisfied by build metadata: it precedes nothing', async () => {
    expect(await changed({ ...requirementChanged, ...edited(CONTEXT, '1.4.0', '1.4.0+7') })).toHaveLength(1)
  })

  it('names three of many, and says how many more there are', async () => {
    const more = Object.fromEntries(
      ['2', '3', '4', '5'].map((n) => [`.gxp/requirements/REQ-${n}.md`, requirement(`REQ-${n}`)]),
    )
    expect(await changed(more)).toMatchObject([{ message: expect.stringMatching(/REQ-2.*REQ-3.*REQ-4\S* and 1 more/) }])
    const { '.gxp/requirements/REQ-5.md': _, ...three } = more
    expect(await changed(three)).toMatchObject([{ message: expect.not.stringContaining('more') }])
  })

  it('compares only versions that both say', async () => {
    expect(await changed({ ...requirementChanged, ...edited(CONTEXT, '1.4.0', 'next') })).toEqual([])
    const next = edited(CONTEXT, '1.4.0', 'next')
    expect(await changed(requirementChanged, next)).toEqual([])
    for (const none of ['version:', 'version: [1.4.0]', 'edition: 1.4.0'])
      expect(await changed(requirementChanged, edited(CONTEXT, 'version: 1.4.0', none))).toEqual([])
  })

  it('asks for nothing because of files that moved as they are', async () => {
    const moved = '.gxp/requirements/REQ-001-limit.md'
    expect(await changed({ [REQUIREMENT]: null, [moved]: GOOD[REQUIREMENT] ?? '' })).toEqual([])
    const edit = edited(REQUIREMENT, 'is refused', 'is refused and logged')[REQUIREMENT] ?? ''
    expect(await changed({ [REQUIREMENT]: null, [moved]: edit })).toHaveLength(1)
  })

  it('asks for it where they moved to where they count for less', async () => {
    const test = await changed({ [SOURCE]: null, 'test/limit.test.ts': GOOD[SOURCE] ?? '' })
    expect(test).toMatchObject([{ message: expect.stringContaining(`this changed: ${SOURCE}.`) }])
    const specification = await changed({ [REQUIREMENT]: null, '.gxp/specs/SPEC-009.md': GOOD[REQUIREMENT] ?? '' })
    expect(specification).toMatchObject([{ message: expect.stringContaining(`this changed: ${REQUIREMENT}.`) }])
  })

  it('names what changed in the order of the paths, whether it came or went', async () => {
    const first = '.gxp/requirements/REQ-000.md'
    expect(await changed({ [REQUIREMENT]: null, [first]: requirement('REQ-000') })).toMatchObject([
      { message: expect.stringContaining(`this changed: ${first}, ${REQUIREMENT}.`) },
    ])
  })

  it.each([
    ['when the version rose', { ...requirementChanged, ...raised }],
    ['when the intended use was wrapped anew', edited(CONTEXT, 'use: Computes the', 'use: >\n  Computes\n  the')],
    ['for a story', edited(STORY, 'pharmacist', 'nurse')],
    ['for a test', edited(TEST, '11, 10', '12, 10')],
    ['for source without a HIGH risk', { 'src/log.ts': '// @gxp-risk LOW\n' }],
    ['for nothing', {}],
  ])('finds nothing %s', async (_, changes) => {
    expect(await changed(changes)).toEqual([])
  })

  it('rests without a base', async () => {
    expect(found(await assessRecord(goodBut(requirementChanged)), rule)).toEqual([])
  })
})
