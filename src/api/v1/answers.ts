/** Answers that a route has because of what it is, whoever writes it: described for all of them here. */
import type { FastifyInstance, RouteOptions } from 'fastify'
import { z } from 'zod'
import { problems } from './schemas.ts'

const SAFE = ['GET', 'HEAD']
const isRead = ({ method }: RouteOptions) => [method].flat().every((each) => SAFE.includes(each))

const WITH_BODY = problems(413, 415)
/** What changes something takes no session without its token. */
const CHANGING = problems(403)
/** No operation takes just any query. What a session may, GitHub may have to be asked, and be away. */
const ALL = problems(400, 503)
const UNCHANGED = { 304: z.null().describe('It still is as `if-none-match` names it.') }

/** On all routes that are added to `app` after this. What a route says itself counts. */
export function describeAnswers(app: FastifyInstance): void {
  app.addHook('onRoute', (route) =>
    describe(route, { ...ALL, ...(!isRead(route) && CHANGING), ...(route.schema?.body !== undefined && WITH_BODY) }),
  )
}

/** The same, where all that is read has a revision. */
export function describeUnchanged(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => describe(route, isRead(route) ? UNCHANGED : {}))
}

function describe({ schema }: RouteOptions, answers: object): void {
  if (schema) schema.response = { ...answers, ...(schema.response as object) }
}
