/** Bull Board: what the queue's server knows of jobs, to look at, for whoever has a key of the whole server that may `admin`. */
import { createBullBoard } from '@bull-board/api'
import type { BaseAdapter } from '@bull-board/api/baseAdapter'
import { FastifyAdapter } from '@bull-board/fastify'
import type { FastifyBaseLogger, FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { may } from '../access/grant.ts'
import { html } from './html.ts'
import type { Authenticate } from './key-access.ts'
import { Problem, sendProblem, toProblem } from './problem.ts'

export const BOARD_PATH = '/admin/queues'

export interface QueueBoardOptions {
  /** The queue as Bull Board reads it; null where there is none to read. */
  queue: BaseAdapter | null
  /** Rejects while the queue's server can't be reached. */
  reachable(): Promise<void>
  authenticate: Authenticate
}

/**
 * The board's own files and nothing else: no script in the page, no font from another server. Its components set styles
 * on elements.
 */
const BOARD_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** To be registered with `prefix: BOARD_PATH`. */
export const queueBoard: FastifyPluginAsync<QueueBoardOptions> = async (app, { queue, reachable, authenticate }) => {
  app.addHook(
    'onRequest',
    guard(async (request) => {
      if (!may(await authenticate(request), 'admin', 'server'))
        throw new Problem(403, 'This needs a key of the whole server, with the scope admin.')
      if (request.method !== 'GET' && request.method !== 'HEAD')
        throw new Problem(405, 'The board is for looking only.', { allow: 'GET, HEAD' })
    }),
  )
  // Last of all: its files would have headers of their own.
  app.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'))
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new Problem(404, 'There is nothing at this address.')))

  if (queue === null) app.get('/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(NO_BOARD))
  else await showBoard(app, queue, reachable)
}

async function showBoard(app: FastifyInstance, queue: BaseAdapter, reachable: () => Promise<void>): Promise<void> {
  app.addHook('onRequest', async (_request, reply) => void reply.header('content-security-policy', BOARD_POLICY))
  app.addHook(
    'onRequest',
    guard(async ({ routeOptions, log }) => {
      if (!routeOptions.url?.startsWith(`${BOARD_PATH}/api/`)) return
      // Otherwise it waits for its server as long as that is away.
      await reachable().catch((error: unknown) => {
        log.warn({ err: error }, 'The board can not read the queue.')
        throw new Problem(503, "The queue's server does not answer. Scans are late meanwhile, not lost.")
      })
    }),
  )
  const server = new FastifyAdapter().setBasePath(BOARD_PATH)
  const uiConfig = { boardTitle: 'rosie-guard', hideDocsLink: true }
  createBullBoard({ queues: [queue], serverAdapter: server, options: { uiConfig } })
  server.setErrorHandler((error) => failed(error, app.log))
  await app.register(server.registerPlugin())
}

/** A hook that answers what the check throws: the board's own error handler would leave out the headers. */
const guard =
  (check: (request: FastifyRequest) => Promise<void>) => async (request: FastifyRequest, reply: FastifyReply) => {
    try {
      await check(request)
    } catch (error) {
      return sendProblem(reply, toProblem(error, request))
    }
  }

/** In the board's own form, which its page reads. What went wrong is for the log. */
function failed(error: Error, log: FastifyBaseLogger) {
  log.error({ err: error }, 'The board could not read the queue.')
  return { status: 500 as const, body: { error: { key: 'ERRORS.INTERNAL_SERVER_ERROR' as const } } }
}

const NO_BOARD = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>No board – rosie-guard</title></head>
<body>
<h1>There is no board here</h1>
<p>With the embedded database the queue lives in this process, as a list of scans that are due: there is no server that
remembers jobs. What is due, what runs and what came of it is in the table <code>scan</code>, and <code>/metrics</code>
counts it. With <code>DATABASE_URL</code>, or <code>REDIS_URL</code> besides it, the board is here.</p>
</body>
</html>
`.text
