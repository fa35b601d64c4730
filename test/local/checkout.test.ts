import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { openCheckout } from '../../src/local/checkout.ts'
import { GitMissing } from '../../src/local/git.ts'
import { Corrupt, NotFound } from '../../src/scan/errors.ts'
import { all, commit, gitIn, initialise, paths, temporaryFolder, upTo, write } from './repository.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const repository = () => initialise(join(folder.path, 'repository'))

describe('a work tree as it was committed', () => {
  it('is HEAD, file for file', async () => {
    const dir = repository()
    const head = commit(dir, { 'GxP.MD': 'policy', 'src/a.ts': 'a' })
    const checkout = await openCheckout(dir)
    expect(checkout.head).toBe(head)
    expect(checkout.files.tree).toEqual(await checkout.source?.tree(head))
    expect(checkout.files.tree.map(({ path, size }) => [path, size])).toEqual([
      ['GxP.MD', 6],
      ['src/a.ts', 1],
    ])
  })

  it('gives each wanted content once, also when two files share it', async () => {
    const dir = repository()
    commit(dir, { a: 'same', b: 'same', c: 'other', large: 'x'.repeat(100) })
    const { files } = await openCheckout(dir)
    const wanted = files.tree.filter(({ path }) => path !== 'a')
    const bySha = await all(files.blobs(upTo(99, wanted)))
    expect(wanted.map(({ sha }) => bySha.get(sha))).toEqual(['same', 'other', null])
  })

  it('names its blobs by SHA-256 where the repository does', async () => {
    const dir = initialise(join(folder.path, 'repository'), '--object-format=sha256')
    const head = commit(dir, { a: 'content' })
    const checkout = await openCheckout(dir)
    expect(checkout.head).toBe(head)
    expect(checkout.files.tree[0]?.sha).toMatch(/^[0-9a-f]{64}$/)
  })

  it('copes with any file name', async () => {
    const dir = repository()
    const names = ['-n', '--help', 'a\nb', 'tab\there', ' space ', 'Ünïcode/日本', '"quoted"', ':(glob)*', '*']
    const head = commit(dir, Object.fromEntries(names.map((name) => [name, name])))
    const checkout = await openCheckout(dir)
    expect(paths(checkout.files.tree)).toEqual([...names].sort())
    expect(paths((await checkout.source?.tree(head)) ?? [])).toEqual([...names].sort())
    expect(checkout.head).toBe(head)
  })

  it('reads a file whose name is not UTF-8', async () => {
    const dir = repository()
    execFileSync('sh', ['-c', `printf content > "$(printf 'caf\\351')"`], { cwd: dir })
    const head = commit(dir, {})
    const { files, head: found } = await openCheckout(dir)
    expect(found).toBe(head)
    expect([...(await all(files.blobs(upTo(99, files.tree)))).values()]).toEqual(['content'])
  })
})

describe('a work tree that differs from HEAD', () => {
  it.each([
    ['a changed file', (dir: string) => write(dir, { a: 'changed' }), ['a', 'b']],
    ['a file that is gone', (dir: string) => rmSync(join(dir, 'b')), ['a']],
    ['an untracked file', (dir: string) => write(dir, { 'new/c': 'c' }), ['a', 'b', 'new/c']],
    ['a staged rename', (dir: string) => gitIn(dir, 'mv', 'b', 'c'), ['a', 'c']],
    ['a renamed file', (dir: string) => renameSync(join(dir, 'b'), join(dir, 'c')), ['a', 'c']],
  ])('has no head: %s', async (_, change, expected) => {
    const dir = repository()
    commit(dir, { a: 'a', b: 'b' })
    change(dir)
    const checkout = await openCheckout(dir)
    expect(checkout.head).toBeNull()
    expect(paths(checkout.files.tree)).toEqual(expected)
  })

  it('leaves out what is ignored, which is no difference', async () => {
    const dir = repository()
    const head = commit(dir, { '.gitignore': 'ignored/\n*.log\n', a: 'a' })
    write(dir, { 'ignored/b': 'b', 'c.log': 'c' })
    const checkout = await openCheckout(dir)
    expect(checkout.head).toBe(head)
    expect(paths(checkout.files.tree)).toEqual(['.gitignore', 'a'])
  })

  it('lists a file in conflict once', async () => {
    const dir = repository()
    commit(dir, { a: 'base' })
    gitIn(dir, 'checkout', '--quiet', '-b', 'other')
    commit(dir, { a: 'theirs' })
    gitIn(dir, 'checkout', '--quiet', 'main')
    commit(dir, { a: 'ours' })
    expect(() => gitIn(dir, 'merge', 'other')).toThrow()
    expect(paths((await openCheckout(dir)).files.tree)).toEqual(['a'])
  })

  it('has files but no head before the first commit', async () => {
    const dir = repository()
    write(dir, { a: 'a' })
    const checkout = await openCheckout(dir)
    expect(checkout.head).toBeNull()
    expect(paths(checkout.files.tree)).toEqual(['a'])
    expect(await checkout.source?.tip()).toBeNull()
  })

  it('notices a file that changes between listing and reading', async () => {
    const dir = repository()
    commit(dir, { a: 'a' })
    const { files } = await openCheckout(dir)
    write(dir, { a: 'b' })
    await expect(all(files.blobs(upTo(99, files.tree)))).rejects.toThrow(Corrupt)
  })
})

