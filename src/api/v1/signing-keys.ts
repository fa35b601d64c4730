import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Scope } from '../../access/grant.ts'
import { type KeySource, readKeys } from '../../rosie/parse/keys.ts'
import { thumbprintOf } from '../../rosie/trusted-keys.ts'
import { type KeyPlace, type NewSigningKey, type RegisteredKey, RevokedBefore } from '../../store/key-registry.ts'
import type { Reading } from '../../store/reading/index.ts'
import { Problem } from '../problem.ts'
import { byOf } from './by.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from './cursor.ts'
import { repositoryParams } from './in-repository.ts'
import { demandInstallation, installationParams } from './installations.ts'
import { line, moment, placeInTime, problems, reasoned, time, timeOf, timeOrNull } from './schemas.ts'

const signingKey = z
  .object({
    id: z.uuid(),
    installationId: z.int().nullable(),
    repositoryId: z.int().nullable().describe('Null: it counts in all repositories of the installation.'),
    kid: z.string(),
    owner: z.string().describe('Whose signatures it verifies.'),
    jwk: z.record(z.string(), z.unknown()).describe('RFC 7517, public members only.'),
    validFrom: time.nullable().describe('Where `jwk` has `nbf`, the later of the two counts.'),
    validUntil: time.nullable().describe('Where `jwk` has `exp`, the earlier of the two counts.'),
    revokedAt: time.nullable(),
    createdAt: time,
  })
  .meta({ id: 'SigningKey', description: 'A key of the server that evidence may be signed with.' })

/** A key of RSA with 16,384 bits has 2,800. What is registered goes into the audit trail, for ever. */
const LONGEST_KEY = 20_000

/** In characters of JSON; of what is nested too deeply for that, no end. */
function lengthOf(jwk: object): number {
  try {
    return JSON.stringify(jwk).length
  } catch {
    return Infinity
  }
}

const newKey = z
  .strictObject({
    owner: line.describe('Whose key it is, as reports name them.'),
    key: z
      .union([z.string().max(LONGEST_KEY), z.record(z.string(), z.unknown())])
      .refine((key) => typeof key === 'string' || lengthOf(key) <= LONGEST_KEY, {
        message: `is longer than ${LONGEST_KEY} characters, which no key needs`,
      })
      .describe('The public key: PEM (SubjectPublicKeyInfo) or a JWK. A private key is refused and not kept.'),
    kid: line.optional().describe("Absent: the JWK's own, else its thumbprint (RFC 7638)."),
    validFrom: moment.optional().describe('It counts for evidence first seen at that moment or later.'),
    validUntil: moment.optional().describe('And before this one.'),
  })
  .refine(({ validFrom, validUntil }) => !validFrom || !validUntil || validFrom < validUntil, {
    path: ['validUntil'],
    message: 'is not after `validFrom`',
  })

const position = z.tuple([placeInTime, z.uuid()])
const keyParams = z.object({ keyId: z.uuid() })

const told = (row: RegisteredKey): z.infer<typeof signingKey> => ({
  id: row.id,
  installationId: row.installationId === null ? null : Number(row.installationId),
  repositoryId: row.repositoryId === null ? null : Number(row.repositoryId),
  kid: row.kid,
  owner: row.owner,
  jwk: row.jwk,
  validFrom: timeOrNull(row.validFrom),
  validUntil: timeOrNull(row.validUntil),
  revokedAt: timeOrNull(row.revokedAt),
  createdAt: timeOf(row.createdAt),
})

const SENT: KeySource = { called: '`key` in the body', ifPrivate: 'which stays with its owner and was not kept' }

