/** What comes round again, put together: what is missed, what falls due, what is old enough to go. */
import { checkpointSigner } from './audit/checkpoint.ts'
import type { Clients } from './github/clients.ts'
import { reconciliation } from './github/reconcile/index.ts'
import { PARSER_VERSION } from './rosie/parse/index.ts'
import { auditChain } from './scan/audit-chain.ts'
import { dueSweep } from './scan/due.ts'
import type { Keep } from './scan/ports/retention.ts'
import type { Sweep } from './scan/ports/sweeps.ts'
import { retention } from './scan/retention.ts'
import { AuditChain } from './store/audit-chain.ts'
import type { Database } from './store/database.ts'
import { Deliveries } from './store/deliveries.ts'
import { Discovery } from './store/discovery.ts'
import { Due } from './store/due.ts'
import { Heads } from './store/heads.ts'
import { OpenChecks } from './store/open-checks.ts'
import { Retention } from './store/retention.ts'
import type { Logger } from './telemetry/logger.ts'

export interface SweepParts {
  appId: number
  keep: Keep
  /** PEM; null: no checkpoints are signed. */
  checkpointKey: string | null
  database: Database
  clients: Clients
  /** There are new scans. */
  onScans: () => void
  log: Logger
}

export const sweepsOf = ({ appId, keep, checkpointKey, database, clients, onScans, log }: SweepParts): Sweep[] => [
  retention({ store: new Retention(database, PARSER_VERSION), keep, parserVersion: PARSER_VERSION, log }),
  dueSweep(new Due(database), onScans),
  auditChain({
    store: new AuditChain(database),
    sign: checkpointKey === null ? null : checkpointSigner(checkpointKey).sign,
    now: Date.now,
  }),
  ...reconciliation({
    app: { id: appId, client: clients.app },
    clientOf: clients.of,
    inbox: new Deliveries(database),
    discovery: new Discovery(database),
    heads: new Heads(database),
    checks: new OpenChecks(database),
    onScans,
    now: Date.now,
    log,
  }),
]
