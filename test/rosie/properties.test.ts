// biome-ignore-all lint/suspicious/noTemplateCurlyInString: some of these texts are programs
/** What holds for every file and every record, whatever is in them. */
import fc from 'fast-check'
import { LANGUAGES } from '../../src/rosie/languages.ts'
import type { Reader } from '../../src/rosie/model.ts'
import { read } from '../../src/rosie/parse/index.ts'
import type { PolicyFile } from '../../src/rosie/parse/policy-file.ts'
import type { ProjectPolicy } from '../../src/rosie/parse/project-policy.ts'
import { resolvePolicy } from '../../src/rosie/resolve-policy.ts'
import {
  assessInFull,
  assessRecord,
  claims,
  type Files,
  GOOD,
  goodBut,
  requirement,
  signer,
  specification,
  story,
  TEST,
  unsigned,
} from '../support/record.ts'
import { everyReport, expectSound } from '../support/soundness.ts'

/** All of them: a reader that is not named here does not compile. */
const OF_RECORDS = {
  system_context: true,
  requirement: true,
  user_story: true,
  specification: true,
  risk_register: true,
  decision: true,
  testing_record: true,
  vendor_assessment: true,
  evidence: true,
  'package/manifest': true,
  'package/signature': true,
  'package/metadata': true,
  'package/results': true,
  'package/file': true,
  key: true,
  policy: true,
  project_policy: true,
} satisfies Record<Exclude<Reader, `annotations/${string}`>, true>
const READERS: Reader[] = [
  ...(Object.keys(OF_RECORDS) as (keyof typeof OF_RECORDS)[]),
  ...LANGUAGES.map((language): Reader => `annotations/${language}`),
]
const LIMIT = 2 ** 20

/** Pieces of what the readers look for, so that random text gets past their first line. */
const PIECES = [
  ...[
    '---\n',
    '\n---\n',
    'gxp_id: ',
    'REQ-001',
    ': ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '&a ',
    '*a ',
    '!x ',
    '|\n',
    '"',
    "'",
    '#',
  ],
  ...[
    '\n',
    '\r\n',
    ' ',
    '\t',
    '\uFEFF',
    '\0',
    '\u2028',
    '__proto__',
    '// ',
    '/*',
    '*/',
    '`',
    '${',
    '\\',
    '/',
    '"""',
    "'''",
  ],
  ...['@gxp-', '@gxp-satisfies ', '@gxp-risk HIGH', '@gxp_spec', '@test-type OQ', 'SPEC-1, ', 'gxp:off', 'gxp:on', '@'],
  ...[
    '.',
    'e30',
    'eyJhbGciOiJFUzI1NiJ9',
    '{"payload":"',
    '","signatures":[{"protected":"e30"}]}',
    '{"keys":[',
    '{"files":[{"path":"',
    '"sha256":"',
    '"tier":"OQ","result":"FAIL",',
    '"d":1',
  ],
  ...[
    'fail_on: never\n',
    'severities: {',
    'ignore: [{paths: ["**"], reason: x, expires: 2026-03-01}]\n',
    '<<: ',
    '1e999',
  ],
  ...['## Status\n', 'Superseded by ADR-002\n', '<!--', '-->', '```\n', '"test_results":[{"status":{"toString":1}}],'],
  ...['-----BEGIN PUBLIC KEY-----', '-----END PUBLIC KEY-----', '## RISK-1', '[2026-02-05] RISK-2 |', '😀', 'é'],
]
const anyText = fc.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...PIECES) }, fc.string()), { maxLength: 40 })
const anyBytes = fc.oneof(
  anyText.map((pieces) => Buffer.from(pieces.join(''))),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
)

describe.each(READERS)('The reader of %s', (reader) => {
  it('throws on no bytes, answers plain JSON, and places everything inside the file', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const content = read(reader, bytes, LIMIT)
        expect(JSON.parse(JSON.stringify(content))).toEqual(content)
        const lines = bytes.toString().split('\n').length
        for (const { line, message } of content.problems) {
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(lines)
          expect(message).not.toBe('')
        }
        if (content.kind !== 'annotations') return
        for (const block of content.blocks) {
          expect(block.line).toBeGreaterThanOrEqual(1)
          expect(block.endLine).toBeLessThanOrEqual(lines)
          for (const { line } of block.tags) expect(line >= block.line && line <= block.endLine).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('says of a file that was too large to fetch just that', () => {
    expect(read(reader, null, LIMIT).problems).toMatchObject([{ cause: 'too-large', line: 1 }])
  })

  it('is the same for the same bytes', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(read(reader, bytes, LIMIT)).toEqual(read(reader, Buffer.from(bytes), LIMIT))
      }),
      { numRuns: 50 },
    )
  })
})

