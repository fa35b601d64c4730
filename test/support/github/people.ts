/** People at GitHub: what they may do with repositories, and what they have allowed the app to ask in their name. */
import { createHash, randomBytes } from 'node:crypto'
import { Refusal } from './answer.ts'
import { type Account, accountFacts } from './facts.ts'
import type { GitHub } from './github.ts'
import type { JsonObject } from './json.ts'
import type { Repository } from './repository.ts'
import type { Delivery } from './webhooks.ts'

export type Permission = 'pull' | 'push' | 'admin'

/** What GitHub remembers of a code until it is used. */
interface Code {
  person: Account
  clientId: string
  redirectUri: string
  challenge: string | null
}

interface UserToken {
  person: Account
  expiresAt: number
}

const EIGHT_HOURS_S = 8 * 3600
const ORDER: readonly Permission[] = ['pull', 'push', 'admin']

export class People {
  /** Who sits at the browser; null: whoever it is says no. */
  signingIn: string | null = null
  /** How long tokens are good; null: they don't expire, as an app may choose. */
  tokenSeconds: number | null = EIGHT_HOURS_S
  readonly #github: GitHub
  readonly #permissions = new Map<Account, Map<Repository, Permission>>()
  readonly #owners = new Map<Account, Set<string>>()
  readonly #codes = new Map<string, Code>()
  readonly #tokens = new Map<string, UserToken>()
  readonly #refreshTokens = new Map<string, Account>()

  constructor(github: GitHub) {
    this.#github = github
  }

  /** `null`: nothing any more. */
  allow(login: string, repository: Repository, permission: Permission | null): void {
    const held = this.#heldBy(this.#github.account(login))
    if (permission === null) held.delete(repository)
    else held.set(repository, permission)
  }

  /** An owner of the organisation. */
  own(login: string, organization: string): void {
    const person = this.#github.account(login)
    this.#owners.set(person, (this.#owners.get(person) ?? new Set()).add(organization))
  }

  /** They take back what they had allowed the app. Sends `github_app_authorization` revoked. */
  revoke(login: string): Promise<Delivery> {
    const person = this.#github.account(login)
    this.forgetTokens(login)
    return this.#github.deliver('github_app_authorization', {
      action: 'revoked',
      sender: accountFacts(this.#github, person),
    })
  }

  /** As if they had expired, those for renewal too. */
  forgetTokens(login: string): void {
    const person = this.#github.account(login)
    for (const [token, { person: of }] of this.#tokens) if (of === person) this.#tokens.delete(token)
    for (const [token, of] of this.#refreshTokens) if (of === person) this.#refreshTokens.delete(token)
  }

  // ── what GitHub makes of it ───────────────────────────────────────────────────────────────────────────────────────

  permissionsOf(person: Account, repository: Repository): Record<string, boolean> {
    const held = this.isOwner(person, repository.owner) ? 'admin' : this.#heldBy(person).get(repository)
    const level = held === undefined ? -1 : ORDER.indexOf(held)
    return { pull: level >= 0, triage: level >= 1, push: level >= 1, maintain: level >= 2, admin: level >= 2 }
  }

  isOwner(person: Account, account: string): boolean {
    return person.login === account || (this.#owners.get(person)?.has(account) ?? false)
  }

  code(of: Code): string {
    const code = randomBytes(10).toString('hex')
    this.#codes.set(code, of)
    return code
  }

  /** Good once, for whom and where it was given, and for whoever knows what the challenge was made of. */
  redeem(
    code: string,
    { clientId, redirectUri, verifier }: { clientId: string; redirectUri: string; verifier: string },
  ) {
    const known = this.#codes.get(code)
    this.#codes.delete(code)
    if (!known || known.clientId !== clientId) return { error: 'bad_verification_code' }
    if (known.redirectUri !== redirectUri) return { error: 'redirect_uri_mismatch' }
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    if (known.challenge !== null && known.challenge !== challenge) return { error: 'bad_verification_code' }
    return this.#issue(known.person)
  }

  /** Good once, too. */
  renew(refreshToken: string): JsonObject {
    const person = this.#refreshTokens.get(refreshToken)
    this.#refreshTokens.delete(refreshToken)
    return person ? this.#issue(person) : { error: 'bad_refresh_token' }
  }

  /** Tokens of theirs that are good now. */
  tokensOf(login: string): string[] {
    return [...this.#tokens].flatMap(([token, { person, expiresAt }]) =>
      person.login === login && expiresAt > Date.now() ? [token] : [],
    )
  }

  /** False: there is no such token. */
  forget(token: string): boolean {
    return this.#tokens.delete(token)
  }

  /** Throws `Refusal` 401. */
  holder(authorization: string | undefined): Account {
    const [, token = ''] = /^(?:token|bearer) (\S+)$/i.exec(authorization ?? '') ?? []
    const known = this.#tokens.get(token)
    if (!known || known.expiresAt <= Date.now()) throw new Refusal(401, 'Bad credentials')
    return known.person
  }

  #issue(person: Account): JsonObject {
    const token = `ghu_${randomBytes(18).toString('hex')}`
    const seconds = this.tokenSeconds
    this.#tokens.set(token, {
      person,
      expiresAt: seconds === null ? Number.POSITIVE_INFINITY : Date.now() + seconds * 1000,
    })
    const given = { access_token: token, token_type: 'bearer', scope: '' }
    if (seconds === null) return given
    const refresh = `ghr_${randomBytes(36).toString('hex')}`
    this.#refreshTokens.set(refresh, person)
    return { ...given, expires_in: seconds, refresh_token: refresh, refresh_token_expires_in: 15_897_600 }
  }

  #heldBy(person: Account): Map<Repository, Permission> {
    const held = this.#permissions.get(person) ?? new Map<Repository, Permission>()
    this.#permissions.set(person, held)
    return held
  }
}
