/**
 * A cursor is of one list: it carries a mark of the address that it was given at. At another one, of another repository, say,
 * all that is listed may lie before that place, and an empty page would pass for the end of the list.
 */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { noneOfThisList } from './cursor.ts'

/** On all routes that are added to `app` after this. */
export function markCursors(app: FastifyInstance): void {
  app.addHook('preHandler', async (request) => {
    const query = request.query as { cursor?: string }
    if (query.cursor === undefined) return
    const mark = markOf(request)
    if (!query.cursor.startsWith(mark)) throw noneOfThisList()
    query.cursor = query.cursor.slice(mark.length)
  })

  app.addHook('preSerialization', async (request, _reply, payload) =>
    isPage(payload) ? { ...payload, next: markOf(request) + payload.next } : payload,
  )
}

/** Eight characters, which no other list has but by chance. */
export const markAt = (address: string): string => createHash('sha256').update(address).digest('base64url').slice(0, 8)

/** By what names in the address were understood as. */
function markOf({ routeOptions: { url = '' }, params }: FastifyRequest): string {
  const named = params as Record<string, unknown>
  return markAt(url.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(named[name]))))
}

/** One that is not the last. */
const isPage = (payload: unknown): payload is { items: unknown[]; next: string } =>
  typeof payload === 'object' && payload !== null && 'items' in payload && 'next' in payload && payload.next !== null
