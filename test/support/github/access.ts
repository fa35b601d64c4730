/** Who is asking: the app by its JSON web token, or an installation by its access token. */
import { randomBytes } from 'node:crypto'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { Refusal } from './answer.ts'
import type { App } from './app.ts'
import type { Installation } from './installation.ts'
import { moment } from './json.ts'
import type { Repository } from './repository.ts'

/** "The installation access token will expire after 1 hour." https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app */
const TOKEN_MS = 60 * 60 * 1000
/** `exp`: "no more than 10 minutes into the future." https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app */
const JWT_SECONDS = 10 * 60

/** What an installation token lets its holder see. */
export interface Grant {
  token: string
  installation: Installation
  /** Null: all repositories of the installation, as they are at the time of a request. */
  only: ReadonlySet<Repository> | null
  permissions: Record<string, string>
  expiresAt: Date
}

export class Access {
  readonly #grants = new Map<string, Grant>()

  issue(installation: Installation, only: ReadonlySet<Repository> | null, permissions: Record<string, string>): Grant {
    const token = `ghs_${randomBytes(18).toString('hex')}`
    const grant = { token, installation, only, permissions, expiresAt: new Date(Date.now() + TOKEN_MS) }
    this.#grants.set(token, grant)
    return grant
  }

  /** Whose token this is or was; null for the app's own, and for none. */
  holder(authorization: string | undefined): number | null {
    const [, token = ''] = /^token (\S+)$/i.exec(authorization ?? '') ?? []
    return this.#grants.get(token)?.installation.id ?? null
  }

  /** Ends every token handed out so far, as if they had expired. */
  expireTokens(): void {
    this.#grants.clear()
  }

  /** Throws `Refusal` 401 without a token that is good now, 403 while the installation is suspended. */
  grant(authorization: string | undefined): Grant {
    const grant = this.#grants.get(credential(authorization))
    if (!grant || grant.expiresAt < new Date() || grant.installation.deleted) throw new Refusal(401, 'Bad credentials')
    if (grant.installation.suspendedAt) throw new Refusal(403, 'This installation has been suspended')
    return grant
  }

  /** Throws `Refusal` 401 unless the JSON web token is signed by the app's key and says what GitHub asks of it. */
  async verifyApp(authorization: string | undefined, app: App): Promise<void> {
    const jwt = credential(authorization)
    if (!isRs256(jwt)) throw new Refusal(401, 'A JSON web token could not be decoded')
    const claims = await jwtVerify(jwt, app.publicKey, {
      algorithms: ['RS256'],
      requiredClaims: ['iat', 'exp', 'iss'],
    }).then(
      ({ payload }) => payload,
      (error: Error) => {
        throw new Refusal(401, `A JSON web token could not be decoded: ${error.message}`)
      },
    )
    const now = Math.ceil(Date.now() / 1000)
    if (![String(app.id), app.clientId].includes(String(claims.iss)))
      throw new Refusal(401, "'Issuer' claim ('iss') must be an Integer")
    if ((claims.exp ?? 0) > now + JWT_SECONDS)
      throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future")
    if ((claims.iat ?? 0) > now)
      throw new Refusal(
        401,
        "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
      )
  }
}

export const reaches = ({ installation, only }: Grant, repository: Repository): boolean =>
  installation.repositories.has(repository) && (!only || only.has(repository))

/** The repositories that a grant reaches. */
export const visible = (grant: Grant): Repository[] =>
  [...grant.installation.repositories].filter((repository) => reaches(grant, repository))

export const tokenFacts = ({ token, expiresAt, permissions, only }: Grant) => ({
  token,
  expires_at: moment(expiresAt),
  permissions,
  repository_selection: only ? 'selected' : 'all',
})

function credential(authorization: string | undefined): string {
  const [, text] = /^(?:token|bearer) (\S+)$/i.exec(authorization ?? '') ?? []
  if (!text) throw new Refusal(401, 'Requires authentication')
  return text
}

function isRs256(jwt: string): boolean {
  try {
    return decodeProtectedHeader(jwt).alg === 'RS256'
  } catch {
    return false
  }
}
