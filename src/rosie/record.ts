/**
 * The compliance record of one snapshot, indexed: what rules look at. Built once per snapshot, in one pass over its
 * files; the graph and the coverage are computed when first asked for.
 */
import { documentDirectory, hasRecord } from './classify.ts'
import { type Coverage, coverageOf } from './coverage.ts'
import { matches } from './globs.ts'
import { buildGraph, type Graph } from './graph.ts'
import { idInFileName, kindOfId } from './ids.ts'
import type {
  AnnotatedSource,
  Content,
  Document,
  DocumentKind,
  Evidence,
  KeyFile,
  Provenance,
  Snapshot,
  SnapshotFile,
  States,
  SystemContext,
  Verdict,
  Verdicts,
} from './model.ts'
import { type EvidencePackage, packagesOf, resultsOf } from './packages.ts'
import type { Decision } from './parse/decision.ts'
import type { PolicyFile } from './parse/policy-file.ts'
import type { ProjectPolicy } from './parse/project-policy.ts'
import type { RiskRegister } from './parse/risk-register.ts'
import type { TestingRecord } from './parse/testing-record.ts'
import type { VendorAssessment } from './parse/vendor-assessment.ts'
import type { Policy } from './policy.ts'
import { provenanceOf, readClaims, type TestEvidence } from './test-evidence.ts'

export interface Located<C extends Content> {
  path: string
  sha: string
  content: C
}

export interface SourceFile extends Located<AnnotatedSource> {
  test: boolean
}

/** A single `.jws` file: the evidence of a test, or a release manifest. */
export interface EvidenceFile extends Located<Evidence> {
  verdict: Verdict
}

/** What was established about a snapshot before it is judged, and how it is judged. */
export interface Established {
  verdicts: Verdicts
  states: States
  policy: Policy
  /** How many keys are trusted. */
  keys: number
}

export interface ComplianceRecord {
  snapshot: Snapshot
  established: Established
  /** A file of `.gxp/`, or GxP.MD, is there. */
  present: boolean
  systemContext: Located<SystemContext> | null
  documents: readonly Located<Document>[]
  /** By id; two files with one id make a list of two. */
  documentsById: ReadonlyMap<string, readonly Located<Document>[]>
  /** Ids that unreadable documents have by their file names: not known, but not missing either. */
  unreadableIds: ReadonlySet<string>
  /** Single evidence files, release manifests among them. */
  evidence: readonly EvidenceFile[]
  packages: readonly EvidencePackage[]
  /** What the readable ones of both say about test runs. */
  testEvidence: readonly TestEvidence[]
  testingRecords: readonly Located<TestingRecord>[]
  sources: readonly SourceFile[]
  riskRegister: Located<RiskRegister> | null
  decisions: readonly Located<Decision>[]
  vendorAssessments: readonly Located<VendorAssessment>[]
  keyFiles: readonly Located<KeyFile>[]
  policyFile: Located<PolicyFile> | null
  projectPolicy: Located<ProjectPolicy> | null
  /** Kinds of documents whose directory exists: their ids must have an artifact. */
  keptKinds: ReadonlySet<DocumentKind>
  readonly graph: Graph
  readonly coverage: Coverage
}

