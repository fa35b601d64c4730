/**
 * The files of a record, each as what it is. What is made of one is the same object in every record that holds it, so that
 * what follows from it may be remembered beside it (memo.ts).
 */
import { isArtifact } from './artifacts.ts'
import type { AnnotatedSource, Content, Document, Evidence } from './contents.ts'
import { matches } from './globs.ts'
import { idInFileName, kindOfId } from './ids.ts'
import { remembered, rememberedOfEach } from './memo.ts'
import type { DocumentKind, SnapshotFile, Verdict, Verdicts } from './model.ts'
import type { Policy } from './policy.ts'
import {
  type BlockNode,
  documentSays,
  fileNode,
  type NamedFile,
  nodesOf,
  type Sayings,
  type SourceSayings,
  sourceSays,
} from './sayings.ts'

export interface Located<C extends Content> {
  path: string
  sha: string
  content: C
}

export interface DocumentFile extends Located<Document>, Sayings {
  /** Where it is one: `gxp_id` of any kind's pattern. */
  id: string | null
  /** What it is: what its directory says, unless neither its file name nor its id agrees. */
  is: DocumentKind
  named: readonly NamedFile[]
}

export interface SourceFile extends Located<AnnotatedSource> {
  test: boolean
  /** The whole file as a node of the graph. */
  node: string
  /** Its blocks, as nodes. */
  nodes: readonly BlockNode[]
  /** Worked out when it is first asked for: a file made for the purpose has a hundred thousand edges. */
  readonly says: SourceSayings
}

/** A single `.jws` file: the evidence of a test, or a release manifest. */
export interface EvidenceFile extends Located<Evidence> {
  verdict: Verdict
}

/** What a file is in the record; null: of no list of its own. */
type ReadFile =
  | { as: 'document'; file: DocumentFile }
  | { as: 'note'; file: Located<Document> }
  | { as: 'source'; file: SourceFile }
  | { as: 'evidence'; file: EvidenceFile }
  | { as: 'other'; file: Located<Content> }
  | null

export const readFiles = rememberedOfEach(
  ({ path, sha, kind, content }: SnapshotFile, tests: Policy['tests'], verdicts: Verdicts): ReadFile => {
    if (content === null) return null
    if (isDocument(content))
      return isArtifact(path, content)
        ? { as: 'document', file: documentFile(content, path, sha) }
        : { as: 'note', file: { path, sha, content } }
    if (content.kind === 'annotations') {
      const test = kind === 'test' || matches(tests, path)
      return { as: 'source', file: sourceFile(content, path, sha, test) }
    }
    if (content.kind !== 'evidence') return { as: 'other', file: { path, sha, content } }
    if (content.form === 'package') return null
    return { as: 'evidence', file: evidenceFile(content, path, sha, verdicts.get(sha) ?? UNTRUSTED) }
  },
  {
    keyOf: ({ content }) => content,
    isSame: (one, other) =>
      one.content === other.content && one.path === other.path && one.sha === other.sha && one.kind === other.kind,
  },
)

const documentFile = remembered((content: Document, path: string, sha: string): DocumentFile => {
  const [claimed, named] = [kindOfId(content.gxpId ?? ''), kindOfId(idInFileName(path) ?? '')]
  const is = claimed === content.kind ? claimed : (named ?? claimed ?? content.kind)
  const id = claimed && content.gxpId
  return { path, sha, content, id, is, ...documentSays(content, path, id) }
})

const sourceFile = remembered((content: AnnotatedSource, path: string, sha: string, test: boolean): SourceFile => {
  const nodes = nodesOf(content, path, test)
  let says: SourceSayings | undefined
  return {
    path,
    sha,
    content,
    test,
    node: fileNode(path),
    nodes,
    get says() {
      says ??= sourceSays(nodes, test)
      return says
    },
  }
})

const evidenceFile = remembered((content: Evidence, path: string, sha: string, verdict: Verdict): EvidenceFile => {
  return { path, sha, content, verdict }
})

const UNTRUSTED: Verdict = { result: 'untrusted' }

const isDocument = (content: Content): content is Document =>
  content.kind === 'requirement' || content.kind === 'user_story' || content.kind === 'specification'
