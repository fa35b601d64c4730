/** People who sign in with GitHub: what a session is, and what has to be asked of whom. */
import type { Grant, Reader } from './grant.ts'

/** Somebody as GitHub knows them. */
export interface Person {
  /** GitHub's id. */
  id: bigint
  login: string
}

/** What GitHub gave us to ask as a person. Times in ms since 1970; null: it does not expire, or can't be renewed. */
export interface Tokens {
  access: string
  accessUntil: number | null
  refresh: string | null
}

/** What nobody can guess of a sign-in under way. */
export interface Secrets {
  state: string
  /** PKCE, RFC 7636. */
  verifier: string
}

/** A sign-in under way, as the browser keeps it for us. */
export interface SignInAttempt extends Secrets {
  /** A path of this server. */
  returnTo: string
}

export interface SessionReader extends Reader {
  session: {
    /** UUID. */
    id: string
    expiresAt: Date
    /** What every request that changes something has to carry in `x-csrf-token`. */
    csrfToken: string
  }
}

export const actorOf = ({ login }: Pick<Person, 'login'>): string => `github/${login}`

/** GitHub refuses this sign-in, or lets this person's tokens in no more. The message holds no secret. */
export class NotLetIn extends Error {
  override name = 'NotLetIn'
}

/** GitHub gives no usable answer, or asks us to wait. */
export class GitHubAway extends Error {
  override name = 'GitHubAway'
}

// ── what is asked of GitHub ─────────────────────────────────────────────────────────────────────────────────────────

/** All of these throw `NotLetIn` and `GitHubAway`. */
export interface SignInAtGitHub {
  /** `url`: the page on which a person agrees. */
  begin(redirectUri: string): Promise<Secrets & { url: string }>
  /** `answer`: the query with which GitHub sent the person back. */
  tokensFor(answer: URLSearchParams, secrets: Secrets, redirectUri: string): Promise<Tokens>
  renew(refresh: string): Promise<Tokens>
  /** From now on this token opens nothing at GitHub. One that does so already is no error. Throws `GitHubAway`. */
  revoke(access: string): Promise<void>
}

/** Asked as the person, by their access token. Throws `NotLetIn` and `GitHubAway`. */
export interface PeopleAtGitHub {
  whoIs(access: string): Promise<Person>
  /** What they may do here, by what GitHub lets them do with each repository of the app's installations. */
  grantsOf(access: string, person: Person): Promise<Grant[]>
}

// ── what is kept ────────────────────────────────────────────────────────────────────────────────────────────────────

/** A session that has not expired, with what is known of its person. */
export interface HeldSession {
  id: string
  person: Person
  /** Sealed. */
  tokens: string
  expiresAt: Date
  /** As GitHub last said; null: it has to be asked. */
  grants: Grant[] | null
  /** Changes whenever what is kept of the person does. */
  version: string
}

export interface SessionStore {
  /** `freshMs`: what GitHub said longer ago than that counts no more. Null: there is no such session. */
  find(id: string, freshMs: number): Promise<HeldSession | null>
  /** False: something has changed since `version`, so the answer may be out of date. */
  keepGrants(person: Person, version: string, grants: readonly Grant[]): Promise<boolean>
  /** Unless somebody else has renewed them meanwhile. */
  keepTokens(id: string, before: string, after: string): Promise<void>
  /** GitHub lets it in no more. */
  lost(id: string, reason: string): Promise<void>
}
