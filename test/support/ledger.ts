/**
 * What people did in repositories, and what must have come of it once all is quiet: each head has its verdict, once;
 * nothing is in progress; no comment is doubled; no delivery is lost. Held against GitHub and the app's own database.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { mayAsk } from '../../src/github/intents.ts'
import type { Cluster } from './cluster.ts'
import type { CheckRun, LoggedRequest, Pull, Repository } from './github/index.ts'

interface Head {
  repository: Repository
  sha: string
  /** Errors that its record has: each becomes an annotation. */
  errors: number
  /** How many verdicts may have been asked for: pushes to it, and "Re-run". */
  asked: number
}

/** Where the facts come from. */
type Judged = Pick<Cluster, 'github' | 'query'>

/** Nothing but these facts, each in words for whoever has to find out why. */
export interface Judgement {
  lost: string[]
  duplicates: string[]
}

export class Ledger {
  readonly #heads = new Map<string, Head>()
  readonly #branches = new Map<Repository, Set<string>>()

  /** A commit, and how many errors its record has. */
  commit(repository: Repository, sha: string, errors: number): void {
    this.#heads.set(keyOf(repository, sha), { repository, sha, errors, asked: 0 })
  }

  /** A push of it to a branch, or where that has happened, somebody's wish for another verdict. */
  ask(repository: Repository, sha: string, branch?: string): void {
    this.head(repository, sha).asked += 1
    if (branch === undefined) return
    const branches = this.#branches.get(repository) ?? new Set()
    this.#branches.set(repository, branches.add(branch))
  }

  head(repository: Repository, sha: string): Head {
    const head = this.#heads.get(keyOf(repository, sha))
    if (!head) throw new Error(`Nobody told of ${sha} in ${repository.fullName}.`)
    return head
  }

  get heads(): Head[] {
    return [...this.#heads.values()]
  }

  /** The heads of branches as they are now, and of open pull requests. */
  async tips(): Promise<Head[]> {
    const tips = new Map<string, Head>()
    const add = (repository: Repository, sha: string | null) => {
      if (sha !== null) tips.set(keyOf(repository, sha), this.head(repository, sha))
    }
    for (const [repository, branches] of this.#branches) {
      for (const branch of branches) add(repository, await repository.tip(branch))
      for (const { open, head } of repository.pulls) if (open) add(repository, head.sha)
    }
    return [...tips.values()]
  }

  async judge(cluster: Judged): Promise<Judgement> {
    const judgement: Judgement = { lost: [], duplicates: [] }
    for (const head of await this.tips()) judgeTip(head, judgement)
    for (const head of this.heads) judgeHead(head, judgement)
    for (const pull of cluster.github.pulls) this.#judgeComments(pull, judgement)
    judgement.lost.push(...(await openRows(cluster)), ...(await lostDeliveries(cluster)))
    judgement.lost.push(
      ...cluster.github.violations.map(({ request, problem }) => `GitHub objected to ${request}: ${problem}`),
    )
    return judgement
  }

  #judgeComments({ number, open, head, base }: Pull, { lost, duplicates }: Judgement): void {
    const { repository } = base
    const name = `${repository.fullName}#${number}`
    const comments = repository.comments(number).filter(({ app }) => app !== null)
    if (comments.length > 1)
      duplicates.push(`${name} has ${comments.length} comments: ${comments.map(({ id }) => id).join(', ')}`)
    if (!open) return
    const { errors } = this.head(repository, head.sha)
    const heading = `### ROSIE compliance: ${verdictOf(errors)}`
    const [comment] = comments
    if (!comment) lost.push(`${name} (${head.sha}) has no comment`)
    else if (!comment.body.includes(heading))
      lost.push(`${name} (${head.sha}): comment ${comment.id} does not say "${heading}"`)
  }
}

const keyOf = ({ id }: Repository, sha: string) => `${id} ${sha}`

const verdictOf = (errors: number) => (errors > 0 ? 'failure' : 'success')

/** The check run that people see is the newest. */
function judgeTip({ repository, sha, errors }: Head, { lost }: Judgement): void {
  const runs = repository.checkRuns(sha)
  const shown = runs.at(-1)
  if (shown && isVerdict(shown, errors)) return
  lost.push(
    `${repository.fullName} ${sha} is a head and should show ${verdictOf(errors)} with ${errors} annotations: ${told(runs)}`,
  )
}

