import { evidencePackage, PACKAGE, without } from '../../support/evidence-package.ts'
import {
  assessRecord,
  CONTEXT,
  claims,
  document,
  type Files,
  found,
  goodBut,
  type Signer,
  signer,
} from '../../support/record.ts'

let team: Signer
let first: string
let second: string
let pack: Record<string, string>
beforeAll(async () => {
  team = await signer('team')
  first = await team.sign(claims({ timestamp: '2026-02-04T10:00:00Z' }))
  second = await team.sign(claims())
  pack = await evidencePackage(team)
})

const A = '.gxp/evidence/a.jws'
const B = '.gxp/evidence/archive/b.jws'
const changed = 'evidence/changed'
const removed = 'evidence/removed'

/** From one set of files to another, over the good record. */
const from = (before: Files, after: Files) => ({
  head: goodBut(after),
  given: { base: goodBut(before), keys: [team.key] },
})
const findings = async ({ head, given }: ReturnType<typeof from>, rule: string) =>
  found(await assessRecord(head, given), rule)

describe('evidence/changed', () => {
  it('finds evidence that was edited, at its line 1', async () => {
    expect(await findings(from({ [A]: first }, { [A]: second }), changed)).toMatchObject([
      { severity: 'error', path: A, line: 1, status: 'introduced', message: expect.stringContaining('immutable') },
    ])
    expect(await findings(from({ [A]: first }, { [A]: second }), removed)).toEqual([])
  })

  it('accepts what is added, and what stays', async () => {
    expect(await findings(from({}, { [A]: first }), changed)).toEqual([])
    expect(await findings(from({ [A]: first }, { [A]: first, [B]: second }), changed)).toEqual([])
  })

  it('accepts new evidence in the place of one that is kept elsewhere among the evidence', async () => {
    expect(await findings(from({ [A]: first }, { [A]: second, [B]: first }), changed)).toEqual([])
    const outside = { [A]: second, '.gxp/archive/a.jws': first }
    expect(await findings(from({ [A]: first }, outside), changed)).toHaveLength(1)
  })

  it('finds a release manifest, and evidence whose signature nobody trusts', async () => {
    const release = await team.sign({ release_version: '1' })
    expect(await findings(from({ [A]: release }, { [A]: first }), changed)).toHaveLength(1)
    const stranger = await signer('stranger')
    expect(await findings(from({ [A]: await stranger.sign() }, { [A]: first }), changed)).toHaveLength(1)
  })

  it('lets what was never a JWS be mended', async () => {
    expect(await findings(from({ [A]: 'prose' }, { [A]: first }), changed)).toEqual([])
    expect(await findings(from({ [A]: first }, { [A]: 'prose' }), changed)).toHaveLength(1)
  })

  it('finds an edited package once, at the first of its files, and names them', async () => {
    const edits = Object.fromEntries(
      ['metadata.json', 'environment.json'].map((name) => [`${PACKAGE}/${name}`, '{"edited":true}']),
    )
    expect(await findings(from(pack, { ...pack, ...edits }), changed)).toMatchObject([
      {
        severity: 'error',
        path: `${PACKAGE}/environment.json`,
        line: 1,
        message: expect.stringMatching(/^The evidence package .* was edited \(`environment.json`, `metadata.json`\)/),
      },
    ])
  })

  it('names five of them at most', async () => {
    const edits = Object.fromEntries(Object.keys(pack).map((path) => [path, `edited ${path}`]))
    expect(await findings(from(pack, edits), changed)).toMatchObject([
      { message: expect.stringContaining(' and 2 more') },
    ])
    const { [`${PACKAGE}/manifest.json`]: _, [`${PACKAGE}/signature.jws`]: __, ...five } = edits
    expect(await findings(from(pack, { ...pack, ...five }), changed)).toMatchObject([
      { message: expect.not.stringContaining('more') },
    ])
  })

  it('lets a package be completed that nobody has signed yet', async () => {
    const unsigned = without(pack, `${PACKAGE}/signature.jws`)
    const metadata = { [`${PACKAGE}/metadata.json`]: '{}' }
    expect(await findings(from({ ...unsigned, ...metadata }, pack), changed)).toEqual([])
    const broken = { ...pack, [`${PACKAGE}/signature.jws`]: 'prose' }
    expect(await findings(from(broken, pack), changed)).toEqual([])
  })

  it('rests without a base', async () => {
    expect(found(await assessRecord(goodBut({ [A]: second }), { keys: [team.key] }), changed)).toEqual([])
  })
})

