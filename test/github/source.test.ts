import { symlinkSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { archiveIsCheaper, GitHubSource } from '../../src/github/source.ts'
import { Corrupt, Forbidden, NotFound, RateLimited, TruncatedTree, Unreachable } from '../../src/scan/errors.ts'
import { blobId } from '../../src/scan/git-objects.ts'
import type { TreeEntry } from '../../src/scan/ports/source.ts'
import { all, commit, gitIn, importCommit, initialise, paths, temporaryFolder, upTo } from '../local/repository.ts'
import { json, type SourceServer, serve } from './source-server.ts'

let folder: ReturnType<typeof temporaryFolder>
let dir: string
let server: SourceServer
let source: GitHubSource
beforeEach(async () => {
  folder = temporaryFolder()
  dir = initialise(join(folder.path, 'lab'))
  server = await serve(dir)
  source = new GitHubSource(server.client, 'acme', 'lab')
})
afterEach(async () => {
  await server.close()
  folder.remove()
})

const MAX_BYTES = 5_000_000

interface Listed {
  path: string
  mode: string
  type: string
  sha: string
  size?: number
}

/** As GitHub lists a commit with everything below. */
const treeOf = (dir: string, commit: string): Listed[] =>
  gitIn(dir, 'ls-tree', '-r', '-t', commit)
    .split('\n')
    .map((line) => {
      const [mode = '', type = '', sha = '', path = ''] = line.split(/[ \t]/)
      return { path, mode, type, sha, ...(type === 'blob' && { size: 1 }) }
    })
const routes = () => server.seen.map(({ route }) => route)
const numbered = (count: number, size = 100) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`src/${i % 20}/file-${i}.ts`, `${i}`.padEnd(size, '.')]))

/** Path → content of what `blobs` gives for the chosen files of a commit. */
async function read(head: string, wants: (path: string) => boolean = () => true, from = source) {
  const tree = await from.tree(head)
  const wanted = tree.filter(({ path }) => wants(path))
  server.seen.length = 0
  const bySha = await all(from.blobs({ commit: head, tree, wanted: upTo(MAX_BYTES, wanted) }))
  return Object.fromEntries(wanted.map(({ path, sha }) => [path, bySha.get(sha)]))
}

describe('the tree of a commit', () => {
  it('takes one request and has regular files only', async () => {
    const other = initialise(join(folder.path, 'other'))
    commit(other, { x: 'x' })
    gitIn(dir, 'submodule', '--quiet', 'add', other, 'module')
    symlinkSync('a.ts', join(dir, 'link'))
    const head = commit(dir, { 'a.ts': 'a', 'deep/er/b.ts': 'bb', 'odd \n"name"': 'c' })
    const tree = await source.tree(head)
    expect(paths(tree)).toEqual(['.gitmodules', 'a.ts', 'deep/er/b.ts', 'odd \n"name"'])
    expect(tree.find(({ path }) => path === 'deep/er/b.ts')).toEqual({
      path: 'deep/er/b.ts',
      sha: blobId(Buffer.from('bb'), 'sha1'),
      size: 2,
    })
    expect(source.requests).toBe(1)
  })

  it('is walked when GitHub cuts it, and then complete', async () => {
    const files = { ...numbered(60), 'src/3/deep/er/x.ts': 'x', 'docs/y.md': 'y', 'root.md': 'z' }
    const head = importCommit(dir, files)
    server.treeLimit = 30 // src as a whole has more, each of its directories fewer
    expect(paths(await source.tree(head))).toEqual(Object.keys(files).sort())
    // The root and src, each cut and then alone; what the cut lists told wholly (docs, src/0 and the like) is not asked for.
    const [asked] = [server.seen.length]
    expect(asked).toBeLessThan(1 + 1 + 1 + 1 + 20)
    expect(asked).toBeGreaterThan(1 + 1 + 1 + 1 + 10)
  })

  it('that was cut is believed only where it is whole, whatever it says', async () => {
    const files = { 'a/b/one.ts': '1', 'a/two.ts': '2', 'a/link/x.ts': 'x', 'b/three.ts': '3', 'c/d/e/four.ts': '4' }
    const head = importCommit(dir, files)
    const whole = treeOf(dir, head)
    const cut = (change: (tree: Listed[]) => Listed[]) => {
      server.seen.length = 0
      server.instead('tree', (_, to) => json(to, { sha: head, truncated: true, tree: change(whole) }), 1)
      return source.tree(head)
    }
    const cases: [requests: number, (tree: Listed[]) => Listed[]][] = [
      [2, (tree) => tree],
      [3, (tree) => tree.filter(({ path }) => path !== 'a/two.ts')],
      [3, (tree) => tree.filter(({ path }) => !path.startsWith('a/b'))],
      [3, (tree) => tree.filter(({ path }) => path !== 'c/d/e/four.ts')],
      [3, (tree) => tree.map((entry) => (entry.path === 'b/three.ts' ? { ...entry, sha: 'f'.repeat(40) } : entry))],
      [3, (tree) => [...tree, { path: 'b/more.ts', mode: '100644', type: 'blob', sha: 'f'.repeat(40) }]],
      [5, () => []],
    ]
    for (const [requests, change] of cases) {
      expect(paths(await cut(change))).toEqual(Object.keys(files).sort())
      expect(server.seen).toHaveLength(requests)
    }
  })

  it('is an error when one directory alone is too large', async () => {
    const head = commit(dir, {
      ...Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`big/${i}`, `${i}`])),
      a: 'a',
    })
    server.treeLimit = 30
    await expect(source.tree(head)).rejects.toThrow(TruncatedTree)
  })

  it.each(['../outside', '/etc/passwd', 'a//b', '', 'a\0b', './a', 'a/..'])(
    'is refused with the path %j in it',
    async (path) => {
      const entry = { path, mode: '100644', type: 'blob', sha: 'a'.repeat(40), size: 1 }
      server.instead('tree', (_, to) => json(to, { truncated: false, tree: [entry] }))
      await expect(source.tree('main')).rejects.toThrow(Corrupt)
    },
  )

  it('is asked for again when the answer broke off', async () => {
    const head = commit(dir, { a: 'a' })
    const half = (to: ServerResponse) => {
      to.writeHead(200, { 'content-type': 'application/json', 'content-length': '999' }).write('{"tree":[]')
      setTimeout(() => to.destroy(), 20)
    }
    server.instead('tree', (_, to) => half(to), 1)
    expect(paths(await source.tree(head))).toEqual(['a'])
    expect(source.requests).toBe(2)
  })

  it('of an unknown commit is not found', async () => {
    commit(dir, { a: 'a' })
    await expect(source.tree('0'.repeat(40))).rejects.toThrow(NotFound)
  })
})

