/** References that lead nowhere: told by one rule, respected by several others. */
import { closest } from '../ids.ts'
import type { Edge } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'

/** Whether a document, not an annotation or an evidence, says this. */
export const saidByDocument = ({ by }: Edge): boolean => !by.startsWith('@') && by !== 'spec_id'

/** Edges of documents to ids that nothing defines. */
export function* brokenReferences({ graph }: ComplianceRecord): Generator<Edge> {
  for (const edge of graph.edges) if (saidByDocument(edge) && !graph.defined.has(edge.to)) yield edge
}

/** The defined id nearest to an unknown one, as a sentence to append to a message; empty when none is near. */
export function proposal(id: string, { graph }: ComplianceRecord): string {
  const near = closest(id, graph.defined)
  return near ? ` Did you mean ${near}?` : ''
}
