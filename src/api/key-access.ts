/** Who sends a request: the API key in its `Authorization` header, looked up. */
import type { FastifyRequest } from 'fastify'
import { type ApiKey, isKey, readerOf, standingOf } from '../access/api-key.ts'
import { keyIn } from '../access/authorization.ts'
import { FailedAttempts } from '../access/failed-attempts.ts'
import type { Reader } from '../access/grant.ts'
import { Problem } from './problem.ts'
import { networkOf } from './rate-limit.ts'

/** Where keys are kept. */
export interface Keyring {
  /** In force or not; null: there is no such key. */
  find(key: string): Promise<ApiKey | null>
  used(key: ApiKey, now: number): Promise<void>
}

export interface KeyAccessOptions {
  keys: Keyring
  attempts?: FailedAttempts
  /** Wrong keys of all addresses together that had too many already. */
  further?: FailedAttempts
  /** People can sign in, which is said to whoever sends no key. */
  signIn?: boolean
  /** ms since 1970. */
  now?: () => number
}

/** What is looked at of a request. */
export type Sender = Pick<FastifyRequest, 'id' | 'method' | 'headers' | 'address' | 'log'>

/** Answers who sends a request. Throws `Problem`: 401, 403 for a forged one, or 429 after too many wrong keys. */
export type Authenticate = (request: Sender) => Promise<Reader>

/** `Basic` makes browsers ask: right for a page that somebody opens, not for what a page asks for. A key is taken as both. */
const challenge = ({ headers }: Sender) => {
  const asks = ['navigate', undefined].includes(headers['sec-fetch-mode'] as string | undefined)
  return { 'www-authenticate': `${asks ? 'Basic' : 'Bearer'} realm="rosie-guard"` }
}

/** What a client sends whose variable is empty, or that knows another way. It guesses nothing, so it counts as no wrong key. */
const NO_KEY =
  'The header `authorization` holds no key: send `authorization: Bearer KEY`, or the key as password with any user name.'
const KEY_NEEDED = 'This needs an API key: as bearer token, or as password with any user name.'

/** Wrong keys a minute, of all addresses that had too many already. */
const FURTHER = 60
const ALL = 'all'

export function keyAccess({
  keys,
  attempts = new FailedAttempts(),
  further = new FailedAttempts({ most: FURTHER }),
  signIn = false,
  now = Date.now,
}: KeyAccessOptions): Authenticate {
  return async (request) => {
    const { address } = request
    const network = networkOf(address)
    const text = keyIn(request.headers.authorization)
    const restMs = attempts.restMs(network)
    // Who has a key may share the address with a stranger.
    if (restMs > 0 && (text === null || !isKey(text) || further.restMs(ALL) > 0)) throw tooMany(restMs, attempts.most)
    if (text === null) {
      throw new Problem(
        401,
        signIn ? `${KEY_NEEDED} People sign in at /auth/login instead.` : KEY_NEEDED,
        challenge(request),
      )
    }
    if (text === '') throw new Problem(401, NO_KEY, challenge(request))
    const key = isKey(text) ? await keys.find(text) : null
    const standing = key && standingOf(key, now())
    if (key && standing === 'in force') {
      await keys.used(key, now())
      return readerOf(key)
    }
    if (restMs > 0) {
      further.failed(ALL)
      throw tooMany(restMs, attempts.most)
    }
    attempts.failed(network)
    // Whoever has the key may know what became of it.
    const wrong = standing === null ? 'This is no API key of this server' : `This API key is ${standing}`
    request.log.warn({ address, key: key?.id ?? null, standing: standing ?? 'unknown' }, 'a key was refused')
    throw new Problem(401, `${wrong}.`, challenge(request))
  }
}

/** In place of what is left of the requests that an address may send, which has nothing to do with it. */
function tooMany(restMs: number, most: number): Problem {
  const seconds = String(Math.ceil(restMs / 1000))
  const detail = `Too many wrong keys came from this address. Try again in ${seconds} s.`
  const limit = { 'ratelimit-limit': String(most), 'ratelimit-remaining': '0', 'ratelimit-reset': seconds }
  return new Problem(429, detail, { 'retry-after': seconds, ...limit })
}
