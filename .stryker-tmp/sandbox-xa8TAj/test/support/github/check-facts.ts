/** Check runs and check suites as GitHub shows them. */
// @ts-nocheck

import type { CheckRun, CheckSuite } from './checks.ts'
import { appFacts, commitFacts } from './facts.ts'
import type { GitHub } from './github.ts'
import type { JsonObject } from './json.ts'
import type { Repository } from './repository.ts'

/**
 * The open pull requests of a check's head; never those from forks.
 * https://docs.github.com/en/rest/checks/runs#get-a-check-run
 */
async function checkPulls(github: GitHub, repository: Repository, headSha: string): Promise<JsonObject[]> {
  const own = repository.pulls.filter(
    ({ open, head }) => open && head.sha === headSha && head.repository === repository,
  )
  return Promise.all(
    own.map(async ({ id, number, head, base }) => {
      const url = `${github.apiUrl}/repos/${repository.fullName}`
      const repo = { id: repository.id, url, name: repository.name }
      const baseSha = (await repository.git.commitOf(base.ref)) ?? ''
      return {
        id,
        number,
        url: `${url}/pulls/${number}`,
        head: { ref: head.ref, sha: head.sha, repo },
        base: { ref: base.ref, sha: baseSha, repo },
      }
    }),
  )
}

export async function checkSuiteFacts(github: GitHub, repository: Repository, suite: CheckSuite): Promise<JsonObject> {
  const { id, headSha, headBranch } = suite
  const runs = repository.checks.all.filter((run) => run.suite === suite)
  const info = await repository.git.commitInfo(headSha)
  const conclusion = runs.every((run) => run.status === 'completed') ? (runs.at(-1)?.conclusion ?? null) : null
  return {
    id,
    node_id: `CS_${id}`,
    head_branch: headBranch,
    head_sha: headSha,
    status: runs.length === 0 ? 'queued' : conclusion ? 'completed' : 'in_progress',
    conclusion,
    url: `${github.apiUrl}/repos/${repository.fullName}/check-suites/${id}`,
    before: info.parents[0] ?? null,
    after: headSha,
    pull_requests: await checkPulls(github, repository, headSha),
    app: appFacts(github, github.app),
    head_commit: commitFacts(info),
    latest_check_runs_count: runs.length,
    check_runs_url: `${github.apiUrl}/repos/${repository.fullName}/check-suites/${id}/check-runs`,
  }
}

/** https://docs.github.com/en/rest/checks/runs#get-a-check-run */
export async function checkRunFacts(github: GitHub, repository: Repository, run: CheckRun): Promise<JsonObject> {
  const url = `${github.apiUrl}/repos/${repository.fullName}/check-runs/${run.id}`
  const html = `${github.url}/${repository.fullName}/runs/${run.id}`
  return {
    id: run.id,
    name: run.name,
    node_id: `CR_${run.id}`,
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: html,
    details_url: run.detailsUrl ?? github.app.url,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { ...run.output, annotations_count: run.annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: run.suite.id },
    app: { ...appFacts(github, github.app), id: run.app.id, slug: run.app.slug, name: run.app.name },
    pull_requests: await checkPulls(github, repository, run.headSha),
  }
}