describe('what lies elsewhere', () => {
  it('is not reached through a symbolic link to a file or a directory', async () => {
    const dir = repository()
    write(folder.path, { 'outside/secret.ts': 'secret' })
    write(dir, { a: 'a' })
    symlinkSync('../outside/secret.ts', join(dir, 'file.ts'))
    symlinkSync('../outside', join(dir, 'directory'))
    const head = commit(dir, {})
    const checkout = await openCheckout(dir)
    expect(checkout.head).toBe(head)
    expect(paths(checkout.files.tree)).toEqual(['a'])
    expect(paths((await checkout.source?.tree(head)) ?? [])).toEqual(['a'])
  })

  it('is not reached when a tracked directory was replaced by a link', async () => {
    const dir = repository()
    commit(dir, { 'deep/er/a.ts': 'inside', b: 'b' })
    write(folder.path, { 'outside/er/a.ts': 'secret' })
    rmSync(join(dir, 'deep'), { recursive: true })
    symlinkSync('../outside', join(dir, 'deep'))
    const checkout = await openCheckout(dir)
    expect(paths(checkout.files.tree)).toEqual(['b'])
    expect(checkout.head).toBeNull()
  })

  it('is not reached in a submodule or a repository that lies within', async () => {
    const dir = repository()
    const other = initialise(join(folder.path, 'other'))
    commit(other, { 'c.ts': 'c' })
    commit(dir, { a: 'a' })
    gitIn(dir, 'submodule', '--quiet', 'add', other, 'module')
    const head = commit(dir, {})
    commit(initialise(join(dir, 'nested')), { 'd.ts': 'd' })
    const checkout = await openCheckout(dir)
    expect(paths(checkout.files.tree)).toEqual(['.gitmodules', 'a'])
    expect(paths((await checkout.source?.tree(head)) ?? [])).toEqual(['.gitmodules', 'a'])
  })

  it('is not waited for: a named pipe is no file', async () => {
    const dir = join(folder.path, 'plain')
    write(dir, { a: 'a' })
    execFileSync('mkfifo', [join(dir, 'pipe')])
    expect(paths((await openCheckout(dir)).files.tree)).toEqual(['a'])
  })
})

describe('a plain folder', () => {
  it('is walked without git, even inside a repository', async () => {
    const dir = repository()
    commit(dir, { '.gitignore': '*.log', 'inner/.gxp/a.md': 'a' })
    write(dir, { 'inner/b.log': 'b', 'inner/node_modules/x/index.js': 'x', 'inner/nested/.git/config': '', c: 'c' })
    const checkout = await openCheckout(join(dir, 'inner'))
    expect(paths(checkout.files.tree)).toEqual(['.gxp/a.md', 'b.log'])
    expect([checkout.head, checkout.source]).toEqual([null, null])
  })

  it.each([
    ['an empty .git', (dir: string) => mkdirSync(join(dir, '.git'))],
    ['a .git that points nowhere', (dir: string) => write(dir, { '.git': 'gitdir: ../gone' })],
  ])('is what has %s', async (_, make) => {
    const outer = repository()
    commit(outer, { b: 'b' })
    const dir = join(outer, 'inner')
    write(dir, { a: 'a' })
    make(dir)
    const checkout = await openCheckout(dir)
    expect(paths(checkout.files.tree)).toEqual(['a'])
    expect(checkout.source).toBeNull()
  })

  it('is what has its work tree elsewhere', async () => {
    const dir = repository()
    commit(dir, { a: 'a' })
    write(folder.path, { 'outside/secret': 'secret' })
    gitIn(dir, 'config', 'core.worktree', join(folder.path, 'outside'))
    const checkout = await openCheckout(dir)
    expect(paths(checkout.files.tree)).toEqual(['a'])
    expect(checkout.source).toBeNull()
  })

  it('must be there', async () => {
    await expect(openCheckout(join(folder.path, 'gone'))).rejects.toThrow(NotFound)
    write(folder.path, { file: '' })
    await expect(openCheckout(join(folder.path, 'file'))).rejects.toThrow(NotFound)
  })

  it('needs no git, a work tree does and says so', async () => {
    const dir = repository()
    commit(dir, { a: 'a' })
    write(folder.path, { 'plain/b': 'b' })
    const path = process.env.PATH
    process.env.PATH = join(folder.path, 'plain')
    try {
      expect(paths((await openCheckout(join(folder.path, 'plain'))).files.tree)).toEqual(['b'])
      await expect(openCheckout(dir)).rejects.toThrow(GitMissing)
    } finally {
      process.env.PATH = path
    }
  })
})