describe('evidence/removed', () => {
  it('finds evidence that is gone, on line 1 of the system context, by its path', async () => {
    const [finding] = await findings(from({ [A]: first }, {}), removed)
    expect(finding).toMatchObject({
      severity: 'error',
      path: CONTEXT,
      line: 1,
      message: expect.stringContaining(`\`${A}\` was deleted`),
    })
    expect(await findings(from({ [A]: first }, {}), changed)).toEqual([])
    const [other] = await findings(from({ [B]: first }, {}), removed)
    expect(other?.fingerprint).not.toBe(finding?.fingerprint)
  })

  it('accepts evidence that was moved as it is, within the evidence only', async () => {
    expect(await findings(from({ [A]: first }, { [B]: first }), removed)).toEqual([])
    expect(await findings(from({ [A]: first }, { [B]: second }), removed)).toHaveLength(1)
    expect(await findings(from({ [A]: first }, { '.gxp/archive/a.jws': first }), removed)).toHaveLength(1)
  })

  it('finds evidence that was renamed, so that nothing reads it as what it is', async () => {
    expect(await findings(from({ [A]: first }, { [`${A}.bak`]: first }), removed)).toMatchObject([
      { severity: 'error', message: expect.stringContaining(`\`${A}\` was deleted`) },
    ])
    expect(await findings(from({ [A]: first }, { [A]: second, [`${A}.bak`]: first }), changed)).toHaveLength(1)
    const inPackage = { ...pack, [`${PACKAGE}/a.jws`]: first }
    expect(await findings(from({ [A]: first, ...pack }, inPackage), removed)).toHaveLength(1)
  })

  it('finds a package that was moved to where it is none', async () => {
    const to = (place: string) =>
      Object.fromEntries(Object.entries(pack).map(([path, text]) => [path.replace(PACKAGE, place), text]))
    expect(await findings(from(pack, to('.gxp/archive/OQ-x')), removed)).toHaveLength(1)
    const other = await evidencePackage(team, { created_at: '2026-02-05T11:00:00Z' }, `${PACKAGE.slice(0, -24)}x`)
    const inside = to(`${PACKAGE.slice(0, -24)}x/old`)
    expect(await findings(from({ ...pack, ...other }, { ...other, ...inside }), removed)).toHaveLength(1)
  })

  it('lets what was never a JWS be taken away', async () => {
    expect(await findings(from({ [A]: 'prose' }, {}), removed)).toEqual([])
  })

  it('finds a deleted package once, and a moved one not at all', async () => {
    expect(await findings(from(pack, {}), removed)).toMatchObject([
      { path: CONTEXT, line: 1, message: expect.stringContaining(`The evidence package \`${PACKAGE}\` was deleted`) },
    ])
    const moved = Object.fromEntries(
      Object.entries(pack).map(([path, text]) => [
        path.replace(PACKAGE, `${PACKAGE.replace('packages', 'old')}`),
        text,
      ]),
    )
    expect(await findings(from(pack, moved), removed)).toEqual([])
  })

  it('finds a package that lost files, and names them', async () => {
    const lost = without(pack, `${PACKAGE}/artifacts/coverage-report.json`)
    expect(await findings(from(pack, lost), removed)).toMatchObject([
      { message: expect.stringMatching(/^The evidence package .* lost files \(`coverage-report.json`\)/) },
    ])
  })

  it('is one of each of several packages and files', async () => {
    const other = await evidencePackage(team, { created_at: '2026-02-05T11:00:00Z' }, `${PACKAGE.slice(0, -24)}x`)
    expect(await findings(from({ ...pack, ...other, [A]: first }, {}), removed)).toHaveLength(3)
  })

  it('says nothing where the whole record was deleted: that is told once, as such', async () => {
    const given = { base: goodBut({ [A]: first }), keys: [team.key] }
    expect(found(await assessRecord({ 'src/a.ts': '' }, given), removed)).toEqual([])
    expect(found(await assessRecord({ 'GxP.MD': '# Policy' }, given), removed)).toEqual([])
    // The evidence, and the good record's record of testing.
    expect(found(await assessRecord({ '.gxp/README.md': 'x' }, given), removed)).toHaveLength(2)
  })
})

