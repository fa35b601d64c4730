/** The check runs of a repository, kept as they were sent. https://docs.github.com/en/rest/checks/runs */
// @ts-nocheck

import { invalid, notFound, Refusal } from './answer.ts'
import type { App } from './app.ts'
import { moment } from './json.ts'
import { checkRunProblems } from './limits.ts'

export interface Annotation {
  path: string
  start_line: number
  end_line: number
  start_column?: number
  end_column?: number
  annotation_level: 'notice' | 'warning' | 'failure'
  message: string
  title?: string
  raw_details?: string
}

export interface CheckAction {
  label: string
  description: string
  identifier: string
}

/** A request to create or update a check run. */
export interface CheckRunInput {
  name?: string
  head_sha?: string
  details_url?: string
  external_id?: string
  status?: string
  started_at?: string
  conclusion?: string
  completed_at?: string
  output?: { title?: string; summary: string; text?: string; annotations?: Annotation[] }
  actions?: CheckAction[]
}

export interface CheckRun {
  id: number
  /** Which app made it: only that one may change it. */
  app: Pick<App, 'id' | 'slug' | 'name'>
  suite: CheckSuite
  name: string
  headSha: string
  externalId: string
  detailsUrl: string | null
  status: string
  conclusion: string | null
  startedAt: string
  completedAt: string | null
  output: { title: string | null; summary: string | null; text: string | null }
  /** All that were ever sent, in order. */
  annotations: Annotation[]
  actions: CheckAction[]
  /** Every request that made this check run what it is, the creation first. */
  history: CheckRunInput[]
}

/** All check runs of one app on one commit. */
export interface CheckSuite {
  id: number
  headSha: string
  headBranch: string | null
}

export class CheckRuns {
  readonly all: CheckRun[] = []
  readonly #suites: (CheckSuite & { appId: number })[] = []
  readonly #nextId: () => number

  constructor(nextId: () => number) {
    this.#nextId = nextId
  }

  /** The suite of an app on a commit; GitHub makes it when a commit is pushed, or with the first check run. */
  suite(appId: number, headSha: string, headBranch: string | null = null): CheckSuite {
    const known = this.#suites.find((suite) => suite.appId === appId && suite.headSha === headSha)
    if (known) return known
    const suite = { id: this.#nextId(), appId, headSha, headBranch }
    this.#suites.push(suite)
    return suite
  }

  /** Throws `Refusal` 404 for an unknown id. */
  get(id: number): CheckRun {
    const run = this.all.find((candidate) => candidate.id === id)
    if (!run) throw notFound()
    return run
  }

  /** The caller has made sure that `head_sha` is a commit of the repository. */
  create(input: CheckRunInput & { name: string; head_sha: string }, app: CheckRun['app']): CheckRun {
    refuseProblems(input)
    const run: CheckRun = {
      id: this.#nextId(),
      app: { id: app.id, slug: app.slug, name: app.name },
      suite: this.suite(app.id, input.head_sha),
      name: input.name,
      headSha: input.head_sha,
      externalId: '',
      detailsUrl: null,
      status: 'queued',
      conclusion: null,
      startedAt: moment(),
      completedAt: null,
      output: { title: null, summary: null, text: null },
      annotations: [],
      actions: [],
      history: [],
    }
    this.all.push(run)
    return apply(run, input)
  }

  update(id: number, input: CheckRunInput, appId: number): CheckRun {
    const run = this.get(id)
    // "To update a check run, your GitHub App must be the one that created it": another app's answers 403.
    if (run.app.id !== appId)
      throw new Refusal(
        403,
        `Invalid app_id \`${appId}\` - check run can only be modified by the GitHub App that created it.`,
      )
    refuseProblems(input)
    return apply(run, input)
  }

  /** https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference */
  list(headSha: string, { check_name, app_id, status, filter }: CheckRunFilter): CheckRun[] {
    const found = this.all
      .filter((run) => run.headSha === headSha)
      .filter((run) => check_name === undefined || run.name === check_name)
      .filter((run) => app_id === undefined || run.app.id === app_id)
      .filter((run) => status === undefined || run.status === status)
    if (filter === 'all') return found.reverse()
    const latest = new Map(found.map((run) => [`${run.suite.id} ${run.name}`, run])) // the newest of a name wins
    return [...latest.values()].reverse()
  }
}

export interface CheckRunFilter {
  check_name?: string
  app_id?: number
  status?: string
  filter?: 'latest' | 'all'
}

function refuseProblems(input: CheckRunInput): void {
  const problems = checkRunProblems(input)
  if (problems.length > 0) throw invalid(problems)
}

function apply(run: CheckRun, input: CheckRunInput): CheckRun {
  run.history.push(structuredClone(input))
  run.name = input.name ?? run.name
  run.externalId = input.external_id ?? run.externalId
  run.detailsUrl = input.details_url ?? run.detailsUrl
  run.startedAt = input.started_at ?? run.startedAt
  run.actions = input.actions ?? run.actions
  run.status = input.conclusion ? 'completed' : (input.status ?? run.status) // "Providing conclusion will automatically set the status parameter to completed."
  run.conclusion = run.status === 'completed' ? (input.conclusion ?? run.conclusion) : null
  run.completedAt = run.status === 'completed' ? (input.completed_at ?? run.completedAt ?? moment()) : null
  if (!input.output) return run
  const { title, summary, text, annotations } = input.output
  run.output = { title: title ?? run.output.title, summary, text: text ?? run.output.text }
  // "Each time you update the check run, annotations are appended to the list of annotations that already exist."
  run.annotations.push(...(annotations ?? []))
  return run
}
