/**
 * Who sends a request: the person whose session its cookie is of. A browser sends that cookie whoever made it ask, so what
 * changes something has to prove that a page of ours did: by where it comes from, and by a token that only such a page can
 * have read.
 */
import type { Seals } from '../access/seals.ts'
import { GitHubAway, type SessionReader } from '../access/session.ts'
import type { Authenticate, Sender } from './key-access.ts'
import { Problem } from './problem.ts'

export const SESSION_COOKIE = 'rosie_session'
export const CSRF_HEADER = 'x-csrf-token'

/** RFC 9110 §9.2.1: these change nothing. */
const SAFE = ['GET', 'HEAD', 'OPTIONS']

export interface SessionAccessOptions {
  seals: Pick<Seals, 'sessionIn' | 'isCsrfToken'>
  /** Null: the session has ended. Throws `GitHubAway`. */
  readerOf(sessionId: string): Promise<SessionReader | null>
  /** This server as browsers reach it: scheme, host and port. */
  origin: string
}

export interface SessionAccess {
  /**
   * The session of a request's cookie, by its id, which may have ended; null: it has none. Throws `Problem` 403 for what
   * changes something and was not sent by a page of ours.
   */
  sessionIn(request: Sender): Promise<string | null>
  /** Null: the request carries no session that goes on. Throws `Problem`: 403, 503. */
  find(request: Sender): Promise<SessionReader | null>
}

export function sessionAccess({ seals, readerOf, origin }: SessionAccessOptions): SessionAccess {
  const sessionIn = async (request: Sender) => {
    const cookie = cookieOf(request, SESSION_COOKIE)
    const id = cookie === null ? null : await seals.sessionIn(cookie)
    if (id !== null && !SAFE.includes(request.method)) refuseForged(request, id, { seals, origin })
    return id
  }
  const find = async (request: Sender) => {
    const id = await sessionIn(request)
    if (id === null) return null
    return readerOf(id).catch((error: unknown) => {
      throw error instanceof GitHubAway ? unasked(error) : error
    })
  }
  return { sessionIn, find }
}

const unasked = ({ message }: GitHubAway) =>
  new Problem(503, `${message} It has to be asked what you may see: try again soon.`, { 'retry-after': '30' })

/** By key where one is sent, else by session. */
export const authenticateBy =
  (keys: Authenticate, sessions: Pick<SessionAccess, 'find'> | null): Authenticate =>
  async (request) => {
    const reader = request.headers.authorization || !sessions ? null : await sessions.find(request)
    if (reader === null) refuseRemembered(request)
    return reader ?? keys(request)
  }

/** A browser that was once told a key as a password adds it to whatever any page makes it send. It says where that comes from. */
function refuseRemembered({ method, headers }: Sender): void {
  if (SAFE.includes(method) || !/^basic /i.test(headers.authorization ?? '')) return
  const from = headers['sec-fetch-site'] ?? (headers.origin === undefined ? 'no browser' : 'unknown')
  if (from === 'same-origin' || from === 'no browser') return
  throw new Problem(403, 'From another site, a key changes something only as bearer token.')
}

function refuseForged(
  { headers }: Sender,
  sessionId: string,
  { seals, origin }: Pick<SessionAccessOptions, 'seals' | 'origin'>,
): void {
  const from = headers.origin === undefined ? headers['sec-fetch-site'] === 'same-origin' : headers.origin === origin
  if (!from) throw new Problem(403, 'A session may change something only from a page of this server.')
  if (!seals.isCsrfToken(sessionId, String(headers[CSRF_HEADER] ?? ''))) {
    throw new Problem(403, `A session may change something only with the header ${CSRF_HEADER}: GET /api/v1/me has it.`)
  }
}

/** RFC 6265 §5.4; of two with one name the first, which is of the narrower path. Ours hold nothing that needs decoding. */
export function cookieOf({ headers }: Pick<Sender, 'headers'>, name: string): string | null {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const sign = pair.indexOf('=')
    if (sign > 0 && pair.slice(0, sign).trim() === name) return pair.slice(sign + 1).trim()
  }
  return null
}