/** Exactly one public key that may be used and is not revoked. Throws `Problem` 400, which says what is wrong with it. */
async function keyOf({ key, kid, owner, ...window }: z.output<typeof newKey>): Promise<NewSigningKey> {
  const { keys, problems: faults } = readKeys(typeof key === 'string' ? key : JSON.stringify(key), SENT)
  const [jwk, ...others] = keys
  const wrong = others.length > 0 ? 'Send one key at a time.' : faults[0]?.message
  if (!jwk || wrong !== undefined) throw new Problem(400, wrong ?? 'There is no key in it.')
  if (jwk.revoked !== undefined)
    throw new Problem(400, '`key` in the body says that it was revoked: it would verify nothing. Register another.')
  const { data: own, success } = line.optional().safeParse(jwk.kid)
  if (!success) throw new Problem(400, 'The `kid` of `key` in the body must be one line of 1 to 500 characters.')
  return {
    ...{ owner, jwk, kid: kid ?? own ?? (await thumbprintOf(jwk)) },
    ...{ validFrom: window.validFrom ?? null, validUntil: window.validUntil ?? null },
  }
}

interface Places {
  /** Whether whoever asks may do that there has been asked before, or is asked here. Throws `Problem`. */
  placeOf(request: FastifyRequest, scope: Scope): Promise<KeyPlace>
  params: z.ZodObject
  /** Of operation ids and summaries. */
  of: 'Repository' | 'Installation'
}

type Store = Pick<Reading, 'keyRegistry' | 'installations'>

/** Below `/repositories/:repositoryId`. */
export const repositoryKeys: FastifyPluginAsyncZod<{ store: Store }> = async (app, { store }) =>
  keysOf(app, store, {
    placeOf: async ({ repository: { id, installationId } }) => ({ repositoryId: id, installationId }),
    params: repositoryParams,
    of: 'Repository',
  })

/** Below `/installations/:installationId`. */
export const installationKeys: FastifyPluginAsyncZod<{ store: Store }> = async (app, { store }) =>
  keysOf(app, store, {
    async placeOf(request, scope) {
      const { installationId } = request.params as z.infer<typeof installationParams>
      await demandInstallation(store, request, BigInt(installationId), scope)
      return { installationId: BigInt(installationId), repositoryId: null }
    },
    params: installationParams,
    of: 'Installation',
  })

function keysOf(app: Parameters<FastifyPluginAsyncZod>[0], { keyRegistry }: Store, { placeOf, params, of }: Places) {
  const tags = ['keys']
  const where = of === 'Repository' ? 'a repository' : 'all repositories of an installation'

  app.get(
    '/keys',
    {
      schema: {
        ...{ operationId: `list${of}Keys`, tags, summary: `Keys of the server that count in ${where}` },
        ...{ params, querystring: pageQuery },
        response: { 200: pageOf(signingKey), ...problems(400, 403, 404) },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query
      const place = await placeOf(request, 'read')
      const { items, next } = await keyRegistry.list(place, limit, decodeCursor(cursor, position))
      return { items: items.map(told), next: encodeCursor(next) }
    },
  )

  app.post(
    '/keys',
    {
      config: { scope: 'admin' },
      schema: {
        ...{ operationId: `register${of}Key`, tags, summary: `Register a public key that counts in ${where}` },
        ...{ params, body: newKey },
        response: { 201: signingKey, ...problems(400, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      const place = await placeOf(request, 'admin')
      const key = await keyOf(request.body)
      const registered = await keyRegistry.register(place, key, byOf(request)).catch((error: unknown) => {
        throw error instanceof RevokedBefore ? new Problem(409, error.message) : error
      })
      if (!registered)
        throw new Problem(409, 'A key of that kid is registered there. Revoke it first, or name this one.')
      return reply.code(201).send(told(registered))
    },
  )

  app.post(
    '/keys/:keyId/revoke',
    {
      config: { scope: 'admin' },
      schema: {
        ...{
          operationId: `revoke${of}Key`,
          tags,
          summary: 'Revoke a key: what is first seen from now on is not verified',
        },
        ...{ params: params.extend(keyParams.shape), body: reasoned },
        response: { 200: signingKey, ...problems(400, 403, 404) },
      },
    },
    async (request) => {
      const place = await placeOf(request, 'admin')
      const { keyId } = request.params as z.infer<typeof keyParams>
      const revoked = await keyRegistry.revoke(place, keyId, request.body.reason, byOf(request))
      if (!revoked) throw new Problem(404, 'There is no such key here.')
      return told(revoked)
    },
  )
}
