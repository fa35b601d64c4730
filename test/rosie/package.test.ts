/** The files of an evidence package, each as it is read. */
import { createHash } from 'node:crypto'
import type { Content } from '../../src/rosie/contents.ts'
import type { Json, Reader } from '../../src/rosie/model.ts'
import { read } from '../../src/rosie/parse/index.ts'
import {
  canonicalHash,
  canonicalJson,
  depthOf,
  NotJson,
  parseFinite,
  plain,
  readJson,
} from '../../src/rosie/parse/json.ts'
import { readManifest } from '../../src/rosie/parse/manifest.ts'
import { readMetadata, readPackageFile, readResults } from '../../src/rosie/parse/package.ts'
import { countResults } from '../../src/rosie/parse/test-results.ts'
import { json, METADATA_CLAIMS, sha256 } from '../support/packages.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const A = 'a'.repeat(64)
const B = 'b'.repeat(64)

describe('JSON with lines', () => {
  it.each([
    ['null'],
    ['true'],
    ['false'],
    ['0'],
    ['-0.5e+3'],
    ['12E2'],
    ['"a\\"\\\\\\u00e9\\n"'],
    ['[]'],
    ['{}'],
    [' [ 1 , [ 2 ] , { "a" : { } , "b" : "" } ]\r\n\t'],
    ['{"__proto__": {"x": 1}}'],
  ])('reads %s as JSON.parse does', (text) => {
    const node = readJson(text)
    if (node instanceof NotJson) throw new Error(node.fault)
    expect(JSON.stringify(plain(node))).toBe(JSON.stringify(JSON.parse(text)))
  })

  it.each([
    [''],
    [' '],
    ['{'],
    ['['],
    ['[1'],
    ['[1,]'],
    ['[,1]'],
    ['[1 2]'],
    ['[1}'],
    ['{"a":1]'],
    ['{"a":1,}'],
    ['{"a" 1}'],
    ['{"a":}'],
    ['{a:1}'],
    ["{'a':1}"],
    ['{"a":1 "b":2}'],
    ['"a'],
    ['"a\\'],
    ['"a\nb"'],
    ['"\\x"'],
    ['"\\u12"'],
    ['01'],
    ['1.'],
    ['.5'],
    ['+1'],
    ['-'],
    ['1e'],
    ['NaN'],
    ['nul'],
    ['truex'],
    ['1 1'],
    ['{} x'],
    ['\u00a01'],
  ])('refuses %j, as JSON.parse does', (text) => {
    expect(() => JSON.parse(text)).toThrow()
    expect(readJson(text)).toBeInstanceOf(NotJson)
  })

  it('knows the line of each value, and of a fault', () => {
    const node = readJson('{\n"a":\n\n[1,\n"x"]}')
    expect(node).toEqual({
      line: 1,
      value: new Map([
        [
          'a',
          {
            line: 4,
            value: [
              { line: 4, value: 1 },
              { line: 5, value: 'x' },
            ],
          },
        ],
      ]),
    })
    expect(readJson('{\n"a": 1,\n"b" 2}')).toEqual(new NotJson('is not JSON', 3))
    expect(readJson('{}\n\nx')).toMatchObject({ line: 3 })
  })

  it('refuses a key that stands twice, and says which', () => {
    expect(readJson('{"a": 1,\n"b": 2,\n"\\u0061": 3}')).toEqual(new NotJson('has a key twice: "a"', 3))
    const long = 'k'.repeat(201)
    expect(readJson(`{"${long}": 1, "${long}": 2}`)).toEqual(new NotJson(`has a key twice: "${'k'.repeat(200)}"`, 1))
  })

  it('reads a text with a byte order mark', () => {
    expect(readJson('\uFEFF{}')).toEqual({ line: 1, value: new Map() })
  })

  it('reads 64 levels and refuses more, without recursion that has no end', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    expect(readJson(nested(65))).not.toBeInstanceOf(NotJson)
    expect(readJson(nested(66))).toEqual(new NotJson('is nested more than 64 levels deep', 1))
    expect(readJson('{"a":'.repeat(10_000))).toBeInstanceOf(NotJson)
    expect(readJson('['.repeat(1_000_000))).toBeInstanceOf(NotJson)
    expect(depthOf(nested(66))).toBe(66)
  })

  it.each([
    ['1', 0],
    ['"[{"', 0],
    ['[]', 1],
    ['{"a": 1}', 1],
    ['[1, 2, [3]]', 2],
    ['[[], [], [1], 2]', 2],
    ['[{}, {}, {"a": {}}]', 3],
    ['{"a": [], "b": {}, "c": 1}', 2],
    ['["[[", [1], "{{"]', 2],
    ['["\\"[[[", []]', 2],
    ['["\\\\", [[]]]', 3],
  ])('knows how deep %s goes', (text, depth) => {
    JSON.parse(text)
    expect(depthOf(text)).toBe(depth)
  })

  it('has null for numbers beyond all numbers, and all else as it is', () => {
    const text = '{"a": 1e999, "b": "1e999", "c": 2, "d": [-1e999, null, true], "e": {"f": 1e2}}'
    expect(parseFinite(text)).toEqual({ a: null, b: '1e999', c: 2, d: [null, null, true], e: { f: 100 } })
    expect(parseFinite(`[${'9'.repeat(400)}, "x"]`)).toEqual([null, 'x'])
  })

  it('has one canonical text for one value', () => {
    const [one, other] = ['{"b":[1,{"d":2,"c":"\\u0041"}],"a":1.0}', '{ "a": 1, "b": [1, {"c": "A", "d": 2}] }'].map(
      (text) => readJson(text),
    )
    if (one instanceof NotJson || other instanceof NotJson || !one || !other) throw new Error('both are JSON')
    expect(canonicalJson(one)).toBe('{"a":1,"b":[1,{"c":"A","d":2}]}')
    expect(canonicalJson(other)).toBe(canonicalJson(one))
  })

  it('hashes an object without what a token adds, and nothing else', () => {
    const plainHash = canonicalHash('{"a":1}')
    expect(plainHash).toBe(sha256('{"a":1}'))
    expect(canonicalHash('{"iat":5,"a":1,"exp":9}')).toBe(plainHash)
    expect(canonicalHash('{"nbf":5,"a":1}')).not.toBe(plainHash)
    expect(canonicalHash('{"a":{"iat":5}}')).not.toBe(canonicalHash('{"a":{}}'))
    expect(canonicalHash('[1]')).toBeNull()
    expect(canonicalHash('x')).toBeNull()
  })
})

