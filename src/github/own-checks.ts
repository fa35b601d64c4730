/** Our own check runs on a commit, the newest first. https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference */
import type { Octokit } from '@octokit/rest'

export const CHECK_NAME = 'ROSIE compliance'

type Client = { rest: { checks: Pick<Octokit['rest']['checks'], 'listForRef'> } }

/** One page: the newest come first, and those that matter are young. Any app may use our name and any external id. */
export async function ownChecks(client: Client, target: { owner: string; repo: string; ref: string }, appId: number) {
  const { data } = await client.rest.checks.listForRef({
    ...target,
    check_name: CHECK_NAME,
    filter: 'all',
    per_page: 100,
  })
  return data.check_runs.filter(({ app }) => app?.id === appId)
}
