/** A stream takes as long as its reader likes: whether they may still have it is asked again while it is sent. */
import { Readable } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Authenticate } from './key-access.ts'
import { Problem } from './problem.ts'

/** Between two questions; ms. */
const EVERY_MS = 5_000

/** After the hook that finds the reader. A stream whose reader was revoked, signed out, or may see less, breaks off. */
export function lastingStreams(app: FastifyInstance, authenticate: Authenticate, everyMs = EVERY_MS): void {
  app.addHook('onSend', async (request, _reply, payload) => {
    if (!(payload instanceof Readable)) return payload
    const timer = setInterval(async () => {
      if (await isStillThat(request, authenticate)) return
      clearInterval(timer)
      payload.destroy(new Error('Whoever asked may not have it any more.'))
    }, everyMs)
    timer.unref()
    payload.once('close', () => clearInterval(timer))
    return payload
  })
}

/** What can't be found out now, because GitHub or the database is away, ends nothing. */
async function isStillThat(request: FastifyRequest, authenticate: Authenticate): Promise<boolean> {
  try {
    const { actor, grants } = await authenticate(request)
    return actor === request.reader.actor && isDeepStrictEqual(grants, request.reader.grants)
  } catch (error) {
    return !(error instanceof Problem && error.statusCode < 500)
  }
}
