/**
 * The compliance record of one snapshot, indexed: what rules look at. Built once per snapshot, in one pass over its
 * files; the graph and the coverage are computed when first asked for. Its entries are the same objects in every record
 * that holds the same file (memo.ts), so what follows from one of them may be remembered beside it.
 */
import { documentDirectory, hasRecord } from './classify.ts'
import type { Content, Document, KeyFile, SystemContext } from './contents.ts'
import { type Coverage, coverageOf } from './coverage.ts'
import { buildGraph, type Graph } from './graph.ts'
import { idInFileName, kindOfId } from './ids.ts'
import { remembered, sameList } from './memo.ts'
import type { DocumentKind, Provenance, Snapshot, States, Verdicts } from './model.ts'
import { type EvidencePackage, packagesOf, resultsOf } from './packages.ts'
import type { Decision } from './parse/decision.ts'
import type { PolicyFile } from './parse/policy-file.ts'
import type { ProjectPolicy } from './parse/project-policy.ts'
import type { RiskRegister } from './parse/risk-register.ts'
import type { TestingRecord } from './parse/testing-record.ts'
import type { VendorAssessment } from './parse/vendor-assessment.ts'
import type { Policy } from './policy.ts'
import { type DocumentFile, type EvidenceFile, type Located, readFiles, type SourceFile } from './record-files.ts'
import { provenanceOf, readClaims, type TestEvidence } from './test-evidence.ts'

/** What was established about a snapshot before it is judged, and how it is judged. */
export interface Established {
  verdicts: Verdicts
  states: States
  policy: Policy
  /** How many keys are trusted. */
  keys: number
  /** ms since 1970: evidence of the future and evidence that expired count for nothing. */
  now: number
  /** Kinds of documents whose directory the base has and this snapshot has no longer. */
  emptied: readonly DocumentKind[]
}

export type { DocumentFile, EvidenceFile, Located, SourceFile } from './record-files.ts'

export interface ComplianceRecord {
  snapshot: Snapshot
  established: Established
  /** A file of `.gxp/`, or GxP.MD, is there. */
  present: boolean
  systemContext: Located<SystemContext> | null
  documents: readonly DocumentFile[]
  /** Markdown in the directories of documents that is none. */
  notes: readonly Located<Document>[]
  /** By id; two files with one id make a list of two. */
  documentsById: ReadonlyMap<string, readonly DocumentFile[]>
  /** Ids that only documents which can't be read may have: not known, but not missing either. */
  unreadableIds: ReadonlySet<string>
  /** Single evidence files, release manifests among them. */
  evidence: readonly EvidenceFile[]
  packages: readonly EvidencePackage[]
  /** What the readable ones of both say about test runs. */
  testEvidence: readonly TestEvidence[]
  testingRecords: readonly Located<TestingRecord>[]
  sources: readonly SourceFile[]
  sourcesByPath: ReadonlyMap<string, SourceFile>
  riskRegister: Located<RiskRegister> | null
  decisions: readonly Located<Decision>[]
  vendorAssessments: readonly Located<VendorAssessment>[]
  keyFiles: readonly Located<KeyFile>[]
  policyFile: Located<PolicyFile> | null
  projectPolicy: Located<ProjectPolicy> | null
  /** Kinds of documents whose directory exists, or did before this change: their ids must have an artifact. */
  keptKinds: ReadonlySet<DocumentKind>
  readonly graph: Graph
  readonly coverage: Coverage
}

