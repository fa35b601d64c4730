import { assess, type Judging } from '../../src/rosie/assess.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import {
  assessRecord,
  briefly,
  EVIDENCE,
  edited,
  type Files,
  found,
  GOOD,
  goodBut,
  REQUIREMENT,
  record,
  requirement,
  STORY,
  signer,
  story,
} from '../support/record.ts'

const broken = edited(STORY, 'REQ-001', 'REQ-0001')
const fingerprints = async (files: Parameters<typeof assessRecord>[0]) =>
  found(await assessRecord(files)).map(({ fingerprint }) => fingerprint)

describe('The conclusion', () => {
  it('is success for a good record and failure for an error', async () => {
    expect((await assessRecord(GOOD)).conclusion).toBe('success')
    expect((await assessRecord(goodBut(broken))).conclusion).toBe('failure')
  })

  it('is success for warnings and notices, unless the policy fails on them', async () => {
    const files = goodBut({ '.gxp/notes.txt': 'x' })
    expect((await assessRecord(files)).conclusion).toBe('success')
    const low = goodBut(edited(STORY, 'as_a: pharmacist\n', ''))
    expect((await assessRecord(low)).conclusion).toBe('success')
    expect((await assessRecord(low, { policy: { failOn: 'warning' } })).conclusion).toBe('failure')
    expect((await assessRecord(files, { policy: { failOn: 'warning' } })).conclusion).toBe('success')
  })

  it('is success whatever is found where the policy never fails, and the findings are shown', async () => {
    const assessment = await assessRecord(goodBut(broken), { policy: { failOn: 'never' } })
    expect(assessment).toMatchObject({ conclusion: 'success', summary: { findings: { error: 1 } } })
  })

  it('has nothing in a base without a record, whatever its annotations: nothing was claimed there', async () => {
    const annotated = { 'src/b.ts': '// @gxp-implements SPEC-404\n' }
    const statusAgainst = async (base: Files) => {
      const { findings } = await assessRecord({ ...GOOD, ...annotated }, { base, trackedRecord: true })
      return [...new Set(findings.filter(({ path }) => path === 'src/b.ts').map(({ status }) => status))]
    }
    expect(await statusAgainst(annotated)).toEqual(['introduced'])
    expect(await statusAgainst({ ...annotated, 'GxP.MD': '' })).toEqual(['existing'])
    expect(await statusAgainst({ ...annotated, '.gxp/README.md': '' })).toEqual(['existing'])
  })

  it('is neutral only where neither the head, nor its base, nor the default branch keeps a record', async () => {
    const bare = { 'src/a.ts': '// @gxp-satisfies nothing\n' }
    expect(await assessRecord(bare)).toMatchObject({ conclusion: 'neutral', findings: [] })
    expect((await assessRecord(bare, { base: {} })).conclusion).toBe('neutral')
    expect((await assessRecord(bare, { base: GOOD })).conclusion).toBe('failure')
    expect(await assessRecord({ 'src/a.ts': '' }, { trackedRecord: true })).toMatchObject({
      conclusion: 'success',
      findings: [],
    })
    expect((await assessRecord(bare, { trackedRecord: true })).conclusion).toBe('failure')
    expect((await assessRecord({ 'GxP.MD': '' })).conclusion).toBe('success')
    expect((await assessRecord(GOOD, { base: {} })).conclusion).toBe('success')
  })
})

describe('A finding', () => {
  it('is existing when the base has it too, and fixed when only the base has it', async () => {
    const base = goodBut({ ...broken, '.gxp/notes.txt': 'x' })
    const head = goodBut({ ...broken, 'src/a.ts': '// @gxp-risk high\n' })
    const { findings, fixed } = await assessRecord(head, { base })
    expect(findings).toMatchObject([
      { rule: 'trace/broken-reference', status: 'existing' },
      { rule: 'annotation/malformed', status: 'introduced' },
    ])
    expect(fixed).toMatchObject([{ rule: 'artifact/unknown-file' }])
  })

  it('is introduced without a base', async () => {
    expect(found(await assessRecord(goodBut(broken)))).toMatchObject([{ status: 'introduced' }])
  })

  it('that exists already lets the check pass where the policy looks at what is introduced', async () => {
    const policy = { introducedOnly: true }
    expect((await assessRecord(goodBut(broken), { base: goodBut(broken), policy })).conclusion).toBe('success')
    expect((await assessRecord(goodBut(broken), { base: GOOD, policy })).conclusion).toBe('failure')
    expect((await assessRecord(goodBut(broken), { base: goodBut(broken) })).conclusion).toBe('failure')
  })

  it('is left out when the policy turns its rule off, and takes the severity the policy gives it', async () => {
    const severities = (severity: 'off' | 'warning') => ({
      policy: { severities: { 'annotation/malformed': severity } },
    })
    const files = goodBut({ 'src/a.ts': '// @gxp-risk high\n' })
    expect(await assessRecord(files, severities('off'))).toMatchObject({ findings: [], conclusion: 'success' })
    expect(await assessRecord(files, severities('warning'))).toMatchObject({
      findings: [{ severity: 'warning' }],
      conclusion: 'success',
      summary: { findings: { error: 0, warning: 1, notice: 0 } },
    })
  })

  it('comes most serious first, then by path and line', async () => {
    const files = goodBut({
      '.gxp/notes.txt': 'x',
      'src/b.ts': '// @gxp-risk high\n\n// @gxp-specs x\n',
      'src/a.ts': '// @gxp-risk high\n',
      ...edited(STORY, 'as_a: pharmacist\n', ''),
    })
    expect(briefly(await assessRecord(files))).toEqual([
      'src/a.ts:1 error annotation/malformed',
      'src/b.ts:1 error annotation/malformed',
      'src/b.ts:3 error annotation/malformed',
      `${STORY}:2 warning artifact/missing-field`,
      '.gxp/notes.txt:1 notice artifact/unknown-file',
    ])
  })
})

