/**
 * Probot's part: which events the app handles, and what it makes of a delivery. Handlers run from the inbox, long after
 * GitHub was answered; they ask GitHub nothing and write nothing, they only say what the delivery asks for.
 */
import type { Logger } from 'pino'
import { Probot } from 'probot'
import type { Intent } from '../scan/ports/intents.ts'
import type { Delivery } from '../scan/ports/queue.ts'
import { EVENTS, toIntents } from './intents.ts'

export interface AppIdentity {
  appId: number
  /** PEM. */
  privateKey: string
  /** The webhook secret. Probot takes an empty one for `development`, so it must not be empty. */
  secret: string
  /** The client class for GitHub requests; Probot's own throttles every write to one a second. */
  Octokit?: unknown
  /** REST address of a GitHub Enterprise Server, such as `https://HOST/api/v3`; absent: github.com. */
  baseUrl?: string
  log: Logger
}

export function createProbot({ appId, privateKey, secret, Octokit, baseUrl, log }: AppIdentity): Probot {
  if (secret === '') throw new Error('The webhook secret is empty.')
  type Client = NonNullable<ConstructorParameters<typeof Probot>[0]>['Octokit']
  return new Probot({
    appId,
    privateKey,
    secret,
    ...(Octokit !== undefined && { Octokit: Octokit as Client }),
    ...(baseUrl !== undefined && { baseUrl }),
    // Below this level Probot writes whole payloads to the log.
    log: log.child({}, { level: log.isLevelEnabled('info') ? 'warn' : log.level }),
  })
}

/** What a handler made of a delivery. */
export type Outcome = { intents: Intent[] } | { error: unknown }

/** The Probot app. An error is an outcome too: one thrown here would be logged by Probot with the payload. */
export const webhookApp = (collect: (deliveryId: string, outcome: Outcome) => void) => (app: Pick<Probot, 'on'>) => {
  app.on(EVENTS, ({ id, name, payload }) => {
    try {
      collect(id, { intents: toIntents(name, payload) })
    } catch (error) {
      collect(id, { error })
    }
  })
}

/** Makes intents of a delivery through Probot. Throws `BadPayload`. */
export type Receive = (delivery: Delivery) => Promise<Intent[]>

/** Loads the app on a Probot instance. Deliveries of events that nobody handles yield no intents. */
export async function createReceiver(probot: Probot): Promise<Receive> {
  const outcomes = new Map<string, Outcome>()
  await probot.load(webhookApp((deliveryId, outcome) => outcomes.set(deliveryId, outcome)))
  return async ({ id, event, payload }) => {
    try {
      // Probot's type knows each event's payload; what a delivery really holds is checked by the handler.
      await probot.receive({ id, name: event, payload } as Parameters<Probot['receive']>[0])
      const outcome = outcomes.get(id)
      if (outcome && 'error' in outcome) throw outcome.error
      return outcome?.intents ?? []
    } finally {
      outcomes.delete(id)
    }
  }
}