it('Columns point at what they say they point at, however the comment is written', () => {
  const mark = fc.constantFrom(
    ['// ', ''],
    ['/* ', ' */'],
    ['/**\n * ', '\n */'],
    ['  //   ', ''],
    ['x() // ', ''],
    ['/**\r\n\t* ', '\r\n*/'],
  )
  const before = fc.constantFrom('', '\n', "const a = 'b' // c\n\n", '#!/usr/bin/env node\n', '`\n${a}`\r\n')
  fc.assert(
    fc.property(before, mark, fc.constantFrom('', '@gxp-risk HIGH ', 'Limits it. '), (start, [open, close], words) => {
      const source = `${start}${open}${words}@gxp-satisfies REQ-001, REQ-002${close}\n`
      const content = read('annotations/javascript', Buffer.from(source), LIMIT)
      if (content.kind !== 'annotations') throw new Error('another reader answered')
      const tag = content.blocks.flatMap(({ tags }) => tags).find(({ name }) => name === 'gxp-satisfies')
      const at = ({ line, column = 0, endColumn = 0 }: { line: number; column?: number; endColumn?: number }) =>
        source.split('\n')[line - 1]?.slice(column - 1, endColumn)
      expect(tag && at(tag)).toBe('@gxp-satisfies REQ-001, REQ-002')
      expect(tag?.ids.map(at)).toEqual(['REQ-001', 'REQ-002'])
    }),
  )
})

/** Small records whose parts refer to each other, rightly or wrongly. */
const ids = (prefix: string) => fc.constantFrom('A', 'B', 'C').map((name) => `${prefix}-${name}`)
const anyId = fc.oneof(ids('REQ'), ids('US'), ids('SPEC'))
const documentAt = (directory: string, prefix: string, build: (id: string, ...fields: string[]) => string) =>
  fc
    .tuple(ids(prefix), fc.array(anyId, { maxLength: 2 }))
    .map(([id, to]) => [`.gxp/${directory}/${id}.md`, build(id, `derives_from: [${to}]`)])
const code = (directory: string, tag: string) =>
  fc
    .tuple(fc.constantFrom('a', 'b', 'c'), fc.array(anyId, { minLength: 1, maxLength: 3 }))
    .map(([name, to]) => [
      `${directory}/${name}.ts`,
      to.map((id) => `// ${tag} ${id}\n// @gxp-risk HIGH\nx()\n`).join(''),
    ])
const anyRecord: fc.Arbitrary<Files> = fc
  .array(
    fc.oneof(
      documentAt('requirements', 'REQ', requirement),
      documentAt('user_stories', 'US', story),
      documentAt('specs', 'SPEC', specification),
      code('src', '@gxp-implements'),
      code('src', '@gxp-tag'),
      code('test', '@gxp-verifies'),
    ),
    { maxLength: 12 },
  )
  .map((files) => Object.fromEntries(files))