describe('Findings of one line', () => {
  it.each([
    ['SPEC-001-001, REQ-404', ['annotation/missing-tag null', 'trace/wrong-type 19', 'annotation/unknown-id 33']],
    ['REQ-404, SPEC-001-001', ['annotation/missing-tag null', 'annotation/unknown-id 19', 'trace/wrong-type 28']],
  ])('come by their columns: %s', async (ids, told) => {
    const { findings } = await assessRecord(goodBut({ 'src/a.ts': `// @gxp-satisfies ${ids}\n` }))
    expect(findings.map(({ rule, column }) => `${rule} ${column}`)).toEqual(told)
  })
})

describe('What is assessed', () => {
  const judging: Judging = {
    ...{ policy: DEFAULT_POLICY, proposed: null, verdicts: new Map(), states: new Map(), keys: 0, now: 0 },
    trackedRecord: false,
  }
  const [head, base] = ['a', 'b'].map((digit) => ({ ...record(GOOD), commit: digit.repeat(40) }))
  if (!head || !base) throw new Error('there are both')

  it('is a commit and what it is compared with, if anything', () => {
    expect(assess(head, base, judging).assessment).toMatchObject({ head: head.commit, base: base.commit })
    expect(assess(head, null, judging).assessment).toMatchObject({ head: head.commit, base: null, fixed: [] })
  })

  it('is looked at once where nothing else changed, whatever it is compared with', () => {
    const first = assess(head, base, judging)
    expect(assess(head, null, judging).head).toBe(first.head)
    expect(assess(base, null, judging).head).toBe(first.base)
    // The directory that the change took away is one of those whose documents the head must have.
    const bare = { ...head, files: head.files.filter(({ path }) => !path.startsWith('.gxp/specs/')) }
    expect([...assess(bare, base, judging).head.keptKinds].sort()).toEqual([
      'requirement',
      'specification',
      'user_story',
    ])
    expect(assess(bare, null, judging).head.keptKinds.has('specification')).toBe(false)
    expect(assess(bare, base, judging).head.established.emptied).toEqual(['specification'])
  })
})

describe('What one rule finds in one file', () => {
  const told = async (test: string) => {
    const files = goodBut({ 'test/b.test.ts': test, 'test/c.test.ts': test })
    const findings = found(await assessRecord(files), 'annotation/missing-tag')
    const counting = findings.filter(({ message }) => message.includes('not listed'))
    return {
      found: findings.length,
      counting: counting.map(({ path, line, severity, message }) => `${path}:${line} ${severity} ${message}`),
    }
  }
  const WARNING = '// @gxp-verifies SPEC-001-001\n// @test-type OQ\nit()\n'
  const ERROR = '// @gxp-verifies SPEC-001-001\n// @gxp-risk HIGH\nit()\n'

  it('is listed up to a limit, and counted beyond it, as serious as the worst of it', async () => {
    const said = (line: number, severity: string, more: number) =>
      ['test/b.test.ts', 'test/c.test.ts'].map(
        (path) =>
          `${path}:${line} ${severity} This file has ${more} more of this kind that are not listed, one of them here.`,
      )
    expect(await told(WARNING.repeat(1_000))).toEqual({ found: 2_000, counting: [] })
    const warnings = await told(WARNING.repeat(1_002))
    expect(warnings).toEqual({ found: 2_002, counting: said(3_001, 'warning', 2) })
    const errors = await told(WARNING.repeat(1_001) + ERROR + ERROR + WARNING)
    expect(errors).toEqual({ found: 2_002, counting: said(3_004, 'error', 4) })
  })
})

