/**
 * Signing people in: GitHub's web application flow with PKCE.
 * https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
 */
import * as oauth from 'oauth4webapi'
import { GitHubAway, NotLetIn, type Secrets, type SignInAtGitHub, type Tokens } from '../access/session.ts'

export interface SignInIdentity {
  /** GitHub as people see it, without a trailing slash. */
  webUrl: string
  /** REST, without a trailing slash. */
  apiUrl: string
  clientId: string
  clientSecret: string
}

const TIMEOUT_MS = 15_000
/** Expired, revoked, or of another app. */
const UNKNOWN_TOKEN = [404, 422]

export class GitHubSignIn implements SignInAtGitHub {
  readonly #server: oauth.AuthorizationServer & { authorization_endpoint: string }
  readonly #client: oauth.Client
  readonly #proof: oauth.ClientAuth
  readonly #tokenUrl: string
  readonly #authorization: string

  constructor({ webUrl, apiUrl, clientId, clientSecret }: SignInIdentity) {
    const issuer = `${webUrl}/login/oauth`
    this.#server = { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/access_token` }
    this.#client = { client_id: clientId }
    this.#proof = oauth.ClientSecretPost(clientSecret)
    this.#tokenUrl = `${apiUrl}/applications/${clientId}/token`
    this.#authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  }

  async begin(redirectUri: string): Promise<Secrets & { url: string }> {
    const [state, verifier] = [oauth.generateRandomState(), oauth.generateRandomCodeVerifier()]
    const url = new URL(this.#server.authorization_endpoint)
    const query = {
      client_id: this.#client.client_id,
      redirect_uri: redirectUri,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    return { url: url.href, state, verifier }
  }

  async tokensFor(answer: URLSearchParams, { state, verifier }: Secrets, redirectUri: string): Promise<Tokens> {
    const [server, client, proof] = [this.#server, this.#client, this.#proof]
    const checked = refusing(() => oauth.validateAuthResponse(server, client, answer, state))
    return tokensIn(
      () => oauth.authorizationCodeGrantRequest(server, client, proof, checked, redirectUri, verifier, this.#options()),
      (response) => oauth.processAuthorizationCodeResponse(server, client, response),
    )
  }

  async renew(refresh: string): Promise<Tokens> {
    const [server, client, proof] = [this.#server, this.#client, this.#proof]
    return tokensIn(
      () => oauth.refreshTokenGrantRequest(server, client, proof, refresh, this.#options()),
      (response) => oauth.processRefreshTokenResponse(server, client, response),
    )
  }

  /**
   * Not by our usual client, whose errors hold what was sent.
   * https://docs.github.com/rest/apps/oauth-applications#delete-an-app-token
   */
  async revoke(access: string): Promise<void> {
    const request = {
      method: 'DELETE',
      headers: {
        ...{ authorization: this.#authorization, accept: 'application/vnd.github+json' },
        ...{ 'content-type': 'application/json', 'user-agent': 'rosie-guard' },
      },
      body: JSON.stringify({ access_token: access }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }
    const { status } = await fetch(this.#tokenUrl, request).catch(() => {
      throw new GitHubAway('GitHub does not answer.')
    })
    if (status !== 204 && !UNKNOWN_TOKEN.includes(status)) throw new GitHubAway(`GitHub answers ${status}.`)
  }

  /** A GitHub Enterprise Server may be reached over http, where its operator says so. */
  #options(): oauth.TokenEndpointRequestOptions {
    const insecure = this.#server.issuer.startsWith('http:')
    return { signal: AbortSignal.timeout(TIMEOUT_MS), [oauth.allowInsecureRequests]: insecure }
  }
}

/** The errors of the package hold codes and tokens: none of them goes further than here. */
function refusing<Result>(check: () => Result): Result {
  try {
    return check()
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) throw new NotLetIn(saying(error.error))
    throw new NotLetIn('What came back does not belong to the sign-in that this browser began.')
  }
}

async function tokensIn(
  ask: () => Promise<Response>,
  read: (response: Response) => Promise<oauth.TokenEndpointResponse>,
): Promise<Tokens> {
  const asked = Date.now()
  const response = await ask().catch(() => {
    throw new GitHubAway('GitHub does not answer.')
  })
  if (response.status === 429 || response.status >= 500) throw new GitHubAway(`GitHub answers ${response.status}.`)
  // GitHub says what is wrong with status 200.
  const { error } = (await response
    .clone()
    .json()
    .catch(() => ({}))) as { error?: unknown }
  if (error !== undefined) throw new NotLetIn(saying(error))
  const tokens = await read(response).catch(() => {
    throw new NotLetIn('GitHub gave no tokens.')
  })
  return {
    access: tokens.access_token,
    accessUntil: tokens.expires_in === undefined ? null : asked + tokens.expires_in * 1000,
    refresh: tokens.refresh_token ?? null,
  }
}

/** A code of RFC 6749 or GitHub's; anybody can write the address that it may come from. */
const saying = (code: unknown): string =>
  /^\w{1,60}$/.test(String(code)) ? `GitHub says ${code}.` : 'GitHub does not let this sign-in pass.'
