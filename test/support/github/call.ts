/** A request on its way through the stand-in, and how lists are paged. */
import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Answer } from './answer.ts'
import type { GitHub } from './github.ts'
import type { Json, JsonObject } from './json.ts'

export interface Call {
  github: GitHub
  /** Path below `/api/v3`, and the query as it came. */
  url: URL
  /** Decoded. */
  params: Record<string, string>
  /** Checked against the description, numbers as numbers, defaults filled in. */
  query: JsonObject
  /** Checked against the description. */
  body: Json | undefined
  headers: IncomingHttpHeaders
}

/** Says who is asking (or refuses), and leaves what to do once the request was found to fit the description. */
export type Route = (call: Call) => Promise<() => Answer | Promise<Answer>>

export type Routes = Record<string, Route>

export const param = (call: Call, name: string) => call.params[name] ?? ''
export const numberParam = (call: Call, name: string) => Number(param(call, name))

/** One page of a list, with the `Link` header. https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
export function page<T>(
  call: Call,
  items: readonly T[],
  perPage = call.query.per_page as number,
): { items: T[]; headers: Record<string, string> } {
  const size = Math.min(100, Math.max(1, perPage)) // "the maximum is 100"
  const number = Math.max(1, (call.query.page as number | undefined) ?? 1)
  const last = Math.max(1, Math.ceil(items.length / size))
  const link = (rel: string, to: number) => {
    const address = new URL(`${call.github.apiUrl}${call.url.pathname}${call.url.search}`)
    address.searchParams.set('page', String(to))
    return `<${address}>; rel="${rel}"`
  }
  const links = [
    ...(number > 1 ? [link('first', 1), link('prev', number - 1)] : []),
    ...(number < last ? [link('next', number + 1), link('last', last)] : []),
  ]
  return {
    items: items.slice((number - 1) * size, number * size),
    headers: links.length > 0 ? { link: links.join(', ') } : {},
  }
}

/**
 * With its `ETag`, or 304 where the caller names the one it has. GitHub does so for most reads; here, where it matters.
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
 * Another token gets another one: https://github.com/github/docs/issues/34689
 */
export function conditional(call: Call, { status, headers, body }: Answer): Answer {
  const named = JSON.stringify([body, call.headers.authorization])
  const etag = `W/"${createHash('sha256').update(named).digest('hex')}"`
  if (call.headers['if-none-match'] === etag) return { status: 304, headers: { etag } }
  return { status, headers: { ...headers, etag }, body }
}
