/** The protocol of evidence packages, step by step: what is found, at which file and line. */

import { shownPath } from '../../../src/rosie/package/paths.ts'
import {
  CONTENT,
  contentBut,
  entry,
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
  sha256,
} from '../../support/packages.ts'
import { assessRecord, type Files, found, goodBut } from '../../support/record.ts'

let team: PackageSigner
beforeAll(async () => {
  team = await packageSigner()
})

/** Findings about packages, without the notice about an old form. */
async function judge(files: Files) {
  const { findings } = await assessRecord(goodBut(files), { keys: [team.key] })
  return findings.filter(({ rule, severity }) => rule.startsWith('evidence/package-') && severity !== 'notice')
}
const judgeSigned = async (given: PackageGiven = {}, sign: Sign | null = team.compact) =>
  judge(await packageFiles(sign, given))
const briefly = (findings: readonly { path: string | null; line: number | null; rule: string }[]) =>
  findings
    .map(
      ({ path, line, rule }) => `${path?.slice(PACKAGE.length + 1)}:${line} ${rule.replace('evidence/package-', '')}`,
    )
    .sort()

it('A whole package has no findings, in each shape of the manifest', async () => {
  const paths = Object.keys(CONTENT)
  for (const files of [
    paths.map((path) => entry(path)),
    paths.map((path) => ({ path, hash: `sha256:${entry(path).sha256}` })),
    Object.fromEntries(paths.map((path) => [path, `sha256:${entry(path).sha256}`])),
  ])
    expect(await judgeSigned({ manifest: { ...manifestOf(), files } })).toEqual([])
})

describe('evidence/package-incomplete', () => {
  const rule = 'evidence/package-incomplete'

  it('finds a package without a signature, at its manifest', async () => {
    expect(await judgeSigned({}, null)).toMatchObject([
      {
        rule,
        severity: 'error',
        path: MANIFEST,
        line: 1,
        gxpId: 'SPEC-001-001',
        message: expect.stringMatching(/no signature.*`signature\.jws`/),
      },
    ])
  })

  it('finds a package without a manifest, at its signature, and tells nothing else of its files', async () => {
    expect(
      await judgeSigned({ manifest: null, files: contentBut({ 'environment.json': null, extra: 'x' }) }),
    ).toMatchObject([
      { rule, severity: 'error', path: SIGNATURE, line: 1, message: expect.stringContaining('no `manifest.json`') },
    ])
  })

  it('finds a package that has lost both, at its metadata', async () => {
    const findings = await judgeSigned({ manifest: null }, null)
    expect(briefly(findings)).toEqual(['metadata.json:1 incomplete', 'metadata.json:1 incomplete'])
    expect(findings.map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringContaining('no `manifest'), expect.stringContaining('no signature')]),
    )
  })

  it('finds a manifest that can not be read, at its fault, and tells nothing else of its files', async () => {
    expect(
      briefly(await judgeSigned({ manifest: '{\n"files": [\nx', signed: '{}', files: contentBut({ extra: 'x' }) })),
    ).toEqual(['manifest.json:3 incomplete', 'signature.jws:1 tampered'])
  })

  it('finds a manifest that says a thing twice, and compares it with what is signed all the same', async () => {
    const twice = '{"files": [],\n"files": []}'
    const files = {}
    expect(briefly(await judgeSigned({ manifest: twice, files }))).toEqual(['manifest.json:2 incomplete'])
    const signed = '{"files": [], "files": [1]}'
    expect(briefly(await judgeSigned({ manifest: twice, signed, files }))).toEqual([
      'manifest.json:2 incomplete',
      'signature.jws:1 tampered',
    ])
  })

  it('finds metadata that can not be read', async () => {
    const files = contentBut({ 'metadata.json': '{\n"tier": }' })
    expect(briefly(await judgeSigned({ files }))).toEqual(['metadata.json:2 incomplete'])
  })

  it('finds an entry without a hash, at its line, and compares nothing with it', async () => {
    const files = [...Object.keys(CONTENT)].map((path) => entry(path))
    const manifest = JSON.stringify({ files })
      .replaceAll('{"path"', '\n{"path"')
      .replace(/"sha256":"[0-9a-f]{64}"/, '"sha256":"none"')
    expect(await judgeSigned({ manifest })).toMatchObject([
      {
        rule,
        path: MANIFEST,
        line: 2,
        message: expect.stringMatching(/`artifacts\/coverage-report\.json`.*64 hex digits/),
      },
    ])
  })

  it('notices the form of draft-02, once with its count', async () => {
    const other = PACKAGE.replace('14-30', '14-31')
    const third = PACKAGE.replace('14-30', '14-32')
    const files = {
      ...(await packageFiles(team.token, { as: 'manifest.jws' })),
      ...(await packageFiles(team.token, { directory: other })),
      ...(await packageFiles(team.compact, { directory: third })),
    }
    const notices = async (given: Files) => found(await assessRecord(goodBut(given), { keys: [team.key] }), rule)
    expect(await notices(files)).toMatchObject([
      {
        severity: 'notice',
        path: `${PACKAGE}/manifest.jws`,
        line: 1,
        message: expect.stringMatching(/^2 evidence packages are .*`signature\.jws`/),
      },
    ])
    expect(await notices(await packageFiles(team.compact, { as: 'manifest.jws' }))).toMatchObject([
      { severity: 'notice', message: expect.stringMatching(/^1 evidence package is /) },
    ])
    const alone = await notices(await packageFiles(team.token, { directory: other }))
    expect(alone[0]?.fingerprint).toBe((await notices(files))[0]?.fingerprint)
    for (const time of ['iat', 'exp']) {
      const token = (manifest: string) => team.compact(json({ ...JSON.parse(manifest), [time]: 1_801_908_000 }))
      expect(await notices(await packageFiles(token))).toMatchObject([{ severity: 'notice' }])
    }
    expect(await notices(await packageFiles(team.compact))).toEqual([])
    expect(await notices(await packageFiles(team.detached))).toEqual([])
  })
})

