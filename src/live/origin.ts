import type { IncomingHttpHeaders } from 'node:http'

export interface Origins {
  /** Where people reach this server; null: where the request says it was sent. */
  publicUrl: string | null
  /** Whose pages may connect too. */
  others: readonly string[]
}

/**
 * Where a connection comes from. Browsers say it with every WebSocket, and let any page open one, so a page of somebody
 * else's would act as whoever looks at it. What says nothing is no browser.
 *
 * - `own`: a page of this server, or no page: its cookies count
 * - `named`: a page of an origin that was named: it may connect, with a key of its own
 * - `foreign`: it may not
 */
export type Origin = 'own' | 'named' | 'foreign'

export function originOf({ origin, host }: Pick<IncomingHttpHeaders, 'origin' | 'host'>, origins: Origins): Origin {
  if (origin === undefined) return 'own'
  if (!URL.canParse(origin)) return 'foreign'
  const from = new URL(origin)
  const isOwn = from.host === host?.toLowerCase() || origins.publicUrl === from.origin
  if (isOwn) return 'own'
  return origins.others.includes(from.origin) ? 'named' : 'foreign'
}
