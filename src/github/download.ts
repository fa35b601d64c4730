/**
 * Opens the archive of a commit for reading. The API answers with a redirect to another server, which we follow by hand,
 * without credentials. docs.github.com, REST, "Repository contents", "Download a repository archive (tar)".
 */
import { Corrupt, RateLimited, Unreachable } from '../scan/errors.ts'
import { fromStatus } from './errors.ts'
import { type GitHubClient, retrying } from './octokit.ts'
import type { RepositoryName } from './read.ts'

const HEADERS_MS = 15_000
const SILENCE_MS = 30_000
const REDIRECTS = 3

/** The compressed bytes as they come; `cancelled` ends the transfer. Throws the domain's errors. */
export async function openArchive(
  client: GitHubClient,
  repository: RepositoryName,
  commit: string,
  cancelled: AbortSignal,
) {
  const url = await locate(client, repository, commit)
  return chunks(await retrying(() => download(url, client, cancelled)))
}

/** Where the archive is: a redirect that itself carries the permission to download, valid for five minutes. */
async function locate(client: GitHubClient, { owner, repo }: RepositoryName, commit: string): Promise<URL> {
  const { baseUrl } = client.request.endpoint.DEFAULTS
  let [route, named]: [string, object] = ['GET /repos/{owner}/{repo}/tarball/{ref}', { owner, repo, ref: commit }]
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const { status, headers } = await client.request(route, { ...named, request: { redirect: 'manual' } })
    if (!headers.location) throw new Corrupt(`No address for the archive of ${commit}: status ${status}.`)
    const location = safe(headers.location, baseUrl, baseUrl)
    // A renamed or transferred repository is another address of the API itself; only there do credentials go along.
    if (status === 302 || !location.href.startsWith(`${baseUrl}/`)) return location
    ;[route, named] = [`GET ${location.href}`, {}]
  }
  throw new Corrupt(`The archive of ${commit} is redirected without end.`)
}

/** Fetches without credentials; every redirect is checked. */
async function download(from: URL, client: GitHubClient, cancelled: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  let url = from
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const answer = await headersOf(url, cancelled)
    const location = answer.headers.get('location')
    if (answer.ok && answer.body) return answer.body
    await answer.body?.cancel()
    if (answer.status < 300 || answer.status >= 400 || !location) {
      const error = refused(answer)
      if (error instanceof RateLimited) await client.block(error.until)
      throw error
    }
    url = safe(location, url, client.request.endpoint.DEFAULTS.baseUrl)
  }
  throw new Corrupt('The download of the archive is redirected without end.')
}

/** A 404 is a link that expired, not a repository that is gone: the API has just said that it is there. */
function refused({ status, headers }: Response): Error {
  const message = `The archive's server answers ${status}.`
  const error = fromStatus(status, Object.fromEntries(headers), message)
  return error instanceof RateLimited ? error : new Unreachable(message)
}

/** The time limit ends with the headers: a large archive may take as long as it keeps coming. */
async function headersOf(url: URL, cancelled: AbortSignal): Promise<Response> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${HEADERS_MS / 1000} s`)), HEADERS_MS)
  try {
    return await fetch(url, {
      redirect: 'manual',
      headers: { 'user-agent': 'rosie-guard' },
      signal: AbortSignal.any([cancelled, late.signal]),
    })
  } catch (error) {
    throw new Unreachable(`The archive's server can't be reached: ${String(error)}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

/** An address we go to: https, or http where the API itself is spoken to over http. */
function safe(location: string, relativeTo: URL | string, api: string): URL {
  const url = new URL(location, relativeTo)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && api.startsWith('http:'))) return url
  throw new Corrupt(`The archive is redirected to ${url.protocol}//${url.host}, which is not https.`)
}

/** The body as it comes. The clock runs only while we wait for the server, not while the scan digests what it has. */
async function* chunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  for (;;) {
    const timer = setTimeout(() => void reader.cancel(), SILENCE_MS)
    const { done, value } = await reader.read().finally(() => clearTimeout(timer))
    if (done) return
    yield value
  }
}
