/**
 * Queries take what they say and nothing else: a filter that is misspelt, or that a list does not have, would otherwise answer
 * with everything, as if nothing else were there.
 */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const NOTHING = z.strictObject({})

/** On all routes that are added to `app` after this. One that says nothing of a query takes none. */
export function strictQueries(app: FastifyInstance): void {
  app.addHook('onRoute', ({ schema }) => {
    if (!schema || schema.hide) return
    const { querystring } = schema
    schema.querystring = querystring instanceof z.ZodObject ? querystring.strict() : NOTHING
  })
}
