/** What falls due is judged anew from what is stored: something expired, or its time has come. See rosie/due.ts. */
import type { DueStore } from './ports/store.ts'
import type { Sweep } from './ports/sweeps.ts'

/** Open at once: after days without a server, a push does not wait behind all that fell due meanwhile. */
const MOST_OPEN = 20
/** A look costs one query over an index; a verdict is hardly later than that. */
const EVERY_MS = 15_000

/** `onScans`: there are new scans. */
export const dueSweep = (store: DueStore, onScans: () => void): Sweep => ({
  name: 'due',
  everyMs: EVERY_MS,
  async run() {
    if ((await store.queueDue(MOST_OPEN)) > 0) onScans()
    return null
  },
})
