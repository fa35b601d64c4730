import type { Levels } from '../scan/ports/statistics.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

/** Prometheus itself waits ten seconds, and then has nothing. */
const LEVELS_MS = 3_000

/** What a scrape answers, also while the database is away or slow: then without what only the rows know. */
export function scrape(
  metrics: Pick<Metrics, 'text'>,
  levels: () => Promise<Levels>,
  log: Pick<Logger, 'warn'>,
  timeoutMs = LEVELS_MS,
): () => Promise<string> {
  return async () => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs} ms.`)), timeoutMs)
    })
    const told = await Promise.race([levels(), late]).catch((err: unknown) => {
      log.warn({ err }, 'what the metrics say of the work could not be read')
      return null
    })
    clearTimeout(timer)
    return metrics.text(told)
  }
}
