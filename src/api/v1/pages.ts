/** `/api/docs`: the OpenAPI document as pages, from which whoever has a key or is signed in can ask. */
import type { FastifySwaggerUiOptions } from '@fastify/swagger-ui'

/** Its own files and nothing else. Unlike the pages' own policy it sends nobody from http to https: some servers have no TLS. */
const POLICY = {
  'default-src': "'self'",
  'base-uri': "'self'",
  'font-src': "'self' data:",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
  'img-src': "'self' data:",
  'object-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
}

/** What the pages are about to ask. */
interface Asked {
  method?: string
  headers?: Record<string, string>
}

/**
 * Runs in the browser, so it knows nothing of this file: who is signed in changes something with the token of the session,
 * which nobody should have to copy.
 */
async function withTokenOfSession<Request extends object>(request: Request): Promise<Request> {
  const { method = 'GET', headers }: Asked = request
  if (!headers || /^(get|head)$/i.test(method) || headers.Authorization || headers['x-csrf-token']) return request
  const me = await fetch('/api/v1/me')
  const { session } = (me.ok ? await me.json() : {}) as { session?: { csrfToken: string } }
  if (session) headers['x-csrf-token'] = session.csrfToken
  return request
}

export const PAGES: FastifySwaggerUiOptions = {
  routePrefix: '/api/docs',
  staticCSP: POLICY,
  theme: { title: 'REST interface – rosie-guard' },
  // The base layout has no bar that would show any other document, under a name that is not ours.
  // What is shown to be copied is what was asked for, without the token.
  uiConfig: { layout: 'BaseLayout', requestInterceptor: withTokenOfSession, showMutatedRequest: false },
}