export function indexRecord(snapshot: Snapshot, established: Established): ComplianceRecord {
  const { files, evidence, ...sorted } = sort(snapshot, established)
  const packages = packagesOf(snapshot.files, established.verdicts)
  const all = <C extends Content>(kind: C['kind']) => (files.get(kind) ?? []) as Located<C>[]
  const one = <C extends Content>(kind: C['kind']) => all<C>(kind)[0] ?? null
  const base = {
    snapshot,
    established,
    present: hasRecord(snapshot.files),
    systemContext: one<SystemContext>('system_context'),
    ...sorted,
    keptKinds: new Set([...keptKindsOf(snapshot), ...established.emptied]),
    documentsById: byId(sorted.documents),
    sourcesByPath: byPath(sorted.sources),
    unreadableIds: unreadableIds(sorted.documents),
    evidence,
    packages,
    testEvidence: testEvidenceIn(evidence, packages, established.states),
    testingRecords: all<TestingRecord>('testing_record'),
    riskRegister: one<RiskRegister>('risk_register'),
    decisions: all<Decision>('decision'),
    vendorAssessments: all<VendorAssessment>('vendor_assessment'),
    keyFiles: all<KeyFile>('key'),
    policyFile: one<PolicyFile>('policy'),
    projectPolicy: one<ProjectPolicy>('project_policy'),
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

/** Kinds of documents whose directory is there. */
export const keptKindsOf = remembered(({ files }: Snapshot): ReadonlySet<DocumentKind> => {
  const kept = new Set<DocumentKind>()
  for (const { path } of files) {
    const kind = documentDirectory(path)
    if (kind) kept.add(kind)
  }
  return kept
})

/** The one pass over the files. An assessment reads from top to bottom: each list is in the order of the files. */
function sort(snapshot: Snapshot, { verdicts, policy }: Established) {
  const documents: DocumentFile[] = []
  const notes: Located<Document>[] = []
  const sources: SourceFile[] = []
  const evidence: EvidenceFile[] = []
  /** What is neither of these, by kind. */
  const files = new Map<string, Located<Content>[]>()
  for (const each of readFiles(snapshot.files, policy.tests, verdicts)) {
    switch (each?.as) {
      case 'document':
        documents.push(each.file)
        break
      case 'note':
        notes.push(each.file)
        break
      case 'source':
        sources.push(each.file)
        break
      case 'evidence':
        evidence.push(each.file)
        break
      case 'other': {
        const known = files.get(each.file.content.kind)
        if (known) known.push(each.file)
        else files.set(each.file.content.kind, [each.file])
      }
    }
  }
  return { documents: sameList(documents), notes, sources: sameList(sources), evidence: sameList(evidence), files }
}

function testEvidenceIn(
  evidence: readonly EvidenceFile[],
  packages: readonly EvidencePackage[],
  states: States,
): readonly TestEvidence[] {
  const singles = singlesIn(evidence, states)
  if (packages.length === 0) return singles
  return [...singles, ...packages.flatMap((each) => packageEvidence(each, states) ?? [])]
}

const singlesIn = remembered((evidence: readonly EvidenceFile[], states: States): readonly TestEvidence[] =>
  evidence.flatMap((file) => singleEvidence(file, states) ?? []),
)

const singleEvidence = remembered((file: EvidenceFile, states: States): TestEvidence | null => {
  const { path, content, verdict } = file
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
})

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

const byPath = remembered(
  (sources: readonly SourceFile[]): ReadonlyMap<string, SourceFile> =>
    new Map(sources.map((source) => [source.path, source])),
)

export const sourcesOf = ({ sources }: ComplianceRecord): readonly SourceFile[] => sources

export const idOf = ({ id }: DocumentFile): string | null => id

export const kindOf = ({ is }: DocumentFile): DocumentKind => is

const byId = remembered((documents: readonly DocumentFile[]): ReadonlyMap<string, readonly DocumentFile[]> => {
  const found = new Map<string, DocumentFile[]>()
  for (const document of documents) {
    if (document.id === null) continue
    const same = found.get(document.id)
    if (same) same.push(document)
    else found.set(document.id, [document])
  }
  return found
})

const unreadableIds = remembered((documents: readonly DocumentFile[]): ReadonlySet<string> => {
  const ids = documents.flatMap((document) => (document.id === null ? possibleIds(document) : []))
  const known = byId(documents)
  return new Set(ids.filter((id) => !known.has(id)))
})

/** The ids that a document which can't be read may have, by its file name and by a line of it that is whole. */
export function possibleIds({ path, content }: Pick<DocumentFile, 'path' | 'content'>): string[] {
  const ids = [idInFileName(path), content.unread?.id ?? null]
  return [...new Set(ids.flatMap((id) => (id !== null && kindOfId(id) ? id : [])))]
}