describe('the number of requests for blobs', () => {
  it.each([
    [1, 300, ['graphql']],
    [150, 300, ['graphql']],
    [300, 300, ['tarball']],
    [700, 2000, ['graphql', 'graphql', 'graphql', 'graphql']],
    [2000, 2000, ['tarball']],
  ])('for %d of %d files', async (count, total, expected) => {
    const files = numbered(total)
    const head = importCommit(dir, files)
    let left = count
    const found = await read(head, () => left-- > 0)
    expect(Object.keys(found)).toHaveLength(count)
    for (const [path, content] of Object.entries(found)) expect(content).toBe(files[path])
    expect(routes()).toEqual(expected)
  })

  it('stays one when the tip of the default branch is asked for afterwards', async () => {
    const head = commit(dir, { a: 'a' })
    await read(head)
    expect(await source.tip()).toEqual({ branch: 'main', commit: head })
    expect(routes()).toEqual(['graphql'])
  })

  it('is none for what is too large, or for nothing', async () => {
    const head = commit(dir, { large: 'x'.repeat(MAX_BYTES + 1) })
    expect(await read(head)).toEqual({ large: null })
    expect(await read(head, () => false)).toEqual({})
    expect(routes()).toEqual([])
  })

  it('follows the bytes: a chunk has at most 1.5 MB, and an archive must not move much more than is wanted', () => {
    const entries = (count: number, size: number, from = 0): TreeEntry[] =>
      Array.from({ length: count }, (_, i) => ({ path: `${from + i}`, sha: `${from + i}`, size }))
    const wanted = entries(10, 300_000)
    expect(archiveIsCheaper(wanted, wanted)).toBe(true) // two requests
    expect(archiveIsCheaper(wanted, [...wanted, ...entries(20, 300_000, 10)])).toBe(false)
    expect(archiveIsCheaper(entries(5, 300_000), entries(5, 300_000))).toBe(false) // one request
    expect(archiveIsCheaper(entries(1500, 100), entries(3000, 100))).toBe(true)
    expect(archiveIsCheaper(entries(1500, 100), [...entries(1500, 100), ...entries(1, 2 ** 30, 1500)])).toBe(false)
  })
})