describe('A record of testing', () => {
  const ROT = '.gxp/evidence/ROT-SPEC-001-001.md'
  const AGAIN = '.gxp/evidence/ROT-SPEC-001-001-2.md'
  const FIELDS: Record<string, string> = {
    spec_id: 'SPEC-001-001',
    tester: 'A. Tester',
    test_date: '2026-02-05',
    test_type: 'scripted',
    result: 'FAIL',
    summary: 'A dose of 0 mg was accepted.',
  }
  const text = (changes: Record<string, string | null> = {}) =>
    document(
      Object.entries({ ...FIELDS, ...changes }).flatMap(([key, value]) => (value === null ? [] : [`${key}: ${value}`])),
    )
  /** Findings of both rules when the record with one text becomes these files. */
  const became = async (before: string | Uint8Array | Files, after: Record<string, string | Uint8Array | null>) => {
    const base = typeof before === 'string' || before instanceof Uint8Array ? { [ROT]: before } : before
    const assessed = await assessRecord(goodBut(after), { base: goodBut(base) })
    return [...found(assessed, changed), ...found(assessed, removed)]
  }

  it.each([
    ['spec_id', 'SPEC-001-002', 2],
    ['tester', 'B. Tester', 3],
    ['test_date', '2026-02-06', 4],
    ['test_type', 'ad-hoc', 5],
    ['result', 'PASS', 6],
  ])('stays as it is: its %s is not edited to %s', async (name, value, line) => {
    expect(await became(text(), { [ROT]: text({ [name]: value }) })).toMatchObject([
      {
        rule: changed,
        severity: 'error',
        path: ROT,
        line,
        gxpId: 'SPEC-001-001',
        message: expect.stringMatching(
          new RegExp(`^This record of testing was edited: \`${name}\` was \`${FIELDS[name]}\` and is \`${value}\`\\.`),
        ),
      },
    ])
  })

  it.each([
    ['PASS', 'FAIL'],
    ['PASS', 'PASS_WITH_DEVIATIONS'],
    ['PASS_WITH_DEVIATIONS', 'PASS'],
  ])('stays as it is: its result is not edited from %s to %s', async (was, is) => {
    expect(await became(text({ result: was }), { [ROT]: text({ result: is }) })).toMatchObject([
      { rule: changed, line: 6, message: expect.stringContaining(`\`result\` was \`${was}\` and is \`${is}\`.`) },
    ])
  })

  it('is told once, with all that was edited', async () => {
    const [edited, ...others] = await became(text(), { [ROT]: text({ result: 'PASS', tester: 'B.' }) })
    expect(edited?.message).toContain('`tester` was `A. Tester` and is `B.`, `result` was `FAIL` and is `PASS`.')
    expect(edited?.line).toBe(3)
    expect(others).toEqual([])
  })

  it('may have its summary corrected, its text added to, and its layout changed', async () => {
    expect(await became(text(), { [ROT]: text({ summary: 'A dose of 0 mg was taken.' }) })).toEqual([])
    expect(await became(text(), { [ROT]: `${text({ tester: '"A.  Tester"' })}\nSeen by QA.\n` })).toEqual([])
  })

  it('may be moved, also to make room for a new one', async () => {
    expect(await became(text(), { [ROT]: null, [AGAIN]: text() })).toEqual([])
    expect(await became(text(), { [ROT]: null, [AGAIN]: text({ summary: 'Corrected.' }) })).toEqual([])
    expect(await became(text(), { [ROT]: text({ result: 'PASS' }), [AGAIN]: text({ summary: 'x' }) })).toEqual([])
    const kept = '.gxp/evidence/old/ROT-failed.md'
    expect(await became(text(), { [ROT]: text({ result: 'PASS' }), [kept]: text() })).toEqual([])
    expect(await became(text(), { [ROT]: text({ result: 'PASS' }), '.gxp/old/failed.md': text() })).toHaveLength(1)
  })

  it('is not given a name under which nothing reads it', async () => {
    for (const path of ['.gxp/evidence/failed.md', `${ROT}.bak`]) {
      expect(await became(text(), { [ROT]: null, [path]: text() })).toMatchObject([{ rule: removed }])
      expect(await became(text(), { [ROT]: text({ result: 'PASS' }), [path]: text() })).toMatchObject([
        { rule: changed },
      ])
    }
  })

  it('is not deleted, and one that says the same stands for one only', async () => {
    expect(await became(text(), { [ROT]: null })).toMatchObject([
      {
        rule: removed,
        severity: 'error',
        path: CONTEXT,
        line: 1,
        gxpId: 'SPEC-001-001',
        message: `The record of testing \`${ROT}\` was deleted. Evidence is append-only: restore it, and add what is new beside it.`,
      },
    ])
    const two = { [ROT]: text(), [AGAIN]: text({ summary: 'Again.' }) }
    expect(await became(two, { [ROT]: text(), [AGAIN]: null })).toMatchObject([{ rule: removed }])
    expect(await became(two, { [ROT]: null, [AGAIN]: text({ summary: 'Again.' }) })).toMatchObject([{ rule: removed }])
    expect(await became(two, { [ROT]: null, [AGAIN]: text({ summary: 'Both.' }) })).toMatchObject([{ rule: removed }])
    const moved = { [ROT]: null, [AGAIN]: null, '.gxp/evidence/ROT-SPEC-001-001-3.md': text() }
    expect(await became(two, moved)).toMatchObject([{ message: expect.stringContaining(AGAIN) }])
    const swapped = { [ROT]: text({ summary: 'x' }), [AGAIN]: text() }
    expect(await became(two, swapped)).toEqual([])
    const renamed = { [ROT]: null, [AGAIN]: null, '.gxp/evidence/ROT-SPEC-001-001-3.md': text({ summary: 'x' }) }
    expect(await became(two, renamed)).toHaveLength(1)
    expect(await became({ ...two, [AGAIN]: text({ result: 'PASS' }) }, { [ROT]: null, [AGAIN]: null })).toHaveLength(2)
  })

  it('may be mended where it was malformed, and failed tests do not pass by that', async () => {
    expect(await became(text({ tester: null }), { [ROT]: text() })).toEqual([])
    expect(await became(text({ test_date: '""' }), { [ROT]: text() })).toEqual([])
    expect(await became(text({ result: 'failed' }), { [ROT]: text() })).toEqual([])
    expect(await became(text({ result: 'passed' }), { [ROT]: text({ result: 'PASS' }) })).toEqual([])
    expect(await became(text({ result: null }), { [ROT]: text() })).toEqual([])
    expect(await became(text({ result: 'failed' }), { [ROT]: text({ result: 'PASS_WITH_DEVIATIONS' }) })).toHaveLength(
      1,
    )
    expect(await became('---\nresult: [\n---\n', { [ROT]: text() })).toEqual([])
    expect(await became('---\nresult: [\n---\n', { [ROT]: null })).toEqual([])
  })

  describe('that could not be read', () => {
    const BROKEN = 'a dose: 0 mg was accepted'
    const broken = (changes: Record<string, string | null> = {}) => text({ summary: BROKEN, ...changes })

    it('does not pass by being mended, where a line that is whole says that it failed', async () => {
      for (const before of [
        broken(),
        Buffer.from(text({ summary: 'caf\xe9' }), 'latin1'),
        broken({ result: '"failed"' }),
      ]) {
        const [edited, ...others] = await became(before, { [ROT]: text({ result: 'PASS' }) })
        expect(edited).toMatchObject({ rule: changed, severity: 'error', path: ROT, line: 6, gxpId: 'SPEC-001-001' })
        expect(edited?.message).toMatch(/`result` was `FAIL(ed)?` and is `PASS`\./i)
        expect(others).toEqual([])
      }
    })

    it('does not pass where the result is what is broken', async () => {
      for (const result of ['FAIL: overdose', '"FAIL'])
        expect(await became(text({ result }), { [ROT]: text({ result: 'PASS' }) })).toMatchObject([
          { rule: changed, line: 6, message: expect.stringContaining(`\`result\` was \`${result}\` and is \`PASS\``) },
        ])
      expect(await became(text({ result: 'FAIL: overdose' }), { [ROT]: text() })).toEqual([])
      expect(await became(text({ result: 'no FAIL: none' }), { [ROT]: text({ result: 'PASS' }) })).toEqual([])
    })

    it('does not pass while it can not be read', async () => {
      const latin1 = (changes: Record<string, string>) =>
        Buffer.from(text({ ...changes, summary: 'caf\xe9' }), 'latin1')
      expect(await became(latin1({}), { [ROT]: latin1({ result: 'PASS' }) })).toMatchObject([
        { rule: changed, line: 6, message: expect.stringContaining('`result` was `FAIL` and is `PASS`.') },
      ])
      expect(await became(broken(), { [ROT]: broken({ result: 'PASS' }) })).toHaveLength(1)
      expect(await became(latin1({}), { [ROT]: Buffer.concat([latin1({}), latin1({})]) })).toEqual([])
      expect(await became(text(), { [ROT]: broken({ result: 'PASS' }) })).toHaveLength(1)
      expect(await became(text(), { [ROT]: broken() })).toEqual([])
      expect(await became(text(), { [ROT]: latin1({}) })).toMatchObject([
        { rule: changed, line: 1, message: expect.stringContaining("can't be read any more") },
      ])
    })

    it('does not leave either', async () => {
      expect(await became(broken(), { [ROT]: null })).toMatchObject([{ rule: removed, gxpId: 'SPEC-001-001' }])
      expect(await became(broken(), { [ROT]: text({ spec_id: 'SPEC-001-002' }) })).toMatchObject([{ rule: changed }])
    })

    it('may be mended, moved, and left as it is', async () => {
      expect(await became(broken(), { [ROT]: text() })).toEqual([])
      expect(await became(broken(), { [ROT]: null, [AGAIN]: text() })).toEqual([])
      expect(await became(broken(), { [ROT]: null, [AGAIN]: broken() })).toEqual([])
      expect(await became(broken(), { [ROT]: broken() })).toEqual([])
      expect(await became(broken({ tester: 'A: B' }), { [ROT]: text({ tester: 'A. B' }) })).toEqual([])
    })

    it('is nothing yet where no line says that it failed', async () => {
      for (const before of [broken({ result: 'PASS' }), broken({ result: null })])
        for (const after of [text({ result: 'PASS' }), null]) expect(await became(before, { [ROT]: after })).toEqual([])
    })
  })

  it('is told for what it is when it is malformed now, and as edited when it is no text any more', async () => {
    expect(await became(text(), { [ROT]: text({ result: null }) })).toEqual([])
    expect(await became(text(), { [ROT]: text({ result: 'passed' }) })).toEqual([])
    expect(await became(text(), { [ROT]: '---\nresult: [\n---\n' })).toEqual([])
    expect(await became(text(), { [ROT]: new Uint8Array([0xff]) })).toMatchObject([
      {
        rule: changed,
        path: ROT,
        line: 1,
        message: expect.stringMatching(/^This record of testing can't be read any more\./),
      },
    ])
  })

  it('is left to context/missing where the whole record was deleted, and rests without a base', async () => {
    expect(found(await assessRecord({ 'src/a.ts': '' }, { base: goodBut({}) }), removed)).toEqual([])
    expect(found(await assessRecord(goodBut({ [ROT]: text({ result: 'PASS' }) })), changed)).toEqual([])
  })
})
