/** What the resources have in common. Each schema here validates, types and documents. */
import { z } from 'zod'
import { isDay } from '../../rosie/dates.ts'

/** RFC 9457. */
export const problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().describe("The status's own words."),
    status: z.int(),
    detail: z.string().describe('What is wrong, and what to do about it.'),
    requestId: z.string().describe("To look up in the server's log."),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' })

const answered = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problem } },
})

const WRONG = {
  400: answered('The request is not as described.'),
  401: answered('No key and no session, or one that is not in force.'),
  403: answered('Whoever asks may read this, but not do that.'),
  404: answered('There is no such thing, or it is not for whoever asks.'),
  409: answered('As things are it can not be done; `detail` says why.'),
  413: answered('It is larger than what comes in, or leaves, this way.'),
  415: answered('The body is of a kind that is not taken: send JSON.'),
  429: answered('Too many requests; `retry-after` says when to try again.'),
  502: answered('GitHub gave no usable answer.'),
  503: answered('GitHub asks to wait, or GitHub or the database is away; `retry-after` says for how long.'),
}
type Wrong = keyof typeof WRONG

/** The answers of a route that can go wrong in those ways; 401 and 429 always can. */
export const problems = <const Status extends Wrong>(...statuses: Status[]) => {
  const all = [...statuses, 401, 429] as const
  return Object.fromEntries(all.map((status) => [status, WRONG[status]])) as Pick<typeof WRONG, Status | 401 | 429>
}

/** GitHub's id, below 2^53, in a path or a query, which know only text. No other way of writing it is taken: not `0x3ea`. */
export const gitHubId = z.preprocess(
  (given) => (typeof given === 'string' && /^-?\d+$/.test(given) ? Number(given) : given),
  z.int({ error: ({ input }) => (typeof input === 'string' ? 'must be a whole number in digits' : undefined) }).min(1),
)
/** The same in a body, where only a number is one. */
export const gitHubIdInBody = z.int().min(1)

const MOST_BIGINT = 2n ** 63n - 1n

/** A whole number as text: rows are counted by PostgreSQL's `bigint`. */
export const serial = z
  .string()
  .regex(/^\d{1,19}$/, { abort: true })
  .refine((digits) => BigInt(digits) <= MOST_BIGINT, `is above ${MOST_BIGINT}`)

/** Of a git object, in a place in a list. */
export const sha = z.string().regex(/^[0-9a-f]{40,64}$/)

export const time = z.iso.datetime().meta({ description: 'UTC, RFC 3339.' })

/**
 * A moment that is sent, with any offset from UTC: RFC 3339. In UTC it must be of a year of four digits too, which neither
 * 9999-12-31T23:59:59-23:59 nor 0001-01-01T00:00:00+23:59 is, and PostgreSQL has no year 0.
 */
export const moment = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((at) => at.getUTCFullYear() >= 1 && at.getUTCFullYear() <= 9_999, 'is not of the years 1 to 9999 in UTC')

const MOMENT_OR_DAY =
  'must be a time as in RFC 3339, such as `2026-01-31T12:00:00Z`, or a day in UTC, such as `2026-01-31`'

/** In an address `+` stands for a space, so that an offset loses it on its way. */
const PLUS_LOST = / \d{2}:\d{2}$/

/** The same of a list: there a day will do as well, which is the moment of its beginning in UTC. */
export const momentOrDay = z
  .string()
  .transform((text) => (isDay(text) ? `${text}T00:00:00Z` : text))
  .pipe(
    z.iso.datetime({
      offset: true,
      error: ({ input }) =>
        PLUS_LOST.test(String(input)) ? `${MOMENT_OR_DAY}; a \`+\` is written as \`%2B\` in an address` : MOMENT_OR_DAY,
    }),
  )
  .pipe(moment)

/** What a list that takes both refuses, with `BACKWARDS`: nothing is from a moment on and before an earlier one. */
export const isInOrder = ({ from, to }: { from?: Date | undefined; to?: Date | undefined }): boolean =>
  !from || !to || from <= to
export const BACKWARDS = { path: ['from'], error: 'is later than `to`' }

/** The same as a place in a list: text as `timeOf` writes it, however many digits of a second were sent. */
export const placeInTime = moment.transform((at) => at.toISOString())

export const timeOf = (at: Date): string => at.toISOString()
export const timeOrNull = (at: Date | null): string | null => at && timeOf(at)

/** What rows are looked up by: PostgreSQL takes no U+0000 in text. */
export const text = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\0]*$/, 'holds U+0000, which is in no name')

/** The same of what is never empty. */
export const someText = (most: number) => text(most).min(1)

/** Text on one line, as names and reasons are. */
export const line = z
  .string()
  .trim()
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,500}$/u, 'must be one line of 1 to 500 characters')

/** What is asked of whoever takes something back. */
export const reasoned = z.strictObject({ reason: line.describe('Why, for the audit trail.') })