describe('the bytes of a blob', () => {
  it('are right whatever they are, though GraphQL has only text', async () => {
    const contents = {
      'plain.ts': 'const a = 1\n',
      crlf: 'a\r\nb',
      empty: '',
      unicode: 'Ünïcode 日本 🧪',
      bom: Buffer.from([0xef, 0xbb, 0xbf, 0x61]),
      binary: Buffer.from([0, 1, 2, 255]),
      latin1: Buffer.from([0x63, 0x61, 0x66, 0xe9]),
      large: 'x'.repeat(450_000),
    }
    const head = commit(dir, { ...contents, unwanted: 'u'.repeat(2_000_000) })
    expect(await read(head, (path) => path !== 'unwanted')).toEqual(
      Object.fromEntries(Object.entries(contents).map(([path, content]) => [path, content.toString()])),
    )
    expect(routes()).toEqual(['graphql', 'blob', 'blob', 'blob', 'blob'])
  })

  it('come from the blob endpoint when GitHub says the text is cut or has no object', async () => {
    const head = commit(dir, { a: 'a', b: 'b' })
    server.instead('graphql', (_, to) =>
      json(to, {
        data: { repository: { defaultBranchRef: null, b0: { text: 'a', isTruncated: true }, b1: null } },
        errors: [{ type: 'NOT_FOUND', path: ['repository', 'b1'], message: 'Could not resolve' }],
      }),
    )
    expect(await read(head)).toEqual({ a: 'a', b: 'b' })
    expect(routes()).toEqual(['graphql', 'blob', 'blob'])
    expect(server.seen[1]?.accept).toBe('application/vnd.github.raw+json')
  })

  it('are refused when they are not what the tree names', async () => {
    const head = commit(dir, { a: 'a' })
    server.instead('graphql', (_, to) =>
      json(to, { data: { repository: { b0: { text: 'other', isTruncated: false } } } }),
    )
    server.instead('blob', (_, to) => to.end('other'))
    await expect(read(head)).rejects.toThrow(Corrupt)
  })

  it('are checked by SHA-256 where the repository uses it', async () => {
    const sha = blobId(Buffer.from('a'), 'sha256')
    const wanted = [{ path: 'a', sha, size: 1 }]
    server.instead('graphql', (_, to) => json(to, { data: { repository: { b0: { text: 'a', isTruncated: false } } } }))
    expect(await all(source.blobs({ commit: 'main', tree: wanted, wanted: upTo(9, wanted) }))).toEqual(
      new Map([[sha, 'a']]),
    )
  })

  it('come once for content that lies under two paths', async () => {
    const head = importCommit(dir, { ...numbered(300), copy: '0'.padEnd(100, '.') })
    const found = await read(head, (path) => path !== 'src/0/file-0.ts')
    expect(found.copy).toBe('0'.padEnd(100, '.'))
    expect(routes()).toEqual(['tarball'])
  })
})

