/** Check runs. https://docs.github.com/en/rest/checks/runs */
import { created, notFound, ok, Refusal } from '../answer.ts'
import { type Call, numberParam, page, param, type Routes } from '../call.ts'
import { checkRunFacts } from '../check-facts.ts'
import type { CheckRun, CheckRunFilter, CheckRunInput } from '../checks.ts'
import { accountFacts, botOf } from '../facts.ts'
import type { Repository } from '../repository.ts'
import { ofRepository } from './scopes.ts'

export const checkRoutes: Routes = {
  'POST /repos/{owner}/{repo}/check-runs': ofRepository(create),
  'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}': ofRepository(update),
  'GET /repos/{owner}/{repo}/check-runs/{check_run_id}': ofRepository(get),
  'GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations': ofRepository(listAnnotations),
  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': ofRepository(list),
}

async function create(repository: Repository, call: Call) {
  const { github } = call
  const input = call.body as unknown as CheckRunInput & { name: string; head_sha: string }
  const isCommit = /^[0-9a-f]{40}$/.test(input.head_sha) && (await repository.git.commitOf(input.head_sha))
  if (!isCommit) throw new Refusal(422, `No commit found for SHA: ${input.head_sha}`)
  const run = repository.checks.create(input, github.app)
  tell(repository, call, run, 'created')
  if (run.status === 'completed') tell(repository, call, run, 'completed')
  return created(await checkRunFacts(github, repository, run))
}

async function update(repository: Repository, call: Call) {
  const id = numberParam(call, 'check_run_id')
  const wasCompleted = repository.checks.get(id).status === 'completed'
  const run = repository.checks.update(id, call.body as unknown as CheckRunInput, call.github.app.id)
  if (run.status === 'completed' && !wasCompleted) tell(repository, call, run, 'completed')
  return ok(await checkRunFacts(call.github, repository, run))
}

/**
 * The app hears of its own check runs too. Sent beside the answer, not before it.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_run
 */
function tell(repository: Repository, { github }: Call, run: CheckRun, action: string): void {
  github.inBackground(async () => {
    const sender = accountFacts(github, botOf(github, github.app))
    await repository.send('check_run', action, { check_run: await repository.checkRunPayload(run), sender })
  })
}

async function get(repository: Repository, call: Call) {
  return ok(await checkRunFacts(call.github, repository, repository.checks.get(numberParam(call, 'check_run_id'))))
}

function listAnnotations(repository: Repository, call: Call) {
  const run = repository.checks.get(numberParam(call, 'check_run_id'))
  const { items, headers } = page(call, run.annotations)
  const shown = items.map((annotation) => ({
    ...annotation,
    start_column: annotation.start_column ?? null,
    end_column: annotation.end_column ?? null,
    title: annotation.title ?? null,
    raw_details: annotation.raw_details ?? null,
    blob_href: `${call.github.apiUrl}/repos/${repository.fullName}/git/blobs/${run.headSha}`,
  }))
  return ok(shown, headers)
}

async function list(repository: Repository, call: Call) {
  const sha = await repository.git.commitOf(param(call, 'ref').replace(/^(heads|tags)\//, 'refs/$1/'))
  if (!sha) throw notFound()
  const runs = repository.checks.list(sha, call.query as CheckRunFilter)
  const { items, headers } = page(call, runs)
  const check_runs = await Promise.all(items.map((run) => checkRunFacts(call.github, repository, run)))
  return ok({ total_count: runs.length, check_runs }, headers)
}
