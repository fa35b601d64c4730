/** Repositories and pull requests. https://docs.github.com/en/rest/repos/repos, https://docs.github.com/en/rest/pulls/pulls */
import { tokenFacts, visible } from '../access.ts'
import { created, notFound, ok, Refusal } from '../answer.ts'
import { type Call, conditional, numberParam, page, type Routes } from '../call.ts'
import { repositoryFacts } from '../facts.ts'
import { isObject, type Json } from '../json.ts'
import { pullFacts } from '../pull-facts.ts'
import type { Pull } from '../pulls.ts'
import type { Repository } from '../repository.ts'
import { ofApp, ofInstallation, ofRepository } from './scopes.ts'

export const repositoryRoutes: Routes = {
  'GET /repos/{owner}/{repo}': ofRepository((repository, { github }) => {
    const counts = { network_count: 0, subscribers_count: 0 }
    return ok({ ...repositoryFacts(github, repository), ...counts })
  }),

  'GET /repos/{owner}/{repo}/pulls': ofRepository(listPulls),

  'GET /repos/{owner}/{repo}/pulls/{pull_number}': ofRepository(async (repository, call) => {
    const pull = repository.pulls.find(({ number }) => number === numberParam(call, 'pull_number'))
    if (!pull) throw notFound()
    return ok(await pullFacts(call.github, pull))
  }),

  /** https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation */
  'GET /installation/repositories': ofInstallation((grant, call) => {
    const all = visible(grant)
    const { items, headers } = page(call, all)
    const repositories = items.map((repository) => repositoryFacts(call.github, repository))
    return ok({ total_count: all.length, repository_selection: 'selected', repositories }, headers)
  }),

  'POST /app/installations/{installation_id}/access_tokens': ofApp(createToken),
}

/** https://docs.github.com/en/rest/pulls/pulls#list-pull-requests */
async function listPulls(repository: Repository, call: Call) {
  const { state, sort, direction } = call.query
  // "direction … Default: desc when sort is created or sort is not specified, otherwise asc."
  const ascending = (direction ?? (sort === 'created' || sort === undefined ? 'desc' : 'asc')) === 'asc'
  const moment = ({ createdAt, updatedAt }: Pull) => (sort === 'updated' ? updatedAt : createdAt)
  const wanted = repository.pulls
    .filter(({ open }) => state === 'all' || open === (state !== 'closed'))
    .sort((one, other) => moment(one).localeCompare(moment(other)) || one.number - other.number)
  const { items, headers } = page(call, ascending ? wanted : wanted.reverse())
  const shown = await Promise.all(items.map((pull) => pullFacts(call.github, pull)))
  return conditional(call, ok(shown, headers))
}

/** https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app */
function createToken(call: Call) {
  const { github } = call
  const installation = github.installations.find(
    ({ id, deleted }) => !deleted && id === numberParam(call, 'installation_id'),
  )
  if (!installation) throw notFound()
  if (installation.suspendedAt) throw new Refusal(403, 'This installation has been suspended')
  const asked = isObject(call.body) ? call.body : {}
  const named = [...((asked.repositories ?? []) as Json[]), ...((asked.repository_ids ?? []) as Json[])]
  const chosen = [...installation.repositories].filter(({ id, name }) => named.includes(id) || named.includes(name))
  if (chosen.length < new Set(named).size) {
    throw new Refusal(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
      { mistake: true },
    )
  }
  const permissions = { ...github.app.permissions, ...((asked.permissions ?? {}) as Record<string, string>) }
  return created(tokenFacts(github.access.issue(installation, named.length > 0 ? new Set(chosen) : null, permissions)))
}
