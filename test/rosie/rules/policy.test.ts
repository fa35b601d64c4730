import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { assess } from '../../../src/rosie/assess.ts'
import { readPolicyFile } from '../../../src/rosie/parse/policy-file.ts'
import { DEFAULT_POLICY } from '../../../src/rosie/policy.ts'
import { resolvePolicy } from '../../../src/rosie/resolve-policy.ts'
import {
  assessRecord,
  CONTEXT,
  edited,
  type Files,
  found,
  type Given,
  goodBut,
  lines,
  record,
} from '../../support/record.ts'

const POLICY = '.github/rosie.yml'

const told = async (files: Files, rule: string, given: Given = {}) =>
  found(await assessRecord(files, given), rule).map(
    ({ path, line, severity, message }) => `${path}:${line} ${severity} ${message}`,
  )

describe('policy/invalid', () => {
  const rule = 'policy/invalid'
  const invalid = (text: string, given: Given = {}) => told(goodBut({ [POLICY]: text }), rule, given)

  it('finds nothing in a policy that is right, and none without one', async () => {
    expect(await invalid('fail_on: never\n')).toEqual([])
    expect(await told(goodBut({}), rule)).toEqual([])
  })

  it('finds a fault at its line, once for each', async () => {
    expect(await invalid('comment: never\nfail_on: sometimes\nsource: [a]\n')).toEqual([
      expect.stringMatching(/^\.github\/rosie\.yml:2 error `fail_on` is `sometimes`;/),
      expect.stringMatching(/^\.github\/rosie\.yml:3 error `source` is no setting\. Did you mean `sources`\?/),
    ])
  })

  it('is followed by what is wrong, not by its line', async () => {
    const prints = async (text: string) =>
      found(await assessRecord(goodBut({ [POLICY]: text })), rule).map(({ fingerprint }) => fingerprint)
    const [first] = await prints('fail_on: sometimes\n')
    expect(await prints('# moved\n\nfail_on: sometimes\n')).toEqual([first])
    expect(await prints('fail_on: at times\n')).not.toEqual([first])
  })

  it('finds a rule that there is none of, and names the nearest', async () => {
    const text = lines(
      'severities:',
      '  trace/orphans: off',
      '  trace/orphan: off',
      'ignore:',
      '  - {paths: [a], reason: Why, expires: 2026-06-30, rules: [trace/cycle, nothing/like-it]}',
    )
    expect(await invalid(text)).toEqual([
      `${POLICY}:2 error There is no rule \`trace/orphans\`, so nothing is set for it. Did you mean \`trace/orphan\`?`,
      `${POLICY}:5 error There is no rule \`nothing/like-it\`, so nothing is set for it.`,
    ])
  })

  it('finds what is wrong in the front matter of GxP.MD, and a file without any as a notice', async () => {
    const project = (text: string) => told(goodBut({ 'GxP.MD': text }), rule)
    expect(await project('---\nagent: {mode: strict}\n---\n')).toEqual([])
    expect(await project('---\n\nagent: {mode: lax}\n---\n')).toEqual([
      expect.stringMatching(/^GxP\.MD:3 error `agent\.mode` is `lax`;/),
    ])
    expect(await project('# Words\n')).toEqual([expect.stringMatching(/^GxP\.MD:1 notice The file does not begin/)])
  })

  it.each(['.github/rosie.yaml', '.github/ROSIE.yml', '.github/.rosie.yml', '.github/rosie-guard.yml'])(
    'finds a policy under a name that is not read: %s',
    async (path) => {
      const named = (file: string) => [
        `${file}:1 error The policy is read from \`.github/rosie.yml\` alone, so nothing in \`${file}\` holds. Give it that name.`,
      ]
      const text = 'fail_on: sometimes\n'
      expect(await told(goodBut({ [path]: text }), rule)).toEqual(named(path))
      expect(await told(goodBut({ [path]: text, [POLICY]: 'fail_on: never\n' }), rule)).toEqual(named(path))
    },
  )

  it.each(['rosie.yml', '.github/rosie.json', '.github/workflows/rosie.yaml', 'docs/.github/rosie.yaml'])(
    'finds nothing in a file that is no policy: %s',
    async (path) => {
      expect(await told(goodBut({ [path]: 'fail_on: sometimes\n' }), rule)).toEqual([])
    },
  )

  const ignore = (fields: string) => `# one\nignore:\n  - {paths: [src/**], reason: Why, ${fields}}\n`

  it('finds an ignore that has expired, as a warning', async () => {
    const at = (now: string) => invalid(ignore('expires: 2026-06-30'), { now: new Date(now) })
    expect(await at('2026-06-30T23:59:59Z')).toEqual([])
    expect(await at('2026-07-01T00:00:00Z')).toEqual([
      `${POLICY}:3 warning This ignore expired on 2026-06-30: what it named counts again. Mend that, or decide anew and give a later date. Its reason was: Why`,
    ])
  })

  it('finds an ignore that ends more than a year ahead', async () => {
    const at = (now: string) => invalid(ignore('expires: 2026-06-30'), { now: new Date(now) })
    expect(await at('2025-06-29T00:00:00Z')).toEqual([])
    expect(await at('2025-06-28T00:00:00Z')).toEqual([
      `${POLICY}:3 error This ignore ends on 2026-06-30, more than 366 days ahead, so it does not hold. Give an earlier date.`,
    ])
  })

  it('finds an ignore of what can not be ignored', async () => {
    expect(await invalid(ignore('expires: 2026-06-30, rules: [policy/keys-changed]'))).toEqual([
      `${POLICY}:3 error \`policy/keys-changed\` can't be ignored: what is wrong with a policy is always told.`,
    ])
  })

  it("finds the organisation's expired ignores, of the repository as a whole", async () => {
    const organisation = readPolicyFile(ignore('expires: 2026-01-31'))
    const policy = resolvePolicy({ organisation, repository: null, project: null })
    expect(await told(goodBut({}), rule, { policy })).toEqual([
      'null:null warning In the policy of the organisation, line 3: This ignore expired on 2026-01-31: what it named counts again. Mend that, or decide anew and give a later date. Its reason was: Why',
    ])
  })

  it('finds a setting that the organisation has locked, as a warning', async () => {
    const policy = { locked: ['fail_on', 'comment'] }
    expect(await invalid('ignore: []\nfail_on: never\n', { policy })).toEqual([
      `${POLICY}:2 warning \`fail_on\` is locked by the policy of the organisation, so what is set here does not hold. Take it out.`,
    ])
  })

  it('finds a key that says what keeps it from being used, at that line', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
    const jwks = JSON.stringify({ keys: [{ kid: 'qa', revoked_at: 1_767_225_600, ...key }] }, null, 2)
    expect(await told(goodBut({ '.gxp/keys/qa.jwks.json': jwks }), rule)).toEqual([
      '.gxp/keys/qa.jwks.json:5 error The key `qa` says `revoked_at`, which is not read: write `"revoked": {"revoked_at": 1767225600}` in the key, in seconds since 1970-01-01. As it stands, no evidence is verified with it.',
    ])
  })

  it('finds a key file that holds no public key, or a private one', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const files = goodBut({
      '.gxp/keys/a.pem': 'words',
      '.gxp/keys/b.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      '.gxp/keys/c.pem': createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
    })
    expect(await told(files, rule)).toEqual([
      expect.stringMatching(/^\.gxp\/keys\/a\.pem:1 error No public key/),
      expect.stringMatching(/^\.gxp\/keys\/b\.pem:1 error .*private key/),
    ])
  })

  it('leaves files that are no text to the rule about that', async () => {
    const bytes = new Uint8Array([0xff])
    const files = goodBut({ [POLICY]: bytes, 'GxP.MD': bytes, '.gxp/keys/a.pem': bytes })
    expect(await told(files, rule)).toEqual([])
    expect(await told(files, 'artifact/encoding')).toHaveLength(3)
  })

  it('tells one ignore from another, wherever it stands', async () => {
    const expired = (path: string) => `ignore:\n  - {paths: [${path}], reason: Why, expires: 2026-01-31}\n`
    const base = goodBut({ [POLICY]: expired('a/**') })
    const statuses = async (text: string) =>
      found(await assessRecord(goodBut({ [POLICY]: text }), { base }), rule).map(({ status }) => status)
    expect(await statuses(`# moved\n${expired('a/**')}`)).toEqual(['existing'])
    expect(await statuses(expired('b/**'))).toEqual(['introduced'])
  })

  it('is told where there is no record too: an organisation keeps its policy in such a repository', async () => {
    const assessment = await assessRecord({ [POLICY]: 'fail_on: sometimes\n', 'src/a.ts': '// @gxp-spec\n' })
    expect(assessment.conclusion).toBe('neutral')
    expect(assessment.findings).toMatchObject([{ rule, path: POLICY, line: 1 }])
  })
})

