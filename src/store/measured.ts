/** Scans that are counted as they go through the store: attempts, how they end, and how long each phase takes. */
import type { ScanMeasures, ScanOutcome } from '../scan/ports/measures.ts'
import type { Next, Outcome } from '../scan/ports/outcome.ts'
import type {
  Contest,
  FailedScan,
  Phase,
  PullRequest,
  Scan,
  ScanUpdate,
  Taken,
  TrackedChange,
} from '../scan/ports/store.ts'
import { LeaseLost } from '../scan/ports/store.ts'
import type { Database } from './database.ts'
import { Scans } from './scans.ts'

/** Between two writes of a scan, as this process sees it. */
interface Course {
  phase: Phase | null
  /** `performance.now()` when the phase began. */
  since: number
  /** What each phase has taken so far, in ms: a scan may come back to one. */
  spent: Map<Phase, number>
}

const CONCLUSIONS = ['success', 'failure', 'neutral'] as const

/** What is written stands first; it is counted afterwards, so that a write that is refused counts for nothing. */
export class MeasuredScans extends Scans {
  readonly #kept: Database
  readonly #measures: ScanMeasures
  /** Of the scans that this process runs, by id. A lost lease shows in the next write, its renewal at the latest. */
  readonly #courses = new Map<string, Course>()

  constructor(database: Database, measures: ScanMeasures) {
    super(database)
    this.#kept = database
    this.#measures = measures
  }

  override async take(scanId: string, leaseMs: number): Promise<Taken> {
    const taken = await super.take(scanId, leaseMs)
    if (typeof taken === 'object' && 'scan' in taken) {
      this.#courses.set(scanId, { phase: null, since: performance.now(), spent: new Map() })
      this.#measures.attempt(taken.scan.kind)
    }
    return taken
  }

  override async supersede(contest: Contest, head: string): Promise<Set<string>> {
    const ids = await super.supersede(contest, head)
    this.#measures.superseded(ids.size)
    return ids
  }

  override async renew(scan: Scan, leaseMs: number): Promise<void> {
    await this.#whileHeld(scan, super.renew(scan, leaseMs))
  }

  override async update(scan: Scan, update: ScanUpdate): Promise<void> {
    await this.#whileHeld(scan, super.update(scan, update))
    if (update.phase !== undefined) this.#enter(scan, update.phase)
  }

  override async persist(scan: Scan, outcome: Outcome, tracked: TrackedChange | null): Promise<void> {
    await this.#whileHeld(scan, super.persist(scan, outcome, tracked))
    this.#measures.found(outcome.assessment.findings)
  }

  override async finish(scan: Scan, told: readonly number[], next: Next): Promise<PullRequest[]> {
    const waiting = await this.#whileHeld(scan, super.finish(scan, told, next))
    if (waiting.length === 0) this.#end(scan, await this.#conclusion(scan))
    return waiting
  }

  override async finishReplay(scan: Scan, again: boolean): Promise<void> {
    await this.#whileHeld(scan, super.finishReplay(scan, again))
    this.#end(scan, 'replayed')
  }

  override async finishReport(...finished: Parameters<Scans['finishReport']>): Promise<void> {
    const [scan] = finished
    await this.#whileHeld(scan, super.finishReport(...finished))
    this.#end(scan, 'reported')
  }

  override async skip(scan: Scan, reason: string): Promise<void> {
    await this.#whileHeld(scan, super.skip(scan, reason))
    this.#end(scan, 'skipped')
  }

  override async fail(scan: Scan, error: string, more: FailedScan = {}): Promise<void> {
    await this.#whileHeld(scan, super.fail(scan, error, more))
    this.#end(scan, 'failed')
  }

  override async withdraw(scan: Scan): Promise<void> {
    await this.#whileHeld(scan, super.withdraw(scan))
    this.#end(scan, 'cancelled')
  }

  override async release(scan: Scan, delayMs: number, error: string | null, counted: boolean): Promise<void> {
    await this.#whileHeld(scan, super.release(scan, delayMs, error, counted))
    this.#leave(scan)
    this.#measures.givenBack(counted ? 'error' : error === null ? 'turn' : 'limit')
  }

  /** From its row, since an earlier attempt may have kept it. Null where it can't be read: the scan has ended all the same. */
  async #conclusion({ id }: Scan): Promise<ScanOutcome | null> {
    const reading = this.#kept.client.scan.findUnique({ where: { id }, select: { conclusion: true } })
    const scan = await reading.catch(() => null)
    return CONCLUSIONS.find((word) => word === scan?.conclusion) ?? null
  }

  #end(scan: Scan, outcome: ScanOutcome | null): void {
    this.#leave(scan)
    if (outcome !== null) this.#measures.ended(scan.kind, outcome)
  }

  #enter({ id }: Scan, next: Phase | null): void {
    const course = this.#courses.get(id)
    if (!course) return
    const { phase, since, spent } = course
    const now = performance.now()
    if (phase !== null) spent.set(phase, (spent.get(phase) ?? 0) + now - since)
    Object.assign(course, { phase: next, since: now })
  }

  #leave(scan: Scan): void {
    this.#enter(scan, null)
    for (const [phase, ms] of this.#courses.get(scan.id)?.spent ?? []) this.#measures.phase(phase, ms)
    this.#courses.delete(scan.id)
  }

  async #whileHeld<Result>({ id }: Scan, write: Promise<Result>): Promise<Result> {
    try {
      return await write
    } catch (error) {
      if (error instanceof LeaseLost) this.#courses.delete(id)
      throw error
    }
  }
}
