/** Evidence packages: which directories are packages, what their signature covers, and the verdict on the whole. */
import { classify, packageDirectories } from '../../src/rosie/classify.ts'
import { packageSignatures } from '../../src/rosie/packages.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import { evidenceIn } from '../../src/scan/trust.ts'
import {
  CONTENT,
  contentBut,
  json,
  MANIFEST,
  METADATA_CLAIMS,
  manifestOf,
  PACKAGE,
  type PackageGiven,
  type PackageSigner,
  packageFiles,
  packageSigner,
  SIGNATURE,
  type Sign,
} from '../support/packages.ts'
import {
  assessInFull,
  assessRecord,
  type Files,
  found,
  type Given,
  goodBut,
  record,
  signer,
} from '../support/record.ts'

let team: PackageSigner
let stranger: PackageSigner
beforeAll(async () => {
  team = await packageSigner()
  stranger = await packageSigner('stranger')
})

const packageRules = (findings: readonly { rule: string }[]) =>
  findings.map(({ rule }) => rule).filter((rule) => rule.startsWith('evidence/package-'))

/** The one package of a record that has these files, with the findings about it. */
async function judge(files: Files, given: Given = { keys: [team.key] }) {
  const { head, assessment } = await assessInFull(goodBut(files), given)
  const [only, ...others] = head.packages
  if (!only || others.length > 0) throw new Error('one package is expected')
  return { ...only, evidence: head.testEvidence.find(({ form }) => form === 'package'), assessment }
}
const judgeSigned = async (sign: Sign, given: PackageGiven = {}) => judge(await packageFiles(sign, given))

describe('The directories that are packages', () => {
  const directories = (...paths: string[]) => [...packageDirectories(paths.map((path) => `.gxp/evidence/${path}`))]

  it.each([
    ['a manifest and its signature', ['a/manifest.json', 'a/signature.jws'], ['a']],
    ['a manifest and the signature of draft-02', ['a/b/manifest.json', 'a/b/manifest.jws'], ['a/b']],
    ['a manifest alone', ['a/manifest.json'], ['a']],
    ['a signature and metadata', ['a/signature.jws', 'a/metadata.json'], ['a']],
    ['a signature alone, in a directory called like a package', ['OQ-SPEC-1/manifest.jws'], ['OQ-SPEC-1']],
    ['metadata alone, in a directory called like a package', ['x/PQ-SPEC-1/metadata.json'], ['x/PQ-SPEC-1']],
  ])('have %s', (_, paths, expected) => {
    expect(directories(...paths)).toEqual(expected.map((path) => `.gxp/evidence/${path}`))
  })

  it.each([
    ['a signature alone in a directory of another name', ['2026/manifest.jws', '2026/EV-1.jws']],
    ['metadata alone in a directory of another name', ['a/metadata.json']],
    ['anything else', ['OQ-SPEC-1/test-output.log', 'OQ-SPEC-1/artifacts/x.json']],
    ['what lies directly under evidence', ['manifest.json', 'signature.jws', 'metadata.json']],
  ])('are not those with %s', (_, paths) => {
    expect(directories(...paths)).toEqual([])
  })

  it('are none outside of the evidence', () => {
    expect([...packageDirectories(['.gxp/specs/a/manifest.json', 'src/a/manifest.json', 'a/signature.jws'])]).toEqual(
      [],
    )
  })

  it('are the outermost: what lies deeper is their files', () => {
    const inner = 'PQ-SPEC-1/traces/1'
    const paths = [
      'PQ-SPEC-1/manifest.json',
      'PQ-SPEC-1/signature.jws',
      `${inner}/manifest.json`,
      `${inner}/signature.jws`,
    ]
    expect(directories(...paths)).toEqual(['.gxp/evidence/PQ-SPEC-1'])
    expect(directories(...paths.toReversed())).toEqual(['.gxp/evidence/PQ-SPEC-1'])
    expect(directories('PQ-SPEC-1/manifest.json', `${inner}/manifest.json`)).toEqual(['.gxp/evidence/PQ-SPEC-1'])
  })

  it('are the packages below an index that lists them', () => {
    const packages = [
      'packages/a/manifest.json',
      'packages/a/signature.jws',
      'packages/b/manifest.json',
      'packages/b/manifest.jws',
    ]
    expect(directories('packages/manifest.json', ...packages)).toEqual(
      ['a', 'b'].map((each) => `.gxp/evidence/packages/${each}`),
    )
  })

  it('have readers for what is read in them, and a hash for the rest', () => {
    const names = {
      'manifest.json': 'package/manifest',
      'signature.jws': 'package/signature',
      'manifest.jws': 'package/signature',
      'metadata.json': 'package/metadata',
      'artifacts/test-results.json': 'package/results',
      'artifacts/coverage-report.json': 'package/file',
      'traces/manifest.json': 'package/file',
      'traces/signature.jws': 'package/file',
      'README.md': 'package/file',
      constructor: 'package/file',
    }
    const classes = classify(Object.keys(names).map((name) => `${PACKAGE}/${name}`))
    for (const [name, reader] of Object.entries(names))
      expect(classes.get(`${PACKAGE}/${name}`)).toEqual({ kind: 'package_file', reader })
  })

  it('leave the evidence beside them as it is', () => {
    const classes = classify([`${PACKAGE}/manifest.json`, '.gxp/evidence/packages/EV-1.jws', `${PACKAGE}-2/EV-2.jws`])
    expect(classes.get('.gxp/evidence/packages/EV-1.jws')).toEqual({ kind: 'evidence', reader: 'evidence' })
    expect(classes.get(`${PACKAGE}-2/EV-2.jws`)).toEqual({ kind: 'evidence', reader: 'evidence' })
  })
})

