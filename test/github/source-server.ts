/**
 * As much of GitHub as a repository source reads, over one real git repository: REST and GraphQL on one address, archives
 * on another. Every answer can be replaced.
 */
import { execFileSync } from 'node:child_process'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GuardOctokit } from '../../src/github/octokit.ts'
import { gitIn } from '../local/repository.ts'

export interface Seen {
  route: string
  url: string
  accept: string | undefined
  authorization: string | undefined
}

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

export interface SourceServer {
  client: InstanceType<typeof GuardOctokit>
  /** Requests to the API, in order. */
  seen: Seen[]
  /** Requests for archives. */
  downloads: Seen[]
  api: string
  archives: string
  /** Trees of more entries are answered as truncated. */
  treeLimit: number
  /** Answers the next `times` requests of a route (`tree`, `blob`, `tarball`, `compare`, `graphql`, `archive`) instead. */
  instead(route: string, answer: Answer, times?: number): void
  close(): Promise<void>
}

/** GitHub cuts `text` near 500 kB and has none for binary content; it decodes the rest, dropping a byte-order mark. */
const TEXT_LIMIT = 512_000

export async function serve(dir: string): Promise<SourceServer> {
  const replaced = new Map<string, { answer: Answer; times: number }>()
  const api = createServer((request, response) => void handle(request, response, server.seen, replaced, routeApi))
  const archives = createServer(
    (request, response) => void handle(request, response, server.downloads, replaced, routeArchive),
  )
  const server: SourceServer = {
    seen: [],
    downloads: [],
    treeLimit: 100_000,
    api: await listen(api),
    archives: await listen(archives),
    client: new GuardOctokit({ auth: { token: 'secret' }, baseUrl: '', log: silent }),
    instead: (route, answer, times = Number.POSITIVE_INFINITY) => void replaced.set(route, { answer, times }),
    close: async () => {
      for (const one of [api, archives]) {
        const closed = new Promise((resolve) => one.close(resolve))
        one.closeAllConnections()
        await closed
      }
    },
  }
  server.client = new GuardOctokit({ auth: { token: 'secret' }, baseUrl: `${server.api}/api/v3`, log: silent })
  const routeApi = (url: URL): [string, Answer] => {
    const [, kind = '', rest = ''] = /^\/api\/v3\/repos\/acme\/lab\/(?:git\/)?(\w+)\/(.+)$/.exec(url.pathname) ?? []
    if (kind === 'trees')
      return ['tree', (_, to) => json(to, tree(dir, rest, url.searchParams.has('recursive'), server.treeLimit))]
    if (kind === 'blobs')
      return [
        'blob',
        (_, to) => to.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(object(dir, rest)),
      ]
    if (kind === 'ref') return ['ref', (_, to) => json(to, reference(dir, decodeURIComponent(rest)))]
    if (kind === 'pulls')
      return ['pull', (_, to) => json(to, { head: { sha: gitIn(dir, 'rev-parse', `refs/pull/${rest}/head`) } })]
    if (kind === 'compare') return ['compare', (_, to) => compare(dir, decodeURIComponent(rest), to)]
    if (kind === 'tarball')
      return ['tarball', (_, to) => to.writeHead(302, { location: `${server.archives}/${rest}?token=once` }).end()]
    if (url.pathname === '/api/graphql') return ['graphql', (_, to, body) => json(to, graphql(dir, body))]
    return ['unknown', (_, to) => json(to, { message: 'Not Found' }, 404)]
  }
  const routeArchive = (url: URL): [string, Answer] => [
    'archive',
    (_, to) => to.end(archive(dir, url.pathname.slice(1))),
  ]
  return server
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  log: Seen[],
  replaced: Map<string, { answer: Answer; times: number }>,
  routes: (url: URL) => [string, Answer],
) {
  let body = ''
  for await (const chunk of request) body += chunk
  const [route, usual] = routes(new URL(request.url ?? '', 'http://localhost'))
  const { accept, authorization } = request.headers
  log.push({ route, url: request.url ?? '', accept, authorization })
  const instead = replaced.get(route)
  const answer = instead && instead.times-- > 0 ? instead.answer : usual
  try {
    answer(request, response, body)
  } catch (error) {
    json(response, { message: String(error) }, 404)
  }
}

