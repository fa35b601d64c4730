/**
 * The compliance record of one snapshot, indexed: what rules look at. Built once per snapshot, in one pass over its
 * files; the graph and the coverage are computed when first asked for.
 */
import { documentDirectory, hasRecord } from './classify.ts'
import { type Coverage, coverageOf } from './coverage.ts'
import { buildGraph, type Graph } from './graph.ts'
import { idInFileName, kindOfId } from './ids.ts'
import type {
  AnnotatedSource,
  Content,
  Document,
  DocumentKind,
  Evidence,
  Snapshot,
  SystemContext,
  Verdict,
  Verdicts,
} from './model.ts'

export interface Located<C extends Content> {
  path: string
  sha: string
  content: C
}

export interface SourceFile extends Located<AnnotatedSource> {
  test: boolean
}

export interface EvidenceFile extends Located<Evidence> {
  verdict: Verdict
}

export interface ComplianceRecord {
  snapshot: Snapshot
  /** A file of `.gxp/`, or GxP.MD, is there. */
  present: boolean
  systemContext: Located<SystemContext> | null
  documents: readonly Located<Document>[]
  /** By id; two files with one id make a list of two. */
  documentsById: ReadonlyMap<string, readonly Located<Document>[]>
  /** Ids that unreadable documents have by their file names: not known, but not missing either. */
  unreadableIds: ReadonlySet<string>
  evidence: readonly EvidenceFile[]
  sources: readonly SourceFile[]
  /** Entries of the risk register. */
  riskEntries: number
  /** Kinds of documents whose directory exists: their ids must have an artifact. */
  keptKinds: ReadonlySet<DocumentKind>
  readonly graph: Graph
  readonly coverage: Coverage
}

export function indexRecord(snapshot: Snapshot, verdicts: Verdicts): ComplianceRecord {
  const documents: Located<Document>[] = []
  const evidence: EvidenceFile[] = []
  const sources: SourceFile[] = []
  let systemContext: Located<SystemContext> | null = null
  let riskEntries = 0
  for (const file of snapshot.files) {
    const { path, sha, content } = file
    if (content === null) continue
    if (content.kind === 'annotations') sources.push({ path, sha, content, test: file.kind === 'test' })
    else if (content.kind === 'evidence') {
      evidence.push({ path, sha, content, verdict: verdicts.get(sha) ?? { result: 'untrusted' } })
    } else if (content.kind === 'system_context') systemContext = { path, sha, content }
    else if (content.kind === 'risk_register') riskEntries += content.entries.length
    else if (content.kind !== 'key') documents.push({ path, sha, content })
  }
  const base = {
    snapshot,
    present: hasRecord(snapshot.files),
    systemContext,
    documents,
    documentsById: byId(documents),
    unreadableIds: unreadableIds(documents),
    evidence,
    sources,
    riskEntries,
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