describe('An assessment', () => {
  it('does not depend on the order in which the files are listed', async () => {
    const shuffled = anyRecord.chain((files) =>
      fc.tuple(
        fc.constant(files),
        fc.shuffledSubarray(Object.entries(files), { minLength: Object.keys(files).length }),
      ),
    )
    await fc.assert(
      fc.asyncProperty(shuffled, async ([files, entries]) => {
        expect(await assessRecord(Object.fromEntries(entries))).toEqual(await assessRecord(files))
      }),
      { numRuns: 60 },
    )
  })

  it('does not change with a file that has nothing to do with the record', async () => {
    const unrelated = fc.constantFrom<Files>(
      { 'README.md': '# @gxp-risk high' },
      { 'src/log.ts': 'export const log = console.log\n' },
      { 'node_modules/x/index.js': '// @gxp-satisfies REQ-404' },
      { 'src/strings.ts': "export const example = '// @gxp-satisfies REQ-404'\n" },
      { 'test/util.ts': '// no annotation\n' },
      { '.gxp/README.md': 'The record.' },
    )
    await fc.assert(
      fc.asyncProperty(anyRecord, unrelated, async (files, more) => {
        const record = { ...GOOD, ...files }
        expect(await assessRecord({ ...record, ...more })).toEqual(await assessRecord(record))
      }),
      { numRuns: 60 },
    )
  })

  it('finds in a head that equals its base nothing introduced and nothing fixed', async () => {
    await fc.assert(
      fc.asyncProperty(anyRecord, async (files) => {
        const { findings, fixed } = await assessRecord(files, { base: files })
        expect(findings.filter(({ status }) => status === 'introduced')).toEqual([])
        expect(fixed).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  it('gives no two findings one fingerprint, and each a line of its file', async () => {
    await fc.assert(
      fc.asyncProperty(anyRecord, async (files) => {
        const { findings } = await assessRecord({ ...GOOD, ...files })
        expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(findings.length)
        for (const { path, line, endLine } of findings) {
          const lines = String({ ...GOOD, ...files }[path ?? '']).split('\n').length
          expect(line).toBeGreaterThanOrEqual(1)
          expect(endLine).toBeGreaterThanOrEqual(line ?? 0)
          expect(endLine).toBeLessThanOrEqual(lines)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('traces no requirement that is not linked', async () => {
    await fc.assert(
      fc.asyncProperty(anyRecord, async (files) => {
        const { total, linked, traced, proven } = (await assessRecord(files)).summary.requirements
        expect(total >= linked && linked >= traced && traced >= proven).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

/** Files of every kind with anything in them, some of it nearly right. */
const SOME_PATHS = [
  ...[
    '.gxp/system_context.md',
    '.gxp/requirements/REQ-001.md',
    '.gxp/requirements/REQ-002-x.md',
    '.gxp/specs/SPEC-001.md',
  ],
  ...['.gxp/user_stories/US-001.md', '.gxp/specs/REQ-003.md', '.gxp/US-002.md', '.gxp/risk_assessment.log'],
  ...['.gxp/adr/ADR-001-x.md', '.gxp/adr/ADR-002-y.md', '.gxp/adr/x.md', '.gxp/evidence/ROT-SPEC-001.md'],
  ...['.gxp/evidence/a.jws', '.gxp/evidence/b.jws', '.gxp/evidence/x.txt', '.gxp/vendor_assessments/v.md'],
  ...['.gxp/evidence/OQ-SPEC-001/manifest.json', '.gxp/evidence/OQ-SPEC-001/signature.jws', '.gxp/unknown.txt'],
  ...['.gxp/evidence/OQ-SPEC-001/metadata.json', '.gxp/evidence/OQ-SPEC-001/artifacts/test-results.json'],
  ...['.gxp/evidence/OQ-SPEC-001/manifest.jws', '.gxp/keys/a.pem', '.gxp/keys/b.jwks.json', 'GxP.MD'],
  ...['.github/rosie.yml', 'src/a.ts', 'src/b.py', 'test/a.test.ts', 'src/c.sql', '.gxp/__proto__/constructor.md'],
]
const anyClaim = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom('SPEC-001', 'OQ', '0'.repeat(40), '0'.repeat(64), 1e308, -1),
)
const anyJws = fc
  .tuple(
    fc.dictionary(fc.constantFrom('alg', 'kid', 'crit', 'b64'), fc.constantFrom('ES256', 'none', false, 'k', ['b64'])),
    fc.dictionary(
      fc.constantFrom(
        ...Object.keys(claims()),
        'iat',
        'exp',
        'release_version',
        'evidence_summary',
        'files',
        '__proto__',
      ),
      anyClaim,
    ),
  )
  .map(([header, payload]) => unsigned(header, payload))
const anyFields = fc
  .dictionary(
    fc.constantFrom(
      'gxp_id',
      'id',
      'title',
      'parent_id',
      'satisfies',
      'validation_status',
      'gxp_risk_rating',
      'version',
      'spec_id',
      'result',
      'source_files',
      'status',
      'risk',
      'expiry_date',
    ),
    fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom('REQ-001', 'SPEC-001', 'HIGH', 'validated', '1.0.0')),
  )
  .map((fields) => `---\n${JSON.stringify(fields)}\n---\n`)
const anyContent: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  anyBytes,
  anyJws,
  anyFields,
  fc.json({ maxDepth: 4 }),
  fc.constantFrom(...Object.values(GOOD)),
)
const anyFiles: fc.Arbitrary<Files> = fc
  .tuple(fc.dictionary(fc.constantFrom(...SOME_PATHS), anyContent, { maxKeys: 14 }), fc.boolean())
  .map(([files, good]) => ({ ...(good ? GOOD : {}), ...files }))
const anyPolicy = fc.tuple(anyText, anyText, anyFields).map(([organisation, repository, project]) =>
  resolvePolicy({
    organisation: read('policy', Buffer.from(organisation.join('')), LIMIT) as PolicyFile,
    repository: read('policy', Buffer.from(repository.join('')), LIMIT) as PolicyFile,
    project: read('project_policy', Buffer.from(project), LIMIT) as ProjectPolicy,
  }),
)
const anyState = fc.constantFrom(null, { id: '1', plain: '0'.repeat(64), separated: null })
const { key: trusted } = await signer('k')
const anyGiven = fc.record({
  base: fc.option(anyFiles, { nil: undefined }),
  policy: anyPolicy,
  proposed: fc.option(anyPolicy),
  state: anyState,
  states: fc.dictionary(fc.constantFrom('0'.repeat(40), '__proto__', ''), anyState),
  keys: fc.constantFrom([], [trusted]),
  now: fc.date({ noInvalidDate: true, min: new Date('1970-01-01'), max: new Date('2100-01-01') }),
  trackedRecord: fc.boolean(),
})

describe('Any files, with any base, policy, keys and states', () => {
  it('are assessed and told without an exception, each finding at a place that is there', async () => {
    await fc.assert(
      fc.asyncProperty(anyFiles, anyGiven, async (files, given) => {
        const found = await assessInFull(files, given)
        expectSound(found.assessment, files)
        everyReport(found)
      }),
      { numRuns: 400 },
    )
  })

  it('are judged alike in whatever order they come', async () => {
    await fc.assert(
      fc.asyncProperty(anyFiles, anyGiven, async (files, given) => {
        const turned = Object.fromEntries(Object.entries(files).reverse())
        expect(await assessRecord(turned, given)).toEqual(await assessRecord(files, given))
      }),
      { numRuns: 60 },
    )
  })

  it('are judged alike with an unrelated file beside them', async () => {
    const unrelated = fc.constantFrom(
      'notes.txt',
      'docs/.gxp/requirements/REQ-9.md',
      'node_modules/a/.gxp/x.md',
      'dist/a.ts',
    )
    await fc.assert(
      fc.asyncProperty(anyFiles, unrelated, anyContent, anyGiven, async (files, path, content, given) => {
        expect(await assessRecord({ ...files, [path]: content }, given)).toEqual(await assessRecord(files, given))
      }),
      { numRuns: 60 },
    )
  })
})

describe('A million hostile characters', () => {
  const fill = (unit: string) => unit.repeat(Math.floor(LIMIT / unit.length))
  const front = (yaml: string) => `---\n${yaml}\n---\n`
  const yamlOf = (unit: string) => front(unit.repeat(Math.floor((120 * 1024) / unit.length)))

  // A guard against hanging, not a measurement: on an idle machine most take some milliseconds.
  const SECONDS = 20

  it.each<[Reader, string, string]>([
    ['annotations/javascript', 'spaces after ids', `// @gxp-satisfies REQ-001${fill(' ')}!`],
    ['annotations/javascript', 'spaces after a comma', `// @gxp-satisfies REQ-001,${fill(' ')}!`],
    ['annotations/javascript', 'spaces between comments', `// @gxp-risk HIGH\n${fill(' ')}x // y`],
    ['annotations/javascript', 'spaces after a tag', `// @gxp-risk HIGH${fill(' ')}${'@x '.repeat(1000)}`],
    ['annotations/javascript', 'ids', `// @gxp-satisfies ${fill('REQ-001, ')}`],
    ['annotations/javascript', 'groups of an id', `// @gxp-satisfies REQ${fill('-A')}_`],
    ['annotations/javascript', 'tags', `// ${fill('@gxp-risk HIGH ')}`],
    ['annotations/javascript', 'texts', `// @gxp-risk HIGH ${fill('@description x ')}`],
    ['annotations/javascript', 'titles that are not closed', `// ${fill('@gxp-spec SPEC-1 "')}`],
    ['annotations/javascript', 'misspelt tags', fill('//@gxptg\n')],
    ['annotations/javascript', 'lines of one comment', `// @gxp-risk HIGH\n/*${fill('\n')}*/`],
    ['annotations/javascript', 'comments of one line', `/*@gxp-risk HIGH*/${fill('/**/')}`],
    ['annotations/javascript', 'slashes', `// @gxp-risk HIGH\n${fill('(/ ')}`],
    ['annotations/javascript', 'classes of a regular expression', `// @gxp-risk HIGH\n${fill('(/[')}`],
    ['annotations/javascript', 'escapes of a regular expression', `// @gxp-risk HIGH\n(/${fill('\\/')}`],
    ['annotations/javascript', 'escapes of a string', `// @gxp-risk HIGH\n'${fill("\\'")}`],
    ['annotations/javascript', 'templates in templates', `// @gxp-risk HIGH\n${fill('`${')}`],
    ['annotations/javascript', 'braces', `// @gxp-risk HIGH\n\`\${${fill('{')}`],
    ['annotations/python', 'docstrings', `# @gxp-risk HIGH\n${fill('""""""')}`],
    ['annotations/python', 'quotes of a text that is not closed', `# @gxp-risk HIGH\n"""${fill('"a')}`],
    ['annotations/python', 'escapes of a text that is not closed', `# @gxp-risk HIGH\n"""${fill('\\"')}`],
    [
      'annotations/python',
      'spaces before docstrings',
      `# @gxp-risk HIGH\n${fill(' ').slice(LIMIT / 2)}${fill('""""""').slice(LIMIT / 2)}`,
    ],
    [
      'evidence',
      'escapes of a text that is not closed',
      `e30.${Buffer.from(`{"a":"${fill('\\"').slice(LIMIT / 3)}`).toString('base64url')}.x`,
    ],
    ['evidence', 'brackets', `{"payload":${fill('[')}`],
    ['evidence', 'dots', fill('a.')],
    ['key', 'beginnings', fill('-----BEGIN PUBLIC KEY-----')],
    ['key', 'capitals', fill('-----BEGIN A')],
    ['key', 'brackets', `{"keys":${fill('[')}`],
    ['risk_register', 'headings', fill('## RISK-')],
    ['requirement', 'keys', front(Array.from({ length: 12_000 }, (_, n) => `key${n}: 1`).join('\n'))],
    ['requirement', 'opened lists', front(`a: ${fill('[')}`)],
    ['requirement', 'opened lists within the limit', yamlOf('[')],
    ['requirement', 'indicators', yamlOf('? ')],
    ['requirement', 'mappings in mappings', yamlOf('a: ')],
    ['requirement', 'tags', yamlOf('!a ')],
    ['requirement', 'anchors', yamlOf('&a ')],
    ['requirement', 'quotes', yamlOf('"a" ')],
    ['requirement', 'blank lines', front(`a: |${'\n'.repeat(120 * 1024)}`)],
    ['requirement', 'spaces before the closing dashes', `---\na: 1\n${fill(`---${' '.repeat(100)}x\n`)}`],
    ['user_story', 'stars in the body', `${front('a: 1')}${fill('** ')}`],
    ['user_story', 'hashes in the body', `${front('a: 1')}${fill('#  ')}`],
  ])('for %s, as %s, are read in time and without an exception', (reader, _, text) => {
    const began = performance.now()
    read(reader, Buffer.from(text), 2 * LIMIT)
    expect((performance.now() - began) / 1000).toBeLessThan(SECONDS)
  })

  it('of unknown ids are assessed in time', async () => {
    const many = Array.from({ length: 10_000 }, (_, n) => `// @gxp-verifies SPEC-00${n}-001\nx()\n`).join('')
    const documents = Object.fromEntries(
      Array.from({ length: 500 }, (_, n) => [
        `.gxp/specs/SPEC-1${n}-001.md`,
        specification(`SPEC-1${n}-001`, 'parent_id: US-001-001'),
      ]),
    )
    const began = performance.now()
    const { findings } = await assessRecord(goodBut({ ...documents, [TEST]: many }))
    expect(findings.length).toBeGreaterThan(1_000)
    expect((performance.now() - began) / 1000).toBeLessThan(2 * SECONDS)
  })

  it('of ids in each of fourteen files are assessed in time, and what is not read is told', async () => {
    const list = (prefix: string, from: number) => Array.from({ length: 25 }, (_, n) => `${prefix}-${from + n}`).join()
    const pairs = (from: number) =>
      `// @gxp-satisfies ${list('REQ', from)}\n// @gxp-implements ${list('SPEC', from)}\nx()\n`
    const source = (file: number) =>
      Array.from({ length: LIMIT / 500 }, (_, block) => pairs(100_000 * (file + 1) + 25 * block)).join('')
    const files = Object.fromEntries(Array.from({ length: 14 }, (_, n) => [`src/${n}.ts`, source(n)]))
    const began = performance.now()
    const { findings } = await assessRecord(goodBut(files), { policy: { maxFileBytes: 2 * LIMIT } })
    expect(findings.filter(({ rule }) => rule === 'artifact/too-large')).toMatchObject([
      { severity: 'error', path: expect.stringMatching(/^src/), message: expect.stringContaining('300,000') },
    ])
    expect((performance.now() - began) / 1000).toBeLessThan(2 * SECONDS)
  })
})
