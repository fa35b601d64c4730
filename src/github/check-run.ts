/** The check run of one scan. https://docs.github.com/en/rest/checks/runs */

import { cut, MAX_MARKDOWN_BYTES, text } from '../report/markdown.ts'
import { defuse, oneLine, shortenBytes, visible } from '../report/plain.ts'
import type { CheckPage } from '../report/summary.ts'
import type { Conclusion, Finding } from '../rosie/assessment.ts'
import { NotFound, RateLimited, UnknownCommit, Unreachable } from '../scan/errors.ts'
import { PHASES, type Phase } from '../scan/ports/store.ts'
import type { Purpose } from './governor.ts'
import { retrying } from './octokit.ts'
import { CHECK_NAME, ownChecks } from './own-checks.ts'
import type { PublisherOptions } from './publisher.ts'

/** The button's identifier, as `check_run.requested_action` brings it back. */
export const RESCAN = 'rescan'

export const ACTIONS = [{ label: 'Scan again', description: 'Scan this commit once more', identifier: RESCAN }]

/** Annotations a request. */
const BATCH = 50

/** Of an annotation's message: 64 KB. */
const MAX_MESSAGE_BYTES = 64_000
const MAX_TITLE = 255

/** Each update costs a request: short scans show none, long ones one in ten seconds. In ms. */
const QUIET_AT_FIRST = 5_000
const QUIET_BETWEEN = 10_000

interface Annotation {
  path: string
  start_line: number
  end_line: number
  start_column?: number
  end_column?: number
  annotation_level: 'failure' | 'warning' | 'notice'
  title: string
  message: string
}

interface Change {
  status?: 'completed'
  conclusion?: Conclusion | 'cancelled'
  completed_at?: string
  output: { title: string; summary: string; annotations?: Annotation[] }
  actions?: { label: string; description: string; identifier: string }[]
}

/** What GitHub shows, as far as it was confirmed. */
interface Shown {
  /** Null while in progress. */
  conclusion: string | null
  annotations: number
}

export class CheckRun {
  readonly #options: PublisherOptions
  readonly #target: { owner: string; repo: string }
  #id: number | null
  /** Null: an earlier attempt, or a request without an answer, may have changed it. Read before anything is appended. */
  #shown: Shown | null = null
  #ended = false
  #quietUntil = Number.POSITIVE_INFINITY

  constructor(options: PublisherOptions) {
    const { checkRunId, repository } = options.scan
    this.#options = options
    this.#target = { owner: repository.owner, repo: repository.name }
    this.#id = checkRunId === null ? null : Number(checkRunId)
  }

  async open(): Promise<void> {
    await this.#opened()
    this.#quietUntil = this.#options.now() + QUIET_AT_FIRST
  }

