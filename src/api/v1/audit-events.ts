import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { hasScope, may, type Reader } from '../../access/grant.ts'
import { EXPORT_FORMATS, exportText } from '../../report/audit-export.ts'
import { eventOf } from '../../store/audit-chain.ts'
import { AUDIT_ACTIONS, type AuditEventRow } from '../../store/reading/audit-events.ts'
import type { Reading } from '../../store/reading/index.ts'
import { Problem } from '../problem.ts'
import { byOf } from './by.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts'
import {
  BACKWARDS,
  gitHubId,
  isInOrder,
  text as lookedUp,
  momentOrDay,
  placeInTime,
  problems,
  serial,
  time,
  timeOf,
} from './schemas.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const auditEvent = z
  .object({
    id: serial,
    at: time,
    actor: z
      .string()
      .describe('`api-key/UUID`, `github/LOGIN`, `github`, `cli`, or `rosie-guard` for the server itself.'),
    action: z.string().describe('What happened, such as `api_key.created`: what lists are filtered by has them all.'),
    resource: z.string().describe('To what, such as `repository/42`.'),
    previous: z.unknown().describe('What was there before; null: nothing, or nothing was changed.'),
    next: z.unknown().describe('What is there since.'),
    reason: z.string().nullable().describe('In the words of whoever did it.'),
    address: z.string().nullable().describe('The network address that the request came from.'),
    requestId: z.string().nullable().describe('Of the request, or the delivery of the webhook.'),
    installationId: z.int().nullable().describe("Whose it is; null: the server's own."),
    repositoryId: z.int().nullable(),
    transaction: serial.describe('What has one number was done together.'),
    position: z.int().nullable().describe('In the chain, from 1; null: linked a few seconds from now.'),
    hash: sha256.nullable().describe('SHA-256 over the hash before it and this event, in hex.'),
  })
  .meta({ id: 'AuditEvent' })

const checkpoint = z
  .object({
    position: z.int(),
    hash: sha256.describe('Of the event at that position.'),
    jws: z.string().describe('Both, signed: compact JWS.'),
    at: time,
  })
  .meta({ id: 'AuditCheckpoint' })

const publicKey = z
  .looseObject({ kty: z.string(), crv: z.string(), x: z.string(), kid: z.string(), alg: z.string(), use: z.string() })
  .meta({ id: 'CheckpointKey', description: 'A public key as JWK, RFC 7517.' })

/** The public key of checkpoints, as JWK. */
export type CheckpointKey = z.infer<typeof publicKey>

const eventPosition = z.tuple([placeInTime, serial])
const checkpointPosition = z.tuple([serial])

const told = ({ position, hash, ...row }: AuditEventRow): z.infer<typeof auditEvent> => ({
  position: position === null ? null : Number(position),
  hash,
  ...eventOf(row),
})

interface Keyed {
  /** Null: this server signs no checkpoints. */
  checkpointKey: CheckpointKey | null
}

interface Kept {
  trail: Reading['auditEvents']
}

interface Options extends Keyed {
  store: Pick<Reading, 'auditEvents'>
}

export const auditEvents: FastifyPluginAsyncZod<Options> = async (
  app,
  { store: { auditEvents: trail }, checkpointKey },
) => {
  await app.register(publicKeyOf, { checkpointKey })
  await app.register(events, { trail })
  await app.register(wholeTrail, { trail })
  await app.register(checkpoints, { trail })
}

const events: FastifyPluginAsyncZod<Kept> = async (app, { trail }) => {
  app.get(
    '/audit-events',
    {
      preHandler: administers,
      schema: {
        operationId: 'listAuditEvents',
        tags: ['audit'],
        summary: 'Who did what, the newest first',
        description: 'Of what the reader administers: an installation, some of its repositories, or the whole server.',
        querystring: pageQuery
          .extend({
            action: z
              .enum(AUDIT_ACTIONS)
              .optional()
              .describe(
                'What happened. Events of earlier versions may have other actions, by which nothing is looked for.',
              ),
            actor: lookedUp(200)
              .optional()
              .describe('Who did it, exactly: `github/LOGIN`, `api-key/UUID`, `cli` and so on.'),
            resource: lookedUp(500)
              .optional()
              .describe('What it was done to, exactly: `repository/42`, `api-key/UUID`.'),
            installationId: gitHubId.optional(),
            from: momentOrDay
              .optional()
              .describe('At that moment or later: RFC 3339, or a day, which is its beginning in UTC.'),
            to: momentOrDay.optional().describe('Before that moment, or before that day begins.'),
          })
          .refine(isInOrder, BACKWARDS),
        response: { 200: pageOf(auditEvent), ...problems(400, 403) },
      },
    },
    async ({ query: { limit, cursor, installationId, ...filter }, reader }) => {
      const { items, next } = await trail.list(
        reader.grants,
        { ...filter, ...(installationId && { installationId: BigInt(installationId) }) },
        limit,
        decodeCursor(cursor, eventPosition),
      )
      return { items: items.map(told), next: encodeCursor(next) }
    },
  )

  app.get(
    '/audit-events/:auditEventId',
    {
      preHandler: administers,
      schema: {
        operationId: 'getAuditEvent',
        tags: ['audit'],
        summary: 'One event, and its place in the chain',
        params: z.object({ auditEventId: serial }),
        response: { 200: auditEvent, ...problems(400, 403, 404) },
      },
    },
    async ({ params, reader }) => {
      const row = await trail.withId(reader.grants, BigInt(params.auditEventId))
      if (!row) throw new Problem(404, 'There is no such event, or it is not for you.')
      return told(row)
    },
  )
}

