import { Prisma } from '../generated/prisma/client.ts'
import type { ScanRequested } from '../scan/ports/intents.ts'
import type { HeadStore, SeenHeads, SeenPull, SweptRepository } from '../scan/ports/reconcile.ts'
import type { Connection, Database } from './database.ts'
import { learnPull } from './facts.ts'
import { applyIntents } from './intents.ts'
import { storable, toJson } from './json.ts'
import { outOfReach } from './reach.ts'

/** A repository was looked at when it was swept, or when the event came that made it known. */
const LOOKED_AT = Prisma.sql`coalesce(r.swept_at, r.created_at)`

/** The heads of repositories, as far as we know them. */
export class Heads implements HeadStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async due(limit: number, olderThanMs: number, except: readonly bigint[]): Promise<SweptRepository[]> {
    return this.#database.client.$queryRaw<SweptRepository[]>`
      SELECT r.id, r.installation_id AS "installationId", r.owner, r.name, r.head_etag AS "headEtag",
        r.pulls_etag AS "pullsEtag", now() AS "askedAt"
      FROM repository r JOIN installation i ON i.id = r.installation_id
      WHERE ${LOOKED_AT} < now() - ${olderThanMs}::float8 * interval '1 ms'
        AND ${outOfReach} IS NULL AND (i.blocked_until IS NULL OR i.blocked_until <= now())
        AND r.id NOT IN (SELECT value::bigint FROM json_array_elements_text(${toJson(except.map(String))}::json))
      ORDER BY ${LOOKED_AT}, r.id LIMIT ${limit}`
  }

  async openPulls(repositoryId: bigint): Promise<number[]> {
    const pulls = await this.#database.client.pullRequest.findMany({
      where: { repositoryId, open: true },
      select: { number: true },
      orderBy: { number: 'asc' },
    })
    return pulls.map(({ number }) => number)
  }

  async unscanned(repository: SweptRepository, seen: SeenHeads): Promise<string[]> {
    return this.#database.client.$transaction(async (transaction) => {
      const news = await newsOf(transaction, repository, seen)
      return headsOf(news?.wishes ?? [])
    })
  }

  async learn(repository: SweptRepository, seen: SeenHeads): Promise<string[]> {
    const { head, pulls } = seen
    return this.#database.client.$transaction(async (transaction) => {
      const news = await newsOf(transaction, repository, seen)
      if (!news) return []
      for (const { facts } of news.closed) await learnPull(transaction, repository.id, facts)
      await applyIntents(transaction, news.wishes)
      await transaction.repository.update({
        where: { id: repository.id },
        data: {
          sweptAt: repository.askedAt,
          ...(head && { headEtag: head.etag }),
          ...(pulls && { pullsEtag: pulls.etag }),
        },
      })
      return headsOf(news.wishes)
    })
  }

  async pass(repositoryId: bigint): Promise<void> {
    await this.#database.client.$executeRaw`UPDATE repository SET swept_at = now() WHERE id = ${repositoryId}`
  }
}

interface News {
  wishes: ScanRequested[]
  closed: SeenPull[]
}

const headsOf = (wishes: readonly ScanRequested[]) => [...new Set(wishes.flatMap(({ headSha }) => headSha ?? []))]

/**
 * Null where the repository is out of reach by now. Its row is locked first: an event of the same repository is stored
 * before or after.
 */
async function newsOf(
  connection: Connection,
  repository: SweptRepository,
  { head, pulls }: SeenHeads,
): Promise<News | null> {
  const scan = await wishesFor(connection, repository)
  if (!scan) return null
  const unknown = head !== null && !(await isTrackedKnown(connection, repository, head.sha))
  const changed = await changedPulls(connection, repository, pulls?.seen ?? [])
  const open = changed.filter(({ facts }) => facts.open).map(scan.ofPull)
  return {
    wishes: unknown ? [scan.ofDefaultBranch(head.sha), ...open] : open,
    closed: changed.filter(({ facts }) => !facts.open),
  }
}

/** Wishes as events would make them, with what is known of the repository now; null where it is out of reach by now. */
async function wishesFor(connection: Connection, { id, installationId }: SweptRepository) {
  const [row] = await connection.$queryRaw<
    { owner: string; name: string; private: boolean; defaultBranch: string | null }[]
  >`
    SELECT r.owner, r.name, r.private, r.default_branch AS "defaultBranch"
    FROM repository r JOIN installation i ON i.id = r.installation_id
    WHERE r.id = ${id} AND i.id = ${installationId} AND ${outOfReach} IS NULL FOR UPDATE OF r`
  if (!row) return null
  const { defaultBranch, ...named } = row
  const wish = {
    type: 'scan' as const,
    installation: installationId,
    repository: { id, ...named },
    ...{ baseSha: null, trigger: 'sweep', forced: false, onlyIfUnknown: false },
  }
  return {
    ofDefaultBranch: (headSha: string) => ({ ...wish, headSha, ref: defaultBranch, baseRef: null, pull: null }),
    ofPull: ({ facts, ref }: SeenPull) => {
      return { ...wish, headSha: facts.headSha, ref, baseRef: facts.baseRef, pull: facts }
    },
  }
}

/**
 * Whether the default branch's head is the tracked snapshot's, or was the last to be asked for, whatever came of it. A
 * scan that was asked for after GitHub was knows better.
 */
async function isTrackedKnown(
  connection: Connection,
  { id, askedAt }: SweptRepository,
  headSha: string,
): Promise<boolean> {
  const [state] = await connection.$queryRaw<{ known: boolean }[]>`
    SELECT r.tracked_head IS NOT DISTINCT FROM ${storable(headSha)}::text OR coalesce(
      last.head_sha = ${storable(headSha)}::text OR last.created_at >= ${askedAt}::timestamptz
        OR (last.head_sha IS NULL AND last.status IN ('queued', 'running')), false) AS known
    FROM repository r LEFT JOIN LATERAL (
      SELECT head_sha, status, created_at FROM scan
      WHERE repository_id = r.id AND kind = 'tracked' AND status <> 'superseded'
      ORDER BY created_at DESC LIMIT 1) last ON true
    WHERE r.id = ${id}`
  return state?.known ?? false
}

/** Those that our rows know otherwise, or whose head was never scanned against their base. What is newer stays. */
async function changedPulls(
  connection: Connection,
  { id }: SweptRepository,
  seen: readonly SeenPull[],
): Promise<SeenPull[]> {
  const facts = toJson(seen.map(({ facts }) => facts))
  const news = await connection.$queryRaw<{ number: number }[]>`
    SELECT pull.number
    FROM json_to_recordset(${facts}::json)
      AS pull (number int, "headSha" text, "baseRef" text, open boolean, "updatedAt" timestamptz)
    LEFT JOIN pull_request p ON p.repository_id = ${id} AND p.number = pull.number
    WHERE (p.seen_at IS NULL OR p.seen_at <= pull."updatedAt") AND (
      (p.open, p.head_sha, p.base_ref) IS DISTINCT FROM (pull.open, pull."headSha", pull."baseRef")
      OR (pull.open AND NOT EXISTS (
        SELECT 1 FROM scan s
        WHERE s.repository_id = ${id} AND s.kind = 'change' AND s.head_sha = pull."headSha"
          AND s.base_ref = pull."baseRef" AND s.status <> 'superseded')))`
  const numbers = new Set(news.map(({ number }) => number))
  return seen.filter(({ facts }) => numbers.has(facts.number))
}
