/**
 * Signing in with GitHub: the page on which a person agrees (here at once, or not), and where its code becomes a token.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
 */
import type { IncomingMessage } from 'node:http'
import { type Answer, notFound, ok, Refusal } from './answer.ts'
import type { GitHub } from './github.ts'
import type { JsonObject } from './json.ts'

export function answerOAuth(github: GitHub, incoming: IncomingMessage, url: URL, body: string): Answer {
  if (incoming.method === 'GET' && url.pathname === '/login/oauth/authorize') return authorize(github, url.searchParams)
  if (incoming.method === 'POST' && url.pathname === '/login/oauth/access_token') {
    return inTheFormAskedFor(incoming, tokens(github, new URLSearchParams(body)))
  }
  throw notFound()
}

function authorize(github: GitHub, query: URLSearchParams): Answer {
  const { app, people } = github
  const redirectUri = query.get('redirect_uri')
  if (query.get('client_id') !== app.clientId) throw notFound()
  if (redirectUri === null) throw new Refusal(422, 'a sign-in needs a redirect_uri', { mistake: true })
  const challenge = query.get('code_challenge')
  if (challenge !== null && query.get('code_challenge_method') !== 'S256') {
    throw new Refusal(422, 'code_challenge_method: only S256 is supported', { mistake: true })
  }
  const back = new URL(redirectUri)
  if (people.signingIn === null) {
    back.searchParams.set('error', 'access_denied')
    back.searchParams.set('error_description', 'The user has denied your application access.')
  } else {
    const person = github.account(people.signingIn)
    back.searchParams.set('code', people.code({ person, clientId: app.clientId, redirectUri, challenge }))
  }
  const state = query.get('state')
  if (state !== null) back.searchParams.set('state', state)
  return { status: 302, headers: { location: back.href } }
}

/** What is wrong is told with status 200. */
function tokens({ app, people }: GitHub, form: URLSearchParams): JsonObject {
  const field = (name: string) => form.get(name) ?? ''
  if (field('client_id') !== app.clientId || field('client_secret') !== app.clientSecret) {
    return { error: 'incorrect_client_credentials' }
  }
  if (field('grant_type') === 'refresh_token') return people.renew(field('refresh_token'))
  return people.redeem(field('code'), {
    clientId: app.clientId,
    redirectUri: field('redirect_uri'),
    verifier: field('code_verifier'),
  })
}

/** "By default, the response takes the following form" of a query string: JSON comes to who accepts it. */
function inTheFormAskedFor({ headers }: IncomingMessage, answer: JsonObject): Answer {
  if (headers.accept?.includes('application/json')) return ok(answer)
  const text = new URLSearchParams(
    Object.entries(answer).map(([name, value]): [string, string] => [name, String(value)]),
  )
  const type = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
  return { status: 200, headers: type, body: Buffer.from(String(text)) }
}
