/** What a route answers, and the ways in which GitHub refuses. */
// @ts-nocheck

import type { Readable } from 'node:stream'
import type { Json, JsonObject } from './json.ts'

export interface Answer {
  status: number
  headers?: Record<string, string>
  /** A stream or bytes go out as they are. */
  body?: Json | Buffer | Readable
}

export const ok = (body: Json, headers?: Record<string, string>): Answer => ({ status: 200, body, headers })
export const created = (body: Json): Answer => ({ status: 201, body })

/** An answer other than success. https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly status: number
  /** The request itself is wrong: noted in `github.violations`. */
  readonly mistake: boolean
  readonly errors: Json[]

  constructor(status: number, message: string, { mistake = false, errors = [] as Json[] } = {}) {
    super(message)
    this.status = status
    this.mistake = mistake
    this.errors = errors
  }

  get answer(): Answer {
    const body: JsonObject = {
      message: this.message,
      ...(this.errors.length > 0 && { errors: this.errors }),
      documentation_url: 'https://docs.github.com/rest',
      status: String(this.status),
    }
    return { status: this.status, body }
  }
}

/** Also for what the caller may not see: GitHub does not tell the two apart. */
export const notFound = (message = 'Not Found') => new Refusal(404, message)

/** 422 for a request over a documented limit or outside the description. */
export const invalid = (problems: readonly string[]) =>
  new Refusal(422, `Invalid request.\n\n${problems.join('\n')}`, { mistake: true })