export function indexRecord(snapshot: Snapshot, established: Established): ComplianceRecord {
  const { verdicts, states, policy } = established
  const byKind = new Map<string, Located<Content>[]>()
  for (const { path, sha, content } of snapshot.files) {
    if (content === null) continue
    const known = byKind.get(content.kind)
    if (known) known.push({ path, sha, content })
    else byKind.set(content.kind, [{ path, sha, content }])
  }
  const all = <C extends Content>(kind: C['kind']) => (byKind.get(kind) ?? []) as Located<C>[]
  const one = <C extends Content>(kind: C['kind']) => all<C>(kind)[0] ?? null
  const isTest = ({ path, kind }: SnapshotFile) => kind === 'test' || (kind === 'source' && matches(policy.tests, path))
  const tests = new Set(snapshot.files.flatMap((file) => (isTest(file) ? [file.path] : [])))
  // In the order of the files, not of the kinds: an assessment reads from top to bottom.
  const documents = snapshot.files.flatMap(({ path, sha, content }) =>
    content !== null && isDocument(content) ? [{ path, sha, content }] : [],
  )
  const evidence = all<Evidence>('evidence').flatMap((file) =>
    file.content.form === 'package' ? [] : [{ ...file, verdict: verdicts.get(file.sha) ?? UNTRUSTED }],
  )
  const packages = packagesOf(snapshot.files, verdicts)
  const base = {
    snapshot,
    established,
    present: hasRecord(snapshot.files),
    systemContext: one<SystemContext>('system_context'),
    documents,
    documentsById: byId(documents),
    unreadableIds: unreadableIds(documents),
    evidence,
    packages,
    testEvidence: [
      ...evidence.flatMap((file) => singleEvidence(file, states) ?? []),
      ...packages.flatMap((each) => packageEvidence(each, states) ?? []),
    ],
    testingRecords: all<TestingRecord>('testing_record'),
    sources: all<AnnotatedSource>('annotations').map((file) => ({ ...file, test: tests.has(file.path) })),
    riskRegister: one<RiskRegister>('risk_register'),
    decisions: all<Decision>('decision'),
    vendorAssessments: all<VendorAssessment>('vendor_assessment'),
    keyFiles: all<KeyFile>('key'),
    policyFile: one<PolicyFile>('policy'),
    projectPolicy: one<ProjectPolicy>('project_policy'),
    keptKinds: new Set(snapshot.files.flatMap(({ path }) => documentDirectory(path) ?? [])),
  }
  let graph: Graph | undefined
  let coverage: Coverage | undefined
  return {
    ...base,
    get graph() {
      graph ??= buildGraph(base)
      return graph
    },
    get coverage() {
      coverage ??= coverageOf(this)
      return coverage
    },
  }
}

const UNTRUSTED: Verdict = { result: 'untrusted' }

const isDocument = (content: Content): content is Document =>
  content.kind === 'requirement' || content.kind === 'user_story' || content.kind === 'specification'

function singleEvidence({ path, content, verdict }: EvidenceFile, states: States): TestEvidence | null {
  if (content.form !== 'test' || content.claims === null) return null
  const { gxpId, specId, tier, results } = content
  const claimed = readClaims(content.claims)
  const provenance: Provenance = provenanceOf(claimed, states)
  return {
    path,
    place: { path, line: 1 },
    form: 'single',
    gxpId,
    specId,
    tier,
    results,
    ...claimed,
    verdict,
    provenance,
  }
}

function packageEvidence(evidence: EvidencePackage, states: States): TestEvidence | null {
  const { path, metadata, signature, verdict } = evidence
  if (!metadata || metadata.content.claims === null) return null
  const { specId, tier, claims } = metadata.content
  const results = resultsOf(evidence)
  // Of a signature that is a token, the times at which it was made and after which it is not to be used.
  const { iat = null, exp = null } = signature?.content.claims ?? {}
  const claimed = readClaims({ ...claims, iat, exp })
  const provenance: Provenance = provenanceOf(claimed, states)
  const place = { path: metadata.path, line: 1 }
  return { path, place, form: 'package', gxpId: null, specId, tier, results, ...claimed, verdict, provenance }
}

/** A document's id where it is one: `gxp_id` of any kind's pattern. */
export const idOf = ({ content }: Located<Document>): string | null =>
  content.gxpId !== null && kindOfId(content.gxpId) ? content.gxpId : null

/** What a document is: what its directory says, unless neither its file name nor its id agrees. */
export function kindOf({ path, content }: Located<Document>): DocumentKind {
  const named = kindOfId(idInFileName(path) ?? '')
  const claimed = kindOfId(content.gxpId ?? '')
  return named === content.kind || claimed === content.kind ? content.kind : (named ?? claimed ?? content.kind)
}

function byId(documents: readonly Located<Document>[]): Map<string, Located<Document>[]> {
  const found = new Map<string, Located<Document>[]>()
  for (const document of documents) {
    const id = idOf(document)
    const same = id ? found.get(id) : undefined
    if (same) same.push(document)
    else if (id) found.set(id, [document])
  }
  return found
}

function unreadableIds(documents: readonly Located<Document>[]): Set<string> {
  return new Set(documents.flatMap((document) => (idOf(document) === null ? (idInFileName(document.path) ?? []) : [])))
}
