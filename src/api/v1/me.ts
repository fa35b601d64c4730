import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { SCOPES } from '../../access/grant.ts'
import type { SessionReader } from '../../access/session.ts'
import type { NamedGrant } from '../../store/reading/grants.ts'
import type { Reading } from '../../store/reading/index.ts'
import { problems, time, timeOf } from './schemas.ts'

const me = z
  .object({
    actor: z.string().describe('As the audit trail names whoever asks: `api-key/…` or `github/LOGIN`.'),
    name: z.string().describe('The name of the key, or the login at GitHub.'),
    kind: z.enum(['key', 'person']),
    grants: z
      .array(
        z.object({
          scopes: z.array(z.enum(SCOPES)).describe('`admin` includes the others.'),
          installation: z
            .object({ id: z.int(), account: z.string().nullable() })
            .nullable()
            .describe('Null: the whole server.'),
          repositories: z
            .array(z.object({ id: z.int(), owner: z.string().nullable(), name: z.string().nullable() }))
            .nullable()
            .describe('Null: all of them.'),
        }),
      )
      .describe('What may be done where. Names are null where this server knows no such thing (any more).'),
    session: z
      .object({
        expiresAt: time,
        csrfToken: z.string().describe('Send it as `x-csrf-token` with every request that changes something.'),
      })
      .nullable()
      .describe('Of a person; null for a key.'),
  })
  .meta({ id: 'Me' })

const toldGrant = ({ scopes, installation, repositories }: NamedGrant) => ({
  scopes: [...scopes],
  installation: installation && { ...installation, id: Number(installation.id) },
  repositories: repositories?.map((one) => ({ ...one, id: Number(one.id) })) ?? null,
})

export const whoAmI: FastifyPluginAsyncZod<{ store: Pick<Reading, 'grants'> }> = async (app, { store }) => {
  app.get(
    '/me',
    {
      schema: {
        operationId: 'getMe',
        tags: ['access'],
        summary: 'Who asks, and what they may',
        response: { 200: me, ...problems() },
      },
    },
    async ({ reader }) => {
      const { session = null } = reader as Partial<SessionReader>
      return {
        actor: reader.actor,
        name: reader.name,
        kind: session ? ('person' as const) : ('key' as const),
        grants: (await store.grants.named(reader.grants)).map(toldGrant),
        session: session && { expiresAt: timeOf(session.expiresAt), csrfToken: session.csrfToken },
      }
    },
  )
}
