import { setImmediate } from 'node:timers/promises'

/** For long work on a thread that answers requests too: others have their turn whenever it has gone on for so many ms. */
export function breather(everyMs = 20): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < everyMs) return
    await setImmediate()
    since = performance.now()
  }
}