describe('the archive', () => {
  it('is not believed where attributes of the commit change it', async () => {
    const files = {
      ...numbered(300),
      '.gitattributes':
        'hidden/** export-ignore\nversion.txt export-subst\ndates.txt export-subst\nwin.txt text eol=crlf\n',
      'hidden/REQ-1.md': 'must not be hidden',
      'version.txt': '$Format:%H$',
      'dates.txt': '$Format:%as%as%as%x41%x41%x41%x41$', // replaced by as many bytes: three dates and AAAA
      'win.txt': 'a\nb\n',
    }
    const head = importCommit(dir, files)
    expect(await read(head)).toEqual(files)
    expect(routes()).toEqual(['tarball', 'graphql'])
  })

  it('is fetched without our credentials', async () => {
    const head = importCommit(dir, numbered(300))
    await read(head)
    expect(server.seen.at(-1)?.authorization).toMatch(/secret/)
    expect(server.downloads).toEqual([
      expect.objectContaining({ url: `/${head}?token=once`, authorization: undefined }),
    ])
  })

  it('is asked for with our credentials where the repository was renamed', async () => {
    const head = importCommit(dir, numbered(300))
    const moved = `${server.api}/api/v3/repos/acme/lab/tarball/${head}`
    server.instead('tarball', (_, to) => to.writeHead(301, { location: moved }).end(), 1)
    expect(Object.keys(await read(head))).toHaveLength(300)
    expect(server.seen.map(({ authorization }) => authorization)).toEqual([
      expect.stringContaining('secret'),
      expect.stringContaining('secret'),
    ])
    expect(server.downloads).toHaveLength(1)
  })

  it('is followed where its server moves it, but not anywhere', async () => {
    const head = importCommit(dir, numbered(300))
    server.instead('archive', (_, to) => to.writeHead(307, { location: `${server.archives}/${head}?moved` }).end(), 1)
    expect(await read(head)).toEqual(numbered(300))
    expect(server.downloads.map(({ url }) => url)).toEqual([`/${head}?token=once`, `/${head}?moved`])
    server.instead('archive', (_, to) => to.writeHead(307, { location: 'file:///etc/passwd' }).end())
    await expect(read(head)).rejects.toThrow(Corrupt)
    server.instead('archive', (_, to) => to.writeHead(307, { location: server.archives }).end())
    await expect(read(head)).rejects.toThrow(/without end/)
  })

  it.each(['file:///etc/passwd', 'ftp://localhost/x', 'gopher://localhost'])(
    'is not fetched from %s',
    async (location) => {
      const head = importCommit(dir, numbered(300))
      server.instead('tarball', (_, to) => to.writeHead(302, { location }).end())
      await expect(read(head)).rejects.toThrow(Corrupt)
      expect(server.downloads).toEqual([])
    },
  )

  it('is read up to the cap on bytes, and the rest otherwise', async () => {
    const head = importCommit(dir, numbered(400, 1000))
    const careful = new GitHubSource(server.client, 'acme', 'lab', undefined, { bytes: 200_000, entries: 1e6 })
    expect(await read(head, undefined, careful)).toEqual(numbered(400, 1000))
    expect(routes()).toEqual(['tarball', 'graphql', 'graphql'])
  })

  it('is read up to the cap on entries, and the rest otherwise', async () => {
    const head = importCommit(dir, numbered(400))
    const careful = new GitHubSource(server.client, 'acme', 'lab', undefined, { bytes: 1e9, entries: 300 })
    expect(await read(head, undefined, careful)).toEqual(numbered(400))
    expect(routes()).toEqual(['tarball', 'graphql'])
  })

  it('that breaks off is an error, never half a repository', async () => {
    const head = importCommit(dir, numbered(300))
    server.instead('archive', (_, to) => to.end(gzipSync('x'.repeat(99)).subarray(0, 30)))
    await expect(read(head)).rejects.toThrow(Unreachable)
  })

  it('is asked for anew when its server fails once', async () => {
    const head = importCommit(dir, numbered(300))
    server.instead('archive', (_, to) => to.writeHead(503).end(), 1)
    expect(await read(head)).toEqual(numbered(300))
    expect(server.downloads).toHaveLength(2)
  })

  it('is let go when the scan needs no more of it', async () => {
    const head = importCommit(dir, numbered(300))
    const tree = await source.tree(head)
    for await (const blob of source.blobs({ commit: head, tree, wanted: upTo(MAX_BYTES, tree) })) {
      expect(blob.bytes).toHaveLength(100)
      break
    }
    expect(routes()).toEqual(['tree', 'tarball'])
  })
})

describe('the merge base', () => {
  it('is where two branches parted', async () => {
    const base = commit(dir, { a: 'a' })
    gitIn(dir, 'checkout', '--quiet', '-b', 'feature/x')
    commit(dir, { b: 'b' })
    expect(await source.mergeBase('main', 'feature/x')).toBe(base)
    expect(server.seen[0]?.url).toMatch(/per_page=1/)
  })

  it('is null without common history, which is not the same as an unknown branch', async () => {
    commit(dir, { a: 'a' })
    gitIn(dir, 'checkout', '--quiet', '--orphan', 'unrelated')
    commit(dir, { b: 'b' })
    expect(await source.mergeBase('main', 'unrelated')).toBeNull()
    await expect(source.mergeBase('main', 'gone')).rejects.toThrow(NotFound)
  })
})

describe('the tip of the default branch', () => {
  it('is asked for once', async () => {
    const head = commit(dir, { a: 'a' })
    expect(await source.tip()).toEqual({ branch: 'main', commit: head })
    expect(await source.tip()).toEqual({ branch: 'main', commit: head })
    expect(source.requests).toBe(1)
  })

  it('is null for a repository without commits', async () => {
    server.instead('graphql', (_, to) => json(to, { data: { repository: { defaultBranchRef: null } } }))
    expect(await source.tip()).toBeNull()
  })
})