describe('evidence/package-missing-file', () => {
  const rule = 'evidence/package-missing-file'
  /** A manifest that lists these besides what is there, each on a line of its own from the third. */
  const listing = (...paths: string[]) =>
    `{"files": [${Object.keys(CONTENT).map((path) => JSON.stringify(entry(path)))},\n\n${paths
      .map((path) => JSON.stringify({ path, sha256: 'a'.repeat(64) }))
      .join(',\n')}]}`
  const listed = (path: string, more: Record<string, string> = {}) =>
    judgeSigned({ manifest: listing(path), files: { ...CONTENT, ...more } })

  it('finds a listed file that is not there, at the line that lists it', async () => {
    const findings = await judgeSigned({ manifest: listing('gone.txt', 'artifacts/gone.txt') })
    expect(findings).toMatchObject([
      {
        rule,
        severity: 'error',
        path: MANIFEST,
        line: 3,
        gxpId: 'SPEC-001-001',
        message: 'The manifest lists `gone.txt`, but the package has no such file.',
      },
      { rule, path: MANIFEST, line: 4 },
    ])
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(2)
  })

  it.each([
    ['../../system_context.md', '`..`'],
    ['a/../environment.json', '`..`'],
    ['..', '`..`'],
    ['/etc/passwd', 'absolute'],
    ['C:/windows/win.ini', 'absolute'],
    ['c:x', 'absolute'],
    ['artifacts\\test-results.json', 'backslash'],
    ['..\\environment.json', 'backslash'],
    ['environment.json\0', 'control character'],
    ['a\nb', 'control character'],
    ['', 'is empty'],
    ['artifacts//x', 'empty part'],
    ['artifacts/', 'empty part'],
    ['a/./b', 'empty part'],
    ['././a', 'empty part'],
  ])('finds a path that is none: %j', async (path, says) => {
    expect(await listed(path)).toMatchObject([
      { rule, severity: 'error', path: MANIFEST, line: 3, message: expect.stringContaining(says) },
    ])
  })

  it.each([
    ['%2e%2e/%2e%2e/system_context.md'],
    ['．．/environment.json'],
    ['․․/environment.json'],
    ['~/x'],
    ['.gxp/system_context.md'],
    [`${PACKAGE}/environment.json`],
    ['ab:c'],
    ['..a/b..'],
    ['constructor'],
    ['__proto__'],
  ])('takes any other path as it is written: %s', async (path) => {
    expect(await listed(path)).toMatchObject([{ rule, line: 3, message: expect.stringContaining('no such file') }])
  })

  it.each([
    ['Environment.json', 'environment.json'],
    ['environment．json', 'environment.json'],
  ])('proposes the file whose name is almost %s', async (path, near) => {
    const files = contentBut({ [near]: null })
    const manifest = { files: [...Object.keys(files).map((each) => entry(each)), { path, sha256: 'a'.repeat(64) }] }
    expect((await judgeSigned({ manifest })).filter(({ rule: its }) => its === rule)).toMatchObject([
      { message: expect.stringMatching(new RegExp(`it has \`${near}\`, which differs in case or Unicode form`)) },
    ])
  })

  it('takes no other form of Unicode for the listed name, and says so', async () => {
    const [composed, decomposed] = ['caf\u00e9.png', 'cafe\u0301.png']
    const findings = await listed(composed, { [decomposed]: 'x' })
    expect(briefly(findings)).toEqual([`${decomposed}:1 unlisted-file`, 'manifest.json:3 missing-file'].sort())
    expect(found({ findings }, rule)[0]?.message).toContain(`it has \`${decomposed}\``)
  })

  it.each([
    ['A.txt', 'a.txt'],
    ['caf\u00e9', 'cafe\u0301'],
    ['ﬁle', 'file'],
  ])('finds two names that some systems take for one: %s and %s', async (first, second) => {
    const files = { ...CONTENT, [first]: '1', [second]: '2' }
    const paths = [...Object.keys(CONTENT), first, second]
    const manifest = { ...manifestOf(files), files: paths.map((path) => entry(path, files[path])) }
    expect(await judgeSigned({ files, manifest })).toMatchObject([
      { rule, path: MANIFEST, message: expect.stringMatching(new RegExp(`\`${second}\` and \`${first}\`.*one file`)) },
    ])
  })

  it('finds a file that is listed twice, once', async () => {
    const manifest = `{"files": [${[...Object.keys(CONTENT), 'test-output.log'].map((path) => `\n${JSON.stringify(entry(path))}`)}]}`
    expect(await judgeSigned({ manifest })).toMatchObject([
      { rule, path: MANIFEST, line: 7, message: expect.stringContaining('twice') },
    ])
  })

  it('compares a name with the first of those that some systems take for it', async () => {
    const said = (await judgeSigned({ manifest: listing('A.txt', 'a.txt', 'A.txt') })).map(({ message }) => message)
    expect(said).toEqual([
      expect.stringContaining('no such file'),
      expect.stringContaining('`a.txt` and `A.txt`, which are one file'),
      'The manifest lists `A.txt` twice. Each file is listed once.',
    ])
  })

  it.each(['manifest.json', 'signature.jws', 'manifest.jws'])('finds a manifest that lists %s', async (path) => {
    expect(await listed(path)).toMatchObject([
      { rule, path: MANIFEST, line: 3, message: expect.stringContaining('Remove the entry') },
    ])
  })

  it('shows a long path in part', async () => {
    const [finding] = await listed('x'.repeat(100_000))
    expect(finding?.message.length).toBeLessThan(400)
    expect(shownPath('x'.repeat(200))).toBe('x'.repeat(200))
    expect(shownPath('x'.repeat(201))).toBe(`${'x'.repeat(199)}…`)
  })
})

