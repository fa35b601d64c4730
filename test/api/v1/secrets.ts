/** What must not be shown to others, looked for in whatever is answered. */
import type { Database } from '../../../src/store/database.ts'
import type { Answer } from './stage.ts'

export class Secrets {
  readonly #numbers: readonly number[]
  readonly #names: RegExp
  /** Ids and hashes that are nobody else's. */
  readonly #texts: ReadonlySet<string>

  constructor(numbers: readonly bigint[], names: RegExp, texts: ReadonlySet<string>) {
    this.#numbers = numbers.map(Number)
    this.#names = names
    this.#texts = texts
  }

  /** What of it an answer shows, in its headers or its body. */
  in({ headers, body }: Pick<Answer, 'headers' | 'body'>): string[] {
    return [...leaves(headers), ...leaves(jsonLines(headers, body) ?? body)].flatMap(([name, value]) =>
      this.#isOne(name, value) ? [`${name}: ${String(value).slice(0, 200)}`] : [],
    )
  }

  #isOne(name: string, value: unknown): boolean {
    if (typeof value === 'number') return /ids?$/i.test(name) && this.#numbers.includes(value)
    if (typeof value !== 'string') return false
    return this.#names.test(value) || (value.match(IDS) ?? []).some((text) => this.#texts.has(text))
  }
}

/** UUIDs and SHA-256. */
const IDS = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{64}/g

/** All ids and hashes by which an installation's rows are known, but those that who reads one repository alone may see. */
export async function idsOf({ client }: Database, installationId: bigint, but: bigint | null): Promise<Set<string>> {
  const other = but ?? 0n
  const rows = await client.$queryRaw<{ id: string }[]>`
    WITH r AS (SELECT id FROM repository WHERE installation_id = ${installationId})
    SELECT id::text FROM scan WHERE repository_id IN (SELECT id FROM r)
    UNION ALL SELECT id::text FROM artifact WHERE repository_id IN (SELECT id FROM r)
    UNION ALL SELECT id::text FROM compliance_report WHERE repository_id IN (SELECT id FROM r)
    UNION ALL SELECT sha256 FROM compliance_report WHERE repository_id IN (SELECT id FROM r)
    UNION ALL SELECT id::text FROM api_key WHERE installation_id = ${installationId} AND ${other} <> ALL(repository_ids)
    UNION ALL SELECT id::text FROM signing_key WHERE installation_id = ${installationId}
    UNION ALL SELECT id::text FROM manufacturer WHERE installation_id = ${installationId}
    UNION ALL SELECT p.id::text FROM product p JOIN manufacturer m ON m.id = p.manufacturer_id
      WHERE m.installation_id = ${installationId}
    UNION ALL SELECT id FROM webhook_delivery WHERE installation_id = ${installationId}
    UNION ALL SELECT l.hash FROM audit_link l JOIN audit_event e ON e.id = l.event_id
      WHERE e.installation_id = ${installationId} AND e.repository_id IS DISTINCT FROM ${other}`
  return new Set(rows.map(({ id }) => id))
}

function jsonLines(headers: Answer['headers'], body: unknown): unknown {
  if (!headers['content-type']?.startsWith('application/jsonl')) return null
  return String(body)
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
}

/** Each value of a JSON body, with the name it stands under. */
function leaves(body: unknown, name = ''): [name: string, value: unknown][] {
  if (Array.isArray(body)) return body.flatMap((each) => leaves(each, name))
  if (typeof body !== 'object' || body === null) return [[name, body]]
  return Object.entries(body).flatMap(([key, value]) => leaves(value, key))
}