describe('where a branch stands', () => {
  it.each(['main', 'feature/x', 'fix/ü-#7&<b>%41'])('is asked each time: %s', async (branch) => {
    const first = commit(dir, { a: 'a' })
    if (branch !== 'main') gitIn(dir, 'checkout', '--quiet', '-b', branch)
    expect(await source.head(branch)).toBe(first)
    const second = commit(dir, { a: 'A' })
    expect(await source.head(branch)).toBe(second)
    expect(server.seen.map(({ route }) => route)).toEqual(['ref', 'ref'])
  })

  it('is asked of the pull request, where the branch is in a fork', async () => {
    const head = commit(dir, { a: 'a' })
    gitIn(dir, 'update-ref', 'refs/pull/7/head', head)
    expect(await source.head('refs/pull/7/head')).toBe(head)
    expect(server.seen.map(({ route }) => route)).toEqual(['pull'])
  })

  it.each(['gone', 'refs/pull/8/head'])('is null where there is none: %s', async (ref) => {
    commit(dir, { a: 'a' })
    gitIn(dir, 'tag', 'gone')
    expect(await source.head(ref)).toBeNull()
  })

  it('is not known while GitHub does not answer', async () => {
    server.instead('ref', (_, to) => json(to, { message: 'Server Error' }, 502))
    await expect(source.head('main')).rejects.toThrow(Unreachable)
  })
})

describe('a GraphQL answer that says no', () => {
  it.each([
    ['NOT_FOUND', NotFound],
    ['FORBIDDEN', Forbidden],
    ['RATE_LIMITED', RateLimited],
  ])('%s', async (type, expected) => {
    server.instead('graphql', (_, to) => json(to, { data: { repository: null }, errors: [{ type, message: 'no' }] }))
    await expect(source.tip()).rejects.toThrow(expected)
    expect(source.requests).toBe(1)
  })

  it('is asked again when GitHub itself failed', async () => {
    const head = commit(dir, { a: 'a' })
    server.instead(
      'graphql',
      (_, to) => json(to, { errors: [{ message: 'Something went wrong while executing your query.' }] }),
      1,
    )
    expect((await source.tip())?.commit).toBe(head)
    expect(source.requests).toBe(2)
  })
})

describe('where a directory lies', () => {
  it('is asked for all commits in one request, and told from commits that are not there', async () => {
    const one = commit(dir, { 'src/a.ts': 'a' })
    const two = commit(dir, { 'src/a.ts': 'A' })
    const bare = commit(dir, { 'lib/a.ts': 'a' })
    gitIn(dir, 'rm', '--quiet', '-r', 'src')
    const without = commit(dir, {})
    const gone = 'f'.repeat(40)
    const tree = (sha: string) => gitIn(dir, 'rev-parse', `${sha}:src`)
    expect(await source.directories([one, two, bare, without, gone], 'src')).toEqual(
      new Map([
        [one, { commit: one, tree: tree(one) }],
        [two, { commit: two, tree: tree(two) }],
        [bare, { commit: bare, tree: tree(two) }],
        [without, { commit: without, tree: null }],
      ]),
    )
    expect(routes()).toEqual(['graphql'])
    expect(source.requests).toBe(1)
  })

  it('is null where it is a file, and not known at what is no commit', async () => {
    const head = commit(dir, { src: 'a file', 'a "b"\\c/d': 'x' })
    const root = gitIn(dir, 'rev-parse', `${head}^{tree}`)
    expect(await source.directories([head], 'src')).toEqual(new Map([[head, { commit: head, tree: null }]]))
    expect(await source.directories([root, head], '')).toEqual(new Map([[head, { commit: head, tree: root }]]))
    const quoted = gitIn(dir, 'rev-parse', `${head}:a "b"\\c`)
    expect(await source.directories([head], 'a "b"\\c')).toEqual(new Map([[head, { commit: head, tree: quoted }]]))
  })

  it('is known by an abbreviated commit, unless a branch is called so', async () => {
    const head = commit(dir, { 'src/a.ts': 'a' })
    const short = head.slice(0, 8)
    const known = new Map([[short, { commit: head, tree: gitIn(dir, 'rev-parse', `${head}:src`) }]])
    expect(await source.directories([short], 'src')).toEqual(known)
    const other = commit(dir, { 'src/a.ts': 'b' })
    gitIn(dir, 'branch', short, other)
    expect(await source.directories([short], 'src')).toEqual(new Map())
  })

  it.each([
    [0, 0],
    [300, 1],
    [301, 2],
  ])('of %d commits takes %d requests', async (count, requests) => {
    server.instead('graphql', (_, to) => json(to, { data: { repository: {} } }))
    const commits = Array.from({ length: count }, (_, i) => String(i).padStart(40, '0'))
    expect(await source.directories(commits, 'src')).toEqual(new Map())
    expect(source.requests).toBe(requests)
  })

  it('is never asked of what is no id', async () => {
    await expect(source.directories(['main") { id } x: object(oid: "'], 'src')).rejects.toThrow(Corrupt)
    expect(source.requests).toBe(0)
  })
})
