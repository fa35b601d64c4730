/** Scans that are asked for through the API. The wish, what a repeated request leads to and the event are one transaction. */
import { createHash } from 'node:crypto'
import type { ScanRequested } from '../scan/ports/intents.ts'
import { type By, recordAudit } from './audit.ts'
import type { Connection, Database } from './database.ts'
import { hurry } from './first-scans.ts'
import { addScan, kindOf } from './intents.ts'
import { storable } from './json.ts'
import { outOfReach } from './reach.ts'

/** Neither: the tip of the default branch. */
export interface ScanAsked {
  /** A branch, or `refs/pull/N/head`. Without a commit: as it was last seen. */
  ref?: string | undefined
  commit?: string | undefined
}

export type ScanAnswer =
  | { scanId: string; status: string /** This request made it known. */; news: boolean }
  /**
   * `unknown`: what was asked for; `conflict`: it can't be done as things are; `busy`: not yet. In words for whoever asked.
   */
  | { refused: 'unknown' | 'conflict' | 'busy'; because: string }

/** Of one repository, scans of commits that were asked for here and nowhere else, which wait or run at once. */
const OPEN_AT_ONCE = 20

export class ScanRequests {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * `key`: the request's `Idempotency-Key`; null: it has none. Of two with one key the second waits, and is answered with
   * what the first led to. A key is remembered for a day at least.
   */
  async request(repositoryId: bigint, asked: ScanAsked, by: By, key: string | null): Promise<ScanAnswer> {
    return this.#database.client.$transaction(async (transaction) => {
      if (key === null) return ask(transaction, repositoryId, asked, by)
      const request = hashOf(repositoryId, asked)
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${by.actor} ${key}`}, 0))`
      const earlier = await earlierOf(transaction, by.actor, key)
      if (earlier) return earlier.request === request ? repeated(earlier) : OTHER_REQUEST
      const answer = await ask(transaction, repositoryId, asked, by)
      if ('scanId' in answer) await remember(transaction, by.actor, key, request, answer.scanId)
      return answer
    })
  }
}

// ── the wish ────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Place {
  installationId: bigint
  defaultBranch: string | null
  outOfReach: string | null
}

async function ask(transaction: Connection, repositoryId: bigint, asked: ScanAsked, by: By): Promise<ScanAnswer> {
  // Locked as in intents.ts: repository before scan.
  const [place] = await transaction.$queryRaw<Place[]>`
    SELECT r.installation_id AS "installationId", r.default_branch AS "defaultBranch", ${outOfReach} AS "outOfReach"
    FROM repository r JOIN installation i ON i.id = r.installation_id WHERE r.id = ${repositoryId} FOR UPDATE OF r`
  if (!place) return { refused: 'unknown', because: 'The repository is gone.' }
  if (place.outOfReach !== null) return { refused: 'conflict', because: place.outOfReach }
  const head = await headOf(transaction, repositoryId, asked, place.defaultBranch)
  if ('refused' in head) return head
  if (!(await hasRoom(transaction, repositoryId, head))) return BUSY
  await hurry(transaction, repositoryId)
  const { id, added } = await addScan(transaction, repositoryId, {
    ...head,
    baseSha: null,
    trigger: 'api',
    forced: true,
  })
  const { status } = await transaction.scan.findUniqueOrThrow({ where: { id }, select: { status: true } })
  await recordAudit(transaction, {
    ...by,
    action: 'scan.requested',
    resource: `scan/${id}`,
    next: { ...asked, head: head.headSha, base: head.baseRef, joined: !added },
    installationId: place.installationId,
    repositoryId,
  })
  return { scanId: id, status, news: true }
}

type Head = Pick<ScanRequested, 'headSha' | 'ref' | 'baseRef'>

const BUSY: ScanAnswer = {
  refused: 'busy',
  because: `${OPEN_AT_ONCE} scans of commits that were asked for here wait or run in this repository. Ask again when some of them have ended.`,
}

