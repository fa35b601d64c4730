/**
 * What GitHub says of a person, asked with their own token.
 * https://docs.github.com/rest/apps/installations#list-app-installations-accessible-to-the-user-access-token
 */
import type { Grant, Scope } from '../access/grant.ts'
import { GitHubAway, NotLetIn, type PeopleAtGitHub, type Person } from '../access/session.ts'
import { concurrently } from '../scan/concurrently.ts'
import { Forbidden, NotFound, RateLimited, Unreachable } from '../scan/errors.ts'
import { type GitHubClient, GuardOctokit } from './octokit.ts'

/** Installations that are asked about at once. */
const AT_ONCE = 4
const PAGE = { per_page: 100 }

/** What we make of GitHub's permissions on a repository. */
const SCOPE_OF = { pull: 'read', push: 'scan', admin: 'admin' } as const satisfies Record<string, Scope>

type Installation = Awaited<
  ReturnType<GitHubClient['rest']['apps']['listInstallationsForAuthenticatedUser']>
>['data']['installations'][number]

const silent = () => {}
const NO_LOG = { debug: silent, info: silent, warn: silent, error: silent }

export class GitHubPeople implements PeopleAtGitHub {
  readonly #apiUrl: string

  /** `apiUrl`: REST, without a trailing slash. */
  constructor(apiUrl: string) {
    this.#apiUrl = apiUrl
  }

  async whoIs(access: string): Promise<Person> {
    const { data } = await asking(() => this.#as(access).rest.users.getAuthenticated())
    return { id: BigInt(data.id), login: data.login }
  }

  async grantsOf(access: string, person: Person): Promise<Grant[]> {
    const client = this.#as(access)
    return asking(async () => {
      const installations = await client.paginate(client.rest.apps.listInstallationsForAuthenticatedUser, PAGE)
      const active = installations.filter((installation) => !installation.suspended_at)
      const grants: Grant[] = []
      for await (const some of concurrently(active, AT_ONCE, (one) => grantsIn(client, one, person)))
        grants.push(...some)
      return grants
    })
  }

  /** The usual client, with the person's token in place of the app's. */
  #as(access: string): GitHubClient {
    return new GuardOctokit({ authStrategy: undefined, auth: access, baseUrl: this.#apiUrl, log: NO_LOG })
  }
}

async function grantsIn(client: GitHubClient, installation: Installation, person: Person): Promise<Grant[]> {
  const installationId = BigInt(installation.id)
  if (await isAdministrator(client, installation, person)) {
    return [{ scopes: ['admin'], installationId, repositoryIds: [] }]
  }
  const repositories = await orNothing(
    client.paginate(client.rest.apps.listInstallationReposForAuthenticatedUser, {
      ...PAGE,
      installation_id: installation.id,
    }),
    [],
  )
  return Object.entries(SCOPE_OF).flatMap(([permission, scope]) => {
    const allowed = repositories.filter(({ permissions }) => permissions?.[permission as keyof typeof SCOPE_OF])
    // A grant without repositories would be one of all of them.
    if (allowed.length === 0) return []
    return [{ scopes: [scope], installationId, repositoryIds: allowed.map(({ id }) => BigInt(id)) }]
  })
}

/** Of the account itself: an owner of the organisation, or whose own account it is. */
async function isAdministrator(client: GitHubClient, { account }: Installation, { id }: Person): Promise<boolean> {
  if (!account || !('login' in account)) return false
  if (account.type === 'User') return BigInt(account.id) === id
  // GitHub answers this only where the app may read members.
  const membership = await orNothing(client.rest.orgs.getMembershipForAuthenticatedUser({ org: account.login }), null)
  return membership?.data.state === 'active' && membership.data.role === 'admin'
}

async function orNothing<Result, Nothing>(answer: Promise<Result>, nothing: Nothing): Promise<Result | Nothing> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Forbidden || error instanceof NotFound) return nothing
    throw error
  }
}

async function asking<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Forbidden) throw new NotLetIn('GitHub lets these tokens in no more.')
    if (error instanceof RateLimited) throw new GitHubAway('GitHub asks to wait.')
    if (error instanceof Unreachable) throw new GitHubAway('GitHub does not answer.')
    throw error
  }
}
