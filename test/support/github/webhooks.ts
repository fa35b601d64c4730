/**
 * Webhooks: signed, sent, and remembered with the answer they got.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
 */
import { createHmac, randomUUID } from 'node:crypto'
import { notFound } from './answer.ts'
import type { App } from './app.ts'
import { isObject, type Json, type JsonObject, moment } from './json.ts'

/** "Your server should respond with a 2XX response within 10 seconds." https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks */
const TIMEOUT_MS = 10_000

export interface Delivery {
  /** Of this attempt; `guid` is the same for every attempt. */
  id: number
  /** `X-GitHub-Delivery`. */
  guid: string
  event: string
  action: string | null
  payload: Json
  /** As sent. */
  headers: Record<string, string>
  deliveredAt: Date
  /** Milliseconds until the answer. */
  duration: number
  /** Of the answer; 502 when nobody could be reached, 504 when the answer took too long. */
  statusCode: number
  /** `OK`, or what went wrong. */
  status: string
  response: string
  redelivery: boolean
  installationId: number | null
  repositoryId: number | null
}

export interface DeliveryOptions {
  /** `X-GitHub-Delivery`; a fresh one unless given. */
  id?: string
  /** Sent instead of the right signature. */
  signature?: string
  redelivery?: boolean
}

/** `X-Hub-Signature-256`. https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export const sign = (body: string, secret: string) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

export class Webhooks {
  /** Where deliveries go; null: they are recorded as having failed to connect. */
  url: string | null
  /** As its settings say; deliveries are JSON all the same. */
  contentType: 'json' | 'form' = 'json'
  insecureSsl: '0' | '1' = '0'
  readonly deliveries: Delivery[] = []
  readonly #nextId: () => number
  readonly #ending = new AbortController()
  readonly #pending = new Set<Promise<Delivery>>()

  constructor(url: string | null, nextId: () => number) {
    this.url = url
    this.#nextId = nextId
  }

  /** Resolves with what came of it; a receiver that refuses or is away is no error here. */
  deliver(app: App, event: string, payload: Json, options: DeliveryOptions = {}): Promise<Delivery> {
    const delivering = this.#deliver(app, event, payload, options)
    this.#pending.add(delivering)
    return delivering.finally(() => this.#pending.delete(delivering))
  }

  /** The same delivery once more, under its own guid. https://docs.github.com/en/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook */
  redeliver(app: App, id: number | string): Promise<Delivery> {
    const { event, payload, guid } = this.get(id)
    return this.deliver(app, event, payload, { id: guid, redelivery: true })
  }

  /** By attempt or by guid. Throws `Refusal` 404 for an unknown one. */
  get(id: number | string): Delivery {
    const found = this.deliveries.find((delivery) => delivery.id === id || delivery.guid === id)
    if (!found) throw notFound()
    return found
  }

  /** Breaks off what is under way and waits for it to end. */
  async close(): Promise<void> {
    this.#ending.abort()
    await Promise.allSettled(this.#pending)
  }

  async #deliver(app: App, event: string, payload: Json, options: DeliveryOptions): Promise<Delivery> {
    const { id: guid = randomUUID(), redelivery = false } = options
    const body = JSON.stringify(payload)
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      'x-github-event': event,
      'x-github-delivery': guid,
      'x-github-hook-id': String(app.id),
      'x-github-hook-installation-target-id': String(app.id),
      'x-github-hook-installation-target-type': 'integration',
      'x-hub-signature-256': options.signature ?? sign(body, app.webhookSecret),
    }
    const deliveredAt = new Date()
    const answer = await this.#post(body, headers)
    const delivery: Delivery = {
      id: this.#nextId(),
      guid,
      event,
      action: textOf(payload, 'action'),
      payload,
      headers,
      deliveredAt,
      duration: Date.now() - deliveredAt.getTime(),
      ...answer,
      redelivery,
      installationId: idOf(payload, 'installation'),
      repositoryId: idOf(payload, 'repository'),
    }
    this.deliveries.push(delivery)
    return delivery
  }

  async #post(
    body: string,
    headers: Record<string, string>,
  ): Promise<Pick<Delivery, 'statusCode' | 'status' | 'response'>> {
    if (!this.url) return { statusCode: 502, status: 'failed to connect to host', response: '' }
    const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(TIMEOUT_MS)])
    try {
      const answer = await fetch(this.url, { method: 'POST', body, headers, signal })
      const status = answer.ok ? 'OK' : `Invalid HTTP Response: ${answer.status}`
      return { statusCode: answer.status, status, response: await answer.text() }
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError'
      return { statusCode: late ? 504 : 502, status: late ? 'timed out' : 'failed to connect to host', response: '' }
    }
  }
}

const textOf = (payload: Json, key: string) => {
  const value = isObject(payload) ? payload[key] : null
  return typeof value === 'string' ? value : null
}

const idOf = (payload: Json, key: string) => {
  const member = isObject(payload) ? payload[key] : null
  return isObject(member) && typeof member.id === 'number' ? member.id : null
}

/** As the list of an app's deliveries shows one. https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook */
export function deliveryFacts(delivery: Delivery): JsonObject {
  const { id, guid, deliveredAt, redelivery, duration, status, statusCode, event, action } = delivery
  return {
    id,
    guid,
    delivered_at: moment(deliveredAt),
    redelivery,
    duration: duration / 1000, // seconds
    status,
    status_code: statusCode,
    event,
    action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  }
}
