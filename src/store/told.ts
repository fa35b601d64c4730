/** Scans whose progress is told to those who watch, as it goes through the store. */
import type { ScanMeasures } from '../scan/ports/measures.ts'
import type { Next } from '../scan/ports/outcome.ts'
import { hasEnded, type ProgressDetail, type ScanProgress, type TellProgress } from '../scan/ports/progress.ts'
import type { Contest, FailedScan, PullRequest, Scan, ScanUpdate, Taken } from '../scan/ports/store.ts'
import type { Database } from './database.ts'
import { MeasuredScans } from './measured.ts'
import { ProgressOfScans } from './progress.ts'

/** What is written stands first. Nobody waits for what is told, and nothing fails of it: the rows say it too. */
export class ToldScans extends MeasuredScans {
  readonly #rows: ProgressOfScans
  readonly #tell: TellProgress

  constructor(database: Database, measures: ScanMeasures, tell: TellProgress) {
    super(database, measures)
    this.#rows = new ProgressOfScans(database)
    this.#tell = tell
  }

  override async take(scanId: string, leaseMs: number): Promise<Taken> {
    const taken = await super.take(scanId, leaseMs)
    if (typeof taken === 'object' && 'scan' in taken) {
      this.#tell(moment(taken.scan, {}, words('It begins.')))
    }
    return taken
  }

  override async update(scan: Scan, update: ScanUpdate, detail?: ProgressDetail): Promise<void> {
    await super.update(scan, update)
    if (update.progress !== undefined) this.#tell(moment(scan, update, detail ?? words('It is under way.')))
  }

  override async supersede(contest: Contest, head: string): Promise<Set<string>> {
    const ids = await super.supersede(contest, head)
    // Those that are under way go on until whoever runs them sees it.
    if (ids.size > 0) await this.#tellRows([...ids], hasEnded)
    return ids
  }

  override async finish(scan: Scan, told: readonly number[], next: Next): Promise<PullRequest[]> {
    const waiting = await super.finish(scan, told, next)
    if (waiting.length === 0) await this.#tellRows([scan.id])
    return waiting
  }

  override async finishReplay(scan: Scan, again: boolean): Promise<void> {
    await super.finishReplay(scan, again)
    await this.#tellRows([scan.id])
  }

  override async finishReport(...finished: Parameters<MeasuredScans['finishReport']>): Promise<void> {
    await super.finishReport(...finished)
    await this.#tellRows([finished[0].id])
  }

  override async skip(scan: Scan, reason: string): Promise<void> {
    await super.skip(scan, reason)
    await this.#tellRows([scan.id])
  }

  override async fail(scan: Scan, error: string, more: FailedScan = {}): Promise<void> {
    await super.fail(scan, error, more)
    await this.#tellRows([scan.id])
  }

  override async withdraw(scan: Scan): Promise<void> {
    await super.withdraw(scan)
    await this.#tellRows([scan.id])
  }

  override async release(scan: Scan, delayMs: number, error: string | null, counted: boolean): Promise<void> {
    await super.release(scan, delayMs, error, counted)
    await this.#tellRows([scan.id])
  }

  /** As the rows now stand. Where they can't be read, whoever answers finds out when it looks at them the next time. */
  async #tellRows(ids: string[], which: (state: ScanProgress) => boolean = () => true): Promise<void> {
    const states = await this.#rows.states(ids, []).catch(() => [])
    for (const state of states.filter(which)) this.#tell(state)
  }
}

const words = (message: string): ProgressDetail => ({ message, filesProcessed: null, totalFiles: null })

/** While it runs. */
const moment = (
  { id, kind, repository, token }: Scan,
  { phase, progress }: ScanUpdate,
  detail: ProgressDetail,
): ScanProgress => ({
  ...{ scanId: id, kind },
  repositoryId: Number(repository.id),
  ...{ token, status: 'running', phase: phase ?? null, progress: progress ?? 0, ...detail },
  timestamp: new Date().toISOString(),
  ...{ result: null, error: null },
})