describe('A manifest', () => {
  const manifest = (text: string) => readManifest(bytes(text), null)

  it('lists files with their hashes and sizes', () => {
    const text = `{
  "files": [
    { "path": "metadata.json", "sha256": "${A}", "size_bytes": 312 },
    {
      "path": "artifacts/x.json",
      "sha256": "${B}",
      "size_bytes": 0
    }
  ],
  "total_size_bytes": 312,
  "file_count": 2
}`
    expect(manifest(text)).toEqual({
      kind: 'package_manifest',
      sha256: createHash('sha256').update(text).digest('hex'),
      size: text.length,
      text,
      entries: [
        { path: 'metadata.json', sha256: A, size: { value: 312, line: 3 }, line: 3 },
        { path: 'artifacts/x.json', sha256: B, size: { value: 0, line: 7 }, line: 5 },
      ],
      totalSize: { value: 312, line: 10 },
      fileCount: { value: 2, line: 11 },
      canonical: canonicalHash(text),
      problems: [],
    })
  })

  it('may give hashes with their algorithm, and no sizes or totals', () => {
    expect(manifest(json({ files: [{ path: 'a', hash: `sha256:${A}` }] }))).toMatchObject({
      entries: [{ path: 'a', sha256: A, size: null, line: 4 }],
      totalSize: null,
      fileCount: null,
      problems: [],
    })
  })

  it('may be a map of paths', () => {
    const text = `{"files": {\n"a": "sha256:${A}",\n"b": "${B}",\n"c": {"sha256": "${A}", "size_bytes": 7}}}`
    expect(manifest(text).entries).toEqual([
      { path: 'a', sha256: A, size: null, line: 2 },
      { path: 'b', sha256: B, size: null, line: 3 },
      { path: 'c', sha256: A, size: { value: 7, line: 4 }, line: 4 },
    ])
  })

  it('may write a path with ./ before it, and a hash in capitals', () => {
    expect(manifest(json({ files: [{ path: './a', sha256: A.toUpperCase() }] })).entries).toMatchObject([
      { path: 'a', sha256: A },
    ])
  })

  it.each([
    ['none', {}],
    ['no text', { sha256: 5 }],
    ['too short', { sha256: 'a'.repeat(63) }],
    ['too long', { sha256: 'a'.repeat(65) }],
    ['no hex digits', { sha256: 'g'.repeat(64) }],
    ['of another algorithm', { hash: `sha512:${A}` }],
    ['two that differ', { sha256: A, hash: `sha256:${B}` }],
  ])('has no hash for an entry whose hash is: %s', (_, fields) => {
    expect(manifest(json({ files: [{ path: 'a', ...fields }] })).entries).toMatchObject([{ path: 'a', sha256: null }])
  })

  it('has the hash of an entry that gives it twice alike', () => {
    expect(manifest(json({ files: [{ path: 'a', sha256: A, hash: `sha256:${A}` }] })).entries).toMatchObject([
      { sha256: A },
    ])
  })

  it.each([['"7"'], ['-1'], ['1.5'], ['1e400'], ['null'], ['9007199254740993']])(
    'has no count where %s stands',
    (count) => {
      const { fileCount, totalSize, entries } = manifest(
        `{"files": [{"path": "a", "size_bytes": ${count}}],\n"file_count": ${count},\n"total_size_bytes": ${count}}`,
      )
      expect([fileCount, totalSize, entries?.[0]?.size]).toEqual([
        { value: null, line: 2 },
        { value: null, line: 3 },
        { value: null, line: 1 },
      ])
    },
  )

  it.each([
    ['no JSON', '{\n"files": [', 2, 'The manifest is not JSON.'],
    ['no object', '[]', 1, 'The manifest is not a JSON object.'],
    ['a key twice', '{"files": [],\n"files": []}', 2, 'The manifest has a key twice: "files".'],
    ['too deep', `{"files": ${'['.repeat(80)}`, 1, 'The manifest is nested more than 64 levels deep.'],
  ])('can not be read when it is: %s', (_, text, line, message) => {
    expect(manifest(text)).toMatchObject({ entries: null, canonical: null, text })
    expect(manifest(text).problems).toEqual([{ cause: 'package', line, message }])
  })

  it.each([
    ['nothing', '{}', 1],
    ['a text', '{\n"files": "a"}', 2],
    ['null', '{\n"files": null}', 2],
  ])('has no entries where `files` is: %s', (_, text, line) => {
    expect(manifest(text).entries).toBeNull()
    expect(manifest(text).problems).toEqual([
      { cause: 'package', line, message: expect.stringMatching(/no `files`.*`path` and `sha256`.*`sha256:…`/) },
    ])
  })

  it('names each entry that names no file, and has the others', () => {
    const { entries, problems } = manifest(`{"files": [\n{"sha256": "${A}"},\n"b",\n{"path": 5},\n{"path": "c"}]}`)
    expect(entries).toMatchObject([{ path: 'c', line: 5 }])
    expect(problems.map(({ line }) => line)).toEqual([2, 3, 4])
    expect(problems[0]).toMatchObject({ cause: 'package', message: expect.stringContaining('no `path`') })
  })

  it.each([
    ['a list', (count: number) => `[${Array(count).fill('{"path":""}')}]`],
    ['a map', (count: number) => `{${Array.from({ length: count }, (_, i) => `"${i}":0`)}}`],
  ])('is refused as a whole where it lists more files than any package has: %s', (_, listing) => {
    const listed = (count: number) => manifest(`{\n"files": ${listing(count)}}`)
    expect(listed(20_000).problems).toEqual([])
    expect(listed(20_000).entries).toHaveLength(20_000)
    const { entries, problems } = listed(20_001)
    expect(entries).toBeNull()
    expect(problems).toEqual([
      {
        ...{ cause: 'package', line: 2 },
        message: 'The manifest lists 20001 files, more than the 20000 that are read. Split the package.',
      },
    ])
  })

  it.each([
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff]), 'The file is not valid UTF-8. Save it as UTF-8 text.'],
    ['a NUL byte', bytes('{"files": []}\0'), 'The file contains a NUL byte, so it is not text. Save it as UTF-8 text.'],
  ])('is damaged, not a matter of encoding, with %s', (_, damaged, message) => {
    expect(readManifest(damaged, null)).toMatchObject({
      ...{ sha256: sha256(damaged), size: damaged.byteLength, text: '', entries: null },
      problems: [{ cause: 'package', line: 1, message }],
    })
  })
})

