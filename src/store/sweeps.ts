import type { Round, SweepStore } from '../scan/ports/sweeps.ts'
import type { Database } from './database.ts'
import { storable, toJson } from './json.ts'

/** The rows of sweeps. All times are the database's. */
export class SweepRows implements SweepStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** One statement: of two processes that begin at once, the one that writes the row first has it. */
  async begin(name: string, everyMs: number, leaseMs: number): Promise<Round | null> {
    const [begun] = await this.#database.client.$queryRaw<Round[]>`
      INSERT INTO sweep AS known (name, lease_until) VALUES (${name}, now() + ${leaseMs}::float8 * interval '1 ms')
      ON CONFLICT (name) DO UPDATE SET lease_until = EXCLUDED.lease_until
      WHERE (known.lease_until IS NULL OR known.lease_until < now())
        AND (known.ran_at IS NULL OR known.ran_at <= now() - ${everyMs}::float8 * interval '1 ms')
      RETURNING name, cursor`
    return begun ?? null
  }

  async renew(name: string, leaseMs: number): Promise<void> {
    await this.#database.client.$executeRaw`
      UPDATE sweep SET lease_until = now() + ${leaseMs}::float8 * interval '1 ms'
      WHERE name = ${name} AND lease_until IS NOT NULL`
  }

  async end(name: string, cursor: unknown, error: string | null): Promise<void> {
    await this.#database.client.$executeRaw`
      UPDATE sweep SET lease_until = NULL, ran_at = now(), cursor = ${toJson(cursor ?? null)}::jsonb,
        error = ${error === null ? null : storable(error)}
      WHERE name = ${name}`
  }
}
