/**
 * What may point at what: the types that the standard joins. Only these edges carry coverage; the others are told by
 * trace/wrong-type. GxP.MD, "Edge types"; RFC-001, "Traceability".
 */
// @ts-nocheck

import { kindOfId } from './ids.ts'
import type { DocumentKind, Edge, EdgeType } from './model.ts'

/**
 * `target`: the edge's type doesn't take what it names. `parent`: a document lies under a kind that it doesn't belong
 * under. `no-test`: something that is no test claims to verify.
 */
export type EdgeFault = 'target' | 'parent' | 'no-test'

/** What each kind of document may point at. A specification under a specification is accepted, and noted. */
export const DOCUMENT_TARGETS: Record<DocumentKind, readonly DocumentKind[]> = {
  requirement: ['requirement'],
  user_story: ['requirement'],
  specification: ['user_story', 'requirement'],
}

/** What each edge may point at, whoever draws it. */
export const EDGE_TARGETS: Record<EdgeType, readonly DocumentKind[]> = {
  satisfies: ['requirement'],
  implements: ['user_story', 'specification'],
  verifies: ['specification', 'user_story'],
  derives_from: ['requirement', 'user_story', 'specification'],
  produces: ['specification'],
}

/** Whether a document, not an annotation or an evidence, says this. */
export const saidByDocument = ({ by }: Edge): boolean => !by.startsWith('@') && by !== 'spec_id'

/** What is wrong with an edge, whether or not its end exists; null: nothing. `inTest`: null for what is no block. */
export function faultOfEdge(edge: Edge, inTest: (node: string) => boolean | null): EdgeFault | null {
  const { from, to, by, type } = edge
  const target = kindOfId(to)
  // An end that is no id is no node: it is a broken reference, not one of a wrong type.
  if (!target) return null
  const kind = saidByDocument(edge) ? kindOfId(from) : null
  if (kind && !DOCUMENT_TARGETS[kind].includes(target) && !isSubSpecification(kind, target)) return 'parent'
  if (by === '@gxp-verifies' && inTest(from) === false) return 'no-test'
  return EDGE_TARGETS[type].includes(target) ? null : 'target'
}

export const isSubSpecification = (kind: DocumentKind | null, target: DocumentKind | null): boolean =>
  kind === 'specification' && target === 'specification'
