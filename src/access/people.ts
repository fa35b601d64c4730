/**
 * What a person who signed in may do now. What GitHub says of them is kept for minutes; an event that may change it drops
 * it, also while GitHub is being asked: an answer counts only if nothing was dropped since the question.
 */
import type { Grant } from './grant.ts'
import type { Seals } from './seals.ts'
import {
  actorOf,
  GitHubAway,
  type HeldSession,
  NotLetIn,
  type PeopleAtGitHub,
  type Person,
  type SessionReader,
  type SessionStore,
  type SignInAtGitHub,
} from './session.ts'

export interface PeopleOptions {
  sessions: SessionStore
  door: Pick<SignInAtGitHub, 'renew'>
  github: PeopleAtGitHub
  seals: Seals
  /** Logins of those who may administer this whole server. GitHub's logins have no case. */
  admins: readonly string[]
  /** ms since 1970. */
  now?: () => number
}

/** How long what GitHub said counts. */
export const FRESH_MS = 5 * 60_000
/** Tokens that expire so soon are renewed before they are used. */
const SPARE_MS = 60_000
/** Another process that renewed the same tokens has written them by then. */
const RENEWED_MS = 1_000
/** Questions in a row that events may overtake. */
const ATTEMPTS = 5

/** What GitHub says: the login may be another one than before. */
type Said = Pick<HeldSession, 'person'> & { grants: Grant[] }

const OF_THE_SERVER: Grant = { scopes: ['admin'], installationId: null, repositoryIds: [] }

export class People {
  readonly #options: PeopleOptions
  readonly #admins: ReadonlySet<string>
  /** Questions under way, by session: requests of one page come together. */
  readonly #asking = new Map<string, Promise<Said | null>>()

  constructor(options: PeopleOptions) {
    this.#options = options
    this.#admins = new Set(options.admins.map((login) => login.toLowerCase()))
  }

  /** Null: there is no such session any more. Throws `GitHubAway`. */
  async readerOf(sessionId: string): Promise<SessionReader | null> {
    const { sessions, seals } = this.#options
    const held = await sessions.find(sessionId, FRESH_MS)
    const said = held && (keptOf(held) ?? (await this.#ask(held)))
    if (!held || !said) return null
    return {
      actor: actorOf(said.person),
      name: said.person.login,
      grants: this.withOwn(said.person, said.grants),
      session: { id: held.id, expiresAt: held.expiresAt, csrfToken: seals.csrfToken(held.id) },
    }
  }

  /** What GitHub says, and what this server's configuration adds to it. */
  withOwn({ login }: Person, grants: readonly Grant[]): Grant[] {
    return this.#admins.has(login.toLowerCase()) ? [OF_THE_SERVER, ...grants] : [...grants]
  }

  #ask(held: HeldSession): Promise<Said | null> {
    const under = this.#asking.get(held.id)
    if (under) return under
    const asking = this.#answerOf(held).finally(() => this.#asking.delete(held.id))
    this.#asking.set(held.id, asking)
    return asking
  }

  /** Null: GitHub lets this session in no more, and it has ended. */
  async #answerOf(first: HeldSession): Promise<Said | null> {
    const { sessions } = this.#options
    let held = first
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const said = await this.#saidOf(held)
      if (said === null) return null
      if (await sessions.keepGrants(said.person, held.version, said.grants)) return said
      const again = await sessions.find(held.id, FRESH_MS)
      if (!again || again.grants) return again && keptOf(again)
      held = again
    }
    throw new GitHubAway('What this person may do changes faster than GitHub can be asked.')
  }

  async #saidOf(held: HeldSession): Promise<Said | null> {
    const { sessions, github } = this.#options
    try {
      const access = await this.#accessOf(held)
      const person = await github.whoIs(access)
      if (person.id !== held.person.id) throw new NotLetIn('These tokens are of somebody else by now.')
      return { person, grants: await github.grantsOf(access, person) }
    } catch (error) {
      if (!(error instanceof NotLetIn)) throw error
      await sessions.lost(held.id, error.message)
      return null
    }
  }

  async #accessOf(held: HeldSession): Promise<string> {
    const { sessions, door, seals, now = Date.now } = this.#options
    const tokens = await seals.openTokens(held.tokens)
    if (!tokens) throw new NotLetIn("GitHub's tokens were kept under another secret.")
    if (tokens.accessUntil === null || tokens.accessUntil - SPARE_MS > now()) return tokens.access
    if (tokens.refresh === null) throw new NotLetIn("GitHub's tokens have expired.")
    try {
      const renewed = await door.renew(tokens.refresh)
      await sessions.keepTokens(held.id, held.tokens, await seals.sealTokens(renewed))
      return renewed.access
    } catch (error) {
      // Good once: another process may have been faster.
      const others = error instanceof NotLetIn ? await this.#renewedElsewhere(held) : null
      if (others === null) throw error
      return others
    }
  }

  async #renewedElsewhere({ id, tokens }: HeldSession): Promise<string | null> {
    await new Promise((resolve) => setTimeout(resolve, RENEWED_MS))
    const again = await this.#options.sessions.find(id, FRESH_MS)
    if (!again || again.tokens === tokens) return null
    return (await this.#options.seals.openTokens(again.tokens))?.access ?? null
  }
}

/** Null: it has to be asked. */
const keptOf = ({ person, grants }: HeldSession): Said | null => grants && { person, grants }