describe('evidence/package-tampered', () => {
  const rule = 'evidence/package-tampered'

  it('finds a file that is not the listed one, at the file, with both hashes', async () => {
    const files = contentBut({ 'test-output.log': '5 passed\n' })
    const findings = await judgeSigned({ files, manifest: manifestOf() })
    expect(findings).toMatchObject([
      { rule, severity: 'error', path: `${PACKAGE}/test-output.log`, line: 1, gxpId: 'SPEC-001-001' },
    ])
    expect(findings[0]?.message).toContain(sha256('5 passed\n'))
    expect(findings[0]?.message).toContain(entry('test-output.log').sha256)
  })

  it('finds metadata, test report and any other file alike', async () => {
    const manifest = manifestOf()
    for (const path of ['metadata.json', 'artifacts/test-results.json', 'artifacts/coverage-report.json'])
      expect(briefly(await judgeSigned({ manifest, files: contentBut({ [path]: `${CONTENT[path]} ` }) }))).toEqual([
        `${path}:1 tampered`,
      ])
  })

  it('finds a signature over another manifest, at the signature, and checks the files all the same', async () => {
    const files = contentBut({ 'test-output.log': '5 passed\n' })
    for (const sign of [team.compact, team.token, team.general]) {
      const signed = json({ ...manifestOf(), spec_id: 'SPEC-2' })
      expect(await judgeSigned({ signed }, sign)).toMatchObject([
        {
          rule,
          severity: 'error',
          path: SIGNATURE,
          line: 1,
          message: expect.stringContaining('not the `manifest.json`'),
        },
      ])
      expect(briefly(await judgeSigned({ signed, files, manifest: manifestOf() }, sign))).toEqual([
        'signature.jws:1 tampered',
        'test-output.log:1 tampered',
      ])
    }
  })

  it('finds a token that says more than the manifest and its own times', async () => {
    expect(briefly(await judgeSigned({ signed: json({ ...manifestOf(), nbf: 5 }) }, team.token))).toEqual([
      'signature.jws:1 tampered',
    ])
  })

  it('leaves a detached signature over another manifest to evidence/invalid-signature', async () => {
    expect(await judgeSigned({ signed: '{}' }, team.detached)).toEqual([])
  })
})

