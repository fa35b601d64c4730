import type { Round, SweepStore } from '../scan/ports/sweeps.ts'
import type { Database } from './database.ts'
import { storable, toJson } from './json.ts'

/**
 * The rows of sweeps. All times are the database's. The end of a lease is what its holder shows with every write: it is
 * set anew only once the old one has passed, so that no two rounds have the same. Of when a round ended milliseconds are kept: cut
 * off, since what is rounded may lie ahead.
 */
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
      RETURNING name, cursor, lease_until AS "leaseUntil"`
    return begun ?? null
  }

  async renew(round: Round, leaseMs: number): Promise<boolean> {
    const [renewed] = await this.#database.client.$queryRaw<Pick<Round, 'leaseUntil'>[]>`
      UPDATE sweep SET lease_until = greatest(lease_until, now() + ${leaseMs}::float8 * interval '1 ms')
      WHERE name = ${round.name} AND lease_until = ${round.leaseUntil}::timestamptz
      RETURNING lease_until AS "leaseUntil"`
    if (renewed) round.leaseUntil = renewed.leaseUntil
    return renewed !== undefined
  }

  async end({ name, leaseUntil }: Round, outcome: { cursor: unknown } | { error: string }): Promise<void> {
    const { client } = this.#database
    if ('error' in outcome) {
      await client.$executeRaw`
        UPDATE sweep SET lease_until = NULL, ran_at = date_trunc('milliseconds', now()), error = ${storable(outcome.error)}
        WHERE name = ${name} AND lease_until = ${leaseUntil}::timestamptz`
      return
    }
    await client.$executeRaw`
      UPDATE sweep SET lease_until = NULL, ran_at = date_trunc('milliseconds', now()), error = NULL,
        cursor = ${toJson(outcome.cursor ?? null)}::jsonb
      WHERE name = ${name} AND lease_until = ${leaseUntil}::timestamptz`
  }

  async release({ name, leaseUntil }: Round): Promise<void> {
    await this.#database.client.$executeRaw`
      UPDATE sweep SET lease_until = NULL WHERE name = ${name} AND lease_until = ${leaseUntil}::timestamptz`
  }

  async recover(names: readonly string[]): Promise<void> {
    await this.#database.client.sweep.updateMany({ where: { name: { in: [...names] } }, data: { leaseUntil: null } })
  }
}
