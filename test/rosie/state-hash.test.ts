/** `system_state_hash` as the RFC words it, and as the one real generator writes it. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { filesInScope, NO_SOURCE, scopeOf, stateHashes, stateIdOf } from '../../src/rosie/state-hash.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const bytes = (text: string) => new TextEncoder().encode(text)
const files = (contents: Record<string, string>) =>
  Object.entries(contents).map(([path, text]) => ({ path, bytes: bytes(text) }))
const hashesOf = (contents: Record<string, string>, scope = 'src') => stateHashes(files(contents), scope)
const paths = (listed: string[], scope = 'src') =>
  filesInScope(
    listed.map((path) => ({ path })),
    scope,
  ).map(({ path }) => path)

describe('The hash of a state', () => {
  it('feeds the path then the content of each file, plainly and with one NUL between', () => {
    expect(hashesOf({ 'src/a.ts': 'A', 'src/lib/b.ts': 'B' })).toEqual({
      plain: sha256('a.tsAlib/b.tsB'),
      separated: sha256('a.ts\0Alib/b.ts\0B'),
    })
  })

  it('takes bytes as they are', () => {
    const odd = Uint8Array.from([0xff, 0x00, 0x0d, 0x0a, 0xef, 0xbb, 0xbf])
    const expected = createHash('sha256').update('x').update(odd).digest('hex')
    expect(stateHashes([{ path: 'src/x', bytes: odd }], 'src').plain).toBe(expected)
  })

  it('counts an empty file by its path', () => {
    expect(hashesOf({ 'src/a': '' })).toEqual({ plain: sha256('a'), separated: sha256('a\0') })
  })

  it('does not depend on the order in which files are listed', () => {
    const listed = files({ 'src/b': '2', 'src/a': '1', 'src/B': '3', 'src/a/c': '4', 'src/a.c': '5' })
    fc.assert(
      fc.property(fc.shuffledSubarray(listed, { minLength: listed.length }), (shuffled) => {
        expect(stateHashes(shuffled, 'src')).toEqual(stateHashes(listed, 'src'))
      }),
    )
  })

  it('differs with any path and any content', () => {
    const all: Record<string, string>[] = [
      { 'src/a': 'b' },
      { 'src/a': 'c' },
      { 'src/b': 'b' },
      { 'src/a': 'b', 'src/c': '' },
    ]
    expect(new Set(all.map((each) => hashesOf(each).separated)).size).toBe(all.length)
  })

  it('is none where nothing counts', () => {
    const none = { plain: null, separated: null }
    expect(hashesOf({})).toEqual(none)
    expect(hashesOf({ 'lib/a.ts': 'A', 'src/.cache/b.ts': 'B' })).toEqual(none)
    expect(NO_SOURCE).toEqual({ id: stateIdOf([], 'src'), ...none })
  })
})

describe('The files that count', () => {
  it('are those below the scope, by their paths relative to it', () => {
    expect(paths(['src/a.ts', 'src/lib/b.ts', 'srcs/c.ts', 'src', 'lib/src/d.ts', 'README.md'])).toEqual([
      'a.ts',
      'lib/b.ts',
    ])
    expect(paths(['packages/pump/src/a.ts', 'src/b.ts'], 'packages/pump/src')).toEqual(['a.ts'])
    expect(paths(['src/a.ts', 'README.md'], '')).toEqual(['README.md', 'src/a.ts'])
  })

  it('are none of node_modules and of directories whose name begins with a dot, at any depth', () => {
    const excluded = ['node_modules/x', 'lib/node_modules/x', '.git/x', 'lib/.cache/deep/x', '.x/y/z', '..x/y']
    expect(paths(excluded.map((path) => `src/${path}`))).toEqual([])
  })

  it('are all others, also where only the name looks like those', () => {
    const counted = [
      '.eslintrc',
      'a.b/c',
      'lib/.env',
      'my_node_modules/x',
      'node_modules',
      'node_modules2/x',
      'x.git/y',
    ]
    expect(paths(counted.map((path) => `src/${path}`))).toEqual(counted)
  })

  it('are not excluded by what lies above the scope', () => {
    expect(paths(['.config/node_modules/src/a'], '.config/node_modules/src')).toEqual(['a'])
  })

  it("come in JavaScript string order, which is neither git's nor the alphabet's", () => {
    const sorted = ['B', 'a', 'a-b', 'a.ts', 'a/b', 'a0', 'ä', '\u{1f600}', '\uffee']
    expect(paths([...sorted].reverse().map((path) => `src/${path}`))).toEqual(sorted)
  })
})

describe('The identity of a state', () => {
  const sha = (digit: string) => digit.repeat(40)
  const tree = [
    { path: 'src/b', sha: sha('2') },
    { path: 'src/a', sha: sha('1') },
  ]

  it('is SHA-256 over path, NUL, blob, line feed of the files that count', () => {
    expect(stateIdOf(tree, 'src')).toBe(sha256(`a\0${sha('1')}\nb\0${sha('2')}\n`))
  })

  it("stays whatever changes outside the scope, and with the scope's own place", () => {
    const id = stateIdOf(tree, 'src')
    expect(stateIdOf([...tree, { path: 'src/.cache/x', sha: sha('3') }, { path: 'x', sha: sha('4') }], 'src')).toBe(id)
    expect(
      stateIdOf(
        tree.map((file) => ({ ...file, path: `packages/${file.path}` })),
        'packages/src',
      ),
    ).toBe(id)
  })

  it('differs with a path, a content and a file', () => {
    const others = [[{ path: 'src/b', sha: sha('2') }], tree.map((file) => ({ ...file, sha: sha('1') })), []]
    expect(new Set([tree, ...others].map((each) => stateIdOf(each, 'src'))).size).toBe(4)
  })
})

describe('A scope', () => {
  it.each([
    ['src', 'src'],
    ['/src/', 'src'],
    ['./packages//pump/src/.', 'packages/pump/src'],
    ['.', ''],
    ['/', ''],
    ['', ''],
    ['a..b/c d', 'a..b/c d'],
  ])('%j is %j', (given, scope) => expect(scopeOf(given)).toBe(scope))

  it.each(['..', 'src/../..', 'a/../b', 'src\n', 'a\0b', 'a\u007f'])('%j is none', (given) =>
    expect(scopeOf(given)).toBeNull(),
  )

  it('is none when it is longer than any real path', () => {
    expect(scopeOf('a'.repeat(1024))).toHaveLength(1024)
    expect(scopeOf('a'.repeat(1025))).toBeNull()
  })
})
