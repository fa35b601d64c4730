/** What the resources have in common. Each schema here validates, types and documents. */
import { z } from 'zod'

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
  503: answered('GitHub asks to wait, or is away; `retry-after` says for how long.'),
}
type Wrong = keyof typeof WRONG

/** The answers of a route that can go wrong in those ways; 401 and 429 always can. */
export const problems = <const Status extends Wrong>(...statuses: Status[]) => {
  const all = [...statuses, 401, 429] as const
  return Object.fromEntries(all.map((status) => [status, WRONG[status]])) as Pick<typeof WRONG, Status | 401 | 429>
}

/** GitHub's id, below 2^53. */
export const gitHubId = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)

export const time = z.iso.datetime().meta({ description: 'UTC, RFC 3339.' })

export const timeOf = (at: Date): string => at.toISOString()
export const timeOrNull = (at: Date | null): string | null => at && timeOf(at)

/** What rows are looked up by: PostgreSQL takes no U+0000 in text. */
export const text = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\0]*$/, 'holds U+0000, which is in no name')

/** Text on one line, as names and reasons are. */
export const line = z
  .string()
  .trim()
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,500}$/u, 'must be one line of 1 to 500 characters')

/** What is asked of whoever takes something back. */
export const reasoned = z.strictObject({ reason: line.describe('Why, for the audit trail.') })