describe('The metadata', () => {
  const metadata = (value: unknown) => readMetadata(bytes(json(value)), null)

  it('says what the package is about, and on which lines', () => {
    expect(metadata(METADATA_CLAIMS)).toEqual({
      kind: 'package_metadata',
      sha256: sha256(json(METADATA_CLAIMS)),
      size: json(METADATA_CLAIMS).length,
      claims: METADATA_CLAIMS,
      lines: expect.objectContaining({ package_id: 2, spec_id: 3, tier: 4, created_at: 8 }),
      specId: 'SPEC-001-001',
      tier: 'OQ',
      results: null,
      problems: [],
    })
  })

  it.each([
    [{ tier: 'PQ' }, 'PQ'],
    [{ verification_tier: 'IQ' }, 'IQ'],
    [{ tier: 'PQ', verification_tier: 'IQ' }, 'PQ'],
    [{ tier: '', verification_tier: 'IQ' }, 'IQ'],
    [{ tier: 'oq' }, null],
    [{}, null],
  ])('has the tier of %j: %s', (claims, tier) => {
    expect(metadata(claims).tier).toBe(tier)
  })

  it.each([
    ['SPEC-1', 'SPEC-1'],
    ['', null],
    [5, null],
  ])('has the specification that %j names: %s', (named, specId) => {
    expect(metadata({ spec_id: named }).specId).toBe(specId)
  })

  it.each([
    [
      { result: 'PASS', passed: 3, failed: 0 },
      { passed: 3, failed: 0, skipped: 0 },
    ],
    [
      { result: 'PASS', passed: 3, failed: 1 },
      { passed: 3, failed: 1, skipped: 0 },
    ],
    [{ result: 'PASS' }, { passed: 1, failed: 0, skipped: 0 }],
    [{ result: 'FAIL' }, { passed: 0, failed: 0, skipped: 0, failedAsWhole: true }],
    [
      { result: 'FAIL', passed: 3, failed: 0, skipped: 1 },
      { passed: 3, failed: 0, skipped: 1, failedAsWhole: true },
    ],
    [
      { result: 'FAIL', passed: 3, failed: 2 },
      { passed: 3, failed: 2, skipped: 0 },
    ],
    [{ test_results: { passed: 3, failed: 0 } }, { passed: 3, failed: 0, skipped: 0 }],
    [{ result: 'MAYBE' }, null],
    [{}, null],
  ])('has the results of %j', (claims, results) => {
    expect(metadata(claims).results).toEqual(results)
  })

  it('can not be read when it is no JSON object', () => {
    const empty = { claims: null, lines: {}, specId: null, tier: null, results: null }
    const fault = (line: number, message: string) => ({ ...empty, problems: [{ cause: 'package', line, message }] })
    expect(readMetadata(bytes('{\nx'), null)).toMatchObject(fault(2, "The package's `metadata.json` is not JSON."))
    expect(metadata([])).toMatchObject(fault(1, "The package's `metadata.json` is not a JSON object."))
    expect(readMetadata(Buffer.from([0xff]), null)).toMatchObject({
      ...empty,
      problems: [{ cause: 'package', line: 1 }],
    })
  })
})

