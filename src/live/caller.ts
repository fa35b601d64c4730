/** Who opened a connection. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Namespace, Socket } from 'socket.io'
import type { Reader } from '../access/grant.ts'
import type { Place } from '../scan/ports/progress.ts'
import { type Origins, originOf } from './origin.ts'

/** As the API knows whoever sends a request. */
export interface Caller {
  id: string
  method: 'GET'
  headers: IncomingHttpHeaders
  /** Where the connection comes from, as it is counted. */
  address: string
}

/** Throws, with a `statusCode`, where nobody is known by what the caller brings along. */
export type Identify = (caller: Caller) => Promise<Reader>

/** What is known of a connection. */
export interface Session {
  reader: Reader
  caller: Caller
  /** When the reader was last confirmed; ms, of the monotonic clock. */
  confirmedAt: number
  /** What is subscribed to, by room. */
  subscriptions: Map<string, Place>
}

// biome-ignore lint/suspicious/noExplicitAny: the names of events hold ids, so there is no list of them
type Events = Record<string, any>
export type LiveSocket = Socket<Events, Events, Events, Session>
export type LiveNamespace = Namespace<Events, Events, Events, Session>

/**
 * Browsers can't set headers of a WebSocket, so a key may come in `auth.token` as well. A page of another server is known by
 * a key only: the cookie is sent along whichever page asks.
 */
export function callerOf({ id, handshake }: LiveSocket, address: string, origins: Origins): Caller {
  const { cookie, ...headers } = handshake.headers
  const { token } = handshake.auth
  const own = originOf(headers, origins) === 'own'
  return {
    ...{ id, method: 'GET', address },
    headers: {
      ...headers,
      ...(own && cookie !== undefined && { cookie }),
      ...(typeof token === 'string' && { authorization: `Bearer ${token}` }),
    },
  }
}

export const newSession = (reader: Reader, caller: Caller): Session => ({
  reader,
  caller,
  confirmedAt: performance.now(),
  subscriptions: new Map(),
})

/** What somebody is known by: connections that bring the same along are confirmed together. */
export const credentialsOf = ({ caller: { headers } }: Session): string =>
  `${headers.authorization ?? ''}\n${headers.cookie ?? ''}`
