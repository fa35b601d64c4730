import type { Intent } from '../scan/ports/intents.ts'
import type { Delivery, Inbox } from '../scan/ports/queue.ts'
import type { ReceivedDeliveries } from '../scan/ports/reconcile.ts'
import type { Database } from './database.ts'
import { applyIntents } from './intents.ts'
import { storable, toJson } from './json.ts'

/** After so many a delivery is given up; its row stays. */
export const MAX_ATTEMPTS = 10

/** The inbox of webhook deliveries. Attempts count when they begin, so that one that kills the process ends as well. */
export class Deliveries implements Inbox, ReceivedDeliveries {
  readonly #database: Database
  readonly #claimMs: number

  /** `claimMs`: a delivery is claimed for so long; a process that died with it loses it to another one then. */
  constructor(database: Database, claimMs = 15_000) {
    this.#database = database
    this.#claimMs = claimMs
  }

  async store({ id, event, payload }: Delivery): Promise<'stored' | 'repeat'> {
    const { action, installation, repository } = named(payload)
    const stored = await this.#database.client.$executeRaw`
      INSERT INTO webhook_delivery (id, event, action, installation_id, repository_id, payload)
      VALUES (${storable(id)}, ${storable(event)}, ${action}::text, ${installation}::bigint, ${repository}::bigint,
              ${toJson(payload)}::jsonb)
      ON CONFLICT (id) DO NOTHING`
    return stored === 1 ? 'stored' : 'repeat'
  }

  /** By the index on (processed_at, received_at). */
  async next(): Promise<Delivery | null> {
    const [delivery] = await this.#database.client.$queryRaw<Delivery[]>`
      UPDATE webhook_delivery SET attempts = attempts + 1, not_before = now() + ${this.#claimMs}::float8 * interval '1 ms'
      WHERE id = (
        SELECT id FROM webhook_delivery
        WHERE processed_at IS NULL AND attempts < ${MAX_ATTEMPTS} AND (not_before IS NULL OR not_before <= now())
        ORDER BY received_at LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING id, event, payload`
    return delivery ?? null
  }

  async done(deliveryId: string, intents: readonly Intent[]): Promise<boolean> {
    return this.#database.client.$transaction(async (transaction) => {
      const first = await transaction.$executeRaw`
        UPDATE webhook_delivery SET processed_at = now(), error = NULL
        WHERE id = ${storable(deliveryId)} AND processed_at IS NULL`
      // Another worker was faster, after this one's claim ran out.
      if (first === 0) return false
      return applyIntents(transaction, intents, { actor: 'github', requestId: deliveryId })
    })
  }

  async missing(ids: readonly string[]): Promise<Set<string>> {
    const missing = await this.#database.client.$queryRaw<{ id: string }[]>`
      SELECT id FROM json_array_elements_text(${toJson(ids)}::json) AS sent (id)
      WHERE NOT EXISTS (SELECT 1 FROM webhook_delivery known WHERE known.id = sent.id)`
    return new Set(missing.map(({ id }) => id))
  }

  /** Due again after 5 s, doubled with each attempt, an hour at most. */
  async failed(deliveryId: string, error: string): Promise<void> {
    await this.#database.client.$executeRaw`
      UPDATE webhook_delivery
      SET error = ${storable(error)}, not_before = now() + least(3600, 5 * 2 ^ (attempts - 1)) * interval '1 second'
      WHERE id = ${storable(deliveryId)} AND processed_at IS NULL`
  }
}

/** What the columns beside the payload repeat of it, where it has the shape GitHub documents. */
function named(payload: unknown) {
  const { action, installation, repository } = (payload ?? {}) as Record<string, unknown>
  return {
    action: typeof action === 'string' ? storable(action) : null,
    installation: idOf(installation),
    repository: idOf(repository),
  }
}

function idOf(value: unknown): bigint | null {
  const { id } = (value ?? {}) as { id?: unknown }
  return Number.isSafeInteger(id) ? BigInt(id as number) : null
}
