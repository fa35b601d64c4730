/**
 * Check runs of ours whose scans our rows don't know: the database was restored from a backup. Those in progress would be
 * for ever.
 */
import type { SweptRepository } from '../../scan/ports/reconcile.ts'
import type { GitHubClient } from '../octokit.ts'
import { ownChecks } from '../own-checks.ts'
import { ending } from './ending.ts'
import type { Reconciled } from './index.ts'

/**
 * Cancels those of one commit. A scan has its row before it has a check run: one without a row now never had one, or has
 * lost it.
 */
export async function cancelStrangers(
  { owner, name }: SweptRepository,
  sha: string,
  client: GitHubClient,
  { app, checks, now }: Pick<Reconciled, 'app' | 'checks' | 'now'>,
): Promise<void> {
  const target = { owner, repo: name }
  const open = (await ownChecks(client, { ...target, ref: sha }, app.id)).filter(({ status }) => status !== 'completed')
  if (open.length === 0) return
  const strangers = await checks.strangers(open.map(({ external_id }) => external_id ?? ''))
  for (const { id, external_id } of open) {
    if (!strangers.has(external_id ?? '')) continue
    await client.rest.checks.update({ ...target, check_run_id: id, ...ending('stranger', external_id ?? '', now()) })
  }
}
