/** Sessions of people as rows. What makes them a cookie, and opens GitHub's tokens, is in access/seals.ts. */
import type { Grant } from '../access/grant.ts'
import { actorOf, type HeldSession, type Person, type SessionStore } from '../access/session.ts'
import { type By, recordAudit } from './audit.ts'
import type { Connection, Database } from './database.ts'
import { storable } from './json.ts'
import { grantsFrom, storedGrants } from './people.ts'
import { addedUp, type Count, counted } from './removed.ts'

/** Where a request comes from, whoever sends it. */
export type From = Omit<By, 'actor'>

type Row = Omit<HeldSession, 'person' | 'grants'> & { personId: bigint; login: string; grants: unknown }

/** Of those that are removed while somebody waits to be signed in. */
const EXPIRED_AT_ONCE = 500

/** Those whose time is over, and that nobody else removes right now. By the index on `expires_at`. */
export const removeExpired = (connection: Connection, most: number): Promise<number> =>
  counted(connection.$queryRaw<Count[]>`
    WITH removed AS (
      DELETE FROM session WHERE id = ANY(ARRAY(
        SELECT id FROM session WHERE expires_at <= now() LIMIT ${most} FOR UPDATE SKIP LOCKED))
      RETURNING 1
    ), ${addedUp('sessions')}`)

export class Sessions implements SessionStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** `tokens`: sealed. What the person may is asked anew. Sessions of anybody that have expired are removed on the occasion. */
  async start(
    person: Person,
    tokens: string,
    lastsMs: number,
    from: From,
  ): Promise<Pick<HeldSession, 'id' | 'expiresAt'>> {
    return this.#database.client.$transaction(async (transaction) => {
      await transaction.$executeRaw`
        INSERT INTO person (id, login) VALUES (${person.id}, ${storable(person.login)})
        ON CONFLICT (id) DO UPDATE SET login = EXCLUDED.login, grants = NULL, asked_at = NULL`
      const [started] = await transaction.$queryRaw<Pick<HeldSession, 'id' | 'expiresAt'>[]>`
        INSERT INTO session (person_id, tokens, expires_at)
        VALUES (${person.id}, ${tokens}, now() + ${lastsMs}::float8 * interval '1 ms')
        RETURNING id, expires_at AS "expiresAt"`
      if (!started) throw new Error('The session was not written.')
      await recordAudit(transaction, {
        ...{ ...from, actor: actorOf(person), action: 'session.started', resource: `session/${started.id}` },
        next: { person: String(person.id), login: person.login, expiresAt: started.expiresAt },
      })
      // Last: others who do it too wait until this transaction ends.
      await removeExpired(transaction, EXPIRED_AT_ONCE)
      return started
    })
  }

  /** `xmin` is the transaction that wrote the row last: another one for each change, whoever makes it. */
  async find(id: string, freshMs: number): Promise<HeldSession | null> {
    const [row] = await this.#database.client.$queryRaw<Row[]>`
      SELECT s.id, s.tokens, s.expires_at AS "expiresAt", p.id AS "personId", p.login, p.xmin::text AS version,
        CASE WHEN p.asked_at > now() - ${freshMs}::float8 * interval '1 ms' THEN p.grants END AS grants
      FROM session s JOIN person p ON p.id = s.person_id
      WHERE s.id = ${id}::uuid AND s.expires_at > now()`
    if (!row) return null
    const { personId, login, grants, ...session } = row
    return { ...session, person: { id: personId, login }, grants: grants === null ? null : grantsFrom(grants) }
  }

  async keepGrants({ id, login }: Person, version: string, grants: readonly Grant[]): Promise<boolean> {
    const kept = await this.#database.client.$executeRaw`
      UPDATE person SET login = ${storable(login)}, grants = ${storedGrants(grants)}::jsonb, asked_at = now()
      WHERE id = ${id} AND xmin::text = ${version}`
    return kept === 1
  }

  async keepTokens(id: string, before: string, after: string): Promise<void> {
    await this.#database.client.$executeRaw`
      UPDATE session SET tokens = ${after} WHERE id = ${id}::uuid AND tokens = ${before}`
  }

  async lost(id: string, reason: string): Promise<void> {
    const by = { actor: 'rosie-guard', reason }
    await this.#database.client.$transaction(async (transaction) => void (await end(transaction, id, by)))
  }

  /** By whoever signed in. Answers GitHub's tokens, sealed, which are kept no more; null: it has ended already. */
  async end(id: string, from: From): Promise<string | null> {
    return this.#database.client.$transaction((transaction) => end(transaction, id, from))
  }

  /** Somebody came back from GitHub and was not let in. */
  async refused(by: By, reason: string): Promise<void> {
    const what = { ...by, action: 'sign_in.refused', resource: 'sign-in', reason } as const
    await this.#database.client.$transaction((transaction) => recordAudit(transaction, what))
  }
}

/** `by`: the person it is of, where it names nobody else. */
async function end(transaction: Connection, id: string, by: Partial<By> & { reason?: string }): Promise<string | null> {
  const [ended] = await transaction.$queryRaw<{ personId: bigint; login: string; tokens: string }[]>`
    DELETE FROM session s USING person p WHERE s.id = ${id}::uuid AND p.id = s.person_id
    RETURNING p.id AS "personId", p.login, s.tokens`
  if (!ended) return null
  await recordAudit(transaction, {
    ...{ actor: actorOf(ended), ...by, action: 'session.ended', resource: `session/${id}` },
    previous: { person: String(ended.personId), login: ended.login },
  })
  return ended.tokens
}