describe('evidence/package-unlisted-file', () => {
  const rule = 'evidence/package-unlisted-file'

  it.each(['extra.txt', 'traces/manifest.json', '.hidden', '.gitkeep2', 'README.md'])('finds %s', async (name) => {
    expect(await judgeSigned({ files: contentBut({ [name]: '' }), manifest: manifestOf() })).toMatchObject([
      {
        rule,
        severity: 'error',
        path: `${PACKAGE}/${name}`,
        line: 1,
        gxpId: 'SPEC-001-001',
        message: expect.stringContaining('not listed'),
      },
    ])
  })

  it('lets an empty .gitkeep hold a directory, and nothing else be called so', async () => {
    const manifest = manifestOf()
    expect(
      await judgeSigned({ files: contentBut({ 'configuration/.gitkeep': '', '.gitkeep': '' }), manifest }),
    ).toEqual([])
    expect(briefly(await judgeSigned({ files: contentBut({ 'configuration/.gitkeep': 'x' }), manifest }))).toEqual([
      'configuration/.gitkeep:1 unlisted-file',
    ])
  })

  it('finds a second signature', async () => {
    const files = {
      ...(await packageFiles(team.compact)),
      [`${PACKAGE}/manifest.jws`]: await team.token(json(manifestOf())),
    }
    expect(await judge(files)).toMatchObject([
      {
        rule,
        path: `${PACKAGE}/manifest.jws`,
        line: 1,
        message: expect.stringMatching(/`signature\.jws`.*second signature/),
      },
    ])
  })
})

