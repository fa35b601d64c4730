import { join } from 'node:path'
import { LocalSource } from '../../src/local/source.ts'
import { NotFound } from '../../src/scan/errors.ts'
import { all, commit, gitIn, initialise, temporaryFolder, upTo } from './repository.ts'

let folder: ReturnType<typeof temporaryFolder>
let dir: string
let first: string
let second: string
beforeAll(() => {
  folder = temporaryFolder()
  dir = initialise(join(folder.path, 'repository'))
  first = commit(dir, { a: 'a', crlf: 'x\r\ny', binary: Buffer.from([0, 255, 10]), empty: '' })
  gitIn(dir, 'branch', 'feature/-x')
  second = commit(dir, { b: 'b'.repeat(300_000) })
  gitIn(dir, 'tag', 'v1')
  gitIn(dir, 'checkout', '--quiet', '--orphan', 'unrelated')
  gitIn(dir, 'commit', '--quiet', '--allow-empty', '--message', 'from nothing')
  gitIn(dir, 'checkout', '--quiet', 'main')
})
afterAll(() => folder.remove())

it('knows the branch that HEAD is on', async () => {
  expect(await new LocalSource(dir).tip()).toEqual({ branch: 'main', commit: second })
})

it('reads branches, tags and commits', async () => {
  const source = new LocalSource(dir)
  expect(await source.resolve('feature/-x')).toBe(first)
  expect(await source.resolve('v1')).toBe(second)
  expect(await source.resolve(first.slice(0, 10))).toBe(first)
})

it('knows where branches and pull requests stand', async () => {
  const source = new LocalSource(dir)
  gitIn(dir, 'update-ref', 'refs/pull/7/head', first)
  expect(await source.head('main')).toBe(second)
  expect(await source.head('feature/-x')).toBe(first)
  expect(await source.head('refs/pull/7/head')).toBe(first)
  for (const ref of ['v1', 'gone', 'refs/pull/8/head']) expect(await source.head(ref)).toBeNull()
})

it.each(['--all', '-x', '', 'nothing', 'HEAD:a', '0'.repeat(40)])('refuses %j as a commit', async (ref) => {
  await expect(new LocalSource(dir).resolve(ref)).rejects.toThrow(NotFound)
  await expect(new LocalSource(dir).tree(ref)).rejects.toThrow(NotFound)
})

it('finds the merge base, or none', async () => {
  const source = new LocalSource(dir)
  expect(await source.mergeBase('feature/-x', 'main')).toBe(first)
  expect(await source.mergeBase('unrelated', 'main')).toBeNull()
  await expect(source.mergeBase('gone', 'main')).rejects.toThrow(NotFound)
})

it('gives the bytes as they were committed, and none above the limit', async () => {
  const source = new LocalSource(dir)
  const tree = await source.tree(second)
  const sha = (path: string) => tree.find((entry) => entry.path === path)?.sha ?? ''
  const blobs = await all(source.blobs({ commit: second, tree, wanted: upTo(299_999, tree) }))
  expect(blobs.size).toBe(5)
  expect(blobs.get(sha('crlf'))).toBe('x\r\ny')
  expect(blobs.get(sha('empty'))).toBe('')
  expect(blobs.get(sha('binary'))).toBe(Buffer.from([0, 255, 10]).toString())
  expect(blobs.get(sha('b'))).toBeNull()
  const whole = await all(source.blobs({ commit: second, tree, wanted: upTo(300_000, tree) }))
  expect(whole.get(sha('b'))).toHaveLength(300_000)
})

it('gives each file up to a limit of its own', async () => {
  const source = new LocalSource(dir)
  const tree = await source.tree(second)
  const wanted = tree.map((entry) => ({ ...entry, maxBytes: entry.path === 'b' ? 300_000 : 1 }))
  const sizes = async (from: typeof wanted) => {
    const blobs = await all(source.blobs({ commit: second, tree, wanted: from }))
    return Object.fromEntries(tree.map(({ path, sha }) => [path, blobs.get(sha)?.length ?? null]))
  }
  const expected = { a: 1, b: 300_000, binary: null, crlf: null, empty: 0 }
  expect(await sizes(wanted)).toEqual(expected)
  expect(await sizes(wanted.map((entry) => ({ ...entry, size: null })))).toEqual(expected)
})

