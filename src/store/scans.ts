import { Prisma } from '../generated/prisma/client.ts'
import type { Next, Outcome } from '../scan/ports/outcome.ts'
import type { MadeReport } from '../scan/ports/reports.ts'
import type { RepositoryRef } from '../scan/ports/source.ts'
import {
  type CompletedScan,
  type Contest,
  type FailedScan,
  hasReached,
  type PullRequest,
  type Scan,
  type ScanStore,
  type ScanUpdate,
  type Taken,
  type TrackedChange,
} from '../scan/ports/store.ts'
import { type Database, LONG_TRANSACTION } from './database.ts'
import { dueAgain, keepDue } from './due.ts'
import { clearAway, queueAgain, queueReplay } from './follow-ups.ts'
import { laneOf } from './intents.ts'
import { storable } from './json.ts'
import { setLeased, takeLease, writeLeased } from './leases.ts'
import { nameHead } from './naming.ts'
import { completedScans, keepFindings, keepOutcome, keptOutcome } from './outcomes.ts'
import { openBases, pullsToTell, updatePull } from './pull-requests.ts'
import { keepReports } from './reports.ts'
import { writeSnapshot } from './snapshot.ts'
import { handOver, readContest, supersede, withdraw } from './supersede.ts'

/** A first scan that came to nothing counts as tried for so long. */
const TRIED = Prisma.sql`interval '10 minutes'`

const COMPLETED = Prisma.sql`
  status = 'completed', progress = 100, error = NULL, lease_until = NULL, completed_at = now()`

export class Scans implements ScanStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  take(scanId: string, leaseMs: number): Promise<Taken> {
    return takeLease(this.#database, scanId, leaseMs)
  }

  contest(scanId: string): Promise<Contest | null> {
    return readContest(this.#database, scanId)
  }

  supersede(contest: Contest, head: string): Promise<Set<string>> {
    return supersede(this.#database, contest, head)
  }

  withdraw(scan: Scan): Promise<void> {
    return withdraw(this.#database, scan)
  }

  handOver(scan: Scan): Promise<boolean> {
    return handOver(this.#database, scan)
  }

  async renew(scan: Scan, leaseMs: number): Promise<void> {
    await setLeased(this.#database.client, scan, Prisma.sql`lease_until = now() + ${leaseMs}::float8 * interval '1 ms'`)
  }

  async update(scan: Scan, { stage, ...rest }: ScanUpdate): Promise<void> {
    const further = stage !== undefined && !hasReached(scan, stage)
    const update = { ...rest, ...(further && { stage }) }
    // An update of nothing meets no row of the embedded database, which would look like a lease that is lost.
    if (Object.keys(update).length > 0) await this.#write(scan, update)
    // The worker has to know whether there is a check run to complete, and what was told, whatever becomes of the scan.
    if (rest.checkRunId !== undefined) scan.checkRunId = rest.checkRunId
    if (further) scan.stage = stage
  }

  #write(scan: Scan, update: ScanUpdate): Promise<void> {
    const named = update.headSha !== undefined && update.headSha !== scan.headSha
    return named ? nameHead(this.#database, scan, update) : writeLeased(this.#database.client, scan, update)
  }

  /**
   * The rows of the repository and the scan are written last: they stay unlocked through the long part, so that leases
   * are renewed and events of the same repository are stored meanwhile. Repository before scan, as in intents.ts.
   */
  async persist(scan: Scan, outcome: Outcome, tracked: TrackedChange | null): Promise<void> {
    await this.#database.client.$transaction(async (transaction) => {
      await keepFindings(this.#database, transaction, scan.id, outcome.assessment.findings)
      if (tracked) {
        await writeSnapshot(this.#database, transaction, scan, tracked)
        await transaction.$executeRaw`
          UPDATE repository SET tracked_head = ${tracked.commit}, tracked_scan_id = ${scan.id}::uuid, tracked_at = now()
          WHERE id = ${scan.repository.id}`
      }
      await keepDue(transaction, scan, outcome.dueAt)
      await keepOutcome(transaction, scan, outcome)
    }, LONG_TRANSACTION)
    scan.stage = 'persisted'
  }

  outcome(scan: Scan): Promise<Outcome | null> {
    return keptOutcome(this.#database, scan)
  }

  /**
   * The row is locked first: an event that makes a pull request known and joins this scan waits for the same row, so it
   * is either seen here or finds the scan completed and queues another.
   */
  async finish(scan: Scan, told: readonly number[], { again, replay, dueAt }: Next): Promise<PullRequest[]> {
    return this.#database.client.$transaction(async (transaction) => {
      await setLeased(transaction, scan, Prisma.sql`progress = progress`)
      const waiting = await pullsToTell(transaction, scan, told)
      if (waiting.length > 0) return waiting
      await setLeased(transaction, scan, Prisma.sql`${COMPLETED}, phase = 'Complete', stage = 'commented'`)
      if (again !== null) await queueAgain(transaction, scan, again)
      if (replay !== null) await queueReplay(transaction, scan, replay)
      // The moment may have passed, and been looked at without this scan, since it was kept.
      await keepDue(transaction, scan, dueAt)
      await clearAway(transaction, scan)
      return []
    })
  }

  async finishReplay(scan: Scan, again: boolean): Promise<void> {
    await this.#database.client.$transaction(async (transaction) => {
      await setLeased(transaction, scan, COMPLETED)
      if (again) await queueAgain(transaction, scan, 'provenance')
    })
  }

  async finishReport(scan: Scan, of: string, made: readonly MadeReport[]): Promise<void> {
    await this.#database.client.$transaction(async (transaction) => {
      // Repository before scan, as in intents.ts.
      await keepReports(transaction, { ...scan.repository, scanId: of }, made, { actor: 'rosie-guard' })
      await setLeased(transaction, scan, COMPLETED)
    }, LONG_TRANSACTION)
  }

