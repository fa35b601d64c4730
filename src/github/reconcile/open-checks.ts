/**
 * Check runs that their own scans left in progress: GitHub could not be reached when a scan failed, or the process died
 * between the scan's end and its check's. Each is completed once, whoever finds it.
 */
import { Forbidden, NotFound, RateLimited, Unreachable } from '../../scan/errors.ts'
import type { OpenCheck } from '../../scan/ports/reconcile.ts'
import type { Sweep } from '../../scan/ports/sweeps.ts'
import { CHECK_NAME, ownChecks } from '../own-checks.ts'
import { ending } from './ending.ts'
import type { Reconciled } from './index.ts'

const A_ROUND = 50

type Parts = Pick<Reconciled, 'app' | 'clientOf' | 'checks' | 'now' | 'log'>

export const sweepChecks = (parts: Parts): Sweep => ({
  name: 'checks',
  everyMs: 60_000,
  atStart: true,
  async run(_, signal) {
    const { checks, log } = parts
    for (const check of await checks.open(A_ROUND)) {
      signal.throwIfAborted()
      try {
        await close(check, parts)
      } catch (error) {
        // No answer is no reason to give up; a refusal is.
        if (error instanceof RateLimited || error instanceof Unreachable) continue
        const refused = error instanceof NotFound || error instanceof Forbidden
        log.warn({ scan: check.scanId, err: error }, refused ? 'a check run is out of reach' : 'a check run stays open')
      }
      await checks.closed(check.scanId)
    }
    return null
  },
})

/** What is complete already is left as it is: the last process may have come so far. */
async function close(check: OpenCheck, { app, clientOf, now }: Parts): Promise<void> {
  const { scanId, owner, name, headSha, outcome } = check
  const client = await clientOf(check.installationId)
  const target = { owner, repo: name }
  const id = check.checkRunId === null ? await find() : Number(check.checkRunId)
  if (id !== null) {
    const { data } = await client.rest.checks.get({ ...target, check_run_id: id })
    if (data.status === 'completed') return
    await client.rest.checks.update({ ...target, check_run_id: id, ...ending(outcome, scanId, now()) })
  } else if (check.awaited) {
    // Nobody was told anything about this commit, and a required check would be waited for.
    await client.rest.checks.create({
      ...{ ...target, name: CHECK_NAME, head_sha: headSha, external_id: scanId },
      ...ending(outcome, scanId, now()),
    })
  }

  async function find(): Promise<number | null> {
    const own = await ownChecks(client, { ...target, ref: headSha }, app.id)
    return own.find(({ external_id }) => external_id === scanId)?.id ?? null
  }
}
