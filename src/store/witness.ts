/**
 * What events change of installations and repositories, as the audit trail keeps it: what was known before is held against
 * what is known since. A push that tells nothing new leaves no trace.
 */
import type { AuditAction } from '../audit/actions.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { AuditEntry, By } from './audit.ts'
import { recordAudits } from './audit.ts'
import type { Connection } from './database.ts'
import { judgeAgain } from './due.ts'
import { toJson } from './json.ts'

/** Of advisory locks: who first tells of an installation or a repository waits for who is telling of it. */
const LOCK = 5_061_403
/** An account brings thousands of repositories along: a lock for each would fill the server's table of locks. */
const PLACES = 64n

/** Times are texts. */
interface Installation {
  account: string
  accountType: string
  suspendedAt: string | null
  removedAt: string | null
}

interface Repository {
  id: number
  installationId: number
  owner: string
  name: string
  private: boolean
  defaultBranch: string | null
  archivedAt: string | null
  removedAt: string | null
}

interface Known {
  installation: Installation | null
  repositories: Repository[]
}

/** What may become another. */
export interface About {
  installation: bigint
  repositories: readonly bigint[]
}

type News = Omit<AuditEntry, keyof By>

/** Does what changes them, in the caller's transaction. */
export async function witnessed<T>(connection: Connection, by: By, about: About, learn: () => Promise<T>): Promise<T> {
  const before = await held(connection, about)
  const result = await learn()
  const after = await known(connection, about, AS_IT_IS)
  const moved = after.repositories.filter((now) => isElsewhere(now, before))
  const reports = await leaveBehind(connection, moved)
  const news = [...ofInstallation(about, before, after), ...ofRepositories(before, after, reports)]
  await recordAudits(
    connection,
    news.map((entry) => ({ ...by, ...entry })),
  )
  return result
}

const isElsewhere = ({ id, installationId }: Repository, before: Known) =>
  before.repositories.some((known) => known.id === id && known.installationId !== installationId)

/** How many reports were removed, by repository. */
type Removed = ReadonlyMap<number, number>

/**
 * Reports tell what the account did that they were made for: they don't go along to another. Nor do its keys, so what was judged
 * by them is due to be judged again.
 */
async function leaveBehind(connection: Connection, repositories: readonly Repository[]): Promise<Removed> {
  const removed = new Map<number, number>()
  for (const { id } of repositories) {
    const { count } = await connection.complianceReport.deleteMany({ where: { repositoryId: BigInt(id) } })
    removed.set(id, count)
    await judgeAgain(connection, Prisma.sql`id = ${BigInt(id)}`)
  }
  return removed
}

// ── what is known ───────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Of two deliveries about the same, the later one waits, and is held against what the other has made of it. That is more than
 * rows can see to that are not there yet: these have a lock by their number.
 */
async function held(connection: Connection, about: About): Promise<Known> {
  const before = await known(connection, about, UNTIL_THE_END)
  const unknown = unknownOf(about, before)
  if (unknown.length === 0) return before
  await connection.$executeRaw`
    SELECT pg_advisory_xact_lock(${LOCK}::int, place)
    FROM (SELECT DISTINCT value::int AS place FROM json_array_elements_text(${toJson(unknown)}::json) ORDER BY 1) AS unknown`
  return known(connection, about, UNTIL_THE_END)
}

/** The places of their locks: installations come before repositories, as events tell of them. */
function unknownOf({ installation, repositories }: About, { installation: row, repositories: rows }: Known): number[] {
  const there = new Set(rows.map(({ id }) => BigInt(id)))
  return [
    ...(row ? [] : [Number(installation % PLACES)]),
    ...repositories.filter((id) => !there.has(id)).map((id) => Number(PLACES + (id % PLACES))),
  ]
}

/**
 * In the order of their ids. Whoever inserts what only refers to one of them (a scan, a key) does not wait. An installation is
 * locked where it may change: pushes to its repositories don't wait for each other, and whoever has locked one of these
 * (heads.ts) never waits for an installation, which key-registry.ts locks first.
 */
const UNTIL_THE_END = Prisma.sql`FOR NO KEY UPDATE`
const AS_IT_IS = Prisma.empty