it('throws for a blob that is not there', async () => {
  const wanted = [{ path: 'a', sha: '1'.repeat(40), size: 1 }]
  await expect(
    all(new LocalSource(dir).blobs({ commit: second, tree: wanted, wanted: upTo(9, wanted) })),
  ).rejects.toThrow(NotFound)
})

describe('where a directory lies', () => {
  it('at each of many commits is the git tree it is', async () => {
    const lab = initialise(join(folder.path, 'lab'))
    const one = commit(lab, { 'src/a.ts': 'a', 'src/deep er/b.ts': 'b' })
    const two = commit(lab, { 'README.md': 'words' })
    const three = commit(lab, { 'src/a.ts': 'A' })
    const source = new LocalSource(lab)
    const tree = (name: string) => gitIn(lab, 'rev-parse', name)
    const all = await source.directories([one, two, three], 'src')
    expect(all).toEqual(new Map([one, two, three].map((sha) => [sha, { commit: sha, tree: tree(`${sha}:src`) }])))
    expect(all.get(one)?.tree).toBe(all.get(two)?.tree)
    expect(all.get(one)?.tree).not.toBe(all.get(three)?.tree)
    const at = async (path: string) => (await source.directories([one], path)).get(one)?.tree
    expect(await at('')).toBe(tree(`${one}^{tree}`))
    expect(await at('src/deep er')).toBe(tree(`${one}:src/deep er`))
  })

  it.each(['lib', 'a', 'a/b', '', 'b\nHEAD'])('is null at a commit where %j is no directory', async (path) => {
    // The first commit has four files; its root is a directory.
    expect(await new LocalSource(dir).directories([first], path)).toEqual(
      new Map([[first, { commit: first, tree: path === '' ? gitIn(dir, 'rev-parse', `${first}^{tree}`) : null }]]),
    )
  })

  it('is not known at what is no commit here', async () => {
    const source = new LocalSource(dir)
    const tree = gitIn(dir, 'rev-parse', `${first}^{tree}`)
    const others = ['0'.repeat(40), 'f'.repeat(64), tree, 'main', 'HEAD\nHEAD', '-x', first.slice(0, 6)]
    expect(await source.directories(others, '')).toEqual(new Map())
    expect(await source.directories([...others, first], '')).toEqual(new Map([[first, { commit: first, tree }]]))
    expect(await source.directories([], '')).toEqual(new Map())
  })

  it.each(['sha1', 'sha256'])(
    'is known by an abbreviation of the commit’s %s, unless something else has it',
    async (format) => {
      const lab = initialise(join(folder.path, format), `--object-format=${format}`)
      const head = commit(lab, { 'src/a': 'a' })
      const source = new LocalSource(lab)
      const tree = gitIn(lab, 'rev-parse', `${head}:src`)
      const short = [7, 12, 39].map((digits) => head.slice(0, digits))
      expect(await source.directories(short, 'src')).toEqual(
        new Map(short.map((name) => [name, { commit: head, tree }])),
      )
      expect(await source.directories([tree.slice(0, 12)], '')).toEqual(new Map())
      // A branch of that name is what git takes it for.
      const other = commit(lab, { 'src/a': 'b' })
      gitIn(lab, 'branch', head.slice(0, 8), other)
      expect(await source.directories([head.slice(0, 8)], 'src')).toEqual(new Map())
    },
  )
})

it('reads a bare repository', async () => {
  const bare = join(folder.path, 'bare.git')
  gitIn(folder.path, 'clone', '--quiet', '--bare', dir, bare)
  expect((await new LocalSource(bare).tree('main')).map(({ path }) => path)).toEqual([
    'a',
    'b',
    'binary',
    'crlf',
    'empty',
  ])
})
