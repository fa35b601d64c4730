/** Accounts, apps, installations, repositories and commits as GitHub shows them, in answers and webhooks alike. */
import type { App } from './app.ts'
import { type Names, part } from './examples.ts'
import type { CommitInfo } from './git-output.ts'
import type { GitHub } from './github.ts'
import type { Installation } from './installation.ts'
import { type JsonObject, moment } from './json.ts'
import type { Repository } from './repository.ts'

export interface Account {
  id: number
  login: string
  type: 'Organization' | 'User' | 'Bot'
}

export const namesOf = (github: GitHub, repository: Repository | null): Names => ({
  api: github.apiUrl,
  web: github.url,
  fullName: repository?.fullName ?? null,
})

export function accountFacts(github: GitHub, { id, login, type }: Account): JsonObject {
  const url = `${github.apiUrl}/users/${encodeURIComponent(login)}`
  return {
    login,
    id,
    node_id: `U_${id}`,
    avatar_url: `${github.url}/avatars/${id}`,
    gravatar_id: '',
    url,
    html_url: `${github.url}/${encodeURIComponent(login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  }
}

/** The account under which an app acts. */
export const botOf = (github: GitHub, { slug }: Pick<App, 'slug'>): Account => ({
  ...github.account(`${slug}[bot]`),
  type: 'Bot',
})

export function appFacts(github: GitHub, app: App): JsonObject {
  return {
    id: app.id,
    slug: app.slug,
    node_id: `A_${app.id}`,
    client_id: app.clientId,
    owner: accountFacts(github, github.account('octo-apps')),
    name: app.name,
    description: '',
    external_url: app.url,
    html_url: `${github.url}/apps/${app.slug}`,
    created_at: moment(github.startedAt),
    updated_at: moment(github.startedAt),
    permissions: app.permissions,
    events: app.events,
  }
}

export function installationFacts(github: GitHub, installation: Installation): JsonObject {
  const { id, account, suspendedAt } = installation
  return {
    id,
    account: accountFacts(github, account),
    repository_selection: 'selected',
    access_tokens_url: `${github.apiUrl}/app/installations/${id}/access_tokens`,
    repositories_url: `${github.apiUrl}/installation/repositories`,
    html_url: `${github.url}/settings/installations/${id}`,
    app_id: github.app.id,
    app_slug: github.app.slug,
    target_id: account.id,
    target_type: account.type,
    single_file_name: null,
    created_at: moment(github.startedAt),
    updated_at: moment(github.startedAt),
    permissions: installation.accepted?.permissions ?? github.app.permissions,
    events: installation.accepted?.events ?? github.app.events,
    suspended_by: suspendedAt ? accountFacts(github, account) : null,
    suspended_at: suspendedAt ? moment(suspendedAt) : null,
  }
}

/** https://docs.github.com/en/rest/repos/repos#get-a-repository */
export function repositoryFacts(github: GitHub, repository: Repository): JsonObject {
  const { id, name, fullName, isPrivate, archived, defaultBranch } = repository
  const facts = {
    id,
    node_id: `R_${id}`,
    name,
    full_name: fullName,
    private: isPrivate,
    visibility: isPrivate ? 'private' : 'public',
    owner: accountFacts(github, github.account(repository.owner)),
    url: `${github.apiUrl}/repos/${fullName}`,
    default_branch: defaultBranch,
    archived,
    fork: repository.parent !== null,
  }
  const shown = part('pull_request', 'repository', facts, namesOf(github, repository))
  const { custom_properties: _, ...plain } = shown
  return { ...plain, has_discussions: false }
}

export function commitFacts({ sha, tree, message, author, committer }: CommitInfo): JsonObject {
  const by = ({ name, email }: CommitInfo['author']) => ({ name, email })
  return { id: sha, tree_id: tree, message, timestamp: committer.date, author: by(author), committer: by(committer) }
}
