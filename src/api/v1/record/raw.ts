/** The file of an artifact as it is in the repository. The database keeps what files say, so it is asked of GitHub. */
import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { Corrupt, Forbidden, NotFound, RateLimited, Unreachable } from '../../../scan/errors.ts'
import type { RecordReading } from '../../../store/reading/record/index.ts'
import type { RepositoryRow } from '../../../store/reading/repositories.ts'
import { Problem } from '../../problem.ts'
import { byOf } from '../by.ts'
import { isAmong } from '../in-repository.ts'
import { problems } from '../schemas.ts'
import { artifactParams } from './schemas.ts'

/** The bytes of a git blob; null: it is larger than `maxBytes`. Throws the domain's errors (scan/errors.ts). */
export type RawText = (
  repository: Pick<RepositoryRow, 'installationId' | 'owner' | 'name'>,
  sha: string,
  maxBytes: number,
) => Promise<Uint8Array | null>

/** Documents are some kB; the policy's limit for what is read at all is 1 MiB unless a project raises it. */
const MOST_BYTES = 8 * 2 ** 20
/** Of texts that stay in memory. */
const KEPT_BYTES = 32 * 2 ** 20

/** Below `/repositories/:repositoryId`. */
export const rawArtifact: FastifyPluginAsyncZod<{ record: RecordReading; rawText: RawText }> = async (
  app,
  { record: { artifacts, evidenceReads }, rawText },
) => {
  const textOf = keeping(rawText)
  app.get(
    '/artifacts/:artifactId/raw',
    {
      // Reading evidence is an event: asking without reading is none.
      exposeHeadRoute: false,
      schema: {
        operationId: 'getArtifactText',
        tags: ['record'],
        summary: 'The file of an artifact as it is; reading evidence is noted in the audit trail',
        params: artifactParams,
        response: {
          200: { description: 'The file, byte for byte.', content: { 'text/plain': { schema: z.string() } } },
          ...problems(400, 404, 413, 502, 503),
        },
      },
    },
    async (request, answer) => {
      const reply = answer as FastifyReply
      const { repository, params } = request
      const found = await artifacts.withId(repository.id, params.artifactId)
      if (!found) throw new Problem(404, 'The record has no such artifact.')
      const { id: artifactId, path, sha, kind } = found
      const etag = `"${sha}"`
      reply.headers({ etag, 'cache-control': 'private, no-cache' })
      if (isAmong(etag, request.headers['if-none-match'])) return reply.code(304).send()
      const bytes = await textOf(repository, sha)
      if (kind === 'evidence' || kind === 'package_file') {
        const { id: repositoryId, installationId } = repository
        await evidenceReads.note(byOf(request), { installationId, repositoryId, artifactId, path, sha })
      }
      // Whatever a repository holds, a browser shows it as text.
      return reply
        .headers({ 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
        .send(Buffer.from(bytes))
    },
  )
}

/** Asked once for each blob of each repository, as long as it stays in memory; once also by several at a time. */
function keeping(rawText: RawText) {
  const kept = new LRUCache<string, Uint8Array, RepositoryRow>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ byteLength }) => byteLength + 200,
    // One on its way that has to make room is not kept; whoever waits for it gets it all the same.
    ignoreFetchAbort: true,
    fetchMethod: async (key, _stale, { context }) => {
      const sha = key.slice(key.indexOf('/') + 1)
      const bytes = await rawText(context, sha, MOST_BYTES)
      if (bytes === null)
        throw new Problem(413, `The file is larger than ${MOST_BYTES / 2 ** 20} MiB: read it on GitHub.`)
      return bytes
    },
  })
  return async (repository: RepositoryRow, sha: string): Promise<Uint8Array> => {
    try {
      return (await kept.fetch(`${repository.id}/${sha}`, { context: repository })) as Uint8Array
    } catch (error) {
      throw told(error)
    }
  }
}

function told(error: unknown): unknown {
  if (error instanceof NotFound)
    return new Problem(404, 'GitHub has this file no more, or shows it to the app no more.')
  if (error instanceof RateLimited) {
    const seconds = Math.max(1, Math.ceil((error.until.getTime() - Date.now()) / 1000))
    return new Problem(503, 'GitHub asks the app to wait. Try again later.', { 'retry-after': String(seconds) })
  }
  if (error instanceof Unreachable || error instanceof Forbidden || error instanceof Corrupt) {
    return new Problem(502, 'GitHub did not give this file. Try again later.')
  }
  return error
}