/** By the primary keys. */
async function known(connection: Connection, about: About, lock: Prisma.Sql): Promise<Known> {
  const { installation, repositories } = about
  const [row] = await connection.$queryRaw<Known[]>`
    SELECT
      (SELECT json_build_object('account', account, 'accountType', account_type, 'suspendedAt', suspended_at,
         'removedAt', removed_at) FROM installation WHERE id = ${installation}
       ${isOfRepositories(about) ? AS_IT_IS : lock}) AS installation,
      (SELECT coalesce(json_agg(json_build_object('id', id, 'installationId', installation_id, 'owner', owner, 'name', name,
         'private', private, 'defaultBranch', default_branch, 'archivedAt', archived_at, 'removedAt', removed_at)
         ORDER BY id), '[]')
       FROM (
         SELECT * FROM repository
         WHERE id IN (SELECT value::bigint FROM json_array_elements_text(${toJson(repositories.map(String))}::json))
         ORDER BY id ${lock}) AS repository
      ) AS repositories`
  return row ?? { installation: null, repositories: [] }
}

/** An event about repositories makes their installation known at most. */
const isOfRepositories = ({ repositories }: About) => repositories.length > 0

// ── an installation ─────────────────────────────────────────────────────────────────────────────────────────────────

function ofInstallation(about: About, { installation: previous }: Known, { installation: next }: Known): News[] {
  // What else became of it meanwhile, another delivery tells.
  if (previous && isOfRepositories(about)) return []
  const action = next && installationAction(previous, next)
  if (!action) return []
  const id = about.installation
  return [{ action, resource: `installation/${id}`, ...(previous && { previous }), next, installationId: id }]
}

function installationAction(before: Installation | null, now: Installation): AuditAction | null {
  if (now.removedAt && !before?.removedAt) return 'installation.removed'
  if (!before) return 'installation.created'
  if (!before.suspendedAt !== !now.suspendedAt) {
    return now.suspendedAt ? 'installation.suspended' : 'installation.unsuspended'
  }
  if (before.account !== now.account) return 'installation.renamed'
  return before.accountType === now.accountType ? null : 'installation.account_type_changed'
}

// ── repositories ────────────────────────────────────────────────────────────────────────────────────────────────────

function ofRepositories(before: Known, after: Known, removed: Removed): News[] {
  const previous = new Map(before.repositories.map((repository) => [repository.id, repository]))
  return after.repositories.flatMap((now) => ofRepository(previous.get(now.id) ?? null, now, removed.get(now.id) ?? 0))
}

function ofRepository(before: Repository | null, now: Repository, reports: number): News[] {
  // Each side sees its own part.
  if (before && before.installationId !== now.installationId) {
    return [
      { ...entry('repository.transferred', before, { previous: before }), ...(reports > 0 && reasonOf(reports)) },
      entry('repository.transferred', now, { next: now }),
    ]
  }
  const action = repositoryAction(before, now)
  return action === null ? [] : [entry(action, now, { ...(before && { previous: before }), next: now })]
}

const reasonOf = (reports: number) => ({
  reason: `It went to another account. Reports that were made of it are removed: ${reports}.`,
})

const entry = (
  action: AuditAction,
  { id, installationId }: Repository,
  change: Pick<News, 'previous' | 'next'>,
): News => ({
  ...{ action, resource: `repository/${id}`, ...change },
  ...{ installationId: BigInt(installationId), repositoryId: BigInt(id) },
})

function repositoryAction(before: Repository | null, now: Repository): AuditAction | null {
  if (!before) return 'repository.added'
  if (!before.removedAt !== !now.removedAt) return now.removedAt ? 'repository.removed' : 'repository.added'
  if (before.owner !== now.owner || before.name !== now.name) return 'repository.renamed'
  if (!before.archivedAt !== !now.archivedAt) return now.archivedAt ? 'repository.archived' : 'repository.unarchived'
  if (before.private !== now.private) return 'repository.visibility_changed'
  // Lists don't say which it is: the first event that does tells nothing that has changed.
  const another = before.defaultBranch !== null && before.defaultBranch !== now.defaultBranch
  return another ? 'repository.default_branch_changed' : null
}
