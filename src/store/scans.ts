import { Prisma } from '../generated/prisma/client.ts'
import type { AssessedFinding, Summary } from '../rosie/assessment.ts'
import type { Next, Outcome } from '../scan/ports/outcome.ts'
import type { MadeReport } from '../scan/ports/reports.ts'
import type { RepositoryRef } from '../scan/ports/source.ts'
import {
  type CompletedScan,
  type Contest,
  hasReached,
  type PullRequest,
  type ReplayWish,
  type Scan,
  type ScanStore,
  type ScanUpdate,
  type Taken,
  type TrackedChange,
} from '../scan/ports/store.ts'
import { isUnasked } from '../scan/publish.ts'
import { type Connection, type Database, LONG_TRANSACTION } from './database.ts'
import { dueAgain, keepDue } from './due.ts'
import { isUniqueViolation } from './errors.ts'
import { laneOf } from './intents.ts'
import { storable, toJson } from './json.ts'
import { setLeased, setWanted, takeLease, writeLeased } from './leases.ts'
import { keepReports, keptAssessment } from './reports.ts'
import { inChunks } from './rows.ts'
import { writeSnapshot } from './snapshot.ts'
import { handOver, readContest, supersede, withdraw } from './supersede.ts'

/** A first scan that came to nothing counts as tried for so long. */
const TRIED = Prisma.sql`interval '10 minutes'`

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

  async #write(scan: Scan, update: ScanUpdate): Promise<void> {
    const { client } = this.#database
    if (update.headSha === undefined || update.headSha === scan.headSha) return writeLeased(client, scan, update)
    // A wish for the same head may be queued between the two statements of one try.
    for (let tries = 1; ; tries++) {
      try {
        return await client.$transaction((transaction) => nameHead(transaction, scan, { ...update }))
      } catch (error) {
        if (tries === 3 || !isUniqueViolation(error)) throw error
      }
    }
  }

  /**
   * The rows of the repository and the scan are written last: they stay unlocked through the long part, so that leases
   * are renewed and events of the same repository are stored meanwhile. Repository before scan, as in intents.ts.
   */
  async persist(scan: Scan, outcome: Outcome, tracked: TrackedChange | null): Promise<void> {
    const { findings, ...assessment } = outcome.assessment
    await this.#database.client.$transaction(async (transaction) => {
      await replaceFindings(this.#database, transaction, scan.id, findings)
      if (tracked) {
        await writeSnapshot(this.#database, transaction, scan, tracked)
        await transaction.$executeRaw`
          UPDATE repository SET tracked_head = ${tracked.commit}, tracked_scan_id = ${scan.id}::uuid, tracked_at = now()
          WHERE id = ${scan.repository.id}`
      }
      await keepDue(transaction, scan, outcome.dueAt)
      await setWanted(
        transaction,
        scan,
        Prisma.sql`conclusion = ${assessment.conclusion}, summary = ${toJson(assessment.summary)}::jsonb,
          assessment = ${toJson(keptAssessment(outcome.assessment))}::jsonb,
          judged_by = ${outcome.judgedBy}, requests = ${outcome.requests}, stage = 'persisted',
          outcome = ${toJson({ ...outcome, assessment })}::jsonb || jsonb_build_object('forced', forced)`,
      )
    }, LONG_TRANSACTION)
    scan.stage = 'persisted'
  }

  async outcome({ id }: Scan): Promise<Outcome | null> {
    const row = await this.#database.client.scan.findUnique({
      where: { id },
      select: { outcome: true, findings: { omit: { id: true, scanId: true }, orderBy: { id: 'asc' } } },
    })
    if (!row?.outcome) return null
    // `forced`: whether a person had asked for it by then (`clearAway`).
    const { forced: _, ...kept } = row.outcome as unknown as Outcome & { forced: boolean }
    return { ...kept, assessment: { ...kept.assessment, findings: row.findings as AssessedFinding[] } }
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
      await setLeased(
        transaction,
        scan,
        Prisma.sql`status = 'completed', phase = 'Complete', progress = 100, stage = 'commented', error = NULL,
          lease_until = NULL, completed_at = now()`,
      )
      if (again !== null) {
        await transaction.$executeRaw`
          INSERT INTO scan (repository_id, kind, head_sha, ref, base_ref, base_sha, trigger, shared, lane)
          SELECT repository_id, kind, head_sha, ref, base_ref, base_sha, ${again}, shared, lane FROM scan WHERE id = ${scan.id}::uuid
          ON CONFLICT DO NOTHING`
      }
      if (replay !== null) await queueReplay(transaction, scan, replay)
      // The moment may have passed, and been looked at without this scan, since it was kept.
      await keepDue(transaction, scan, dueAt)
      await clearAway(transaction, scan)
      return []
    })
  }

  async finishReplay(scan: Scan, again: boolean): Promise<void> {
    const { repository, baseRef, headSha } = scan
    const kind = baseRef === null ? 'tracked' : 'change'
    await this.#database.client.$transaction(async (transaction) => {
      await setLeased(
        transaction,
        scan,
        Prisma.sql`status = 'completed', progress = 100, error = NULL, lease_until = NULL, completed_at = now()`,
      )
      if (!again) return
      await transaction.$executeRaw`
        INSERT INTO scan (repository_id, kind, head_sha, ref, base_ref, base_sha, trigger, shared, lane)
        SELECT repository_id, ${kind}::scan_kind, head_sha, ref, base_ref, base_sha, 'provenance', shared,
               ${laneOf(repository.id, kind, headSha)}
        FROM scan WHERE id = ${scan.id}::uuid
        ON CONFLICT DO NOTHING`
    })
  }

  async finishReport(scan: Scan, of: string, made: readonly MadeReport[]): Promise<void> {
    await this.#database.client.$transaction(async (transaction) => {
      await setLeased(
        transaction,
        scan,
        Prisma.sql`status = 'completed', progress = 100, error = NULL, lease_until = NULL, completed_at = now()`,
      )
      await keepReports(transaction, { ...scan.repository, scanId: of }, made, { actor: 'rosie-guard' })
    }, LONG_TRANSACTION)
  }

  async skip(scan: Scan, reason: string): Promise<void> {
    await this.#end(scan, 'skipped', reason)
  }

  async fail(scan: Scan, error: string): Promise<void> {
    await this.#end(scan, 'failed', error)
  }

  async #end(scan: Scan, status: 'skipped' | 'failed', why: string): Promise<void> {
    await this.#database.client.$transaction(async (transaction) => {
      if (status === 'failed') await dueAgain(transaction, scan)
      await setLeased(
        transaction,
        scan,
        Prisma.sql`status = ${status}::scan_status, error = ${storable(why)}, lease_until = NULL, completed_at = now()`,
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

  async completedScans(repositoryId: bigint, headSha: string): Promise<CompletedScan[]> {
    const { client } = this.#database
    const newest = await client.$queryRaw<{ id: string }[]>`
      SELECT DISTINCT ON (base_ref) id FROM scan
      WHERE repository_id = ${repositoryId} AND head_sha = ${headSha} AND status = 'completed' AND kind <> 'replay'
      ORDER BY base_ref, completed_at DESC`
    const scans = await client.scan.findMany({
      where: { id: { in: newest.map(({ id }) => id) } },
      include: { findings: { omit: { id: true, scanId: true }, orderBy: { id: 'asc' } } },
      orderBy: { completedAt: 'desc' },
    })
    return scans.map(({ id, baseRef, baseSha, checkRunId, conclusion, summary, judgedBy, findings }) => ({
      ...{ id, baseRef, baseSha, checkRunId },
      conclusion: conclusion ?? '',
      summary: summary as unknown as Summary,
      judgedBy: judgedBy ?? '',
      findings: findings as AssessedFinding[],
    }))
  }

  async openBases(repositoryId: bigint, headSha: string): Promise<string[]> {
    const pulls = await this.#database.client.pullRequest.findMany({
      where: { repositoryId, headSha, open: true },
      select: { baseRef: true },
      distinct: ['baseRef'],
    })
    return pulls.map(({ baseRef }) => baseRef)
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

  async updatePull(
    repositoryId: bigint,
    number: number,
    update: Partial<Pick<PullRequest, 'commentId' | 'commentHash' | 'commentUnsure'>>,
  ): Promise<void> {
    await this.#database.client.pullRequest.updateMany({ where: { repositoryId, number }, data: update })
  }
}