describe('A fingerprint', () => {
  it('is 32 hex digits', async () => {
    expect((await fingerprints(goodBut(broken)))[0]).toMatch(/^[0-9a-f]{32}$/)
  })

  it('stays when lines move', async () => {
    const code = '// @gxp-risk high\n// @gxp-satisfies REQ-404\n'
    const moved = goodBut({ 'src/a.ts': `\n\nconst a = 1\n\n  ${code}` })
    expect(await fingerprints(moved)).toEqual(await fingerprints(goodBut({ 'src/a.ts': code })))
    const lower = edited(STORY, 'parent_id: REQ-001\nas_a', 'so_what: x\nparent_id:   REQ-0001\nas_a')
    expect(await fingerprints(goodBut(lower))).toEqual(await fingerprints(goodBut(broken)))
  })

  it('differs between two equal faults of one file, and the first keeps its own', async () => {
    const one = await fingerprints(goodBut({ 'src/a.ts': '// @gxp-risk high\n' }))
    const two = await fingerprints(goodBut({ 'src/a.ts': '// @gxp-risk high\na()\n// @gxp-risk high\n' }))
    expect(two).toHaveLength(2)
    expect(new Set(two).size).toBe(2)
    expect(two[0]).toBe(one[0])
  })

  it('stays when white space changes', async () => {
    const naming = (id: string) =>
      fingerprints(goodBut({ '.gxp/requirements/REQ-002.md': requirement('REQ-002', `satisfies: ["${id}"]`) }))
    expect(await naming('no   where')).toEqual(await naming('no where'))
  })

  it('differs between faults of one file that differ in white space only', async () => {
    const text = requirement('REQ-002', 'satisfies: ["no  where", "no where"]')
    const all = await fingerprints(goodBut({ '.gxp/requirements/REQ-002.md': text }))
    expect(new Set(all).size).toBe(all.length)
    expect(all).toHaveLength(3)
  })

  it('differs between files, rules and ids', async () => {
    const code = '// @gxp-risk high\n// @gxp-satisfies REQ-404, REQ-405\n'
    const all = await fingerprints(goodBut({ 'src/a.ts': code, 'src/b.ts': code }))
    expect(all).toHaveLength(6)
    expect(new Set(all).size).toBe(6)
  })
})

describe('The summary', () => {
  it('counts what there is', async () => {
    const { key, sign } = await signer()
    const package_ = '.gxp/evidence/packages/OQ-SPEC-001-001-20260205'
    const { summary, findings } = await assessRecord(
      goodBut({
        '.gxp/adr/ADR-001-x.md': '# x',
        '.gxp/vendor_assessments/aws.md': '# x',
        '.gxp/risk_assessment.log':
          '# comment\n\n## RISK-001: overdose\n- Date: x\n\n[2026-02-05] RISK-002 | REQ-001 | Risk: LOW\n',
        [EVIDENCE]: await sign(),
        '.gxp/evidence/bad.jws': 'x',
        [`${package_}/manifest.json`]: '{}',
        [`${package_}/signature.jws`]: await sign(),
        'src/b.ts': '// @gxp-risk LOW\nb()\n// @gxp-risk LOW\n',
      }),
      { keys: [key] },
    )
    expect(summary).toEqual({
      artifacts: { requirement: 1, user_story: 1, specification: 1, decision: 1, risk: 2, vendor_assessment: 1 },
      annotations: { source: 3, test: 1 },
      evidence: { total: 2, valid: 1, invalid: 1, untrusted: 0 },
      packages: { total: 1, valid: 0, invalid: 1, untrusted: 0 },
      provenance: { verified: 0, contradicted: 0, unavailable: 0 },
      requirements: { total: 1, linked: 1, traced: 1, proven: 0 },
      findings: {
        error: findings.filter(({ severity }) => severity === 'error').length,
        warning: findings.filter(({ severity }) => severity === 'warning').length,
        notice: findings.filter(({ severity }) => severity === 'notice').length,
      },
    })
    expect(Math.min(...Object.values(summary.findings))).toBeGreaterThan(0)
  })

  it('counts a misplaced document as what it is', async () => {
    const files = { ...GOOD, '.gxp/requirements/US-009.md': story('US-009', 'parent_id: REQ-001') }
    expect((await assessRecord(files)).summary).toMatchObject({
      artifacts: { requirement: 1, user_story: 2, specification: 1 },
      requirements: { total: 1 },
    })
  })

  it('is of the head alone', async () => {
    const { summary } = await assessRecord({ [REQUIREMENT]: GOOD[REQUIREMENT] ?? '' }, { base: GOOD })
    expect(summary).toMatchObject({ artifacts: { requirement: 1, user_story: 0 }, annotations: { source: 0 } })
    expect(summary.findings.error).toBeGreaterThan(0)
  })
})
