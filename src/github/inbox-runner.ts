/**
 * Works through the inbox: takes the oldest delivery, asks Probot's handlers what it wants, and lets the inbox write
 * that down. One delivery after the other, so that what happened first is written first. Nothing that goes wrong ends
 * the loop: a delivery that fails is kept and comes again, an inbox that can't be reached is asked again.
 */
import type { Logger } from 'pino'
import { createBell } from '../scan/bell.ts'
import { wordsOf } from '../scan/failure.ts'
import type { Delivery, Inbox } from '../scan/ports/queue.ts'
import type { Receive } from './webhooks.ts'

export interface InboxRunnerOptions {
  inbox: Pick<Inbox, 'next' | 'done' | 'failed'>
  receive: Receive
  /** Called when a delivery led to new scans. */
  onScans: () => void
  log: Logger
  /** Time between looks at an inbox that nobody nudged, for deliveries that are due again; ms. */
  pollMs?: number
}

export interface InboxRunner {
  /** There is something to do. */
  nudge(): void
  /** Resolves when the delivery at hand is finished. */
  stop(): Promise<void>
}

export function startInboxRunner({ inbox, receive, onScans, log, pollMs = 5_000 }: InboxRunnerOptions): InboxRunner {
  const bell = createBell()
  let stopping = false

  async function run(): Promise<void> {
    while (!stopping) {
      if (!(await workOn())) await bell.wait(pollMs)
    }
  }

  /** False when there is nothing to do now. */
  async function workOn(): Promise<boolean> {
    try {
      const delivery = await inbox.next()
      if (delivery === null) return false
      await process(delivery)
      return true
    } catch (error) {
      log.error({ err: error }, 'Work on the inbox was interrupted; going on soon.')
      return false
    }
  }

  async function process(delivery: Delivery): Promise<void> {
    let queued = false
    try {
      queued = await inbox.done(delivery.id, await receive(delivery))
    } catch (error) {
      log.warn({ err: error, delivery: delivery.id, event: delivery.event }, 'A delivery could not be processed.')
      await inbox.failed(delivery.id, wordsOf(error))
    }
    if (queued) onScans()
  }

  const finished = run()
  return {
    nudge: bell.ring,
    async stop() {
      stopping = true
      bell.ring()
      await finished
    },
  }
}