describe('a hostile repository', () => {
  it('has nothing executed by its configuration or attributes', async () => {
    const dir = repository()
    const trap = join(folder.path, 'trap')
    const sprung = join(folder.path, 'sprung')
    write(folder.path, { trap: `#!/bin/sh\ntouch ${sprung}\ncat\n` })
    chmodSync(trap, 0o755)
    commit(dir, { '.gitattributes': '* filter=evil diff=evil\n', a: 'a', b: 'b' })
    for (const key of [
      'core.fsmonitor',
      'filter.evil.clean',
      'filter.evil.smudge',
      'filter.evil.process',
      'diff.evil.textconv',
      'diff.external',
      'core.pager',
      'core.sshCommand',
      'core.askPass',
      'credential.helper',
      'core.editor',
    ]) {
      gitIn(dir, 'config', key, trap)
    }
    gitIn(dir, 'config', 'core.hooksPath', folder.path)
    write(dir, { a: 'changed' })
    const { files, source } = await openCheckout(dir)
    const head = (await source?.resolve('HEAD')) ?? ''
    await all(files.blobs(upTo(99, files.tree)))
    await all(source?.blobs({ commit: head, tree: [], wanted: upTo(99, await source.tree(head)) }) ?? none())
    expect(existsSync(sprung)).toBe(false)
  })

  it('has nothing fetched for what it leaves out', async () => {
    const dir = repository()
    const sprung = join(folder.path, 'sprung')
    commit(dir, { a: 'a' })
    const blob = gitIn(dir, 'rev-parse', 'HEAD:a')
    rmSync(join(dir, '.git', 'objects', blob.slice(0, 2), blob.slice(2)))
    gitIn(dir, 'config', 'remote.origin.url', `ext::touch ${sprung}`)
    gitIn(dir, 'config', 'remote.origin.promisor', 'true')
    gitIn(dir, 'config', 'extensions.partialClone', 'origin')
    gitIn(dir, 'config', 'core.repositoryFormatVersion', '1')
    gitIn(dir, 'config', 'protocol.ext.allow', 'always')
    expect(() => gitIn(dir, 'cat-file', '-p', blob)).toThrow()
    expect(existsSync(sprung)).toBe(true) // the trap works
    rmSync(sprung)
    const { source } = await openCheckout(dir)
    const wanted = (await source?.tree('HEAD')) ?? []
    expect(wanted).toEqual([{ path: 'a', sha: blob, size: null }])
    await expect(
      all(source?.blobs({ commit: 'HEAD', tree: wanted, wanted: upTo(9, wanted) }) ?? none()),
    ).rejects.toThrow(NotFound)
    expect(existsSync(sprung)).toBe(false)
  })

  it('is not told what a surrounding git says of its own', async () => {
    const dir = repository()
    const head = commit(dir, { a: 'a' })
    const other = initialise(join(folder.path, 'other'))
    commit(other, { b: 'b' })
    process.env.GIT_DIR = join(other, '.git')
    process.env.GIT_WORK_TREE = other
    try {
      expect((await openCheckout(dir)).head).toBe(head)
    } finally {
      delete process.env.GIT_DIR
      delete process.env.GIT_WORK_TREE
    }
  })
})

async function* none() {}
