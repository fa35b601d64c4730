import { join } from 'node:path'
import { LocalSource } from '../../src/local/source.ts'
import { NotFound } from '../../src/scan/errors.ts'
import { all, commit, gitIn, initialise, temporaryFolder } from './repository.ts'

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
  const blobs = await all(source.blobs({ commit: second, tree, wanted: tree, maxBytes: 299_999 }))
  expect(blobs.size).toBe(5)
  expect(blobs.get(sha('crlf'))).toBe('x\r\ny')
  expect(blobs.get(sha('empty'))).toBe('')
  expect(blobs.get(sha('binary'))).toBe(Buffer.from([0, 255, 10]).toString())
  expect(blobs.get(sha('b'))).toBeNull()
  const whole = await all(source.blobs({ commit: second, tree, wanted: tree, maxBytes: 300_000 }))
  expect(whole.get(sha('b'))).toHaveLength(300_000)
})

it('throws for a blob that is not there', async () => {
  const wanted = [{ path: 'a', sha: '1'.repeat(40), size: 1 }]
  await expect(all(new LocalSource(dir).blobs({ commit: second, tree: wanted, wanted, maxBytes: 9 }))).rejects.toThrow(
    NotFound,
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