describe('evidence/package-totals', () => {
  const rule = 'evidence/package-totals'
  const bytes = Number(manifestOf().total_size_bytes)
  const totals = (changes: object) => judgeSigned({ manifest: { ...manifestOf(), ...changes } })
  const sizes = (of: (path: string) => unknown) =>
    Object.keys(CONTENT).map((path) => ({ ...entry(path), size_bytes: of(path) }))

  it('finds a count of files that is not theirs', async () => {
    expect(await totals({ file_count: 6 })).toMatchObject([
      {
        rule,
        severity: 'warning',
        path: MANIFEST,
        line: 33,
        gxpId: 'SPEC-001-001',
        message: expect.stringMatching(/`file_count` is 6, but it lists 5/),
      },
    ])
    expect(await totals({ file_count: 4 })).toHaveLength(1)
    expect(await totals({ file_count: '5' })).toMatchObject([{ message: expect.stringContaining('no whole number') }])
    expect(await totals({ file_count: undefined })).toEqual([])
  })

  it('finds a sum of bytes that is not theirs', async () => {
    expect(await totals({ total_size_bytes: bytes + 1 })).toMatchObject([
      {
        rule,
        severity: 'warning',
        path: MANIFEST,
        line: 32,
        message: expect.stringMatching(new RegExp(`is ${bytes + 1}; its files have ${bytes} bytes`)),
      },
    ])
    expect(await totals({ total_size_bytes: bytes - 1 })).toHaveLength(1)
    expect(await totals({ total_size_bytes: '1' })).toMatchObject([
      { message: expect.stringContaining('no whole number') },
    ])
    expect(await totals({ total_size_bytes: undefined })).toEqual([])
  })

  it('adds up the files where the manifest has no sizes', async () => {
    expect(await totals({ files: sizes(() => undefined) })).toEqual([])
    expect(briefly(await totals({ files: sizes(() => undefined), total_size_bytes: 1 }))).toEqual([
      'manifest.json:27 totals',
    ])
  })

  it("finds a size that is not the file's, at its line, once", async () => {
    const files = sizes((path) => entry(path).size_bytes + (path === 'metadata.json' ? 1 : 0))
    const findings = await totals({ files, total_size_bytes: bytes + 1 })
    expect(findings).toMatchObject([
      {
        rule,
        severity: 'warning',
        path: MANIFEST,
        line: 24,
        message: expect.stringMatching(/`size_bytes` of `metadata\.json` is \d+; the file has \d+ bytes/),
      },
    ])
    const [odd] = await totals({ files: sizes((path) => (path === 'metadata.json' ? 'x' : entry(path).size_bytes)) })
    expect(odd).toMatchObject({ rule, line: 24, message: expect.stringContaining('no whole number') })
  })

  it('adds up what the files have, not the sizes that the manifest says they have', async () => {
    const files = sizes((path) => entry(path).size_bytes + (path === 'metadata.json' ? 1 : 0))
    const size = expect.stringMatching(/^The manifest's `size_bytes` of `metadata\.json`/)
    const messages = async (total: number) =>
      (await totals({ files, total_size_bytes: total })).map(({ message }) => message).sort()
    // The true sum is right whatever the sizes say; the sum of the sizes has the one fault of the size.
    expect(await messages(bytes)).toEqual([size])
    expect(await messages(bytes + 1)).toEqual([size])
    expect(await messages(bytes + 2)).toEqual([
      size,
      `The manifest's \`total_size_bytes\` is ${bytes + 2}; its files have ${bytes} bytes together.`,
    ])
    // Where no size is wrong, what they add up to is no excuse.
    const some = sizes((path) => (path === 'metadata.json' ? undefined : entry(path).size_bytes))
    const rest = bytes - entry('metadata.json').size_bytes
    expect(briefly(await totals({ files: some, total_size_bytes: rest }))).toEqual(['manifest.json:31 totals'])
  })

  it('says nothing of the size of files that are missing or altered: that is told as such', async () => {
    const files = contentBut({ 'test-output.log': '15 passed\n', 'environment.json': null })
    expect(briefly(await judgeSigned({ files, manifest: manifestOf() }))).toEqual([
      'manifest.json:17 missing-file',
      'test-output.log:1 tampered',
    ])
    const unsized = { ...manifestOf(), files: sizes(() => undefined), total_size_bytes: 1 }
    expect(briefly(await judgeSigned({ files: contentBut({ 'environment.json': null }), manifest: unsized }))).toEqual([
      'manifest.json:15 missing-file',
    ])
    const broken = { ...manifestOf(), files: sizes(() => 'x'), total_size_bytes: 'x' }
    expect(
      (await judgeSigned({ files: contentBut({ 'environment.json': null }), manifest: broken })).map(
        ({ message }) => message,
      ),
    ).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/`environment\.json` is no whole number; a whole number of bytes is expected/),
        expect.stringMatching(/`total_size_bytes` is no whole number; a whole number of bytes is expected/),
      ]),
    )
  })
})

