/** What a person's token may ask. https://docs.github.com/en/rest/apps/installations, https://docs.github.com/en/rest/users/users */
import { type Answer, notFound, ok, Refusal } from '../answer.ts'
import { type Call, numberParam, page, param, type Routes } from '../call.ts'
import { type Account, accountFacts, installationFacts, repositoryFacts } from '../facts.ts'
import type { GitHub } from '../github.ts'
import type { Installation } from '../installation.ts'
import { type JsonObject, moment } from '../json.ts'
import type { Repository } from '../repository.ts'
import { ofClient, ofPerson } from './scopes.ts'

export const peopleRoutes: Routes = {
  'GET /user': ofPerson((person, { github }) => ok(userFacts(github, person))),
  'GET /user/installations': ofPerson(listInstallations),
  'GET /user/installations/{installation_id}/repositories': ofPerson(listRepositories),
  'GET /user/memberships/orgs/{org}': ofPerson(getMembership),
  'DELETE /applications/{client_id}/token': ofClient(deleteToken),
}

/** https://docs.github.com/en/rest/users/users#get-the-authenticated-user */
const userFacts = (github: GitHub, person: Account) => ({
  ...accountFacts(github, person),
  ...{ name: null, company: null, blog: null, location: null, email: null, hireable: null, bio: null },
  ...{ public_repos: 0, public_gists: 0, followers: 0, following: 0 },
  ...{ created_at: moment(github.startedAt), updated_at: moment(github.startedAt) },
})

/** Those with a repository that the person may read. */
function listInstallations(person: Account, call: Call): Answer {
  const { github } = call
  const wanted = github.installations.filter(
    (one) =>
      !one.deleted && (github.people.isOwner(person, one.account.login) || readable(person, call, one).length > 0),
  )
  const { items, headers } = page(call, wanted)
  return ok({ total_count: wanted.length, installations: items.map((one) => installationFacts(github, one)) }, headers)
}

/** "The access the user has to each repository is included in the hash under the permissions key." */
function listRepositories(person: Account, call: Call): Answer {
  const { github } = call
  const wanted = numberParam(call, 'installation_id')
  const installation = github.installations.find(({ id, deleted }) => id === wanted && !deleted)
  const repositories = installation ? readable(person, call, installation) : []
  if (!installation || repositories.length === 0) throw notFound()
  const { items, headers } = page(call, repositories)
  const shown = items.map((repository) => ({
    ...repositoryFacts(github, repository),
    permissions: github.people.permissionsOf(person, repository),
  }))
  return ok({ total_count: repositories.length, repositories: shown }, headers)
}

/** https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token */
function deleteToken(call: Call): Answer {
  const { github, body } = call
  if (param(call, 'client_id') !== github.app.clientId) throw notFound()
  if (!github.people.forget(String((body as JsonObject).access_token))) throw new Refusal(422, 'Validation Failed')
  return { status: 204 }
}

/**
 * Told where the owner of the organisation accepted that the app reads its members.
 * https://docs.github.com/en/rest/orgs/members#get-an-organization-membership-for-the-authenticated-user
 */
function getMembership(person: Account, call: Call): Answer {
  const { github } = call
  const org = param(call, 'org')
  const installation = github.installations.find(({ account, deleted }) => account.login === org && !deleted)
  const { members } = installation?.accepted?.permissions ?? (installation ? github.app.permissions : {})
  if (!members) throw new Refusal(403, 'Resource not accessible by integration')
  const { id, login } = github.account(org, 'Organization')
  const url = `${github.apiUrl}/orgs/${login}`
  return ok({
    url: `${url}/memberships/${person.login}`,
    state: 'active',
    role: github.people.isOwner(person, org) ? 'admin' : 'member',
    organization_url: url,
    organization: {
      ...{ login, id, node_id: `O_${id}`, url, repos_url: `${url}/repos`, events_url: `${url}/events` },
      ...{ hooks_url: `${url}/hooks`, issues_url: `${url}/issues`, members_url: `${url}/members{/member}` },
      ...{ public_members_url: `${url}/public_members{/member}`, avatar_url: `${github.url}/avatars/${id}` },
      description: null,
    },
    user: accountFacts(github, person),
  })
}

const readable = (person: Account, { github }: Call, { repositories }: Installation): Repository[] =>
  [...repositories].filter((repository) => github.people.permissionsOf(person, repository).pull)