describe('policy/keys-changed', () => {
  const rule = 'policy/keys-changed'
  const jwk = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  const [one, two] = [jwk(), jwk()]
  const jwks = (...keys: object[]) => JSON.stringify({ keys })
  const change = (base: Record<string, string>, head: Record<string, string>) =>
    told(goodBut(head), rule, { base: goodBut(base) })
  const [A, B] = ['.gxp/keys/a.jwks.json', '.gxp/keys/b.jwks.json']
  const TRUST = ' A key trusts nothing before it is merged. Merge it only if you know whose it is.'
  const LOSS = ' Once this is merged, evidence that was signed with the key as it was no longer verifies with it.'

  it('finds a key that is added, by its kid or the name of its file', async () => {
    expect(await change({}, { [A]: jwks({ ...one, kid: 'qa' }, two) })).toEqual([
      `${A}:1 warning In \`${A}\`, this change adds the keys \`qa\`, \`a.jwks.json\`.${TRUST}`,
    ])
  })

  it('finds a key that is removed from a file', async () => {
    const [first, second] = [
      { ...one, kid: 'qa' },
      { ...two, kid: 'qb' },
    ]
    expect(await change({ [A]: jwks(first, second) }, { [A]: jwks(first) })).toEqual([
      `${A}:1 warning In \`${A}\`, this change removes the key \`qb\`.${LOSS}`,
    ])
  })

  it('finds a file that is gone, on the system context', async () => {
    const before = { ...goodBut({}), [A]: jwks({ ...one, kid: 'qa' }), [B]: jwks({ ...two, kid: 'qb' }) }
    const assessment = await assessRecord(goodBut({}), { base: before })
    expect(found(assessment, rule)).toMatchObject([
      { path: CONTEXT, line: 1, message: `In \`${A}\`, this change removes the key \`qa\`.${LOSS}` },
      { path: CONTEXT, line: 1, message: `In \`${B}\`, this change removes the key \`qb\`.${LOSS}` },
    ])
    expect(new Set(found(assessment, rule).map(({ fingerprint }) => fingerprint)).size).toBe(2)
  })

  it('finds a key that is put in place of another of the same name', async () => {
    expect(await change({ [A]: jwks({ ...one, kid: 'qa' }) }, { [A]: jwks({ ...two, kid: 'qa' }) })).toEqual([
      `${A}:1 warning In \`${A}\`, this change edits the key \`qa\`.${TRUST}${LOSS}`,
    ])
  })

  it('tells what is said of a key that stays, and its revocation, from an exchange', async () => {
    const [key, revoked] = [{ ...one, kid: 'qa' }, { revoked_at: 1_770_000_000 }]
    const said = async (before: object, after: object) =>
      (await change({ [A]: jwks(before) }, { [A]: jwks(after) })).join().split('this change ')[1]
    const REVOKED =
      'revokes the key `qa`. Once this is merged, evidence that was first seen after the revocation counts for nothing.'
    expect(await said(key, { ...key, alg: 'ES256' })).toBe('changes what is said of the key `qa`.')
    expect(await said(key, { ...key, revoked })).toBe(REVOKED)
    expect(await said({ ...key, revoked: null }, { ...key, revoked })).toBe(REVOKED)
    expect(await said({ ...key, revoked }, { ...key, revoked, alg: 'ES256' })).toBe(
      'changes what is said of the key `qa`.',
    )
    expect(await said({ ...key, revoked }, key)).toBe('changes what is said of the key `qa`.')
  })

  it('lists all that a change does to one file', async () => {
    const three = jwk()
    const before = jwks({ ...one, kid: 'qa' }, { ...two, kid: 'qb' })
    const after = jwks({ ...one, kid: 'qa', revoked: { revoked_at: 1_770_000_000 } }, { ...three, kid: 'qc' })
    const [message] = await change({ [A]: before }, { [A]: after })
    expect(message).toContain('this change adds the key `qc`, removes the key `qb` and revokes the key `qa`.')
  })

  it('tells of each file what was done to it alone', async () => {
    expect(await change({}, { [A]: jwks({ ...one, kid: 'qa' }), [B]: jwks({ ...two, kid: 'qb' }) })).toEqual([
      `${A}:1 warning In \`${A}\`, this change adds the key \`qa\`.${TRUST}`,
      `${B}:1 warning In \`${B}\`, this change adds the key \`qb\`.${TRUST}`,
    ])
  })

  it('names ten keys and counts the others', async () => {
    const added = async (count: number) => {
      const keys = Array.from({ length: count }, (_, n) => ({ ...one, kid: `k${n}` }))
      return (await change({}, { [A]: jwks(...keys) })).join().split('adds the ')[1]
    }
    const ten = Array.from({ length: 10 }, (_, n) => `\`k${n}\``).join(', ')
    expect(await added(10)).toBe(`keys ${ten}.${TRUST}`)
    expect(await added(12)).toBe(`keys ${ten} and 2 more.${TRUST}`)
  })

  it('finds one added beside one removed', async () => {
    expect(await change({ [A]: jwks({ ...one, kid: 'qa' }) }, { [A]: jwks({ ...two, kid: 'qb' }) })).toEqual([
      `${A}:1 warning In \`${A}\`, this change adds the key \`qb\` and removes the key \`qa\`.${TRUST}${LOSS}`,
    ])
  })

  it('finds nothing where keys stay, move to another file or are written otherwise', async () => {
    const { kty, crv, x, y } = one
    expect(await change({ [A]: jwks(one) }, { [A]: jwks(one) })).toEqual([])
    expect(await change({ [A]: jwks(one) }, { [B]: `${jwks({ y, x, crv, kty })}\n` })).toEqual([])
  })

  it('finds nothing where one was read now and the other comes from the store, which keeps no order', () => {
    const head = record(goodBut({ [A]: jwks({ ...one, kid: 'qa' }) }))
    const reversed = (key: object) => Object.fromEntries(Object.entries(key).reverse())
    const files = head.files.map((file) =>
      file.content?.kind === 'key'
        ? { ...file, content: { ...file.content, keys: file.content.keys.map(reversed) } }
        : file,
    )
    const judging = { policy: DEFAULT_POLICY, proposed: null, verdicts: new Map(), states: new Map(), keys: 0, now: 0 }
    const { assessment } = assess(head, { ...head, files }, { ...judging, trackedRecord: false })
    expect(found(assessment, rule)).toEqual([])
  })

  it('finds nothing without a base', async () => {
    expect(await told(goodBut({ [A]: jwks(one) }), rule)).toEqual([])
  })
})