describe('A package', () => {
  const forms = ['compact', 'token', 'detached', 'general', 'detachedGeneral'] as const

  it.each(forms)('is valid when it is whole and a trusted key signed it: %s', async (form) => {
    const { verdict, signed, faults, evidence, assessment } = await judgeSigned(team[form])
    expect(verdict).toEqual({ result: 'valid', keys: ['team'] })
    expect(signed).toEqual(verdict)
    expect(faults).toEqual([])
    expect(evidence).toMatchObject({ path: PACKAGE, specId: 'SPEC-001-001', tier: 'OQ', verdict: { result: 'valid' } })
    expect(assessment.summary).toMatchObject({
      packages: { total: 1, valid: 1, invalid: 0, untrusted: 0 },
      evidence: { total: 0 },
    })
    expect(assessment.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it.each(forms)('is invalid when another key signed it: %s', async (form) => {
    const { verdict, signed } = await judgeSigned(stranger[form])
    expect(verdict).toMatchObject({ result: 'invalid', because: 'signature' })
    expect(signed).toEqual(verdict)
  })

  it('is invalid for its signature first, whatever else is wrong', async () => {
    const given = { files: contentBut({ extra: 'x' }), manifest: manifestOf() }
    expect((await judge(await packageFiles(stranger.compact, given))).verdict).toMatchObject({ because: 'signature' })
  })

  it.each(forms)('is untrusted where no key is trusted: %s', async (form) => {
    const { verdict, assessment } = await judge(await packageFiles(team[form]), {})
    expect(verdict).toEqual({ result: 'untrusted' })
    expect(assessment.summary.packages).toEqual({ total: 1, valid: 0, invalid: 0, untrusted: 1 })
  })

  it.each(forms)('is invalid when its manifest is replaced after signing: %s', async (form) => {
    const other = manifestOf(contentBut({ 'test-output.log': '5 passed\n' }))
    const { verdict } = await judgeSigned(team[form], { manifest: other, signed: json(manifestOf()) })
    expect(verdict).toMatchObject({ result: 'invalid' })
  })

  it.each(forms)(
    'is not made valid by a manifest that says the same in other bytes, where bytes are signed: %s',
    async (form) => {
      const { verdict } = await judgeSigned(team[form], {
        manifest: JSON.stringify(manifestOf()),
        signed: json(manifestOf()),
      })
      // A detached signature is over bytes; the others carry a payload that says what the manifest says.
      expect(verdict.result).toBe(form.startsWith('detached') ? 'invalid' : 'valid')
    },
  )

  it('is invalid when a check of its files fails, whether a key is trusted or not', async () => {
    const files = await packageFiles(team.compact, { files: contentBut({ extra: 'x' }), manifest: manifestOf() })
    for (const keys of [[], [team.key]])
      expect((await judge(files, { keys })).verdict).toMatchObject({
        ...{ result: 'invalid', because: 'package' },
        detail: expect.stringContaining('not listed'),
      })
    expect((await judge(files)).signed).toMatchObject({ result: 'valid' })
  })

  it('stays valid when only its counts, name or content are at fault', async () => {
    const files = contentBut({ 'environment.json': null })
    const manifest = { ...manifestOf(files), file_count: 99 }
    const { verdict, faults } = await judgeSigned(team.compact, { files, manifest, directory: '.gxp/evidence/mine' })
    expect(faults.map(({ step }) => step)).toEqual(['totals', 'tier-content', 'name'])
    expect(verdict).toMatchObject({ result: 'valid' })
  })

  it.each([
    ['no signature', null, {}],
    ['no manifest', 'compact', { manifest: null }],
  ] as const)('is invalid with %s', async (_, form, given) => {
    const { verdict } = await judge(await packageFiles(form && team[form], given))
    expect(verdict).toMatchObject({ result: 'invalid', because: 'package' })
  })

  it('is invalid with a signature that is a piece of one', async () => {
    const files = await packageFiles(async () => '{')
    const signature = record(files).files.find(({ path }) => path === SIGNATURE)
    expect([...packageSignatures(record(files).files).keys()]).toEqual([signature?.sha])
    expect((await judge(files)).verdict).toMatchObject({ because: 'malformed' })
  })

  it('is invalid with a signature that is none, in the words of the evidence rules', async () => {
    const { verdict, assessment } = await judgeSigned(async () => 'signed by me')
    expect(verdict).toMatchObject({ result: 'invalid', because: 'malformed' })
    expect(packageRules(assessment.findings)).toEqual([])
  })

  it('is never valid while a file of it is too large to be hashed, and not said to be altered either', async () => {
    const files = await packageFiles(team.compact)
    const of = (maxPackageFileBytes: number) =>
      judge(files, { keys: [team.key], policy: { ...DEFAULT_POLICY, maxPackageFileBytes } })
    const largest = Math.max(
      ...['artifacts/test-results.json', 'artifacts/coverage-report.json'].map((path) => CONTENT[path]?.length ?? 0),
    )
    expect((await of(largest)).verdict).toMatchObject({ result: 'valid' })
    const { verdict, faults, assessment } = await of(largest - 1)
    expect(verdict).toEqual({ result: 'untrusted' })
    expect(faults).toEqual([])
    expect(found(assessment, 'artifact/too-large')).toHaveLength(1)
  })

  it('may have files larger than a record otherwise', async () => {
    const files = contentBut({ 'traces/1.zip': 'x'.repeat(50_000) })
    const given = { keys: [team.key], policy: { ...DEFAULT_POLICY, maxFileBytes: 10_000 } }
    const { verdict } = await judge(await packageFiles(team.compact, { files }), given)
    expect(verdict).toMatchObject({ result: 'valid' })
  })

  it('is signed by `signature.jws` where there are both names, so that the other counts for nothing', async () => {
    const both: Files = {
      ...(await packageFiles(team.compact)),
      [`${PACKAGE}/manifest.jws`]: await stranger.token(json(manifestOf())),
    }
    expect((await judge(both)).signed).toEqual({ result: 'valid', keys: ['team'] })
    const swapped = {
      ...both,
      [SIGNATURE]: both[`${PACKAGE}/manifest.jws`] ?? '',
      [`${PACKAGE}/manifest.jws`]: both[SIGNATURE] ?? '',
    }
    expect((await judge(swapped)).signed).toMatchObject({ result: 'invalid' })
  })

  it('is one of several, each judged by itself', async () => {
    const directory = PACKAGE.replace('OQ-SPEC-001-001', 'PQ-SPEC-001-001')
    const files = contentBut({ 'metadata.json': json({ ...METADATA_CLAIMS, tier: 'PQ' }) })
    const { summary } = await assessRecord(
      goodBut({
        ...(await packageFiles(team.compact)),
        ...(await packageFiles(stranger.compact, { directory, files })),
      }),
      { keys: [team.key] },
    )
    expect(summary.packages).toEqual({ total: 2, valid: 1, invalid: 1, untrusted: 0 })
  })
})

describe('A detached signature', () => {
  it('is judged with the manifest beside it: a verdict on another one never stands in', async () => {
    const whole = await packageFiles(team.detached)
    const edited = { ...whole, [MANIFEST]: json({ ...manifestOf(), edited: true }) }
    for (const [head, base, result] of [
      [edited, whole, 'invalid'],
      [whole, edited, 'valid'],
    ] as const)
      expect(await judge(head, { keys: [team.key], base: goodBut(base) })).toMatchObject({ signed: { result } })
  })

  it('is verified under a key of its own, the others under their blob', async () => {
    const keysOf = async (sign: Sign) => [...packageSignatures(record(await packageFiles(sign)).files).keys()]
    expect(await keysOf(team.compact)).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/)])
    expect(await keysOf(team.detached)).toEqual([expect.stringMatching(/^[0-9a-f]{40} [0-9a-f]{40}$/)])
  })

  it('of a manifest that is not there is no evidence', async () => {
    const { verdict, signed } = await judgeSigned(team.detached, { manifest: null })
    expect(signed.result).not.toBe('valid')
    expect(verdict).toMatchObject({ result: 'invalid' })
  })

  it('is malformed outside of a package', async () => {
    const { findings } = await assessRecord(goodBut({ '.gxp/evidence/EV-1.jws': await team.detached('{}') }), {
      keys: [team.key],
    })
    expect(found({ findings }, 'evidence/malformed')).toHaveLength(1)
  })
})

