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
  const before = await known(connection, about)
  const result = await learn()
  const after = await known(connection, about)
  const moved = after.repositories.filter((now) => isElsewhere(now, before))
  const reports = await leaveBehind(connection, moved)
  const news = [...ofInstallation(about.installation, before, after), ...ofRepositories(before, after, reports)]
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

/** By the primary keys. */
async function known(connection: Connection, { installation, repositories }: About): Promise<Known> {
  const [row] = await connection.$queryRaw<Known[]>`
    SELECT
      (SELECT json_build_object('account', account, 'accountType', account_type, 'suspendedAt', suspended_at,
         'removedAt', removed_at) FROM installation WHERE id = ${installation}) AS installation,
      (SELECT coalesce(json_agg(json_build_object('id', id, 'installationId', installation_id, 'owner', owner, 'name', name,
         'private', private, 'defaultBranch', default_branch, 'archivedAt', archived_at, 'removedAt', removed_at)
         ORDER BY id), '[]')
       FROM repository
       WHERE id IN (SELECT value::bigint FROM json_array_elements_text(${toJson(repositories.map(String))}::json))
      ) AS repositories`
  return row ?? { installation: null, repositories: [] }
}

// ── an installation ─────────────────────────────────────────────────────────────────────────────────────────────────

function ofInstallation(id: bigint, { installation: previous }: Known, { installation: next }: Known): News[] {
  const action = next && installationAction(previous, next)
  if (!action) return []
  return [{ action, resource: `installation/${id}`, ...(previous && { previous }), next, installationId: id }]
}

function installationAction(before: Installation | null, now: Installation): AuditAction | null {
  if (now.removedAt && !before?.removedAt) return 'installation.removed'
  if (!before) return 'installation.created'
  if (!before.suspendedAt !== !now.suspendedAt) {
    return now.suspendedAt ? 'installation.suspended' : 'installation.unsuspended'
  }
  return before.account === now.account ? null : 'installation.renamed'
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