  /** Nothing depends on it: where GitHub can't be reached or asks to wait, this update is dropped. */
  async progress(phase: Phase, detail: string): Promise<void> {
    const now = this.#options.now()
    if (this.#id === null || this.#ended || now < this.#quietUntil) return
    this.#quietUntil = now + QUIET_BETWEEN
    try {
      const output = { title: `${phase} (${PHASES[phase]} %)`, summary: text(detail, 1000) }
      await this.#update(this.#id, { output }, 'progress')
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof RateLimited)) throw error
    }
  }

  async conclude(page: CheckPage): Promise<void> {
    const id = await this.#opened()
    this.#ended = true
    const annotations = page.annotations.filter(isPlaced).map(annotation)
    let complete = false
    while (!complete) complete = await retrying(() => this.#sendNext(id, page, annotations))
  }

  async fail(title: string, summary: string): Promise<void> {
    await this.#end(await this.#opened(), 'failure', title, summary)
  }

  /** Neutral would let a required check pass. Where none was opened, none is. */
  async cancel(title: string, summary: string): Promise<void> {
    const id = this.#id ?? (this.#options.scan.attempt > 1 ? await this.#find() : null)
    if (id !== null) await this.#end(id, 'cancelled', title, summary)
  }

  /** Completes the check run without a verdict. */
  async #end(id: number, conclusion: 'failure' | 'cancelled', title: string, summary: string): Promise<void> {
    this.#ended = true
    this.#shown = null
    const output = { title: oneLine(title, MAX_TITLE), summary: cut(summary, MAX_MARKDOWN_BYTES) }
    await retrying(() => this.#update(id, { ...this.#completed(conclusion), output, actions: ACTIONS }))
    await this.#options.store.update(this.#options.scan, { stage: 'concluded' })
  }

  /** The check run's id: the known one, the one an earlier attempt made without hearing of it, or a new one's. */
  async #opened(): Promise<number> {
    if (this.#id !== null) return this.#id
    const { scan, store } = this.#options
    const id = await this.#findOrCreate()
    this.#id = id
    await store.update(scan, { checkRunId: BigInt(id), stage: 'opened' })
    return id
  }

  /** Looks first wherever a creation may have been applied without an answer. */
  async #findOrCreate(): Promise<number> {
    const { attempt } = this.#options.scan
    let unanswered: Unreachable | null = null
    return retrying(async () => {
      try {
        const found = attempt > 1 || unanswered ? await this.#find() : null
        return found ?? (await this.#create())
      } catch (error) {
        if (error instanceof Unreachable) unanswered = error
        // Waiting for a limit is no attempt, but this must count as one: the next one has to look first.
        throw error instanceof RateLimited ? (unanswered ?? error) : error
      }
    })
  }

  async #create(): Promise<number> {
    const { octokit, scan, now } = this.#options
    const { data } = await octokit.rest.checks.create({
      ...this.#target,
      name: CHECK_NAME,
      head_sha: scan.headSha,
      status: 'in_progress',
      external_id: scan.id,
      started_at: new Date(now()).toISOString(),
    })
    this.#shown = { conclusion: null, annotations: 0 }
    return data.id
  }

  async #find(): Promise<number | null> {
    const { octokit, scan, app } = this.#options
    const own = await ownChecks(octokit, { ...this.#target, ref: scan.headSha }, app.id).catch((error: unknown) => {
      // Whether the commit is there now, creating the check run will tell.
      if (error instanceof NotFound || error instanceof UnknownCommit) return []
      throw error
    })
    const found = own.find(({ external_id }) => external_id === scan.id)
    if (!found) return null
    this.#shown = { conclusion: found.conclusion, annotations: found.output.annotations_count }
    return found.id
  }

  async #read(id: number): Promise<Shown> {
    const { data } = await this.#options.octokit.rest.checks.get({ ...this.#target, check_run_id: id })
    return { conclusion: data.conclusion, annotations: data.output.annotations_count }
  }

  /**
   * Sends what GitHub lacks, as much as one request takes; true when it has all. The conclusion goes first, with the first
   * annotations: what people wait for doesn't wait for the rest. Annotations are appended to those that GitHub has.
   */
  async #sendNext(id: number, page: CheckPage, annotations: readonly Annotation[]): Promise<boolean> {
    const { title, summary, conclusion } = page
    const shown = this.#shown ?? (await this.#read(id))
    const concluded = shown.conclusion === conclusion
    if (concluded && shown.annotations >= annotations.length) {
      await this.#options.store.update(this.#options.scan, { stage: 'annotated' })
      return true
    }
    const batch = annotations.slice(shown.annotations, shown.annotations + BATCH)
    const change = { output: { title, summary, annotations: batch }, actions: ACTIONS }
    this.#shown = null
    if (concluded) await this.#update(id, change, 'annotations')
    else await this.#update(id, { ...this.#completed(conclusion), ...change })
    this.#shown = { conclusion, annotations: shown.annotations + batch.length }
    const { store, scan } = this.#options
    const complete = this.#shown.annotations >= annotations.length
    const stage = complete ? 'annotated' : 'concluded'
    await store.update(scan, { annotationsSent: this.#shown.annotations, stage })
    return complete
  }

  #completed(conclusion: Conclusion | 'cancelled') {
    return { status: 'completed' as const, conclusion, completed_at: new Date(this.#options.now()).toISOString() }
  }

  async #update(id: number, change: Change, purpose: Purpose | null = null): Promise<void> {
    const { octokit } = this.#options
    await octokit.rest.checks.update({ ...this.#target, check_run_id: id, ...change, request: { purpose } })
  }
}

type Placed = Finding & { path: string; line: number }

const isPlaced = (finding: Finding): finding is Placed => finding.path !== null && finding.line !== null

const LEVELS = { error: 'failure', warning: 'warning', notice: 'notice' } as const

/** GitHub shows messages as plain text, but looks for mentions in any text. */
function annotation({ path, line, endLine, column, endColumn, severity, rule, message }: Placed): Annotation {
  const end = endLine ?? line
  return {
    path,
    start_line: line,
    end_line: end,
    // "Annotations only support start_column and end_column on the same line."
    ...(end === line && column !== null ? { start_column: column } : {}),
    ...(end === line && column !== null && endColumn !== null ? { end_column: endColumn } : {}),
    annotation_level: LEVELS[severity],
    title: oneLine(rule, MAX_TITLE),
    message: shortenBytes(defuse(visible(message)), MAX_MESSAGE_BYTES),
  }
}
