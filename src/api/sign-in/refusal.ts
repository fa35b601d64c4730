/** A sign-in that did not work, told to whoever sits in front of it: people get a page, programs the problem document. */
import { negotiate } from '@fastify/accept-negotiator'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { html } from '../html.ts'
import { type Page, page, show } from '../page.ts'
import { type Problem, sendProblem, toProblem } from '../problem.ts'

const FORMS = ['application/problem+json', 'text/html']

/** An error handler for Fastify. `door`: somebody can sign in here, so that it makes sense to begin again. */
export const refusal =
  ({ door }: { door: boolean }) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const problem = toProblem(error, request)
    void reply.header('vary', 'accept')
    if (negotiate(request.headers.accept ?? '*/*', FORMS) !== 'text/html') return sendProblem(reply, problem)
    return show(reply.headers(problem.headers), problem.statusCode, refusalPage(problem, request.id, door))
  }

function refusalPage({ message, statusCode }: Problem, requestId: string, door: boolean): Page {
  const body = html`<p role="alert">${message}</p>${
    door &&
    html`
<p><a href="/auth/login">Begin again</a></p>`
  }${
    statusCode !== 404 &&
    html`
<p>Request id: <code>${requestId}</code></p>`
  }`
  return page('The sign-in did not work', body)
}
