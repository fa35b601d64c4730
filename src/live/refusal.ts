import type { ChannelLog } from './channel/listeners.ts'

/** What a client asked for and does not get; the message is for them. */
export class Refused extends Error {
  override name = 'Refused'
}

/** What a client is told of an error. Our own refusals, and those that carry a status of HTTP, are meant for them. */
export function wordsFor(error: unknown, log: Pick<ChannelLog, 'warn'>): string {
  if (error instanceof Refused || statusOf(error) !== null) return (error as Error).message
  log.warn({ err: error }, 'a live connection could not be served')
  return 'Something went wrong on this server. Its log says more.'
}

/** Whether asking again would be in vain: nobody is who they say they are, or they may not. */
export const isFinal = (error: unknown): boolean => [401, 403].includes(statusOf(error) ?? 0)

/** Of the errors of the API; null: it has none. */
function statusOf(error: unknown): number | null {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null
}
