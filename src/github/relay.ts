/**
 * Receives deliveries through a smee channel (`WEBHOOK_PROXY_URL`) where GitHub can't reach this server, and posts them
 * to its own webhook route, which verifies them like any other.
 *
 * smee-client only holds the connection. Its own forwarding isn't used: anyone can post to a channel, and a post without
 * a body is an unhandled rejection in version 5, which ends the process; it also sends local requests through
 * `HTTP_PROXY`, and it does not restore the bytes that were signed. It takes 21 MB, and few servers need it: it is loaded where
 * there is a channel.
 */
import type { Logger } from 'pino'
import type { SmeeClient } from 'smee-client'
import { z } from 'zod'
import { isLoopback } from './loopback.ts'

export interface RelayOptions {
  /** The channel: https, or any address of this machine. */
  source: string
  /** Our own webhook route. */
  target: string
  log: Logger
  /** Wait before a lost connection is made anew, in ms. */
  reconnectMs?: number
}

export interface Relay {
  stop(): Promise<void>
}

const header = z.string().max(200)

/** What the route needs. A channel carries many more headers, some of which belong to another connection. */
const relayed = z.object({
  'x-github-event': header,
  'x-github-delivery': header,
  'x-hub-signature-256': header,
  body: z.record(z.string(), z.unknown()).optional(),
  /** The bytes as they came; newer smee servers send them. */
  rawbody: z.string().optional(),
})

/** Throws when the channel's address is neither https nor local. Connects in the background and for as long as it takes. */
export function startRelay({ source, target, log, reconnectMs = 5_000 }: RelayOptions): Relay {
  if (!source.startsWith('https://') && !isLoopback(source)) {
    throw new Error('WEBHOOK_PROXY_URL must be an https address: deliveries would cross the network in clear text.')
  }
  let client: SmeeClient | null = null
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const reconnect = (reason: string) => {
    if (stopped) return
    log.warn({ reason }, `The webhook channel is not connected; next try in ${reconnectMs} ms.`)
    client?.stop()
    clearTimeout(timer)
    timer = setTimeout(connect, reconnectMs)
  }

  async function connect(): Promise<void> {
    const { SmeeClient } = await import('smee-client')
    if (stopped) return
    const current = new SmeeClient({ source, target, forward: false, logger: { info() {}, error() {} } })
    client = current
    current.onmessage = (message) => {
      forward(String(message.data), target, log).catch((err) =>
        log.warn({ err }, 'A relayed delivery was not accepted.'),
      )
    }
    try {
      const events = await current.start()
      if (stopped) return await current.stop()
      current.onerror = ({ message }) => {
        // The client itself comes back after a network fault; an answer other than 200 closes it for good.
        if (events.readyState === events.CLOSED) reconnect(message ?? 'closed')
      }
      log.info('Webhooks arrive through the relay channel.')
    } catch (error) {
      reconnect(error instanceof Error ? error.message : String((error as { message?: unknown }).message ?? error))
    }
  }

  void connect()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await client?.stop()
    },
  }
}

async function forward(data: string, target: string, log: Logger): Promise<void> {
  const message = relayed.safeParse(JSON.parse(data)).data
  const { body, rawbody = body && asGitHubWrites(body), ...headers } = message ?? {}
  if (rawbody === undefined) {
    log.warn('The webhook channel carried something that is no delivery of GitHub.')
    return
  }
  const answer = await fetch(target, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: rawbody,
    redirect: 'error',
  })
  if (!answer.ok) throw new Error(`Our webhook route answered ${answer.status}: ${await answer.text()}`)
}

/**
 * JSON as GitHub writes it, so that the signature over its bytes holds again: like `JSON.stringify`, but with upper-case
 * digits in `\u001B` (https://github.com/octokit/webhooks.js/pull/72). An escaped backslash starts no escape.
 */
export function asGitHubWrites(body: unknown): string {
  return JSON.stringify(body).replace(/\\(?:u[\da-f]{4}|.)/g, (sequence) =>
    sequence.startsWith('\\u') ? `\\u${sequence.slice(2).toUpperCase()}` : sequence,
  )
}
