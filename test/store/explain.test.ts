/**
 * No list and no look-up of the API reads a large table from one end to the other: how PostgreSQL means to run each of
 * their statements, on tables that are large enough for it to matter. And none looks through one for what isn't there.
 */
import { Prisma } from '../../src/generated/prisma/client.ts'
import type { Database } from '../../src/store/database.ts'
import { type Reading, readingOf } from '../../src/store/reading/index.ts'
import { forEachDatabase } from '../support/database.ts'
import { ASKED, ASKED_IN_VAIN, REPOSITORY } from './asked.ts'

/** Tables that grow with what is scanned. */
const LARGE = new Set([
  ...['artifact', 'artifact_revision', 'blob', 'finding', 'requirement_coverage', 'scan', 'trace_edge', 'tracked_file'],
  ...['audit_event', 'audit_link', 'compliance_report', 'webhook_delivery'],
])

const REPOSITORIES = 60
/** Of one repository. */
const ROWS = 500

/** Repositories 1 to 60 of installation 1; everything of each looks alike. */
const SEED = [
  `INSERT INTO installation (id, account, account_type) VALUES (1, 'acme', 'Organization')`,
  `INSERT INTO repository (id, installation_id, owner, name) SELECT n, 1, 'acme', 'pump-' || n FROM generate_series(1, ${REPOSITORIES}) n`,
  `INSERT INTO scan (repository_id, kind, trigger, lane, status, head_sha, completed_at)
   SELECT r.id, 'tracked', 'push', r.id || '-' || n, 'completed', 'abc', now() - n * interval '1 day'
   FROM repository r, generate_series(1, 100) n`,
  `UPDATE repository r SET tracked_head = 'abc', tracked_at = now(),
     tracked_scan_id = (SELECT s.id FROM scan s WHERE s.repository_id = r.id LIMIT 1)`,
  `INSERT INTO finding (scan_id, rule, severity, path, line, gxp_id, message, fingerprint, status)
   SELECT r.tracked_scan_id, 'trace/x', 'warning', '.gxp/requirements/REQ-' || n || '.md', 1, 'REQ-' || n, 'x', 'f' || n, 'existing'
   FROM repository r, generate_series(1, ${ROWS}) n`,
  `INSERT INTO artifact (repository_id, path, kind, gxp_id, title, sha, data)
   SELECT r.id, k.folder || '/' || k.prefix || n || '.md', k.kind, k.prefix || n, 'Title ' || n, 's' || n, '{"entries": []}'
   FROM repository r, generate_series(1, ${ROWS}) n,
     (VALUES ('.gxp/requirements', 'REQ-', 'requirement'), ('.gxp/specs', 'SPEC-', 'specification'),
       ('.gxp/evidence', 'EV-', 'evidence')) AS k (folder, prefix, kind)`,
  `INSERT INTO artifact_revision (repository_id, path, kind, gxp_id, change, sha, data, commit, scan_id)
   SELECT a.repository_id, a.path, a.kind, a.gxp_id, 'added', a.sha, a.data, 'abc', r.tracked_scan_id
   FROM artifact a JOIN repository r ON r.id = a.repository_id`,
  `INSERT INTO trace_edge (repository_id, "from", "to", type, by, path, line, broken)
   SELECT r.id, e."from" || n, e."to" || n, e.type, e.by, 'src/' || n || '.ts', 1, r.id < 10 AND n % 50 = 0 FROM repository r, generate_series(1, ${ROWS}) n,
     (VALUES ('SPEC-', 'REQ-', 'derives_from', 'parent_id'), ('FILE:src/', 'SPEC-', 'implements', '@gxp-implements'),
       ('EVIDENCE:.gxp/evidence/EV-', 'SPEC-', 'produces', 'spec_id')) AS e ("from", "to", type, by)`,
  `INSERT INTO tracked_file (repository_id, path, sha, kind)
   SELECT r.id, 'src/' || n || '.ts', 'b' || n, 'source' FROM repository r, generate_series(1, ${ROWS}) n`,
  `INSERT INTO blob (repository_id, sha, reader, parser_version, content)
   SELECT r.id, 'b' || n, 'annotations/typescript', 1, '{"blocks": [{"line": 1, "endLine": 1, "tags": []}]}'
   FROM repository r, generate_series(1, ${ROWS}) n`,
  `INSERT INTO requirement_coverage (repository_id, gxp_id, linked, traced, proven, path, tiers, missing_tiers)
   SELECT r.id, 'REQ-' || n, true, true, false, '{}', '{}', '{}' FROM repository r, generate_series(1, ${ROWS}) n`,
  `INSERT INTO compliance_report (repository_id, scan_id, format, sha256, content, created_at)
   SELECT repository_id, id, 'json', 'abc', '{}', completed_at FROM scan`,
  `INSERT INTO webhook_delivery (id, event, installation_id, repository_id, payload, received_at, processed_at)
   SELECT r.id || '-' || n, 'push', 1, r.id, '{}', now() - n * interval '1 s', now() FROM repository r, generate_series(1, ${ROWS}) n`,
  `INSERT INTO audit_event (at, actor, action, resource, installation_id, repository_id)
   SELECT now() - n * interval '1 s', 'github', 'pull_request.changed', 'repository/' || r.id, 1, r.id
   FROM repository r, generate_series(1, ${ROWS}) n`,
  `INSERT INTO audit_link (position, event_id, hash) SELECT id, id, 'abc' FROM audit_event`,
  'ANALYZE',
]

