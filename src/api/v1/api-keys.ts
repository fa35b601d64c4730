import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { keyIdOf, newKey } from '../../access/api-key.ts'
import { missingScope, SCOPES } from '../../access/grant.ts'
import { NotByThatKey, TooManyKeys } from '../../store/api-keys.ts'
import { type ApiKeyRow, KEY_STATES } from '../../store/reading/api-keys.ts'
import type { Reading } from '../../store/reading/index.ts'
import { Problem } from '../problem.ts'
import { byOf } from './by.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts'
import { demandInstallation } from './installations.ts'
import {
  gitHubId,
  gitHubIdInBody,
  line,
  moment,
  placeInTime,
  problems,
  reasoned,
  text,
  time,
  timeOf,
  timeOrNull,
} from './schemas.ts'

const apiKey = z
  .object({
    id: z.uuid(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    installationId: z.int().nullable().describe('Null: of the whole server.'),
    repositoryIds: z.array(z.int()).describe('Empty: all repositories.'),
    state: z.enum(KEY_STATES),
    makerId: z.uuid().nullable().describe('The key that made it, with which it ends; null: no key did.'),
    createdAt: time,
    createdBy: z
      .string()
      .nullable()
      .describe(
        'Who made it, as the audit trail names them: `github/LOGIN`, `api-key/UUID`, `cli`. Null: made before this was kept.',
      ),
    expiresAt: time.nullable(),
    lastUsedAt: time.nullable().describe('To the minute.'),
    revokedAt: time.nullable(),
  })
  .meta({ id: 'ApiKey', description: 'What a key may do; never the key.' })

const createdKey = apiKey
  .extend({ key: z.string().describe('Shown this once: the server keeps only its SHA-256.') })
  .meta({ id: 'CreatedApiKey' })

const wanted = z.strictObject({
  name: line.describe('What it is for, as people will know it.'),
  installationId: gitHubIdInBody.describe('Keys of the whole server are made on its command line.'),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .max(SCOPES.length)
    .refine((scopes) => missingScope(scopes) === null, 'needs `read` beside `scan`: what is not seen is not scanned')
    .describe('`scan` needs `read` beside it; `admin` includes both.'),
  repositoryIds: z.array(gitHubIdInBody).max(1_000).default([]).describe('Of that installation; empty: all of them.'),
  expiresAt: moment.optional().describe('Absent: never, or with the key that asks, which it may not outlive.'),
})

const keyParams = z.object({ apiKeyId: z.uuid() })
const position = z.tuple([placeInTime, z.uuid()])

const told = (row: Omit<ApiKeyRow, 'state'>, state: ApiKeyRow['state']): z.infer<typeof apiKey> => ({
  id: row.id,
  name: row.name,
  scopes: [...row.scopes],
  installationId: row.installationId === null ? null : Number(row.installationId),
  repositoryIds: row.repositoryIds.map(Number),
  state,
  makerId: row.makerId,
  createdAt: timeOf(row.createdAt),
  createdBy: row.createdBy,
  expiresAt: timeOrNull(row.expiresAt),
  lastUsedAt: timeOrNull(row.lastUsedAt),
  revokedAt: timeOrNull(row.revokedAt),
})

type Store = Pick<Reading, 'apiKeys' | 'apiKeyRows' | 'installations'>

const gone = () => new Problem(404, 'There is no such key, or it is not for you.')

/** Throws `Problem` 400. */
async function checked({ apiKeyRows }: Store, { installationId, repositoryIds, ...rest }: z.output<typeof wanted>) {
  const { expiresAt = null } = rest
  if (expiresAt !== null && expiresAt.getTime() <= Date.now()) throw new Problem(400, '`expiresAt` is over.')
  const ids = [...new Set(repositoryIds.map(BigInt))]
  const known = await apiKeyRows.repositoriesIn(BigInt(installationId), ids)
  const strange = ids.filter((id) => !known.includes(id))
  if (strange.length > 0) throw new Problem(400, `The installation has no repository ${strange.join(', ')}.`)
  return {
    ...{ name: rest.name, scopes: rest.scopes, expiresAt },
    ...{ installationId: BigInt(installationId), repositoryIds: ids },
  }
}

export const apiKeys: FastifyPluginAsyncZod<{ store: Store }> = async (app, { store }) => {
  const tags = ['api keys']

  app.get(
    '/api-keys',
    {
      schema: {
        ...{
          operationId: 'listApiKeys',
          tags,
          summary: 'API keys of installations that you administer, the newest first',
        },
        querystring: pageQuery.extend({
          installationId: gitHubId.optional(),
          state: z.enum(KEY_STATES).optional(),
          createdBy: text(200).optional().describe('As the audit trail names them.'),
        }),
        response: { 200: pageOf(apiKey), ...problems(400) },
      },
    },
    async ({ query: { limit, cursor, installationId, ...rest }, reader }) => {
      const filter = { ...rest, installationId: installationId === undefined ? undefined : BigInt(installationId) }
      const { items, next } = await store.apiKeyRows.list(reader.grants, filter, limit, decodeCursor(cursor, position))
      return { items: items.map((row) => told(row, row.state)), next: encodeCursor(next) }
    },
  )

  app.post(
    '/api-keys',
    {
      schema: {
        ...{ operationId: 'createApiKey', tags, summary: 'Make an API key, shown this once' },
        body: wanted,
        response: { 201: createdKey, ...problems(400, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      // Whoever may administer all of it may do all of it: no key gets more than its maker has.
      await demandInstallation(store, request, BigInt(request.body.installationId), 'admin')
      const key = newKey()
      const asked = { ...(await checked(store, request.body)), makerId: keyIdOf(request.reader) }
      const made = await store.apiKeys.create(key, asked, byOf(request)).catch((error: unknown) => {
        if (error instanceof TooManyKeys) throw new Problem(409, error.message)
        throw error instanceof NotByThatKey ? new Problem(400, error.message) : error
      })
      return reply.code(201).send({ ...told(made, 'in force'), key })
    },
  )

  app.get(
    '/api-keys/:apiKeyId',
    {
      schema: {
        ...{ operationId: 'getApiKey', tags, summary: 'An API key: what it may do, and when it was used last' },
        params: keyParams,
        response: { 200: apiKey, ...problems(400, 404) },
      },
    },
    async ({ params: { apiKeyId }, reader }) => {
      const row = await store.apiKeyRows.withId(reader.grants, apiKeyId)
      if (!row) throw gone()
      return told(row, row.state)
    },
  )

  app.post(
    '/api-keys/:apiKeyId/revoke',
    {
      schema: {
        ...{
          operationId: 'revokeApiKey',
          tags,
          summary: 'Revoke an API key: it never counts again, nor does what it made',
        },
        ...{ params: keyParams, body: reasoned },
        response: { 200: apiKey, ...problems(400, 404) },
      },
    },
    async (request) => {
      const { apiKeyId } = request.params
      const row = await store.apiKeyRows.withId(request.reader.grants, apiKeyId)
      const revokedAt = row && (await store.apiKeys.revoke(apiKeyId, byOf(request), request.body.reason))
      if (!row || !revokedAt) throw gone()
      return told({ ...row, revokedAt }, 'revoked')
    },
  )
}
