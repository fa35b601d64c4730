/** Answers that a route has because of what it is, whoever writes it: described for all of them here. */
import type { FastifyInstance, RouteOptions } from 'fastify'
import { z } from 'zod'
import { problem, problems } from './schemas.ts'

const SAFE = ['GET', 'HEAD']
const isRead = ({ method }: RouteOptions) => [method].flat().every((each) => SAFE.includes(each))

/** What changes something takes no session without its token, and reads the body that is sent, also where it asks for none. */
const CHANGING = problems(403, 413, 415)
/** The router says so, before there is a route. */
const NAMING = {
  414: {
    description: 'A part of the address is longer than any that there is.',
    content: { 'application/problem+json': { schema: problem } },
  },
}
/** No operation takes just any query. What a session may, GitHub may have to be asked, and be away. */
const ALL = problems(400, 503)
const UNCHANGED = { 304: z.null().describe('It still is as `if-none-match` names it.') }

/** On all routes that are added to `app` after this. What a route says itself counts. */
export function describeAnswers(app: FastifyInstance): void {
  app.addHook('onRoute', (route) =>
    describe(route, { ...ALL, ...(!isRead(route) && CHANGING), ...(route.url.includes(':') && NAMING) }),
  )
}

/** The same, where all that is read has a revision. */
export function describeUnchanged(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => describe(route, isRead(route) ? UNCHANGED : {}))
}

function describe({ schema }: RouteOptions, answers: object): void {
  if (schema) schema.response = { ...answers, ...(schema.response as object) }
}
