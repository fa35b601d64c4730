/** Pull requests as GitHub shows them. */
// @ts-nocheck


import { part } from './examples.ts'
import { accountFacts, namesOf, repositoryFacts } from './facts.ts'
import type { GitHub } from './github.ts'
import type { JsonObject } from './json.ts'
import type { Pull } from './pulls.ts'
import type { Repository } from './repository.ts'

/** https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request */
export async function pullFacts(github: GitHub, pull: Pull): Promise<JsonObject> {
  const { number, base, head } = pull
  const url = `${github.apiUrl}/repos/${base.repository.fullName}`
  const page = `${github.url}/${base.repository.fullName}/pull/${number}`
  const user = accountFacts(github, github.account('octocat'))
  const [baseSha, comments] = [await base.repository.git.commitOf(base.ref), base.repository.comments(number).length]
  const side = (repository: Repository, ref: string, sha: string) => ({
    label: `${repository.owner}:${ref}`,
    ref,
    sha,
    user: accountFacts(github, github.account(repository.owner)),
    repo: repositoryFacts(github, repository),
  })
  const facts: JsonObject = {
    id: pull.id,
    node_id: `PR_${pull.id}`,
    number,
    url: `${url}/pulls/${number}`,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    ...linkFacts(url, number, head.sha),
    state: pull.open ? 'open' : 'closed',
    title: pull.title,
    body: pull.body,
    user,
    draft: pull.draft,
    merged: pull.mergeSha !== null,
    merge_commit_sha: pull.mergeSha,
    merged_at: pull.mergeSha ? pull.updatedAt : null,
    closed_at: pull.open ? null : pull.updatedAt,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    head: side(head.repository, head.ref, head.sha),
    base: side(base.repository, base.ref, baseSha ?? ''),
    assignees: [],
    requested_reviewers: [],
    labels: [],
    comments,
  }
  return part('pull_request', 'pull_request', facts, namesOf(github, base.repository))
}

function linkFacts(url: string, number: number, headSha: string): JsonObject {
  const links = {
    issue: `${url}/issues/${number}`,
    comments: `${url}/issues/${number}/comments`,
    review_comments: `${url}/pulls/${number}/comments`,
    commits: `${url}/pulls/${number}/commits`,
    statuses: `${url}/statuses/${headSha}`,
  }
  const addresses = Object.entries(links)
  return {
    ...Object.fromEntries(addresses.map(([name, address]) => [`${name}_url`, address])),
    _links: Object.fromEntries(
      [...addresses, ['self', `${url}/pulls/${number}`]].map(([name, href]) => [name, { href }]),
    ),
  }
}
