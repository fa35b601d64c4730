/** Links what was written to the audit trail, a moment later and one event after the other, and signs how far that has come. */
import { setImmediate } from 'node:timers/promises'
import type { ChainStore, SignCheckpoint } from './ports/audit.ts'
import type { Sweep } from './ports/sweeps.ts'

export interface AuditChainOptions {
  store: ChainStore
  /** Null: nothing is signed. */
  sign: SignCheckpoint | null
  /** ms since 1970. */
  now: () => number
}

/** Until then an event is protected by the trigger alone. */
const EVERY_MS = 3_000
/** Events of one transaction: some 50 ms on the embedded database, which does nothing else meanwhile. */
const EVENTS = 500
const CHECKPOINT_EVERY_MS = 60_000

export function auditChain({ store, sign, now }: AuditChainOptions): Sweep {
  let everywhere = true
  return {
    name: 'audit-chain',
    everyMs: EVERY_MS,
    atStart: true,
    async run(_cursor, signal) {
      for (let linked = EVENTS; linked === EVENTS; await setImmediate()) {
        signal.throwIfAborted()
        linked = await store.link(EVENTS, everywhere)
      }
      everywhere = false
      if (sign) await checkpoint(store, sign, now())
      return null
    },
  }
}

async function checkpoint(store: ChainStore, sign: SignCheckpoint, now: number): Promise<void> {
  const [head, newest] = [await store.head(), await store.newestCheckpoint()]
  if (head === null || (newest !== null && newest.position >= head.position)) return
  if (newest !== null && now - newest.at.getTime() < CHECKPOINT_EVERY_MS) return
  const at = new Date(now)
  await store.keepCheckpoint({ ...head, at, jws: await sign({ ...head, at: at.toISOString() }) })
}
