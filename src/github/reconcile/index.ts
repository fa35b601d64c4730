/** What sets right what webhooks and dying processes leave wrong: each a sweep, each through the same inbox and queue. */
import type { CheckStore, DiscoveryStore, HeadStore, ReceivedDeliveries } from '../../scan/ports/reconcile.ts'
import type { Sweep } from '../../scan/ports/sweeps.ts'
import type { GitHubClient } from '../octokit.ts'
import { sweepDeliveries } from './deliveries.ts'
import { sweepInstallations } from './discovery.ts'
import { sweepHeads } from './heads.ts'
import { sweepChecks } from './open-checks.ts'

export interface Reconciled {
  app: {
    id: number
    /** Speaks for the app itself, not for an installation. */
    client(): Promise<GitHubClient>
  }
  /** Speaks for an installation. */
  clientOf(installationId: bigint): Promise<GitHubClient>
  inbox: ReceivedDeliveries
  discovery: DiscoveryStore
  heads: HeadStore
  checks: CheckStore
  /** New wishes were written: tell the dispatcher. */
  onScans(): void
  /** Milliseconds since 1970. */
  now: () => number
  log: {
    debug(facts: object, message: string): void
    info(facts: object, message: string): void
    warn(facts: object, message: string): void
  }
}

export const reconciliation = (parts: Reconciled): Sweep[] => [
  sweepDeliveries(parts),
  sweepInstallations(parts),
  sweepHeads(parts),
  sweepChecks(parts),
]