/**
 * The end of a scan: what was to be told is gone. A person who asked for it after its result was kept, or while nobody
 * waited for it, gets a scan, and a check run, of their own.
 */
async function clearAway(connection: Connection, scan: Scan): Promise<void> {
  await connection.$executeRaw`
    WITH cleared AS (UPDATE scan SET outcome = NULL WHERE id = ${scan.id}::uuid AND outcome IS NOT NULL)
    INSERT INTO scan (repository_id, kind, head_sha, ref, base_ref, base_sha, trigger, forced, shared, lane)
    SELECT repository_id, kind, head_sha, ref, base_ref, base_sha, 'rerequested', true, shared, lane
    FROM scan
    WHERE id = ${scan.id}::uuid AND forced AND (${isUnasked(scan)} OR outcome ->> 'forced' = 'false')
    ON CONFLICT DO NOTHING`
}

/** With the scan's head and base, which are scanned again when something was learnt. One at a time in a repository. */
async function queueReplay(connection: Connection, { id, repository }: Scan, wish: ReplayWish): Promise<void> {
  await connection.$executeRaw`
    INSERT INTO scan (repository_id, kind, head_sha, ref, base_ref, base_sha, trigger, shared, lane, replay)
    SELECT repository_id, 'replay', head_sha, ref, base_ref, base_sha, trigger, shared,
           ${laneOf(repository.id, 'replay', null)}, ${toJson(wish)}::jsonb
    FROM scan WHERE id = ${id}::uuid
    ON CONFLICT DO NOTHING`
}