export function json(response: ServerResponse, value: unknown, status = 200, headers: Record<string, string> = {}) {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(value))
}

const raw = (dir: string, ...args: string[]) =>
  execFileSync('git', ['-C', dir, ...args], { maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'ignore'] })

const object = (dir: string, sha: string) => raw(dir, 'cat-file', 'blob', sha)

/** Blobs by one git process: `sha type size LF content LF` each. */
function objects(dir: string, ids: readonly string[]): Buffer[] {
  let rest = execFileSync('git', ['-C', dir, 'cat-file', '--batch'], { input: ids.join('\n'), maxBuffer: 2 ** 30 })
  return ids.map(() => {
    const start = rest.indexOf('\n') + 1
    const end = start + Number(rest.subarray(0, start).toString().split(' ')[2])
    const content = rest.subarray(start, end)
    rest = rest.subarray(end + 1)
    return content
  })
}

function tree(dir: string, sha: string, recursive: boolean, limit: number) {
  const lines = raw(dir, 'ls-tree', '-z', '-l', '-t', ...(recursive ? ['-r'] : []), sha)
    .toString()
    .split('\0')
    .slice(0, -1)
  const entries = lines.map((line) => {
    const [about = '', path] = [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)]
    const [mode, type, id, size] = about.split(/ +/)
    return { path, mode, type, sha: id, ...(type === 'blob' ? { size: Number(size) } : {}) }
  })
  return { sha, truncated: entries.length > limit, tree: entries.slice(0, limit) }
}

function compare(dir: string, basehead: string, response: ServerResponse) {
  const [base = '', head = ''] = basehead.split('...')
  for (const ref of [base, head]) raw(dir, 'rev-parse', '--verify', `${ref}^{commit}`)
  try {
    json(response, { merge_base_commit: { sha: gitIn(dir, 'merge-base', base, head) }, files: [] })
  } catch {
    json(response, { message: `No common ancestor between ${base} and ${head}.` }, 404)
  }
}

/** The reference of exactly that name: https://docs.github.com/en/rest/git/refs#get-a-reference. */
const reference = (dir: string, ref: string) => ({
  ref: `refs/${ref}`,
  object: { type: 'commit', sha: raw(dir, 'show-ref', '--verify', '--hash', `refs/${ref}`).toString().trim() },
})

function graphql(dir: string, body: string) {
  const query = (JSON.parse(body) as { query: string }).query
  const repository: Record<string, unknown> = {
    defaultBranchRef: { name: 'main', target: { oid: gitIn(dir, 'rev-parse', 'main') } },
  }
  const asked = [...query.matchAll(/(b\d+): object\(oid: "([0-9a-f]+)"\)/g)]
  const contents = objects(
    dir,
    asked.map(([, , oid = '']) => oid),
  )
  for (const [index, [, alias = '']] of asked.entries()) {
    const bytes = contents[index] ?? Buffer.alloc(0)
    const text = bytes.includes(0) ? null : new TextDecoder().decode(bytes.subarray(0, TEXT_LIMIT))
    repository[alias] = { text, isTruncated: bytes.length > TEXT_LIMIT }
  }
  const names = query.matchAll(/([cd]\d+): object\((?:oid|expression): ("(?:[^"\\]|\\.)*")\)/g)
  for (const [, alias = '', name = '""'] of names) repository[alias] = named(dir, JSON.parse(name) as string)
  return { data: { repository } }
}

const NAMES: Record<string, string> = { commit: 'Commit', tree: 'Tree', blob: 'Blob', tag: 'Tag' }

/** What a revision stands for; null where there is nothing. */
function named(dir: string, revision: string) {
  try {
    const oid = raw(dir, 'rev-parse', '--verify', '--end-of-options', revision).toString().trim()
    return { __typename: NAMES[raw(dir, 'cat-file', '-t', oid).toString().trim()], oid }
  } catch {
    return null
  }
}

const archive = (dir: string, commit: string) =>
  raw(dir, 'archive', '--format=tar.gz', `--prefix=acme-lab-${commit}/`, commit)
