/** What `npm run bench:api` asks for: two repositories that are really scanned, from memory, and copies of the smaller one's rows. */
import type { Database } from '../src/store/database.ts'
import { deliver } from '../test/store/given.ts'
import { scanFiles } from '../test/support/scanned.ts'
import { largeRecord } from './large-record.ts'

export const INSTALLATION = 1n
/** The one of 20,000 artifacts, the one that is copied, and how many there are in all. */
export const [LARGE, SMALL, REPOSITORIES] = [1, 2, 200]
/** Evidence is a quarter; with the system context and the risk register. */
const LARGE_RECORD = { documents: 15_000, evidence: 4_998, files: 2_000, inFile: 8, faulty: true }
const SMALL_RECORD = { documents: 300, evidence: 100, files: 60, inFile: 6, faulty: true }
const [SCANS, FINDINGS, DELIVERIES] = [10, 500, 50_000]

const facts = (n: number) => {
  return { id: BigInt(n), owner: 'acme', name: `pump-${n}`, private: true, defaultBranch: 'main' }
}

export async function seed(database: Database): Promise<void> {
  const { client } = database
  const added = Array.from({ length: REPOSITORIES }, (_, n) => facts(n + 1))
  await client.installation.create({ data: { id: INSTALLATION, account: 'acme', accountType: 'Organization' } })
  await deliver(database, { type: 'repositories', installation: INSTALLATION, added, removed: [] })
  await client.scan.deleteMany()
  for (const [n, size] of [
    [LARGE, LARGE_RECORD],
    [SMALL, SMALL_RECORD],
  ] as const) {
    const { tree, bytes } = await largeRecord(size)
    const files = new Map(tree.map(({ path, sha }) => [path, bytes.get(sha) ?? '']))
    await scanFiles(database, { installation: INSTALLATION, repository: facts(n), files })
  }
  for (const statement of COPIES) await client.$executeRawUnsafe(statement)
  for (const table of ['artifact', 'finding', 'trace_edge', 'scan', 'artifact_revision']) {
    await client.$executeRawUnsafe(`VACUUM ANALYZE ${table}`)
  }
  await client.$executeRawUnsafe('ANALYZE')
  // A gigabyte that was just written would otherwise go to disk while the questions are asked.
  await client.$executeRawUnsafe('CHECKPOINT')
}

const others = `generate_series(${SMALL + 1}, ${REPOSITORIES}) AS r`
const copy = (table: string, columns: string, from = table) =>
  `INSERT INTO ${table} (repository_id, ${columns}) SELECT r, ${columns} FROM ${from} t, ${others} WHERE t.repository_id = ${SMALL}`

/** Every repository has ten scans, each with as many findings on its artifacts; the newest is what it was last scanned by. */
const COPIES = [
  `DELETE FROM scan WHERE status <> 'completed'`,
  copy('tracked_file', 'path, sha, kind'),
  copy('blob', 'sha, reader, parser_version, content, verdict, verdict_keys'),
  copy('artifact', 'path, kind, gxp_id, title, risk, status, sha, data, verdict'),
  copy('artifact_revision', 'path, kind, gxp_id, change, sha, data, commit, scan_id'),
  copy('trace_edge', '"from", "to", type, by, path, line'),
  copy('requirement_coverage', 'gxp_id, risk, linked, traced, proven, path, tiers, missing_tiers'),
  copy('traceability_matrix', 'content'),
  `INSERT INTO scan (repository_id, kind, head_sha, ref, trigger, lane, status, phase, progress, stage, conclusion, summary, assessment,
     files_total, files_fetched, files_changed, requests, created_at, started_at, completed_at)
   SELECT r, s.kind, s.head_sha, s.ref, 'push', r || '-' || n, s.status, s.phase, 100, s.stage, s.conclusion, s.summary, s.assessment,
     s.files_total, s.files_fetched, s.files_changed, s.requests, s.created_at - n * interval '1 hour',
     s.started_at - n * interval '1 hour', s.completed_at - n * interval '1 hour'
   FROM scan s, generate_series(1, ${REPOSITORIES}) AS r, generate_series(1, ${SCANS}) AS n
   WHERE s.repository_id = ${SMALL} AND s.status = 'completed'`,
  `UPDATE repository r SET tracked_head = s.head_sha, tracked_scan_id = s.id, tracked_at = s.completed_at
   FROM scan s WHERE s.repository_id = r.id AND s.lane = r.id || '-1' AND r.id > ${SMALL}`,
  `INSERT INTO finding (scan_id, rule, severity, path, line, end_line, gxp_id, message, fingerprint, status)
   SELECT s.id, (ARRAY['trace/no-test', 'trace/missing-tier', 'annotation/missing-risk', 'evidence/stale'])[1 + n % 4],
     (ARRAY['error', 'warning', 'notice'])[1 + n % 3], '.gxp/specs/SPEC-' || lpad((n % 150)::text, 5, '0') || '.md', n % 30 + 1,
     n % 30 + 1, 'SPEC-' || lpad((n % 150)::text, 5, '0'), 'What is wrong with number ' || n || ', in a sentence of some length.',
     md5(s.id::text || n), 'existing'
   FROM scan s, generate_series(1, ${FINDINGS}) AS n WHERE s.lane = s.repository_id || '-' || split_part(s.lane, '-', 2)`,
  `INSERT INTO webhook_delivery (id, event, action, installation_id, repository_id, payload, received_at, processed_at)
   SELECT gen_random_uuid(), 'push', NULL, ${INSTALLATION}, n % ${REPOSITORIES} + 1, '{}', now() - n * interval '1 minute',
     now() - n * interval '1 minute' FROM generate_series(1, ${DELIVERIES}) AS n`,
  `WITH maker AS (INSERT INTO manufacturer (installation_id, name)
     SELECT ${INSTALLATION}, 'Manufacturer ' || n FROM generate_series(1, 20) AS n RETURNING id),
   made AS (INSERT INTO product (manufacturer_id, name) SELECT id, 'Product ' || n FROM maker, generate_series(1, 10) AS n RETURNING id),
   numbered AS (SELECT id, row_number() OVER () AS n FROM made)
   INSERT INTO product_repository (product_id, repository_id) SELECT id, n FROM numbered`,
]
