/** What stays as it is for as long as the process runs: written once, and not sent again to whoever has it. */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isAmong } from './in-repository.ts'

/** `make`: called with the first request. */
export function toldOnce(make: () => object) {
  let told: { body: Buffer; etag: string } | null = null
  return async ({ headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    told ??= written(make())
    reply.headers({ etag: told.etag, 'cache-control': 'no-cache' })
    if (isAmong(told.etag, headers['if-none-match'])) return reply.code(304).send()
    return reply.type('application/json; charset=utf-8').send(told.body)
  }
}

function written(what: object): { body: Buffer; etag: string } {
  const body = Buffer.from(JSON.stringify(what))
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` }
}