/** There always is where the scan would join an open one. By the index `scan_open_key`; the repository is locked. */
async function hasRoom(transaction: Connection, repositoryId: bigint, { headSha, baseRef }: Head): Promise<boolean> {
  if (headSha === null) return true
  const [open] = await transaction.$queryRaw<{ joins: boolean; count: number }[]>`
    SELECT coalesce(bool_or(kind = ${kindOf({ baseRef })}::scan_kind AND head_sha = ${storable(headSha)}
        AND base_ref IS NOT DISTINCT FROM ${baseRef}::text), false) AS joins,
      (count(*) FILTER (WHERE trigger = 'api' AND head_sha IS NOT NULL))::int AS count
    FROM scan WHERE repository_id = ${repositoryId} AND status IN ('queued', 'running')`
  return !open || open.joins || open.count < OPEN_AT_ONCE
}

/**
 * A commit or branch that was scanned before is compared with what it was compared with then. GitHub is asked nothing here:
 * that a commit is the tip of the default branch counts only where GitHub has said so, since a first scan of that branch
 * is judged by the policy and the keys that it brings along.
 */
async function headOf(
  transaction: Connection,
  repositoryId: bigint,
  { ref, commit }: ScanAsked,
  defaultBranch: string | null,
): Promise<Head | Extract<ScanAnswer, { refused: unknown }>> {
  if (commit === undefined && (ref === undefined || ref === defaultBranch))
    return { headSha: null, ref: defaultBranch, baseRef: null }
  const seen = await newestOf(transaction, repositoryId, { ref, commit })
  if (seen) return seen
  if (commit === undefined) return { refused: 'unknown', because: `Nothing was seen of ${ref} yet: name its commit.` }
  if (defaultBranch === null) {
    const because = 'The default branch is not known yet, and the commit is compared with it: have that scanned first.'
    return { refused: 'conflict', because }
  }
  return { headSha: commit, ref: ref ?? null, baseRef: defaultBranch }
}

/** By the index on (repository_id, head_sha), else on (repository_id, created_at). */
async function newestOf(
  { scan }: Connection,
  repositoryId: bigint,
  { ref, commit }: ScanAsked,
): Promise<Head | undefined> {
  const [newest] = await scan.findMany({
    where: {
      ...{ repositoryId, kind: { in: ['tracked', 'change'] } },
      headSha: commit ?? { not: null },
      ...(ref !== undefined && { ref: storable(ref) }),
    },
    select: { headSha: true, ref: true, baseRef: true },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: 1,
  })
  return newest
}

// ── requests that come again ────────────────────────────────────────────────────────────────────────────────────────

interface Earlier {
  request: string
  scanId: string
  /** Null: the scan is old and gone. */
  status: string | null
}

const OTHER_REQUEST: ScanAnswer = {
  refused: 'conflict',
  because: 'Another request came with this Idempotency-Key. Take a new one for each request.',
}

const repeated = ({ scanId, status }: Earlier): ScanAnswer => ({ scanId, status: status ?? 'completed', news: false })

const hashOf = (repositoryId: bigint, { ref, commit }: ScanAsked): string =>
  createHash('sha256')
    .update(JSON.stringify([String(repositoryId), ref ?? null, commit ?? null]))
    .digest('hex')

async function earlierOf(transaction: Connection, actor: string, key: string): Promise<Earlier | null> {
  await transaction.$executeRaw`DELETE FROM idempotent_request WHERE created_at < now() - interval '1 day'`
  const [earlier] = await transaction.$queryRaw<Earlier[]>`
    SELECT i.request, i.scan_id AS "scanId", s.status::text FROM idempotent_request i LEFT JOIN scan s ON s.id = i.scan_id
    WHERE i.actor = ${actor} AND i.key = ${key}`
  return earlier ?? null
}

async function remember(transaction: Connection, actor: string, key: string, request: string, scanId: string) {
  await transaction.$executeRaw`
    INSERT INTO idempotent_request (actor, key, request, scan_id) VALUES (${actor}, ${key}, ${request}, ${scanId}::uuid)`
}
