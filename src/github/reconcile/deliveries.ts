/**
 * Deliveries that GitHub sent and we don't have: it never sends one again by itself, but lists what it sent for three
 * days, and sends one again when asked. docs.github.com, "Handling failed webhook deliveries".
 */
import { Forbidden, RateLimited, Unreachable } from '../../scan/errors.ts'
import type { Sweep } from '../../scan/ports/sweeps.ts'
import { mayAsk } from '../intents.ts'
import { type GitHubClient, retrying } from '../octokit.ts'
import type { Reconciled } from './index.ts'

const MINUTE = 60_000
/** "You can redeliver webhooks that were delivered in the past 3 days." */
const KEPT = 3 * 24 * 60 * MINUTE
/** One that GitHub has, or seems to have, delivered is on its way to the inbox for so long at most. */
const IN_FLIGHT = MINUTE
/** How far each round looks back beyond the last one: a list may lag. */
const OVERLAP = 2 * MINUTE
/** Until one that was asked for again, and didn't come, is asked for once more; doubled each time. */
const ASKED_AGAIN = MINUTE
/** Requests of a round, so that what a long outage left comes in order and at our pace. */
const A_ROUND = 300

/** A delivery that we don't have. All times in ms since 1970. */
interface Missing {
  guid: string
  /** Of one attempt. Text: GitHub's numbers outgrow JavaScript's. */
  id: string
  sentAt: number
  /** GitHub has written it off itself. */
  failed: boolean
  /** How often it was asked for again, and when last. */
  asked: number
  askedAt: number
}

/** What is remembered: what was sent before `until` is here, or not for us, or among the missing. */
interface Cursor {
  until: number
  missing: Missing[]
}

export const sweepDeliveries = ({
  app,
  inbox,
  now,
  log,
}: Pick<Reconciled, 'app' | 'inbox' | 'now' | 'log'>): Sweep => ({
  name: 'deliveries',
  // One request, of the app's own quota: a check that is missed is waited for.
  everyMs: MINUTE,
  atStart: true,
  async run(cursor, signal) {
    const begun = now()
    const client = await app.client()
    const last = (cursor as Cursor | null) ?? { until: 0, missing: [] }
    const known = new Map(last.missing.map((delivery) => [delivery.guid, delivery]))
    for await (const delivery of sentSince(Math.max(last.until, begun - KEPT), client, signal)) {
      // The newest attempt comes first.
      if (!known.has(delivery.guid)) known.set(delivery.guid, delivery)
    }
    const absent = await inbox.missing([...known.keys()])
    const missing = [...known.values()]
      .filter(({ guid, sentAt }) => absent.has(guid) && sentAt > begun - KEPT)
      .sort((one, other) => one.sentAt - other.sentAt)
    const due = missing.filter((delivery) => isDue(delivery, begun)).slice(0, A_ROUND)
    for (const delivery of due) {
      signal.throwIfAborted()
      await redeliver(delivery, client, log)
      Object.assign(delivery, { asked: delivery.asked + 1, askedAt: now() })
    }
    if (due.length > 0) log.info({ redelivered: due.length, missing: missing.length }, 'deliveries are sent again')
    return { until: begun - OVERLAP, missing } satisfies Cursor
  },
})

/** Those that may ask for anything, the newest first, each attempt by itself. */
async function* sentSince(since: number, client: GitHubClient, signal: AbortSignal): AsyncGenerator<Missing> {
  const pages = client.paginate.iterator(client.rest.apps.listWebhookDeliveries, { per_page: 100 })
  for await (const { data } of pages) {
    signal.throwIfAborted()
    for (const { id, guid, event, action, delivered_at, status_code } of data) {
      const sentAt = Date.parse(delivered_at)
      if (sentAt < since) return
      if (!mayAsk(event, action)) continue
      yield { guid, id: String(id), sentAt, failed: status_code >= 300, asked: 0, askedAt: sentAt }
    }
  }
}

function isDue({ failed, asked, askedAt }: Missing, now: number): boolean {
  if (asked > 0) return now - askedAt >= ASKED_AGAIN * 2 ** (asked - 1)
  return failed || now - askedAt >= IN_FLIGHT
}

/**
 * One that GitHub doesn't send again, whatever the reason, keeps no other waiting. Asked for once more where no answer
 * comes: a delivery that arrives twice is stored once.
 */
async function redeliver({ guid, id }: Missing, client: GitHubClient, log: Reconciled['log']): Promise<void> {
  try {
    await retrying(() =>
      client.request('POST /app/hook/deliveries/{delivery_id}/attempts' as string, { delivery_id: id }),
    )
  } catch (error) {
    if (error instanceof RateLimited || error instanceof Unreachable || error instanceof Forbidden) throw error
    log.warn({ delivery: guid, err: error }, 'GitHub does not send this delivery again')
  }
}
