/** Specifications against tests and source. RFC-001, "Specifications"; GxP.MD, "Traceability graph". */
// @ts-nocheck

import { isRetired } from '../../coverage.ts'
import { evidenceNode, pathInTree, reachable } from '../../graph.ts'
import { kindOfId } from '../../ids.ts'
import type { Policy } from '../../policy.ts'
import { type ComplianceRecord, idOf } from '../../record.ts'
import { testStarts } from '../../tracing.ts'
import { placeOf } from '../places.ts'
import type { Rule } from '../rule.ts'
import { mendedSteps, standsFor } from './causes.ts'
import { uncovered, uncoveredRequirement } from './coverage.ts'

/**
 * A specification that nothing verifies. Any evidence counts, also a failed or untrusted one, which has findings of its
 * own; so does a record of testing. What lies under a requirement that nothing tests is told there.
 */
export const unverifiedSpecification: Rule = {
  id: 'trace/unverified-specification',
  severity: 'warning',
  about: 'A specification has no test, no evidence and no record of testing.',
  *check({ head, policy }) {
    const named = naming('testFiles', head)
    const open = specifications(head).filter((id) => !named.has(id))
    if (open.length === 0) return
    const told = verified(head)
    for (const id of underUncovered(head, policy)) told.add(id)
    const implemented = implementedIn(head)
    for (const id of open) {
      if (told.has(id)) continue
      const neither = implemented.has(id) ? '' : ' Nor does any source file implement it.'
      yield {
        place: placeOf(id, head),
        gxpId: id,
        message: `Nothing verifies ${id}: it has no test, no evidence and no record of testing.${neither}`,
      }
    }
  },
}

/** Specifications that exist only as annotations are implemented by definition. */
export const unimplementedSpecification: Rule = {
  id: 'trace/unimplemented-specification',
  severity: 'notice',
  about: 'A specification is verified, but no source file implements it.',
  *check({ head, policy }) {
    const named = naming('sourceFiles', head)
    const open = specifications(head).filter((id) => head.documentsById.has(id) && !named.has(id))
    if (open.length === 0) return
    const implemented = implementedIn(head)
    // One that nothing verifies either is told once, as unverified or by its requirement.
    const hidden = standsFor(unverifiedSpecification, unimplementedSpecification, policy)
    const looked = hidden ? new Set([...verified(head), ...naming('testFiles', head)]) : null
    for (const id of open) {
      if (implemented.has(id) || looked?.has(id) === false) continue
      yield {
        place: placeOf(id, head),
        gxpId: id,
        message: `No source file implements ${id}: none is annotated with it, and its \`source_files\` names none.`,
      }
    }
  },
}

const specifications = (head: ComplianceRecord): string[] =>
  [...head.graph.defined].filter(
    (id) => kindOfId(id) === 'specification' && !head.unreadableIds.has(id) && !isRetired(id, head),
  )

/**
 * The specifications that name such files, read or not: files that are not there are told by trace/missing-file, and those
 * in languages that are not read can't be judged.
 */
function naming(list: 'testFiles' | 'sourceFiles', { documents, sources }: ComplianceRecord): Set<string> {
  const kinds = new Map(sources.map(({ path, test }) => [path, test]))
  const otherKind = list === 'sourceFiles'
  const isMeant = (file: string) => kinds.get(pathInTree(file)) !== otherKind
  return new Set(documents.flatMap((document) => (document.content[list].some(isMeant) ? (idOf(document) ?? []) : [])))
}

/** What any test, evidence or record of testing reaches, or would reach without a broken reference. */
function verified(head: ComplianceRecord): Set<string> {
  const starts = [
    ...testStarts(head).map(({ node }) => node),
    ...head.testEvidence.map(({ path }) => evidenceNode(path)),
    ...head.testingRecords.flatMap(({ content }) => content.specId ?? []),
  ]
  return reachable(starts, mendedSteps(head) ?? typedSteps(head))
}

const typedSteps =
  ({ graph }: ComplianceRecord) =>
  (node: string) =>
    graph.typedOut(node).map(({ to }) => to)

/** What lies under a requirement that is told as uncovered, unless the policy makes less of that. */
function underUncovered(head: ComplianceRecord, policy: Policy): Set<string> {
  if (!standsFor(uncoveredRequirement, unverifiedSpecification, policy)) return new Set()
  const requirements = uncovered(head).map(({ id }) => id)
  return reachable(requirements, (node) => head.graph.typedInto(node).map(({ from }) => from))
}

/** What source implements, directly or through a specification below it. */
function implementedIn(head: ComplianceRecord): Set<string> {
  const { graph, sources } = head
  const files = sources.filter(({ test }) => !test).map(({ path }) => `FILE:${path}`)
  const blocks = [...graph.blocks.values()].filter(({ test }) => !test).map(({ id }) => id)
  return reachable([...files, ...blocks], typedSteps(head))
}
