import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { may, type Reader, type Target } from '../../access/grant.ts'
import { DELIVERY_STATES, type DeliveryRow } from '../../store/reading/deliveries.ts'
import type { Reading } from '../../store/reading/index.ts'
import { Problem } from '../problem.ts'
import { byOf } from './by.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts'
import { BACKWARDS, isInOrder, momentOrDay, placeInTime, problems, text, time, timeOf, timeOrNull } from './schemas.ts'

const delivery = z
  .object({
    id: z.string().describe('`X-GitHub-Delivery`.'),
    event: z.string(),
    action: z.string().nullable(),
    installationId: z.int().nullable(),
    repositoryId: z.int().nullable(),
    state: z.enum(DELIVERY_STATES).describe('`given_up`: not tried again after the last attempt failed.'),
    attempts: z.int(),
    error: z.string().nullable().describe('What the last attempt met.'),
    receivedAt: time,
    processedAt: time.nullable(),
  })
  .meta({ id: 'WebhookDelivery' })

const deliveryParams = z.object({ deliveryId: z.string().regex(/^[\w-]{1,100}$/) })
const position = z.tuple([placeInTime, text(100)])

const told = (row: DeliveryRow): z.infer<typeof delivery> => ({
  id: row.id,
  event: row.event,
  action: row.action,
  installationId: row.installationId === null ? null : Number(row.installationId),
  repositoryId: row.repositoryId === null ? null : Number(row.repositoryId),
  state: row.state,
  attempts: row.attempts,
  error: row.error,
  receivedAt: timeOf(row.receivedAt),
  processedAt: timeOrNull(row.processedAt),
})

type Store = Pick<Reading, 'webhooks'>

/** Throws `Problem` 404. */
async function deliveryWith({ webhooks }: Store, { grants }: Reader, id: string): Promise<DeliveryRow> {
  const row = await webhooks.withId(grants, id)
  if (!row) throw new Problem(404, 'There is no such delivery, or it is not for you.')
  return row
}

/** Whose it is. */
const targetOf = ({ installationId, repositoryId }: DeliveryRow): Target =>
  installationId === null ? 'server' : { installationId, ...(repositoryId !== null && { repositoryId }) }

export const webhookDeliveries: FastifyPluginAsyncZod<{ store: Store }> = async (app, { store }) => {
  const tags = ['webhooks']

  app.get(
    '/webhook-deliveries',
    {
      schema: {
        ...{ operationId: 'listWebhookDeliveries', tags, summary: 'Webhooks that were received, the newest first' },
        querystring: pageQuery
          .extend({
            event: text(100).optional().describe("GitHub's name: `push`."),
            state: z.enum(DELIVERY_STATES).optional(),
            from: momentOrDay
              .optional()
              .describe('Received at that moment or later: RFC 3339, or a day, which is its beginning in UTC.'),
            to: momentOrDay.optional().describe('Received before that moment, or before that day begins.'),
          })
          .refine(isInOrder, BACKWARDS),
        response: { 200: pageOf(delivery), ...problems(400) },
      },
    },
    async ({ query: { limit, cursor, ...filter }, reader }) => {
      const after = decodeCursor(cursor, position)
      const { items, next } = await store.webhooks.list(reader.grants, filter, limit, after)
      return { items: items.map(told), next: encodeCursor(next) }
    },
  )

  app.get(
    '/webhook-deliveries/:deliveryId',
    {
      schema: {
        ...{ operationId: 'getWebhookDelivery', tags, summary: 'A webhook that was received, and what became of it' },
        params: deliveryParams,
        response: { 200: delivery, ...problems(400, 404) },
      },
    },
    async ({ params: { deliveryId }, reader }) => told(await deliveryWith(store, reader, deliveryId)),
  )

  app.get(
    '/webhook-deliveries/:deliveryId/payload',
    {
      // Reading it is an event: asking without reading is none.
      exposeHeadRoute: false,
      schema: {
        ...{
          operationId: 'getWebhookPayload',
          tags,
          summary: 'What GitHub sent; reading it is kept in the audit trail',
        },
        params: deliveryParams,
        response: { 200: z.record(z.string(), z.unknown()), ...problems(400, 403, 404) },
      },
    },
    async (request) => {
      const row = await deliveryWith(store, request.reader, request.params.deliveryId)
      if (!may(request.reader, 'admin', targetOf(row))) throw new Problem(403, 'This needs the scope admin.')
      return z.record(z.string(), z.unknown()).parse(await store.webhooks.payload(row, byOf(request)))
    },
  )
}