describe('evidence/package-name', () => {
  const rule = 'evidence/package-name'
  const named = (name: string, metadata: object = {}) => {
    const directory = `.gxp/evidence/packages/${name}`
    return judgeSigned({ directory, files: contentBut({ 'metadata.json': json({ ...METADATA_CLAIMS, ...metadata }) }) })
  }

  it.each([
    ['OQ-SPEC-001-001-2026-02-05T14-30-00-000Z', {}],
    ['OQ-SPEC-001-001-2026-02-05', {}],
    ['OQ-SPEC-001-001-20260205', {}],
    ['OQ-SPEC-001-001-20260205T143000Z', {}],
    ['OQ-SPEC-001-001-20260205_143000', {}],
    ['OQ-SPEC-001-001-2026-02-05T14:30:00.000Z', {}],
    ['OQ-SPEC-001-001-1770301800', {}],
    ['OQ-SPEC-001-001-1770301800000', {}],
    ['OQ-SPEC-INF-005-2026-12-31', { spec_id: 'SPEC-INF-005' }],
    ['OQ-SPEC-2026-01-02-2026-02-05', { spec_id: 'SPEC-2026-01-02' }],
    ['PQ-SPEC-001-001-2026-02-05', { tier: undefined, verification_tier: undefined }],
    ['OQ-SPEC-9-2026-02-05', { spec_id: undefined }],
  ])('accepts %s', async (name, metadata) => {
    expect(found({ findings: await named(name, metadata) }, rule)).toEqual([])
  })

  it.each([
    ['first-run'],
    ['OQ-SPEC-001-001'],
    ['SPEC-001-001-2026-02-05'],
    ['UQ-SPEC-001-001-2026-02-05'],
    ['OQ-REQ-001-2026-02-05'],
    ['OQ-2026-02-05'],
    ['OQ-SPEC-001-001-2026-13-05'],
    ['OQ-SPEC-001-001-2026-02-32'],
    ['OQ-SPEC-001-001-2026'],
    ['OQ-SPEC-001-001-latest'],
    ['OQ-SPEC-001-001-2026-02-05-final'],
    ['oq-SPEC-001-001-2026-02-05'],
  ])('finds %s, at the manifest', async (name) => {
    expect(await named(name)).toMatchObject([
      {
        ...{ rule, severity: 'warning', path: `.gxp/evidence/packages/${name}/manifest.json`, line: 1 },
        message: expect.stringMatching(new RegExp(`\`${name}\`.*\`\\{TIER\\}-\\{SPEC\\}-\\{TIMESTAMP\\}\``)),
      },
    ])
  })

  it.each([
    ['IQ-SPEC-001-001-2026-02-05', {}, 4, 'tier OQ'],
    ['IQ-SPEC-001-001-2026-02-05', { tier: undefined, verification_tier: 'OQ' }, 8, 'tier OQ'],
    ['OQ-SPEC-001-002-2026-02-05', {}, 3, 'specification SPEC-001-001'],
    ['OQ-SPEC-001-2026-02-05', {}, 3, 'specification SPEC-001-001'],
  ])('finds %s where the metadata says otherwise, at its line', async (name, metadata, line, says) => {
    expect(found({ findings: await named(name, metadata) }, rule)).toMatchObject([
      {
        rule,
        severity: 'warning',
        path: `.gxp/evidence/packages/${name}/metadata.json`,
        line,
        message: expect.stringContaining(says),
      },
    ])
  })

  it('is told at the signature where there is no manifest', async () => {
    const directory = '.gxp/evidence/mine'
    expect(found({ findings: await judgeSigned({ directory, manifest: null }) }, rule)).toMatchObject([
      { path: `${directory}/signature.jws`, line: 1 },
    ])
  })
})

