/** Each artifact has a place in the graph. RFC-001, "User stories", "Specifications". */
import { isRetired, placeable, riskOf } from '../../coverage.ts'
import { kindOfId } from '../../ids.ts'
import type { DocumentKind, Edge } from '../../model.ts'
import { leadsTo } from '../../network.ts'
import type { ComplianceRecord } from '../../record.ts'
import { placeOf } from '../places.ts'
import { brokenReferences } from '../references.ts'
import { type Rule, severityByRisk } from '../rule.ts'
import { brokenReference } from './broken-reference.ts'
import { mendedNetwork } from './causes.ts'
import { isToldAsError, standsFor } from './told.ts'
import { uncoveredRequirement } from './uncovered.ts'
import { wrongType } from './wrong-type.ts'

const WANTED = {
  user_story: 'requirement that it serves',
  specification: 'user story or requirement that it serves',
} as const satisfies Partial<Record<DocumentKind, string>>

const parented = (kind: DocumentKind | null): kind is keyof typeof WANTED => kind !== null && kind in WANTED

/** What a document says; a specification that exists only in the code has no place to name a parent. */
export const missingParent: Rule = {
  id: 'trace/missing-parent',
  severity: 'warning',
  about: 'A user story names no requirement, or a specification neither a story nor a requirement. By risk.',
  *check({ head }) {
    const { graph } = head
    const told = new Set<string>()
    const tell = (rule: Rule, edges: Iterable<Edge>) => {
      for (const { from, origin } of edges) if (isToldAsError(rule, origin.path, head)) told.add(from)
    }
    tell(brokenReference, brokenReferences(head))
    tell(wrongType, graph.faults.keys())
    for (const id of placeable(head)) {
      if (told.has(id) || hasParent(id, head)) continue
      const kind = kindOfId(id)
      if (!parented(kind)) continue
      yield {
        place: placeOf(id, head),
        gxpId: id,
        severity: severityByRisk(riskOf(id, head)),
        message: `${id} has no parent. Name the ${WANTED[kind]}, for example as its \`parent_id\`.`,
      }
    }
  },
}

/** One that refers to itself has a finding for that. */
const hasParent = (id: string, { graph }: ComplianceRecord) => leadsTo(graph.typed, id, (to) => graph.defined.has(to))

/**
 * A document that refers to nothing and that nothing refers to. That nothing tests such a requirement, or that such a story
 * has no parent, says as much.
 */
export const orphan: Rule = {
  id: 'trace/orphan',
  severity: 'notice',
  about: 'An artifact refers to nothing, and nothing refers to it.',
  *check({ head, base }) {
    const { graph, documentsById } = head
    const alone = [...documentsById.keys()].filter((id) => !graph.whole.numbers.has(id) && !isRetired(id, head))
    if (alone.length === 0) return
    const mended = mendedNetwork(head, base)
    for (const id of alone) {
      const rule = parented(kindOfId(id)) ? missingParent : uncoveredRequirement
      const place = placeOf(id, head)
      if (mended.numbers.has(id) || standsFor({ rule, path: place?.path ?? null }, { rule: orphan }, head)) continue
      yield {
        place,
        gxpId: id,
        message: `${id} stands alone: no story, specification, source or test refers to it, and it refers to nothing.`,
      }
    }
  },
}