/** Also of heads that were left behind: nothing in progress, no wrong verdict, none twice. */
function judgeHead({ repository, sha, errors, asked }: Head, { lost, duplicates }: Judgement): void {
  const runs = repository.checkRuns(sha)
  const name = `${repository.fullName} ${sha}`
  const verdicts = runs.filter(({ conclusion }) => conclusion !== null && conclusion !== 'cancelled')
  for (const run of runs)
    if (run.status !== 'completed') lost.push(`${name}: check ${run.id} is ${run.status}: ${told(runs)}`)
  for (const run of verdicts) if (!isVerdict(run, errors)) lost.push(`${name}: check ${run.id} is wrong: ${told(runs)}`)
  if (verdicts.length > asked)
    duplicates.push(`${name} was asked for ${asked} times and has ${verdicts.length} verdicts: ${told(runs)}`)
  const scans = runs.map(({ externalId }) => externalId)
  if (new Set(scans).size < scans.length) duplicates.push(`${name} has several check runs of one scan: ${told(runs)}`)
}

/** Each error is told once, where it is: no two of them are on one line. */
const isVerdict = ({ status, conclusion, annotations }: CheckRun, errors: number) =>
  status === 'completed' &&
  conclusion === verdictOf(errors) &&
  annotations.length === errors &&
  new Set(annotations.map(({ path, start_line }) => `${path}:${start_line}`)).size === errors

const told = (runs: readonly CheckRun[]): string =>
  runs.length === 0
    ? 'no check run'
    : runs
        .map(
          ({ id, externalId, status, conclusion, output, annotations }) =>
            `[check ${id} of scan ${externalId}: ${status} ${conclusion ?? ''} "${output.title}", ${annotations.length} annotations]`,
        )
        .join(' ')

/** In ms: how long all must stay quiet to count as quiet. */
const STAYS_QUIET = 3_000

export interface Settled {
  judgement: Judgement
  /** ms until nothing was left to do; null: it never came to that. */
  quietAfter: number | null
  /** What was left to do the last. */
  last: string[]
}

/** Waits until nothing is left to do. */
export async function settle(cluster: Judged, ledger: Ledger, withinMs: number): Promise<Settled> {
  const begun = Date.now()
  let quietSince: number | null = null
  let last: string[] = []
  for (;;) {
    const judgement = await ledger.judge(cluster)
    const now = Date.now()
    if (judgement.lost.length > 0) last = judgement.lost
    quietSince = judgement.lost.length > 0 ? null : (quietSince ?? now)
    if (quietSince !== null && now - quietSince >= STAYS_QUIET)
      return { judgement, quietAfter: quietSince - begun, last }
    if (now - begun > withinMs) return { judgement, quietAfter: null, last }
    await sleep(500)
  }
}

// ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What the app has still to do, by its own books. */
async function openRows(cluster: Judged): Promise<string[]> {
  // Deliveries first: one that is processed between the two questions leads to a scan that the second one finds.
  const deliveries = await cluster.query(
    `SELECT id, event, action, attempts, not_before, error FROM webhook_delivery WHERE processed_at IS NULL`,
  )
  const scans = await cluster.query(
    `SELECT id, kind, head_sha, ref, status, attempts, token, lease_until, not_before, dispatched_at, superseded_by, error
     FROM scan WHERE status IN ('queued', 'running') ORDER BY created_at`,
  )
  return [
    ...scans.map((row) => `a scan is open: ${JSON.stringify(row)}`),
    ...deliveries.map((row) => `a delivery is not processed: ${JSON.stringify(row)}`),
  ]
}

/** What GitHub sent, and the app has never heard of. */
async function lostDeliveries(cluster: Judged): Promise<string[]> {
  const { deliveries } = cluster.github
  const known = new Set((await cluster.query<{ id: string }>('SELECT id FROM webhook_delivery')).map(({ id }) => id))
  const missing = new Map(
    deliveries.flatMap(({ guid, event, action }) =>
      known.has(guid) || !mayAsk(event, action) ? [] : [[guid, `${event} ${action ?? ''}`]],
    ),
  )
  return [...missing].map(([guid, what]) => `the delivery ${guid} (${what}) never arrived`)
}

// ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A secondary limit that was armed: which installation meets it, and how long it must wait then. */
export interface Limit {
  installation: number
  armedAt: number
  seconds: number
}

/**
 * Requests of an installation between the moment at which it was told to wait (and `graceMs` for what was under way, and for
 * the other processes to hear of it) and the end of that time.
 */
export function early(requests: readonly LoggedRequest[], limits: readonly Limit[], graceMs: number): LoggedRequest[] {
  return limits.flatMap(({ installation, armedAt, seconds }) => {
    const own = requests.filter((request) => request.installation === installation)
    const told = own.find(({ at, status }) => status === 403 && at.getTime() >= armedAt)?.at.getTime()
    if (told === undefined) return []
    return own.filter(({ at }) => at.getTime() > told + graceMs && at.getTime() < told + seconds * 1000)
  })
}