describe('policy/changed', () => {
  const rule = 'policy/changed'
  const FAULTY = { '.gxp/specs/SPEC-002.md': 'no front matter' }
  const proposing = (before: string | null, after: string | null, given: Given = {}) => {
    const read = (text: string | null) =>
      resolvePolicy({ organisation: null, project: null, repository: text === null ? null : readPolicyFile(text) })
    return assessRecord(goodBut({ ...FAULTY, [POLICY]: after }), {
      base: goodBut({ ...FAULTY, [POLICY]: before }),
      policy: { ...read(before), riskMatrix: read(null).riskMatrix },
      proposed: read(after),
      ...given,
    })
  }

  it('shows what the edited policy would make of the change, at the first key that differs', async () => {
    const assessment = await proposing(
      'comment: never\n',
      'comment: never\n# looser\nseverities: {trace/cycle: off}\nfail_on: never\n',
    )
    const [finding] = found(assessment, rule)
    expect(finding).toMatchObject({ path: POLICY, line: 3, severity: 'notice', status: 'introduced' })
    expect(finding?.message).toMatch(
      /^This change edits the policy\. It is judged by the policy in force, and would come to success \(3 errors\) by its own instead of failure \(3 errors\)\. `fail_on` becomes `never` \(was `error`\)\. `trace\/cycle` becomes `off`/,
    )
    expect(assessment.conclusion).toBe('failure')
    expect(assessment.preview).toMatchObject({
      conclusion: 'success',
      before: { conclusion: 'failure' },
      changes: [
        '`fail_on` becomes `never` (was `error`).',
        "`trace/cycle` becomes `off` (was the rule's own severity).",
      ],
    })
  })

  it('counts by the edited policy: its severities, its ignores, its matrix', async () => {
    const ignore = 'ignore: [{paths: [.gxp/specs/**], reason: Why, expires: 2026-06-30}]\n'
    const { preview } = await proposing(null, ignore)
    expect(preview?.before.findings.error).toBeGreaterThan(preview?.findings.error ?? 0)
  })

  it('is told on the system context when the policy is deleted', async () => {
    const [finding] = found(await proposing('fail_on: never\n', null), rule)
    expect(finding).toMatchObject({ path: CONTEXT, line: 1 })
    expect(finding?.message).toContain('`fail_on` becomes `error` (was `never`).')
  })

  it('is told of GxP.MD at its first line', async () => {
    const project = (text: string) => ({ 'GxP.MD': `---\n${text}\n---\n` })
    const assessment = await assessRecord(goodBut(project('agent: {mode: advisory}')), {
      base: goodBut(project('agent: {mode: strict}')),
      proposed: { ...DEFAULT_POLICY, failOn: 'never' },
    })
    expect(found(assessment, rule)).toMatchObject([{ path: 'GxP.MD', line: 1 }])
  })

  it('names ten settings and counts the others', async () => {
    const rules = Array.from({ length: 12 }, (_, i) => `trace/r${'abcdefghijkl'[i]}: off`)
    const [finding] = found(await proposing(null, `severities: {${rules}}\n`), rule)
    expect(finding?.message).toMatch(/ And 2 more\.$/)
    expect(finding?.message.match(/ becomes /g)).toHaveLength(10)
    const [ten] = found(await proposing(null, `severities: {${rules.slice(2)}}\n`), rule)
    expect(ten?.message.match(/ becomes /g)).toHaveLength(10)
    expect(ten?.message).not.toContain(' more')
  })

  it.each([
    ['one of two settings of a key', 'comment: never\nlimits: {file_bytes: 2048}\n', 2],
    ['a key that is taken out', 'comment: never\n', 1],
    ['the first of several', 'comment: always\nfail_on: warning\n', 1],
  ])('stands at %s', async (_, after, line) => {
    const before = 'comment: never\nlimits: {file_bytes: 4096}\n'
    expect(found(await proposing(before, after), rule)).toMatchObject([{ path: POLICY, line }])
  })

  it('counts one of a severity as one, and says nothing more than what changes', async () => {
    const legacy = edited(CONTEXT, 'in_review', 'DRAFT')
    const assessment = await assessRecord(goodBut({ ...legacy, [POLICY]: 'fail_on: never\n' }), {
      base: goodBut(legacy),
      proposed: { ...DEFAULT_POLICY, failOn: 'never' },
      policy: { riskMatrix: DEFAULT_POLICY.riskMatrix },
    })
    expect(found(assessment, rule)[0]?.message).toBe(
      'This change edits the policy. It is judged by the policy in force, and would come to success (2 errors, 1 notice) by its own instead of failure (2 errors, 1 notice). `fail_on` becomes `never` (was `error`).',
    )
  })

  it('rests without a base', async () => {
    const assessment = await assessRecord(goodBut({ [POLICY]: 'fail_on: never\n' }), {
      proposed: { ...DEFAULT_POLICY, failOn: 'never' },
    })
    expect(assessment.preview).not.toBeNull()
    expect(found(assessment, rule)).toEqual([])
  })

  it('is not told where the policy says the same in other words', async () => {
    const assessment = await proposing('fail_on: never\n', '# why\nfail_on: never\n')
    expect(found(assessment, rule)).toEqual([])
    expect(assessment.preview).toBeNull()
  })

  it('is not told where nothing was edited, or nothing is proposed', async () => {
    expect(found(await proposing('fail_on: never\n', 'fail_on: never\n', { proposed: DEFAULT_POLICY }), rule)).toEqual(
      [],
    )
    expect(found(await proposing(null, 'fail_on: never\n', { proposed: null }), rule)).toEqual([])
  })
})