describe('evidence/package-tier-content', () => {
  const rule = 'evidence/package-tier-content'
  const COMMON = ['metadata.json', 'environment.json', 'test-output.log', 'artifacts/test-results.json']
  const BY_TIER = {
    IQ: ['artifacts/dependency-tree.json', 'artifacts/health-check.json'],
    OQ: ['artifacts/coverage-report.json'],
    PQ: ['screenshots/1.png', 'traces/deep/1.zip'],
  }
  const holding = (tier: string, paths: string[], claims: object = { tier }) => {
    const texts: Record<string, string> = { 'metadata.json': json({ ...METADATA_CLAIMS, tier: undefined, ...claims }) }
    const files = Object.fromEntries(paths.map((path) => [path, texts[path] ?? '{}']))
    return judgeSigned({ files, directory: PACKAGE.replace('OQ-', `${tier}-`) })
  }

  it.each(Object.entries(BY_TIER))('asks %s for what the standard says, and for no more', async (tier, own) => {
    const all = [...COMMON, ...own]
    expect(await holding(tier, all)).toEqual([])
    for (const left of all) {
      const name = left.replace(/^(screenshots|traces)\/.*/, '$1/')
      expect(
        await holding(
          tier,
          all.filter((path) => path !== left),
        ),
      ).toMatchObject([
        {
          ...{ rule, severity: 'warning', path: `${PACKAGE.replace('OQ-', `${tier}-`)}/manifest.json`, line: 1 },
          message: expect.stringContaining(`${name.endsWith('/') ? 'directory' : 'file'} \`${name}\``),
        },
      ])
    }
  })

  it('tells each missing file by itself', async () => {
    const findings = await holding('IQ', ['metadata.json'])
    expect(findings.map(({ rule: its }) => its)).toEqual(Array(5).fill(rule))
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(5)
  })

  it('goes by the name where the metadata has no tier, and asks for the common files alone where neither has one', async () => {
    expect(found({ findings: await holding('PQ', COMMON, {}) }, rule)).toHaveLength(2)
    const files = contentBut({
      'metadata.json': json({ spec_id: 'SPEC-001-001' }),
      'artifacts/coverage-report.json': null,
    })
    expect(found({ findings: await judgeSigned({ files, directory: '.gxp/evidence/mine' }) }, rule)).toEqual([])
  })

  it('takes a file called like a directory for none', async () => {
    expect(found({ findings: await holding('PQ', [...COMMON, 'screenshots', 'traces/1.zip']) }, rule)).toHaveLength(1)
  })

  it('says nothing of a file that is listed and missing: that is told as such', async () => {
    expect(
      briefly(await judgeSigned({ files: contentBut({ 'environment.json': null }), manifest: manifestOf() })),
    ).toEqual(['manifest.json:17 missing-file'])
    const files = contentBut({ 'metadata.json': json({ ...METADATA_CLAIMS, tier: 'PQ' }) })
    const listed = { ...files, 'screenshots/1.png': '', 'traces/1.zip': '' }
    const findings = await judgeSigned({
      files,
      manifest: manifestOf(listed),
      directory: PACKAGE.replace('OQ-', 'PQ-'),
    })
    expect(findings.map(({ rule: its }) => its)).toEqual(Array(2).fill('evidence/package-missing-file'))
  })
})

describe('A manifest made for the purpose', () => {
  const listing = (count: number) =>
    JSON.stringify({ files: Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, 'a'.repeat(64)])) })
  const judgeWith = async (manifest: string, maxFileBytes: number) => {
    const files = await packageFiles(async () => 'x', { manifest })
    const { findings } = await assessRecord(goodBut(files), { keys: [team.key], policy: { maxFileBytes } })
    return briefly(findings.filter(({ path, severity }) => path === MANIFEST && severity === 'error'))
  }

  it('of 100,000 entries is one finding, whether it is read or not', async () => {
    const manifest = listing(100_000)
    expect(await judgeWith(manifest, 2 ** 20)).toEqual(['manifest.json:1 artifact/too-large'])
    expect(await judgeWith(manifest, 2 ** 25)).toEqual(['manifest.json:1 incomplete'])
  })

  it('and larger than what is read is one finding, and so is such metadata', async () => {
    const files = contentBut({ 'metadata.json': json({ ...METADATA_CLAIMS, note: 'x'.repeat(9_000) }) })
    const told = async (given: PackageGiven) => {
      const { findings } = await assessRecord(goodBut(await packageFiles(team.compact, { files, ...given })), {
        keys: [team.key],
        policy: { maxFileBytes: 8_192 },
      })
      return briefly(findings.filter(({ path, severity }) => path?.startsWith(PACKAGE) && severity === 'error'))
    }
    expect(await told({})).toEqual(['metadata.json:1 artifact/too-large'])
    expect(await told({ files: CONTENT, manifest: json(manifestOf()).padEnd(9_000) })).toEqual([
      'manifest.json:1 artifact/too-large',
      'signature.jws:1 artifact/too-large',
    ])
  })

  it('of 12,000 files that are not there has no more findings than a file may have', async () => {
    expect(await judgeWith(listing(12_000), 2 ** 20)).toEqual(Array(1001).fill('manifest.json:1 missing-file'))
  })

  it('of 10,000 levels is one finding', async () => {
    expect(await judgeWith(`{"files":${'['.repeat(10_000)}`, 2 ** 20)).toEqual(['manifest.json:1 incomplete'])
  })
})