const wholeTrail: FastifyPluginAsyncZod<Kept> = async (app, { trail }) => {
  app.get(
    '/audit-events/export',
    {
      // Each export is an event: asking without reading is none.
      exposeHeadRoute: false,
      preHandler: administers,
      schema: {
        operationId: 'exportAuditEvents',
        tags: ['audit'],
        summary: 'All linked events in the order of the chain, as a file',
        description:
          'JSON Lines of the whole server are what `rosie-guard audit verify` proves; a part of the trail proves nothing by ' +
          'itself. CSV is for people: an apostrophe keeps a spreadsheet from running a cell as a formula. Each export is an ' +
          'event itself.',
        querystring: z.object({ format: z.enum(EXPORT_FORMATS).default('jsonl') }),
        response: { 200: file, ...problems(400, 403) },
      },
    },
    async (request, reply) => {
      const { grants } = request.reader
      const { format } = request.query
      // Before this export is an event, which would always be one of those that are not linked yet.
      const { events, unlinked } = await trail.linked(grants)
      await trail.exporting(byOf(request), grants, format)
      // Next to the whole trail a part of it must not pass for that.
      const name = may(request.reader, 'admin', 'server') ? 'audit-events' : 'audit-events-part'
      reply
        .type(MEDIA_TYPES[format])
        .headers({ 'content-disposition': `attachment; filename="${name}.${format}"`, 'x-unlinked-events': unlinked })
      // What is sent as a stream is not serialized by the schema.
      return reply.send(Readable.from(exportText(events, format)) as unknown as string)
    },
  )
}

const checkpoints: FastifyPluginAsyncZod<Kept> = async (app, { trail }) => {
  app.get(
    '/audit-events/checkpoints',
    {
      preHandler: [administers, administersServer],
      schema: {
        operationId: 'listAuditCheckpoints',
        tags: ['audit'],
        summary: 'Signed statements of how far the chain had come, the newest first',
        description: 'For administrators of the whole server. Keep some elsewhere: they show when the end is missing.',
        querystring: pageQuery,
        response: { 200: pageOf(checkpoint), ...problems(400, 403) },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const [before = null] = decodeCursor(cursor, checkpointPosition) ?? []
      const { items, next } = await trail.checkpoints(limit, before)
      return {
        items: items.map((row) => ({ ...row, position: Number(row.position), at: timeOf(row.at) })),
        next: encodeCursor(next),
      }
    },
  )
}

/** Of no use to anybody but to verify: whoever may use the interface may have it. */
const publicKeyOf: FastifyPluginAsyncZod<Keyed> = async (app, { checkpointKey }) => {
  app.get(
    '/audit/checkpoint-key',
    {
      schema: {
        operationId: 'getCheckpointKey',
        tags: ['audit'],
        summary: 'The public key that verifies checkpoints',
        response: { 200: publicKey, ...problems(404) },
      },
    },
    async () => {
      if (checkpointKey) return checkpointKey
      throw new Problem(404, 'This server signs no checkpoints: its configuration has no CHECKPOINT_KEY.')
    },
  )
}

const MEDIA_TYPES = { jsonl: 'application/jsonl; charset=utf-8', csv: 'text/csv; charset=utf-8; header=present' }

const text = (description: string) => ({ schema: z.string().describe(description) })

const file = {
  description:
    'The file, with `x-unlinked-events`: how many newer events, of those that the reader administers, are not linked yet and ' +
    'so not in it, but for this export itself. More than 0: export again later.',
  content: {
    'application/jsonl': text('An event a line, as RFC 8785 writes JSON.'),
    'text/csv': text('RFC 4180, with a header.'),
  },
}

async function administers({ reader }: { reader: Reader }): Promise<void> {
  if (!reader.grants.some((grant) => hasScope(grant, 'admin'))) throw new Problem(403, 'This needs the scope admin.')
}

async function administersServer({ reader }: { reader: Reader }): Promise<void> {
  if (!may(reader, 'admin', 'server')) throw new Problem(403, 'This is for administrators of the whole server.')
}