  async skip(scan: Scan, reason: string): Promise<void> {
    await this.#end(scan, 'skipped', reason)
  }

  async fail(scan: Scan, error: string, { refused = false }: FailedScan = {}): Promise<void> {
    await this.#end(scan, 'failed', error, refused)
  }

  async #end(scan: Scan, status: 'skipped' | 'failed', why: string, refused = false): Promise<void> {
    await this.#database.client.$transaction(async (transaction) => {
      if (status === 'failed') await dueAgain(transaction, scan)
      await setLeased(
        transaction,
        scan,
        Prisma.sql`status = ${status}::scan_status, error = ${storable(why)}, refused = ${refused}, lease_until = NULL,
          completed_at = now()`,
      )
      await clearAway(transaction, scan)
    })
  }

  async release(scan: Scan, delayMs: number, error: string | null, counted: boolean): Promise<void> {
    await setLeased(
      this.#database.client,
      scan,
      Prisma.sql`status = 'queued', lease_until = NULL, dispatched_at = NULL,
        not_before = now() + ${delayMs}::float8 * interval '1 ms',
        error = ${error === null ? null : storable(error)}::text, attempts = attempts - ${counted ? 0 : 1}`,
    )
  }

  completedScans(repositoryId: bigint, headSha: string): Promise<CompletedScan[]> {
    return completedScans(this.#database, repositoryId, headSha)
  }

  openBases(repositoryId: bigint, headSha: string): Promise<string[]> {
    return openBases(this.#database.client, repositoryId, headSha)
  }

  /** Its trigger is `installation`: nobody named this head, so the scan opens a check run only where there is a record. */
  async ensureTracked({ id }: RepositoryRef): Promise<boolean> {
    const [state] = await this.#database.client.$queryRaw<{ underWay: boolean; tried: boolean }[]>`
      SELECT coalesce(bool_or(status IN ('queued', 'running')), false) AS "underWay",
             coalesce(bool_or(status = 'completed' OR completed_at > now() - ${TRIED}), false) AS tried
      FROM scan WHERE repository_id = ${id} AND kind = 'tracked' AND status <> 'superseded'`
    if (state?.underWay) return true
    if (state?.tried) return false
    await this.#database.client.$executeRaw`
      INSERT INTO scan (repository_id, kind, trigger, lane) VALUES (${id}, 'tracked', 'installation', ${laneOf(id, 'tracked', null)})
      ON CONFLICT DO NOTHING`
    return true
  }

  updatePull(...update: Parameters<ScanStore['updatePull']>): Promise<void> {
    return updatePull(this.#database.client, ...update)
  }
}
