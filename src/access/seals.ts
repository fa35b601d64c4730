/**
 * What only this server can have written: the cookies of a session and of a sign-in under way (signed), GitHub's tokens in
 * the database (encrypted), and the token against forged requests (bound to a session). Each has a key of its own, derived
 * from the one secret, so that none passes for another.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { CompactEncrypt, compactDecrypt, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { SignInAttempt, Tokens } from './session.ts'

/** For the way to GitHub and back. */
export const ATTEMPT_MS = 10 * 60_000

const ALGORITHM = 'HS256'
const ENCRYPTION = { alg: 'dir', enc: 'A256GCM' } as const

export class Seals {
  readonly #session: Uint8Array
  readonly #attempt: Uint8Array
  readonly #tokens: Uint8Array
  readonly #forgery: Uint8Array

  /** Another secret ends all sessions. */
  constructor(secret: string) {
    const key = (use: string) => new Uint8Array(hkdfSync('sha256', secret, 'rosie-guard', use, 32))
    this.#session = key('session cookie')
    this.#attempt = key('sign-in cookie')
    this.#tokens = key("GitHub's tokens")
    this.#forgery = key('csrf token')
  }

  /** A JSON web token with the session's id and nothing else of it. */
  signSession(id: string, expiresAt: Date): Promise<string> {
    return sign({ sub: id }, this.#session, expiresAt)
  }

  /** The session's id; null for what is not ours, was changed or has expired. */
  async sessionIn(cookie: string): Promise<string | null> {
    return (await verified(cookie, this.#session))?.sub ?? null
  }

  signAttempt(attempt: SignInAttempt): Promise<string> {
    return sign({ ...attempt }, this.#attempt, new Date(Date.now() + ATTEMPT_MS))
  }

  async attemptIn(cookie: string): Promise<SignInAttempt | null> {
    const claims = await verified(cookie, this.#attempt)
    return (
      claims && { state: String(claims.state), verifier: String(claims.verifier), returnTo: String(claims.returnTo) }
    )
  }

  sealTokens(tokens: Tokens): Promise<string> {
    return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(tokens)))
      .setProtectedHeader(ENCRYPTION)
      .encrypt(this.#tokens)
  }

  /** Null for what was sealed with another secret. */
  async openTokens(sealed: string): Promise<Tokens | null> {
    try {
      const { plaintext } = await compactDecrypt(sealed, this.#tokens, {
        keyManagementAlgorithms: [ENCRYPTION.alg],
        contentEncryptionAlgorithms: [ENCRYPTION.enc],
      })
      return JSON.parse(new TextDecoder().decode(plaintext))
    } catch {
      return null
    }
  }

  csrfToken(sessionId: string): string {
    return createHmac('sha256', this.#forgery).update(sessionId).digest('base64url')
  }

  isCsrfToken(sessionId: string, given: string): boolean {
    const [one, other] = [Buffer.from(given), Buffer.from(this.csrfToken(sessionId))]
    return one.length === other.length && timingSafeEqual(one, other)
  }
}

const sign = (claims: JWTPayload, key: Uint8Array, expiresAt: Date): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM }).setExpirationTime(expiresAt).sign(key)

async function verified(token: string, key: Uint8Array): Promise<JWTPayload | null> {
  try {
    return (await jwtVerify(token, key, { algorithms: [ALGORITHM], requiredClaims: ['exp'] })).payload
  } catch {
    return null
  }
}
