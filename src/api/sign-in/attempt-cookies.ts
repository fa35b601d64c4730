/** The cookies of sign-ins that are under way, each with a name of its own, by its `state`. */
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'

const PREFIX = 'rosie_sign_in_'
const NAMES = new RegExp(`(?<=^|;\\s*)${PREFIX}[0-9a-f]{8}(?==)`, 'g')

/** The state itself stays in the cookie, where no script finds it. */
export const attemptCookieOf = (state: string): string =>
  PREFIX + createHash('sha256').update(state).digest('hex').slice(0, 8)

/** Their names. RFC 6265 §5.4: of one path, the earliest first. */
export const attemptCookiesIn = ({ headers }: Pick<FastifyRequest, 'headers'>): string[] =>
  (headers.cookie ?? '').match(NAMES) ?? []
