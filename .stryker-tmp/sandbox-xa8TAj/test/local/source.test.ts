// @ts-nocheck
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
    expect(all).toEqual(new Map([one, two, three].map((sha) => [sha, tree(`${sha}:src`)])))
    expect(all.get(one)).toBe(all.get(two))
    expect(all.get(one)).not.toBe(all.get(three))
    expect(await source.directories([one], '')).toEqual(new Map([[one, tree(`${one}^{tree}`)]]))
    expect(await source.directories([one], 'src/deep er')).toEqual(new Map([[one, tree(`${one}:src/deep er`)]]))
  })

  it.each(['lib', 'a', 'a/b', '', 'b\nHEAD'])('is null at a commit where %j is no directory', async (path) => {
    // The first commit has four files; its root is a directory.
    expect(await new LocalSource(dir).directories([first], path)).toEqual(
      new Map([[first, path === '' ? gitIn(dir, 'rev-parse', `${first}^{tree}`) : null]]),
    )
  })

  it('is not known at what is no commit here', async () => {
    const source = new LocalSource(dir)
    const tree = gitIn(dir, 'rev-parse', `${first}^{tree}`)
    const others = ['0'.repeat(40), 'f'.repeat(64), tree, 'main', 'HEAD\nHEAD', '-x', first.slice(0, 12)]
    expect(await source.directories(others, '')).toEqual(new Map())
    expect(await source.directories([...others, first], '')).toEqual(new Map([[first, tree]]))
    expect(await source.directories([], '')).toEqual(new Map())
  })

  it('is not known by the abbreviation of a longer id', async () => {
    const long = initialise(join(folder.path, 'long'), '--object-format=sha256')
    const head = commit(long, { 'src/a': 'a' })
    expect(head).toHaveLength(64)
    const source = new LocalSource(long)
    expect(await source.directories([head.slice(0, 40)], 'src')).toEqual(new Map())
    expect([...(await source.directories([head], 'src')).keys()]).toEqual([head])
  })
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
