/**
 * `POST /api/github/webhooks`: verify, store, answer. GitHub waits ten seconds, so nothing here asks GitHub anything;
 * what a delivery means is found out later, from the inbox.
 */
import { finished, type Readable, Transform } from 'node:stream'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { AnswerMeasures, DeliveryOutcome } from '../scan/ports/measures.ts'
import type { Inbox } from '../scan/ports/queue.ts'
import { Problem } from './problem.ts'
import { networkOf } from './rate-limit.ts'
import { UnverifiedBodies } from './unverified-bodies.ts'

export const WEBHOOK_PATH = '/api/github/webhooks'

/** https://docs.github.com/webhooks/webhook-events-and-payloads#payload-cap */
const MAX_BYTES = 25 * 2 ** 20

export interface WebhookRouteOptions {
  inbox: Pick<Inbox, 'store'>
  /** Probot's `webhooks.verify`: whether `X-Hub-Signature-256` fits the body, in constant time. */
  verify: (body: string, signature: string) => Promise<boolean>
  /** Called after a delivery was stored. */
  nudge: () => void
  measures?: Pick<AnswerMeasures, 'delivery'>
}

export const webhookRoute: FastifyPluginAsync<WebhookRouteOptions> = async (app, options) => {
  const { inbox, verify, nudge, measures } = options
  const bodies = new UnverifiedBodies()
  // The signature is over the text as it came, so that is what the route gets.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.addContentTypeParser('*', (_request, _body, done) => {
    done(
      new Problem(415, 'Choose application/json as the content type of the webhook in the settings of the GitHub App.'),
    )
  })

  app.post(WEBHOOK_PATH, {
    bodyLimit: MAX_BYTES,
    onResponse: async (_request, { statusCode }) => measures?.delivery(outcomeOf(statusCode)),
    // Before the body is read, which spares us those of strangers who send no signature. One that only looks right gets
    // its body read, up to the limit above, and as long as there is room: nothing less tells whether it fits.
    onRequest: async (request, reply) => {
      if (!/^sha256=[0-9a-f]{64}$/.test(text(request.headers['x-hub-signature-256']))) throw unsigned()
      const bytes = announced(request) ?? 0
      if (bytes > MAX_BYTES) return
      if (!bodies.enter(request, networkOf(request.address), bytes)) throw crowded()
      reply.raw.once('close', () => bodies.leave(request))
    },
    preParsing: async (request, _reply, payload) =>
      announced(request) === null ? counted(payload, (bytes) => bodies.growsTo(request, bytes)) : payload,
    handler: async (request, reply) => {
      const { headers, log } = request
      const raw = text(request.body)
      if (raw === '' || !(await verify(raw, text(headers['x-hub-signature-256'])))) throw unsigned()
      bodies.leave(request)
      const event = token(headers, 'x-github-event')
      const id = token(headers, 'x-github-delivery')
      const payload = parse(raw)
      const outcome = await inbox.store({ id, event, payload }).catch((error: unknown) => {
        log.error({ err: error, delivery: id, event }, 'A delivery could not be stored.')
        throw new Problem(503, 'The delivery could not be stored. Redeliver it later.', { 'retry-after': '60' })
      })
      if (outcome === 'repeat') return reply.code(200).send({ repeated: true })
      nudge()
      return reply.code(202).send({ stored: true })
    },
  })

  // Whoever tries the address in a browser. Before the body is read, whose kind is of no concern here.
  app.route({ method: OTHER_METHODS, url: WEBHOOK_PATH, onRequest: refuse, handler: refuse })
}

const OTHER_METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']

async function refuse({ method }: FastifyRequest): Promise<never> {
  const detail = `This address is for GitHub, which sends its webhooks here by POST; ${method} has no use here.`
  throw new Problem(405, detail, { allow: 'POST' })
}

function outcomeOf(status: number): DeliveryOutcome {
  if (status === 202) return 'stored'
  if (status === 200) return 'repeated'
  return status < 500 ? 'refused' : 'not_stored'
}

const text = (value: unknown) => (typeof value === 'string' ? value : '')

/** Bytes of the body to come; null: the sender does not say. */
function announced({ headers }: FastifyRequest): number | null {
  const length = headers['content-length']
  return length === undefined ? null : Number(length)
}

/** The same stream. `fits`: whether there is room for the bytes that have come; where there is none, it ends with 503. */
function counted(payload: Readable, fits: (bytes: number) => boolean): Readable {
  let bytes = 0
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      fits(bytes) ? done(null, chunk) : done(crowded())
    },
  })
  // A sender who goes away in the middle.
  finished(payload, (error) => error && counting.destroy(error))
  return payload.pipe(counting)
}

const crowded = () =>
  new Problem(503, 'Too many large deliveries come at once. Redeliver this one later.', { 'retry-after': '60' })

const unsigned = () =>
  new Problem(401, 'X-Hub-Signature-256 is missing or does not fit the body and the webhook secret.')

function token(headers: Record<string, unknown>, name: string): string {
  const value = text(headers[name])
  if (!/^[\w-]{1,100}$/.test(value)) throw new Problem(400, `The header ${name} is missing or odd.`)
  return value
}

function parse(raw: string): unknown {
  try {
    const payload: unknown = JSON.parse(raw)
    if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) return payload
  } catch {
    // Told like any other payload that is no object.
  }
  throw new Problem(400, 'The body is not a JSON object.')
}
