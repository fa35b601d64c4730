/**
 * What every resource of one repository goes through: it is there for whoever may read it, and what it says has a revision.
 * Where that is the scan of the default branch, nothing has to be read to answer that it is the same.
 */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { may, type Scope } from '../../access/grant.ts'
import type { RepositoryRow } from '../../store/reading/repositories.ts'
import { Problem } from '../problem.ts'
import { gitHubId } from './schemas.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The one that the address names, in everything below it. */
    repository: RepositoryRow
  }
  interface FastifyContextConfig {
    /** What is needed for it; `read` where nothing is said. */
    scope?: Scope
    /** It changes only with a scan of the default branch: answered with an `etag`. */
    revised?: boolean
    /** It is sent in another coding to whoever accepts that: the same, but not the same bytes, so that the etag is a weak one. */
    coded?: boolean
  }
}

/** Where the address has it. */
export const repositoryParams = z.object({ repositoryId: gitHubId.describe("GitHub's id of the repository.") })

/** A hook for everything under `/repositories/:repositoryId`; `version`: of what answers look like. Throws `Problem`: 403, 404. */
export const inRepository =
  (find: (id: bigint) => Promise<RepositoryRow | null>, version: string) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { repositoryId } = request.params as z.infer<typeof repositoryParams>
    const repository = await find(BigInt(repositoryId))
    const target = repository && { installationId: repository.installationId, repositoryId: repository.id }
    if (!target || !may(request.reader, 'read', target)) {
      throw new Problem(404, 'There is no such repository, or it is not for you.')
    }
    const { scope = 'read', revised = false, coded = false } = request.routeOptions.config
    if (!may(request.reader, scope, target)) throw new Problem(403, `This needs the scope ${scope}.`)
    request.repository = repository
    if (!revised) return undefined
    const etag = `"${repository.trackedScanId ?? 'none'}-${version}-${digestOf(request.url).slice(0, 16)}"`
    // Ask every time, and nobody else may keep it: who may read changes.
    reply.headers({ etag: coded ? `W/${etag}` : etag, 'cache-control': 'private, no-cache' })
    // The same for 304 as for what it stands for: RFC 9110 §15.4.5.
    if (coded) reply.header('vary', [reply.getHeader('vary') ?? [], 'accept-encoding'].flat().join(', '))
    // Whoever has this one was answered at this address: it is there. `*` says nothing of that.
    return isNamed(etag, request.headers['if-none-match']) ? reply.code(304).send() : undefined
  }

const digestOf = (text: string) => createHash('sha256').update(text).digest('base64url')

/** A hook for the same: what may change without a scan is known by what it says, and made before that is known. */
export async function tagged(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  // What is not there has no revision.
  if (reply.statusCode >= 400) reply.removeHeader('etag')
  // The head of an answer is that of the whole: what is left out goes after this.
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (!isRead || reply.statusCode !== 200) return payload
  const known = request.headers['if-none-match']
  if (reply.hasHeader('etag')) return known?.trim() === '*' ? unchanged(reply, payload) : payload
  if (typeof payload !== 'string') return payload
  const etag = `"${digestOf(payload)}"`
  reply.headers({ etag, 'cache-control': 'private, no-cache' })
  return isAmong(etag, known) ? unchanged(reply, payload) : payload
}

function unchanged(reply: FastifyReply, payload: unknown): '' | null {
  if (payload instanceof Readable) payload.destroy()
  reply.code(304).removeHeader('content-type')
  // What Fastify does for a head takes texts.
  return reply.request.method === 'HEAD' ? '' : null
}

/** RFC 9110 §13.1.2, of what is there. */
export const isAmong = (etag: string, header: string | undefined): boolean =>
  header?.trim() === '*' || isNamed(etag, header)

/** By weak comparison. */
const isNamed = (etag: string, header = ''): boolean =>
  header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