interface Plan {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Rows'?: number
  'Actual Loops'?: number
  'Rows Removed by Filter'?: number
  Plans?: Plan[]
}

/** The tables that a statement reads from one end to the other. */
const readThrough = (plan: Plan): string[] => [
  ...(plan['Node Type'] === 'Seq Scan' && plan['Relation Name'] !== undefined ? [plan['Relation Name']] : []),
  ...(plan.Plans ?? []).flatMap(readThrough),
]

/** Rows of large tables that it looked at, whether it took them or not. */
const rowsRead = (plan: Plan): number => {
  const { 'Actual Rows': taken = 0, 'Rows Removed by Filter': left = 0, 'Actual Loops': loops = 1 } = plan
  const here = LARGE.has(plan['Relation Name'] ?? '') ? (taken + left) * loops : 0
  return (plan.Plans ?? []).map(rowsRead).reduce((sum, rows) => sum + rows, here)
}

const indexesOf = (plan: Plan): string[] => [
  ...(plan['Index Name'] === undefined ? [] : [plan['Index Name']]),
  ...(plan.Plans ?? []).flatMap(indexesOf),
]

/** The same database, of which each statement that is read with is explained as well. */
function explained({ client, ...rest }: Database, plans: Plan[]): Database {
  const queryRaw = async (sql: TemplateStringsArray | Prisma.Sql, ...values: unknown[]) => {
    const statement = 'raw' in sql ? Prisma.sql(sql, ...values) : sql
    const [row] = await client.$queryRaw<
      { 'QUERY PLAN': { Plan: Plan }[] }[]
    >`EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`
    plans.push(...(row?.['QUERY PLAN'] ?? []).map(({ Plan: plan }) => plan))
    return client.$queryRaw(statement)
  }
  const watched = new Proxy(client, { get: (of, name) => (name === '$queryRaw' ? queryRaw : Reflect.get(of, name)) })
  return { ...rest, client: watched }
}

forEachDatabase('No statement reads a large table through', (databases) => {
  // The embedded database has the same planner, and the same statements.
  if (databases.embedded) {
    it('as a plan tells it, wherever in it that stands', () => {
      const seq = { 'Node Type': 'Seq Scan', 'Relation Name': 'artifact' }
      const index = { 'Node Type': 'Index Scan', 'Relation Name': 'finding' }
      expect(readThrough({ 'Node Type': 'Limit', Plans: [index, { 'Node Type': 'Sort', Plans: [seq] }] })).toEqual([
        'artifact',
      ])
    })
    return
  }
  const plans: Plan[] = []
  let reading: Reading
  let scanId: string
  beforeAll(async () => {
    const database = await databases.open()
    for (const statement of SEED) await database.client.$executeRawUnsafe(statement)
    const repository = await database.client.repository.findUniqueOrThrow({ where: { id: REPOSITORY } })
    scanId = String(repository.trackedScanId)
    reading = readingOf(explained(database, plans))
  })

  it.each(Object.entries(ASKED))('%s', async (_, ask) => {
    plans.length = 0
    await ask(reading, scanId)
    expect(plans.length).toBeGreaterThan(0)
    expect(plans.flatMap(readThrough).filter((table) => LARGE.has(table))).toEqual([])
  })

  // The artifacts of one repository and one kind are looked through.
  it.each(Object.entries(ASKED_IN_VAIN))('%s, in vain', async (_, ask) => {
    plans.length = 0
    const { items } = (await ask(reading, scanId)) as { items: unknown[] }
    expect(items).toEqual([])
    expect(plans.map(rowsRead).reduce((sum, rows) => sum + rows)).toBeLessThanOrEqual(ROWS)
  })

  it.each([
    ['requirements, deep', 'artifact_repository_id_kind_path_idx'],
    ['findings on an artifact', 'finding_scan_id_gxp_id_idx'],
    ['findings on an artifact', 'finding_scan_id_path_idx'],
    ['scans of a few', 'scan_repository_id_created_at_id_idx'],
    ['scans of all', 'scan_created_at_id_idx'],
    ['broken links', 'trace_edge_broken_idx'],
    ['reports', 'compliance_report_repository_id_created_at_id_idx'],
    ['webhooks of one repository', 'webhook_delivery_repository_id_received_at_id_idx'],
    ['audit events of one repository', 'audit_event_repository_id_at_id_idx'],
  ])('%s are found by %s', async (name, index) => {
    plans.length = 0
    await ASKED[name]?.(reading, scanId)
    expect(plans.flatMap(indexesOf)).toContain(index)
  })

  it('notices one that does', async () => {
    plans.length = 0
    await explained({ client: (await databases.open()).client } as Database, plans).client
      .$queryRaw`SELECT * FROM artifact WHERE title = 'x'`
    expect(plans.flatMap(readThrough)).toEqual(['artifact'])
  })
})
