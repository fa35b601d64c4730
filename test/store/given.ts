/** Installations, repositories and wishes for the store's suites. */
import { randomUUID } from 'node:crypto'
import type { AssessedFinding, Summary } from '../../src/rosie/assessment.ts'
import type { Document } from '../../src/rosie/contents.ts'
import type { Edge, SnapshotFile } from '../../src/rosie/model.ts'
import type { Intent, RepositoryFacts, ScanRequested } from '../../src/scan/ports/intents.ts'
import type { Next, Outcome } from '../../src/scan/ports/outcome.ts'
import type { Scan, TrackedChange } from '../../src/scan/ports/store.ts'
import type { Database } from '../../src/store/database.ts'
import { Deliveries } from '../../src/store/deliveries.ts'
import { Scans } from '../../src/store/scans.ts'

let lastId = 1_000n
export const newId = () => ++lastId

export const sha = (seed: number | string) => String(seed).padStart(40, '0')

export function aRepository(facts: Partial<RepositoryFacts> = {}): RepositoryFacts {
  return { id: newId(), owner: 'acme', name: 'pump', private: true, defaultBranch: 'main', ...facts }
}

/** A change of a branch, as a push asks for it. `baseRef: null` makes it a scan of the default branch. */
export function aWish(wish: Partial<ScanRequested> = {}): ScanRequested {
  return {
    type: 'scan',
    installation: 1n,
    repository: aRepository(),
    headSha: sha('a'),
    ref: 'feature',
    baseRef: 'main',
    baseSha: null,
    pull: null,
    trigger: 'push',
    forced: false,
    onlyIfUnknown: false,
    ...wish,
  }
}

/** Stores a delivery and applies what it asks for. */
export async function deliver(database: Database, ...intents: Intent[]): Promise<boolean> {
  const inbox = new Deliveries(database)
  const id = randomUUID()
  await inbox.store({ id, event: 'push', payload: {} })
  return inbox.done(id, intents)
}

/** Queues a scan; answers its id. */
export async function queue(database: Database, wish: ScanRequested): Promise<string> {
  await deliver(database, wish)
  const { id } = await database.client.scan.findFirstOrThrow({
    where: {
      ...{ repositoryId: wish.repository.id, headSha: wish.headSha, baseRef: wish.baseRef },
      ...{ status: 'queued', kind: { not: 'replay' } },
    },
  })
  return id
}

/** Takes a scan that is free. */
export async function take(database: Database, scanId: string, leaseMs = 60_000): Promise<Scan> {
  const taken = await new Scans(database).take(scanId, leaseMs)
  if (typeof taken === 'string' || 'restMs' in taken) throw new Error(`The scan is not free: ${JSON.stringify(taken)}.`)
  return taken.scan
}

export async function queueAndTake(database: Database, wish: ScanRequested): Promise<Scan> {
  return take(database, await queue(database, wish))
}

/** The row as it stands. */
export const row = (database: Database, id: string) => database.client.scan.findUniqueOrThrow({ where: { id } })

/** The lease of a scan ran out a second ago. */
export async function expireLease(database: Database, id: string): Promise<void> {
  await database.client.$executeRaw`UPDATE scan SET lease_until = now() - interval '1 second' WHERE id = ${id}::uuid`
}

export const SUMMARY: Summary = {
  artifacts: { requirement: 1, user_story: 0, specification: 0, decision: 0, risk: 0, vendor_assessment: 0 },
  annotations: { source: 0, test: 0 },
  evidence: { total: 0, valid: 0, invalid: 0, untrusted: 0 },
  packages: { total: 0, valid: 0, invalid: 0, untrusted: 0 },
  provenance: { verified: 0, contradicted: 0, unavailable: 0 },
  requirements: { total: 1, linked: 0, traced: 0, proven: 0 },
  findings: { error: 1, warning: 0, notice: 0 },
}

/** Of the tracked snapshot: nothing but its commit, unless told. */
export const aChange = (change: Partial<TrackedChange> = {}): TrackedChange => ({
  ...{ commit: sha('a'), removed: [], changed: [], signed: [], edges: [], unknown: new Set() },
  ...{ coverage: [], matrix: '{}' },
  ...change,
})

export function aFinding(finding: Partial<AssessedFinding> = {}): AssessedFinding {
  return {
    rule: 'trace/broken-reference',
    severity: 'error',
    path: '.gxp/specs/SPEC-001.md',
    line: 3,
    endLine: null,
    column: null,
    endColumn: null,
    gxpId: 'SPEC-001',
    message: 'SPEC-001 refers to US-404, which nothing defines.',
    fingerprint: 'f'.repeat(32),
    status: 'introduced',
    ...finding,
  }
}

/** What a scan came to, with these findings. */
export function anOutcome(...findings: AssessedFinding[]): Outcome {
  return {
    assessment: {
      ...{
        conclusion: findings.length > 0 ? 'failure' : 'success',
        head: null,
        base: null,
        summary: SUMMARY,
        coverage: [],
      },
      ...{
        score: { value: null, parts: [] },
        ...{ riskMatrix: 'the defaults', policy: null },
        findings,
        fixed: [],
        ignored: [],
        preview: null,
      },
    },
    ...{
      judgedBy: 'policy-1',
      shown: true,
      asBefore: false,
      again: null,
      replay: null,
      dueAt: null,
      comment: 'always',
      notes: [],
    },
    ...{ baseRequirements: null, filesTotal: 0, filesFetched: 0, requests: 0 },
  }
}

/** A scan's end that leads to nothing more. */
export const END: Next = { again: null, replay: null, dueAt: null }

export function aRequirement(gxpId: string, title = 'Stops the pump'): Document {
  return {
    ...{ kind: 'requirement', gxpId, title, risk: 'HIGH', tier: null, status: 'draft' },
    ...{ references: [], sourceFiles: [], testFiles: [], parts: [], digest: '', fields: {}, problems: [] },
  }
}

export function requirementFile(gxpId: string, version = 1, title?: string): SnapshotFile {
  return {
    path: `.gxp/requirements/${gxpId}.md`,
    kind: 'requirement',
    reader: 'requirement',
    sha: sha(`${gxpId.replace(/\D/g, '')}${version}`),
    content: aRequirement(gxpId, title),
  }
}

export function anEdge(from: string, to: string, line = 1): Edge {
  return { from, to, type: 'satisfies', by: 'satisfies', origin: { path: `.gxp/specs/${from}.md`, line } }
}
