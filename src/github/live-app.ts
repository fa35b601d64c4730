/** The app as GitHub knows it now. https://docs.github.com/en/rest/apps */
import type { Grants } from './grants.ts'
import type { GitHubClient } from './octokit.ts'

export interface LiveApp extends Grants {
  id: number
  name: string
  /** Where its owner changes it. */
  settingsUrl: string
  /** Where its webhooks go; null where it has none. */
  webhook: { url: string; json: boolean; verifiesTls: boolean } | null
  installations: LiveInstallation[]
}

/** An owner has to accept new permissions: until then the installation has those of before. */
export interface LiveInstallation extends Grants {
  id: number
  account: string
  url: string
  suspended: boolean
}

/** `client`: the app's own. 2 requests, and 1 for each 100 installations. Throws the errors of scan/errors.ts. */
export async function readLiveApp(client: GitHubClient, webUrl: string): Promise<LiveApp> {
  const { data: app } = await client.rest.apps.getAuthenticated()
  if (!app) throw new Error('GitHub knows no app by this id and key.')
  const { data: hook } = await client.rest.apps.getWebhookConfigForApp()
  const installations = await client.paginate(client.rest.apps.listInstallations, { per_page: 100 })
  const { owner, slug = '' } = app
  const account = owner && 'login' in owner && 'type' in owner && owner.type === 'Organization' ? owner.login : null
  return {
    id: app.id,
    name: app.name,
    settingsUrl: `${webUrl}${account === null ? '' : `/organizations/${account}`}/settings/apps/${slug}`,
    permissions: grantedIn(app.permissions),
    events: app.events,
    webhook: hook.url
      ? { url: hook.url, json: hook.content_type === 'json', verifiesTls: String(hook.insecure_ssl ?? '0') === '0' }
      : null,
    installations: installations.map(({ id, account: on, html_url, suspended_at, permissions, events }) => ({
      id,
      account: on && 'login' in on ? on.login : String(id),
      url: html_url,
      suspended: suspended_at !== null,
      permissions: grantedIn(permissions),
      events,
    })),
  }
}

const grantedIn = (permissions: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(permissions).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
