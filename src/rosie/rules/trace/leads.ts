/**
 * Where a document belongs whose own word for it can't be taken, as far as the record itself says so. Never by the digits
 * of an id, and only to tell which findings have one cause: it counts for no coverage.
 */
import { faultOfEdge } from '../../edge-types.ts'
import { kindOfId } from '../../ids.ts'
import { remembered } from '../../memo.ts'
import type { Edge } from '../../model.ts'
import type { ComplianceRecord, DocumentFile } from '../../record.ts'
import { type BlockNode, blockEdges } from '../../sayings.ts'

/**
 * What the code says: a block that satisfies a requirement and implements a specification says that the one serves the
 * other, and so does all that the specification lies under. By document, each with the nodes that it belongs under.
 */
export function saidByCode(documents: Iterable<string>, { graph }: ComplianceRecord): Map<string, Set<string>> {
  /** Of what leads to one of the documents, to which. */
  const leading = new Map<string, string>()
  for (const id of documents) leading.set(id, id)
  for (const [node, id] of leading) {
    for (const { from } of graph.typedInto(node)) if (kindOfId(from) && !leading.has(from)) leading.set(from, id)
  }
  const said = new Map<string, Set<string>>()
  for (const block of leading.size === 0 ? [] : graph.blocks.values()) {
    if (!block.names.some((name) => leading.has(name))) continue
    const { served, parents } = namedIn(block, leading)
    for (const id of served) {
      const known = said.get(id) ?? new Set()
      for (const parent of parents) known.add(parent)
      said.set(id, known)
    }
  }
  return said
}

/** A block names fifty ids at most (parse/annotations.ts). */
function namedIn(block: BlockNode, leading: ReadonlyMap<string, string>) {
  const served = new Set<string>()
  const parents = new Set<string>()
  for (const edge of blockEdges(block)) {
    if (faultOfEdge(edge, () => null) !== null) continue
    const id = leading.get(edge.to)
    if (id !== undefined && edge.type === 'implements') served.add(id)
    else if (edge.type !== 'verifies' && kindOfId(edge.to) !== 'specification') parents.add(edge.to)
  }
  return { served, parents }
}

/** Those of these edges that lead on, to what is there. */
export const leadingOn = (links: readonly Edge[], { graph }: ComplianceRecord): Edge[] =>
  links.filter(({ from, to }) => from !== to && graph.defined.has(to))

/** What the base's document of this id, or under this path, lies under. */
export function saidByBase(base: ComplianceRecord | null, { id, path }: { id?: string; path?: string }): string[] {
  if (base === null) return []
  const before = id === undefined ? byPath(base.documents).get(path ?? '') : base.documentsById.get(id)?.[0]
  return before?.edges.map(({ to }) => to) ?? []
}

const byPath = remembered((documents: readonly DocumentFile[]): ReadonlyMap<string, DocumentFile> => {
  return new Map(documents.map((document) => [document.path, document]))
})
