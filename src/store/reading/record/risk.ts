/** The risk register of a tracked snapshot, and how far each risk is covered. */
import { Prisma } from '../../../generated/prisma/client.ts'
import type { RiskEntry } from '../../../rosie/parse/risk-register.ts'
import type { Database } from '../../database.ts'
import { type Page, pageOf } from '../page.ts'
import { all, holds } from '../where.ts'

/** An entry in short; `place`: which of the register's it is, from 1; `sha`: the register's. */
export interface EntryRow {
  place: bigint
  path: string
  sha: string
  id: string
  title: string | null
  date: string | null
  risk: string | null
  status: string | null
  line: number
}

export interface EntryFilter {
  risk?: string | undefined
  status?: string | undefined
  /** Part of its id or title, in capitals or not. */
  text?: string | undefined
}

/** The state of the register that the list was begun with, by its git blob, and the place in that. */
export type EntryPosition = readonly [sha: string, place: string]

/** The register as a whole. What an id was last said to be counts. */
export interface RegisterRow {
  artifactId: string
  path: string
  sha: string
  entries: number
  risks: number
  lastDate: string | null
  byRisk: Record<string, number>
  byStatus: Record<string, number>
}

export interface RiskLevels {
  risk: string | null
  total: number
  linked: number
  traced: number
  proven: number
  /** Requirements that have it, by tier; those that lack one that is demanded. */
  iq: number
  oq: number
  pq: number
  missing: number
}

/** There is one (rosie/classify.ts). */
const REGISTER = '.gxp/risk_assessment.log'

const ITEMS = Prisma.sql`jsonb_array_elements(a.data -> 'entries') WITH ORDINALITY AS item (entry, place)`
const ENTRIES = Prisma.sql`artifact a CROSS JOIN LATERAL ${ITEMS}`

export class Risks {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * In the order of the register. A list that was begun goes on in the state that it was begun with: an entry on top moves all
   * others. Null: no such state is kept.
   */
  async entries(
    repositoryId: bigint,
    { risk, status, text }: EntryFilter,
    limit: number,
    after: EntryPosition | null,
  ): Promise<Page<EntryRow, EntryPosition> | null> {
    const register = after ? stateOf(repositoryId, after[0]) : tracked(repositoryId)
    const where = [
      risk !== undefined && Prisma.sql`item.entry ->> 'risk' = ${risk}`,
      status !== undefined && Prisma.sql`item.entry ->> 'status' = ${status}`,
      text !== undefined && holds(Prisma.sql`concat_ws(' ', item.entry ->> 'id', item.entry ->> 'title')`, text),
      after && Prisma.sql`item.place > ${after[1]}::bigint`,
    ]
    const rows = await this.#database.client.$queryRaw<EntryRow[]>`
      SELECT item.place, a.path, a.sha, item.entry ->> 'id' AS id, item.entry ->> 'title' AS title, item.entry ->> 'date' AS date,
        item.entry ->> 'risk' AS risk, item.entry ->> 'status' AS status, (item.entry ->> 'line')::int AS line
      FROM (${register}) a CROSS JOIN LATERAL ${ITEMS} WHERE ${all(where)} ORDER BY item.place LIMIT ${limit + 1}`
    if (after && rows.length === 0 && !(await this.#was(repositoryId, after[0]))) return null
    return pageOf(rows, limit, ({ sha, place }) => [sha, String(place)])
  }

  /** Whether the register ever was in that state. */
  async #was(repositoryId: bigint, sha: string): Promise<boolean> {
    const states = await this.#database.client.$queryRaw<object[]>(stateOf(repositoryId, sha))
    return states.length > 0
  }

  /** All entries of one id with all that they say, in the order of the register. */
  async withId(repositoryId: bigint, id: string): Promise<RiskEntry[]> {
    const rows = await this.#database.client.$queryRaw<{ entry: RiskEntry }[]>`
      SELECT item.entry
      FROM artifact a CROSS JOIN LATERAL (
        SELECT b.content -> 'entries' AS entries FROM blob b
        WHERE b.repository_id = a.repository_id AND b.sha = a.sha AND b.reader = 'risk_register'
        ORDER BY b.parser_version DESC LIMIT 1) AS known
      CROSS JOIN LATERAL jsonb_array_elements(known.entries) WITH ORDINALITY AS item (entry, place)
      WHERE a.repository_id = ${repositoryId} AND a.kind = 'risk_register' AND item.entry ->> 'id' = ${id}
      ORDER BY item.place LIMIT 100`
    return rows.map(({ entry }) => entry)
  }

  async register(repositoryId: bigint): Promise<RegisterRow | null> {
    const [row] = await this.#database.client.$queryRaw<RegisterRow[]>`
      WITH entries AS (
        SELECT a.id AS "artifactId", a.path, a.sha, item.entry, item.place FROM ${ENTRIES}
        WHERE a.repository_id = ${repositoryId} AND a.kind = 'risk_register'
      ), latest AS (
        SELECT DISTINCT ON (entry ->> 'id') entry ->> 'risk' AS risk, entry ->> 'status' AS status
        FROM entries ORDER BY entry ->> 'id', entry ->> 'date' DESC NULLS LAST, place DESC
      )
      SELECT a.id AS "artifactId", a.path, a.sha,
        (SELECT count(*)::int FROM entries) AS entries, (SELECT count(*)::int FROM latest) AS risks,
        (SELECT max(entry ->> 'date') FROM entries) AS "lastDate",
        coalesce((SELECT json_object_agg(risk, n) FROM (
          SELECT coalesce(risk, 'UNRATED') AS risk, count(*)::int AS n FROM latest GROUP BY 1) AS each), '{}') AS "byRisk",
        coalesce((SELECT json_object_agg(status, n) FROM (
          SELECT coalesce(status, 'none') AS status, count(*)::int AS n FROM latest GROUP BY 1) AS each), '{}') AS "byStatus"
      FROM artifact a WHERE a.repository_id = ${repositoryId} AND a.kind = 'risk_register' LIMIT 1`
    return row ?? null
  }

  /** Requirements by their risk, from the highest; those without one last. */
  levels(repositoryId: bigint): Promise<RiskLevels[]> {
    return this.#database.client.$queryRaw<RiskLevels[]>`
      SELECT risk, count(*)::int AS total,
        (count(*) FILTER (WHERE linked))::int AS linked, (count(*) FILTER (WHERE traced))::int AS traced,
        (count(*) FILTER (WHERE proven))::int AS proven,
        (count(*) FILTER (WHERE 'IQ' = ANY(tiers)))::int AS iq, (count(*) FILTER (WHERE 'OQ' = ANY(tiers)))::int AS oq,
        (count(*) FILTER (WHERE 'PQ' = ANY(tiers)))::int AS pq,
        (count(*) FILTER (WHERE cardinality(missing_tiers) > 0))::int AS missing
      FROM requirement_coverage WHERE repository_id = ${repositoryId} GROUP BY risk
      ORDER BY array_position(ARRAY['HIGH', 'MEDIUM', 'LOW'], risk) NULLS LAST`
  }
}

const tracked = (repositoryId: bigint) => Prisma.sql`
  SELECT path, sha, data FROM artifact WHERE repository_id = ${repositoryId} AND kind = 'risk_register'`

/** The register as it was read when it came to be in that state. */
const stateOf = (repositoryId: bigint, sha: string) => Prisma.sql`
  SELECT path, sha, data FROM artifact_revision
  WHERE repository_id = ${repositoryId} AND path = ${REGISTER} AND sha = ${sha} ORDER BY id DESC LIMIT 1`
