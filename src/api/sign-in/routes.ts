/**
 * `/auth`: people sign in with GitHub, and out. On the way to GitHub and back the browser keeps what proves that whoever
 * comes back is who went: `state` and the PKCE verifier, in a cookie that only this server can have written. Each attempt has
 * a cookie of its own, so that several tabs don't get in each other's way.
 */
import cookies, { type CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { FailedAttempts } from '../../access/failed-attempts.ts'
import type { People } from '../../access/people.ts'
import { ATTEMPT_MS, type Seals } from '../../access/seals.ts'
import {
  actorOf,
  GitHubAway,
  NotLetIn,
  type PeopleAtGitHub,
  type Person,
  type SignInAtGitHub,
  type SignInAttempt,
  type Tokens,
} from '../../access/session.ts'
import type { Sessions } from '../../store/sessions.ts'
import { Problem } from '../problem.ts'
import { networkOf } from '../rate-limit.ts'
import { cookieOf, SESSION_COOKIE, type SessionAccess } from '../session-access.ts'
import { attemptCookieOf, attemptCookiesIn } from './attempt-cookies.ts'
import { CALLBACK_PATH, returnPath } from './paths.ts'
import { refusal } from './refusal.ts'

export interface SignInParts {
  /** This server as browsers reach it, without a trailing slash. */
  publicUrl: string
  door: SignInAtGitHub
  github: PeopleAtGitHub
  people: Pick<People, 'withOwn'>
  sessions: Pick<Sessions, 'start' | 'end' | 'refused'>
  seals: Seals
  access: Pick<SessionAccess, 'sessionIn'>
}

export interface SignInOptions {
  /** Null: nobody can sign in here. */
  parts: SignInParts | null
  /** The variables that would have to be set. */
  missing: readonly string[]
}

/** Sign-ins that one browser may have under way. */
const ATTEMPTS = 5
/** A working day; then GitHub is asked who it is again. */
export const SESSION_MS = 12 * 60 * 60_000
/** Refusals a minute that become audit events; of the rest only the log tells. */
const AUDITED = 60
const ALL = 'all'
/** Where somebody goes who says nothing else: the pages of the REST interface, which can be used from there. */
const AFTERWARDS = '/api/docs'

const loginQuery = z.object({ return: z.string().optional() })
const callbackQuery = z.object({ state: z.string().optional() })

export const signIn: FastifyPluginAsync<SignInOptions> = async (app, { parts, missing }) => {
  app.setErrorHandler(refusal({ door: parts !== null }))
  if (parts === null) {
    const detail = `Nobody can sign in here: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set.`
    app.all('/auth/*', async () => {
      throw new Problem(404, detail)
    })
    return
  }
  await app.register(cookies)
  const door = new Door(parts)
  app.get('/auth/login', (request, reply) => door.begin(request, reply))
  app.get(CALLBACK_PATH, (request, reply) => door.comeBack(request, reply))
  app.post('/auth/logout', (request, reply) => door.leave(request, reply))
}

class Door {
  readonly #parts: SignInParts
  readonly #redirectUri: string
  readonly #cookie: CookieSerializeOptions
  readonly #attempts = new FailedAttempts()
  readonly #audited = new FailedAttempts({ most: AUDITED })

  constructor(parts: SignInParts) {
    this.#parts = parts
    this.#redirectUri = parts.publicUrl + CALLBACK_PATH
    // A browser keeps no secure cookie of plain http, which the configuration allows on this machine only.
    this.#cookie = { httpOnly: true, sameSite: 'lax', secure: parts.publicUrl.startsWith('https:') }
  }

  async begin(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    this.#refuseTooMany(request)
    const returnTo = returnPath(loginQuery.safeParse(request.query).data?.return ?? AFTERWARDS)
    if (returnTo === null) throw new Problem(400, '`return` must be a path of this server, such as /api/docs.')
    const { door, seals } = this.#parts
    const { url, state, verifier } = await door.begin(this.#redirectUri)
    const attempt = await seals.signAttempt({ state, verifier, returnTo })
    const maxAge = ATTEMPT_MS / 1000
    for (const left of attemptCookiesIn(request).slice(0, 1 - ATTEMPTS)) this.#clearAttempt(reply, left)
    reply.setCookie(attemptCookieOf(state), attempt, { ...this.#cookie, path: '/auth', maxAge })
    return reply.code(303).header('location', url).send()
  }

  async comeBack(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    this.#refuseTooMany(request)
    const { seals, sessions, publicUrl } = this.#parts
    const name = attemptCookieOf(callbackQuery.safeParse(request.query).data?.state ?? '')
    const cookie = cookieOf(request, name)
    if (cookie !== null) this.#clearAttempt(reply, name)
    const attempt = cookie === null ? null : await seals.attemptIn(cookie)
    // Any page can have its visitor's browser ask for this address: it counts for nothing.
    if (attempt === null)
      throw new Problem(400, 'This browser began no sign-in here, or did so too long ago. Begin again at /auth/login.')
    const { person, tokens } = await this.#letIn(request, attempt)
    const before = await seals.sessionIn(cookieOf(request, SESSION_COOKIE) ?? '')
    if (before !== null) await this.#end(before, request)
    const session = await sessions.start(person, await seals.sealTokens(tokens), SESSION_MS, fromOf(request))
    const { id, expiresAt } = session
    const value = await seals.signSession(id, expiresAt)
    reply.setCookie(SESSION_COOKIE, value, { ...this.#cookie, path: '/', expires: expiresAt })
    return reply
      .code(303)
      .header('location', publicUrl + attempt.returnTo)
      .send()
  }

  #clearAttempt(reply: FastifyReply, name: string): void {
    reply.clearCookie(name, { ...this.#cookie, path: '/auth' })
  }

  /** Ends the session that the request comes with; without one there is nothing to end. */
  async leave(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const id = await this.#parts.access.sessionIn(request)
    if (id !== null) await this.#end(id, request)
    return reply
      .clearCookie(SESSION_COOKIE, { ...this.#cookie, path: '/' })
      .code(204)
      .send()
  }

  /** With GitHub's tokens, of which each session has its own. GitHub being slow, or away, holds nobody up. */
  async #end(id: string, request: FastifyRequest): Promise<void> {
    const sealed = await this.#parts.sessions.end(id, fromOf(request))
    if (sealed !== null) void this.#revoke(sealed, request)
  }

  async #revoke(sealed: string, { log }: FastifyRequest): Promise<void> {
    const { door, seals } = this.#parts
    try {
      const tokens = await seals.openTokens(sealed)
      if (tokens) await door.revoke(tokens.access)
    } catch (error) {
      const reason = error instanceof Error ? error.message : null
      log.warn({ reason }, 'tokens of a session that ended could not be revoked at GitHub')
    }
  }

  /** Whom GitHub names, if there is anything here for them. */
  async #letIn(request: FastifyRequest, attempt: SignInAttempt): Promise<{ person: Person; tokens: Tokens }> {
    const { door, github, people } = this.#parts
    let person: Person | null = null
    try {
      const answer = new URL(request.url, 'http://here').searchParams
      const tokens = await door.tokensFor(answer, attempt, this.#redirectUri)
      person = await github.whoIs(tokens.access)
      const grants = people.withOwn(person, await github.grantsOf(tokens.access, person))
      if (grants.length === 0) throw new NotLetIn('GitHub names no repository here that you may read.')
      return { person, tokens }
    } catch (error) {
      if (error instanceof GitHubAway)
        throw new Problem(503, `${error.message} Try again soon.`, { 'retry-after': '30' })
      if (!(error instanceof NotLetIn)) throw error
      await this.#refused(request, person, error.message)
      throw new Problem(403, `You are not signed in. ${error.message}`)
    }
  }

  async #refused(request: FastifyRequest, person: Person | null, reason: string): Promise<void> {
    const from = fromOf(request)
    request.log.warn({ address: from.address, person: person?.login, reason }, 'a sign-in was refused')
    this.#attempts.failed(networkOf(request.address))
    // Anybody can be refused, as often as they like; the trail grows for ever.
    if (this.#audited.restMs(ALL) > 0) return
    this.#audited.failed(ALL)
    await this.#parts.sessions.refused({ actor: person ? actorOf(person) : 'unknown', ...from }, reason)
  }

  #refuseTooMany(request: FastifyRequest): void {
    const restMs = this.#attempts.restMs(networkOf(request.address))
    if (restMs === 0) return
    const seconds = Math.ceil(restMs / 1000)
    const detail = `Too many sign-ins from this address went wrong. Try again in ${seconds} s.`
    throw new Problem(429, detail, { 'retry-after': String(seconds) })
  }
}

const fromOf = (request: FastifyRequest) => ({ address: request.address, requestId: request.id })
