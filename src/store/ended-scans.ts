/**
 * How many scans have ended within an hour and a day, by repository and how. Counted from the index on (completed_at, status,
 * repository_id) alone, which takes 3 ms for each 10,000: where there is much going on, a count is remembered for a while.
 */
import type { Database } from './database.ts'

/** Of a whole server. */
const LARGE = 500
const REMEMBERED_MS = 10_000

interface Remembered {
  counting: Promise<Counted>
  until: number
}

export class EndedScanTally {
  readonly #database: Database
  readonly #large: number
  readonly #now: () => number
  #remembered: Remembered | null = null

  constructor(database: Database, large = LARGE, now = Date.now) {
    this.#database = database
    this.#large = large
    this.#now = now
  }

  /**
   * JSON: a list of {repository, status, lastDay, lastHour}. At most 10 s old, and only where more than 500 scans have ended
   * within a day; then whoever asks while it is counted anew waits for that.
   */
  async json(): Promise<string> {
    const known = this.#remembered
    if (known && this.#now() < known.until) return (await known.counting).tally
    const anew = { counting: this.#count(), until: this.#now() + REMEMBERED_MS }
    if (known) this.#remembered = anew
    return this.#counted(anew)
  }

  /** What failed, or came to little, is counted anew. */
  async #counted(anew: Remembered): Promise<string> {
    const { tally, scans } = await anew.counting.catch((error: unknown) => {
      this.#forget(anew)
      throw error
    })
    if (scans > this.#large) this.#remembered = anew
    else this.#forget(anew)
    return tally
  }

  #forget(counted: Remembered) {
    if (this.#remembered === counted) this.#remembered = null
  }

  async #count(): Promise<Counted> {
    const [counted] = await this.#database.client.$queryRaw<Counted[]>`
      SELECT coalesce(json_agg(ended), '[]')::text AS tally, coalesce(sum("lastDay"), 0)::int AS scans FROM (
        SELECT repository_id AS repository, status, count(*)::int AS "lastDay",
          count(*) FILTER (WHERE completed_at > now() - interval '1 hour')::int AS "lastHour"
        FROM scan WHERE status NOT IN ('queued', 'running') AND completed_at > now() - interval '1 day'
        GROUP BY repository_id, status) AS ended`
    return counted ?? { tally: '[]', scans: 0 }
  }
}

interface Counted {
  tally: string
  scans: number
}