it('Evidence to be verified is that of single files and of packages, each once', async () => {
  const snapshot = record({
    '.gxp/evidence/EV-1.jws': await (await signer()).sign(),
    ...(await packageFiles(team.detached)),
  })
  const evidence = evidenceIn([snapshot, snapshot])
  expect([...evidence.values()].map(({ form }) => form)).toEqual(['test', 'package'])
})

describe('What a package says of its test run', () => {
  const evidenceOf = async (changes: Record<string, string | null>, sign = team.compact) =>
    (await judgeSigned(sign, { files: contentBut(changes) })).evidence
  const results = async (changes: Record<string, string | null>) => (await evidenceOf(changes))?.results
  const metadata = (changes: object) => ({ 'metadata.json': json({ ...METADATA_CLAIMS, ...changes }) })
  const report = (counts: object | null) => ({ 'artifacts/test-results.json': counts && json(counts) })

  it('is its metadata, with the counts of its test report', async () => {
    expect(await evidenceOf({})).toMatchObject({
      ...{ form: 'package', path: PACKAGE, place: { path: `${PACKAGE}/metadata.json`, line: 1 } },
      ...{ specId: 'SPEC-001-001', tier: 'OQ', results: { passed: 4, failed: 0, skipped: 0 } },
      ...{ time: Date.parse('2026-02-05T14:30:00Z'), stateHash: '0'.repeat(64), commit: '0'.repeat(40) },
      ...{ issued: null, expires: null },
    })
  })

  it('has the times of a signature that is a token', async () => {
    expect(await evidenceOf({}, team.token)).toMatchObject({ issued: 1770301800_000, expires: 2085661800_000 })
  })

  it('is the counts of its metadata where it has some', async () => {
    expect(await results(metadata({ result: 'PASS', passed: 9, failed: 0 }))).toEqual({
      passed: 9,
      failed: 0,
      skipped: 0,
    })
    expect(await results({ ...metadata({ passed: 9 }), ...report(null) })).toEqual({ passed: 9, failed: 0, skipped: 0 })
  })

  it('is a failure where either says so', async () => {
    expect(await results({ ...metadata({ result: 'PASS' }), ...report({ passed: 4, failed: 2 }) })).toMatchObject({
      failed: 2,
    })
    const asWhole = { passed: 4, failed: 0, skipped: 0, failedAsWhole: true }
    expect(await results(metadata({ result: 'FAIL', passed: 4 }))).toEqual(asWhole)
    expect(
      await results({ ...metadata({ passed: 4, failed: 0 }), ...report({ passed: 4, failed: 0, result: 'FAIL' }) }),
    ).toEqual(asWhole)
    expect(await results({ ...metadata({ result: 'FAIL', passed: 4 }), ...report({ passed: 4, failed: 2 }) })).toEqual({
      passed: 4,
      failed: 2,
      skipped: 0,
    })
  })

  it('is nothing where neither has counts', async () => {
    expect(await results(report(null))).toBeNull()
    expect(await results(report({ fine: true }))).toBeNull()
  })

  it('is nothing at all without metadata', async () => {
    expect(await evidenceOf({ 'metadata.json': null })).toBeUndefined()
    expect(await evidenceOf({ 'metadata.json': '[]' })).toBeUndefined()
  })

  it('counts for coverage only while the package is valid', async () => {
    const traced = async (files: Files) => {
      const tested = goodBut({ ...files, 'test/dose.test.ts': null })
      return (await assessRecord(tested, { keys: [team.key] })).summary.requirements.traced
    }
    expect(await traced(await packageFiles(team.compact))).toBe(1)
    expect(
      await traced(await packageFiles(team.compact, { files: contentBut({ x: 'x' }), manifest: manifestOf() })),
    ).toBe(0)
  })
})