/** The open pull requests of the scan's head and base that have not been told. A tracked scan has none. */
async function pullsToTell(connection: Connection, scan: Scan, told: readonly number[]): Promise<PullRequest[]> {
  if (scan.baseRef === null || scan.headSha === null) return []
  return connection.pullRequest.findMany({
    where: {
      ...{ repositoryId: scan.repository.id, headSha: scan.headSha, baseRef: scan.baseRef, open: true },
      number: { notIn: [...told] },
    },
    select: {
      ...{ number: true, headSha: true, baseRef: true, fromOpening: true },
      ...{ commentId: true, commentHash: true, commentUnsure: true },
    },
    orderBy: { number: 'asc' },
  })
}

/**
 * The tip of the branch turned out to be `headSha`. A scan of the same head and base that still waits is joined: it ends
 * here, and what was promised for it becomes this scan's (also in the object given): its trigger, since a head that was
 * pushed gets a check run whatever is found, a person's wish, what it was compared with, and the check run that an earlier
 * attempt opened, if any.
 */
async function nameHead(connection: Connection, scan: Scan, update: ScanUpdate): Promise<void> {
  const [joined] = await connection.$queryRaw<
    Pick<Scan, 'trigger' | 'forced' | 'baseSha' | 'checkRunId' | 'annotationsSent'>[]
  >`
    UPDATE scan SET status = 'skipped', error = ${`Scan ${scan.id} has this head already.`}, completed_at = now(),
      outcome = NULL, stage = CASE WHEN ${scan.checkRunId === null} THEN NULL ELSE stage END
    WHERE repository_id = ${scan.repository.id} AND kind = ${scan.kind}::scan_kind AND head_sha = ${update.headSha}
      AND base_ref IS NOT DISTINCT FROM ${scan.baseRef}::text AND status = 'queued' AND id <> ${scan.id}::uuid
    RETURNING trigger, forced, base_sha AS "baseSha", check_run_id AS "checkRunId", annotations_sent AS "annotationsSent"`
  if (!joined) return writeLeased(connection, scan, update)
  const { trigger, forced, baseSha, ...check } = joined
  const opened = check.checkRunId !== null && scan.checkRunId === null
  const inherited = { trigger, forced: forced || scan.forced, baseSha: scan.baseSha ?? baseSha, ...(opened && check) }
  await writeLeased(connection, scan, { ...inherited, ...(opened && { stage: 'opened' as const }), ...update })
  Object.assign(scan, inherited)
}

async function replaceFindings(
  database: Database,
  connection: Connection,
  scanId: string,
  findings: readonly AssessedFinding[],
): Promise<void> {
  await connection.$executeRaw`DELETE FROM finding WHERE scan_id = ${scanId}::uuid`
  await inChunks(
    database,
    findings,
    (rows) => connection.$executeRaw`
      INSERT INTO finding (scan_id, rule, severity, path, line, end_line, "column", end_column, gxp_id, message, fingerprint,
        status)
      SELECT ${scanId}::uuid, rule, severity, path, line, "endLine", "column", "endColumn", "gxpId", message, fingerprint,
        status
      FROM json_to_recordset(${rows}::json) AS finding
        (rule text, severity text, path text, line int, "endLine" int, "column" int, "endColumn" int, "gxpId" text,
         message text, fingerprint text, status text)`,
  )
}