describe('The test report', () => {
  it.each([
    ["the standard's counts", { tool: 'x', passed: 3, failed: 1, skipped: 2 }, [3, 1, 2]],
    ['Jest and Vitest', { numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 }, [3, 1, 3]],
    [
      'a Jest suite that could not run',
      { numPassedTests: 3, numFailedTests: 0, numRuntimeErrorTestSuites: 1 },
      [3, 1, 0],
    ],
    ['Mocha', { stats: { passes: 3, failures: 1, pending: 2 } }, [3, 1, 2]],
    ['Playwright', { stats: { expected: 3, unexpected: 1, flaky: 0, skipped: 2 }, suites: [] }, [3, 1, 2]],
    ['pytest', { summary: { passed: 3, failed: 1, error: 1, skipped: 2, total: 7 }, tests: [] }, [3, 2, 2]],
    ['CTRF', { results: { tool: {}, summary: { tests: 6, passed: 3, failed: 1, pending: 1, skipped: 1 } } }, [3, 1, 2]],
    ['JUnit as JSON', { tests: 7, failures: 1, errors: 1, skipped: 2 }, [3, 2, 2]],
    ['counts below test_results', { test_results: { passed: 3, failed: 1 } }, [3, 1, 0]],
    ['counts below counts', { counts: { tests_passed: 3, tests_failed: 1, tests_skipped: 2 } }, [3, 1, 2]],
    ['only failures', { failed: 2 }, [0, 2, 0]],
    ['fewer in all than failed', { total: 1, failed: 2 }, [0, 2, 0]],
    ['only passed', { passed: 2 }, [2, 0, 0]],
    ['counts beside a list of errors', { passed: 2, errors: [{ text: 'x' }] }, [2, 0, 0]],
    ['counts beside what is left empty', { passed: 2, failed: null }, [2, 0, 0]],
    ['cases', [{ status: 'passed' }, { status: 'failed' }, { status: 'skipped' }, { result: 'PASS' }], [2, 1, 1]],
    [
      'other words for cases',
      ['ok', 'success', 'pass', 'pending', 'todo', 'disabled', 'skip'].map((status) => ({ status })),
      [3, 0, 4],
    ],
    ['outcomes', { tests: [{ outcome: 'passed' }, { outcome: 'error' }] }, [1, 1, 0]],
    ['test_cases', { test_cases: [{ status: 'passed' }] }, [1, 0, 0]],
    [
      'cases by file',
      { testResults: [{ assertionResults: [{ status: 'passed' }, { status: 'pending' }] }] },
      [1, 0, 1],
    ],
    ['a file without cases that failed', { testResults: [{ status: 'failed', assertionResults: [] }] }, [0, 1, 0]],
    ['a file without cases that passed', { testResults: [{ status: 'passed', assertionResults: [] }] }, [0, 0, 0]],
    ['cases that are nothing known', [5, null, 'x', {}, { status: 'passing' }], [0, 5, 0]],
  ])('is understood: %s', (_, report, [passed, failed, skipped]) => {
    expect(countResults(JSON.parse(JSON.stringify(report)))).toEqual({ passed, failed, skipped })
  })

  it.each([[null], [5], ['3 passed'], [{}], [{ passed: '3' }], [{ passed: -1 }], [{ summary: 'fine' }], [undefined]])(
    'says nothing as %j',
    (report) => {
      expect(countResults(report)).toBeNull()
    },
  )

  it.each([
    ['a text', { passed: 9, failed: '4' }],
    ['less than none', { passed: 5, failed: -1 }],
    ['a text among good ones', { passed: '9', failed: 0 }],
    ['a text below good ones', { passed: 9, failed: 0, summary: { failed: '1' } }],
  ])('is not known where a count is %s', (_what, report) => {
    expect(countResults(report)).toBeNull()
  })

  it.each([
    ['a case', { passed: 9, failed: 0, test_cases: [{ name: 'overdose', status: 'failed' }] }],
    ['a file of tests', { passed: 9, failed: 0, testResults: [{ name: 'a', status: 'failed', assertionResults: [] }] }],
    ['a case of a file', { passed: 9, failed: 0, testResults: [{ assertionResults: [{ status: 'FAILED' }] }] }],
    ['a case that took too long', { passed: 9, failed: 0, tests: [{ outcome: 'timedOut' }] }],
  ])('has a failure where %s says so, whatever the count', (_what, report) => {
    expect(countResults(report)).toEqual({ passed: 9, failed: 1, skipped: 0 })
  })

  it('goes by the counts where the cases say nothing against them', () => {
    const tests: Json[] = [{ status: 'passed' }, { name: 'without a word' }]
    expect(countResults({ passed: 2, failed: 3, tests })).toEqual({ passed: 2, failed: 3, skipped: 0 })
    expect(countResults({ passed: 2, failed: 0, tests })).toEqual({ passed: 2, failed: 0, skipped: 0 })
  })

  it('is read with its hash; one that is not understood is no fault', () => {
    const good = bytes(json({ passed: 1, failed: 0 }))
    expect(readResults(good, null)).toEqual({
      ...{ kind: 'package_file', sha256: sha256(good), size: good.byteLength, problems: [] },
      results: { passed: 1, failed: 0, skipped: 0 },
    })
    for (const odd of [bytes('not JSON'), Buffer.from([0xff]), bytes('['.repeat(1_000_000)), bytes('')])
      expect(readResults(odd, null)).toMatchObject({
        sha256: sha256(odd),
        size: odd.byteLength,
        results: null,
        problems: [],
      })
  })

  it('is hashed, and not understood, over 4 MiB', () => {
    const report = (length: number) => bytes(json({ passed: 1 }).padEnd(length))
    expect(readResults(report(4 * 2 ** 20), null).results).toEqual({ passed: 1, failed: 0, skipped: 0 })
    const large = report(4 * 2 ** 20 + 1)
    expect(readResults(large, null)).toMatchObject({ sha256: sha256(large), results: null, problems: [] })
  })
})

describe('Any other file', () => {
  it('is its hash and size, whatever its bytes are', () => {
    const picture = Buffer.from([0x89, 0x50, 0, 0xff])
    expect(readPackageFile(picture, null)).toEqual({
      kind: 'package_file',
      sha256: sha256(picture),
      size: 4,
      problems: [],
    })
    expect(read('package/file', bytes('{"passed": 1}'), 1024)).not.toHaveProperty('results')
    expect(read('package/results', bytes('{"passed": 1}'), 1024)).toHaveProperty('results')
  })

  it.each<[Reader, Content['kind']]>([
    ['package/file', 'package_file'],
    ['package/results', 'package_file'],
    ['package/manifest', 'package_manifest'],
    ['package/metadata', 'package_metadata'],
    ['package/signature', 'evidence'],
  ])('over the limit is not read and says so: %s', (reader, kind) => {
    expect(read(reader, null, 2048)).toMatchObject({
      kind,
      problems: [{ cause: 'too-large', line: 1, message: 'The file is larger than 2 KiB, so it was not read.' }],
    })
  })
})
