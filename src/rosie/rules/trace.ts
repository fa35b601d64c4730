/** The traceability graph as a whole. GxP.MD, "Traceability graph"; RFC-001, "Traceability". */

import { riskOf } from '../coverage.ts'
import { cycles, evidenceNode, reachable } from '../graph.ts'
import { kindOfId } from '../ids.ts'
import type { DocumentKind, Edge, EdgeType, Place, Severity } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'
import { isPassing } from '../test-evidence.ts'
import { brokenReferences, didYouMean, nearestIn, saidByDocument } from './references.ts'
import { digest, type Rule, severityByRisk, severityIn } from './rule.ts'

/** Every id that a document refers to exists. RFC-001, "Traceability". */
const brokenReference: Rule = {
  id: 'trace/broken-reference',
  severity: 'error',
  about: 'A document names an id that nothing defines.',
  *check({ head }) {
    const nearest = nearestIn(head)
    for (const { from, to, by, origin } of brokenReferences(head)) {
      const gxpId = kindOfId(from) ? from : null
      const message = `${gxpId ?? 'This document'} names ${to} as its \`${by}\`, but nothing defines ${to}.${didYouMean(nearest(to, from))}`
      yield { place: origin, gxpId, message, detail: `${by} ${to}` }
    }
  },
}

const NAMES: Record<DocumentKind, string> = {
  requirement: 'a requirement',
  user_story: 'a user story',
  specification: 'a specification',
}

/** What each kind of document may point at. A specification under a specification is accepted, and noted. */
const DOCUMENT_TARGETS: Record<DocumentKind, readonly DocumentKind[]> = {
  requirement: ['requirement'],
  user_story: ['requirement'],
  specification: ['user_story', 'requirement'],
}

/** What each edge may point at, whoever draws it. */
const EDGE_TARGETS: Record<EdgeType, readonly DocumentKind[]> = {
  satisfies: ['requirement'],
  implements: ['user_story', 'specification'],
  verifies: ['specification', 'user_story'],
  derives_from: ['requirement', 'user_story', 'specification'],
  produces: ['specification'],
}

const wrongType: Rule = {
  id: 'trace/wrong-type',
  severity: 'error',
  about:
    'An edge joins types that the standard does not join. A specification under a specification is accepted, with a notice.',
  *check({ head }) {
    for (const edge of head.graph.edges) {
      const { from, to, by, origin } = edge
      const fault = from === to || !head.graph.defined.has(to) ? null : faultOf(edge, head)
      if (fault) yield { place: origin, gxpId: kindOfId(from) ? from : to, ...fault, detail: `${by} ${to}` }
    }
  },
}

function faultOf(edge: Edge, { graph }: ComplianceRecord): { message: string; severity?: Severity } | null {
  const { from, to, by, type } = edge
  const [kind, target] = [kindOfId(from), kindOfId(to)]
  if (!target || by === 'test_files' || by === 'source_files' || type === 'produces') return null
  const otherTarget = EDGE_TARGETS[type].includes(target)
    ? null
    : { message: `\`${by}\` names ${to}, ${NAMES[target]}; it takes ${either(EDGE_TARGETS[type])}.` }
  if (!saidByDocument(edge)) {
    if (by === '@gxp-verifies' && graph.blocks.get(from)?.test === false)
      return { message: `\`${by}\` stands in a file that is no test by its path or name; only tests verify.` }
    return otherTarget
  }
  if (!kind) return null
  if (DOCUMENT_TARGETS[kind].includes(target)) return otherTarget
  if (kind === 'specification' && target === 'specification' && !otherTarget) {
    return {
      severity: 'notice',
      message: `${from} lies under ${to}, another specification. This is accepted; the standard's own parents are stories and requirements.`,
    }
  }
  return {
    message: `The \`${by}\` of ${from} is ${to}, ${NAMES[target]}. ${capital(NAMES[kind])} belongs under ${either(DOCUMENT_TARGETS[kind])}.`,
  }
}

const either = (kinds: readonly DocumentKind[]) => kinds.map((kind) => NAMES[kind]).join(' or ')
const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)

/** Finding a cycle may take a walk over the whole graph; no one mends more than these before the next scan. */
const MOST_CYCLES = 200

/** The graph is acyclic; each cycle is told once, on each document that takes part in it. */
const cycle: Rule = {
  id: 'trace/cycle',
  severity: 'error',
  about: 'Documents refer to each other in a circle.',
  *check({ head }) {
    let told = 0
    for (const edges of cycles(head.graph)) {
      if (told++ === MOST_CYCLES) {
        const message = `There are more circles than the ${MOST_CYCLES} that are told, the next one from here.`
        yield { place: edges[0]?.origin ?? null, general: true, message, detail: 'more' }
        return
      }
      const members = edges.map(({ from }) => from)
      const path = shownPath([...members, ...members.slice(0, 1)])
      const detail = digest(members.sort())
      for (const { from, origin } of edges) {
        yield {
          place: origin,
          gxpId: from,
          message: `These refer to each other in a circle: ${path}. One of them must go.`,
          detail,
        }
      }
    }
  },
}

/** Whole, unless no one could read it: each of its members shows it, so its length counts squared. */
function shownPath(nodes: readonly string[]): string {
  const shown = nodes.length > 52 ? [...nodes.slice(0, 50), `(${nodes.length - 51} more)`, ...nodes.slice(-1)] : nodes
  return shown.join(' → ')
}

/** GxP.MD, "Gates": by the traced level, since linked over-covers. */
const uncoveredRequirement: Rule = {
  id: 'trace/uncovered-requirement',
  severity: 'warning',
  about: 'No path leads from a test, or from valid passing evidence, to a requirement. By risk.',
  *check({ head, policy }) {
    const uncovered = head.coverage.requirements.filter(({ id, traced }) => !traced && !head.unreadableIds.has(id))
    if (uncovered.length === 0) return
    // Where the policy makes less of broken references, they must not hide a requirement that nothing tests.
    const told = severityIn(policy, brokenReference) === 'error'
    const blamed = told ? wouldBeTraced(head) : new Set<string>()
    for (const { id } of uncovered) {
      const place = blamed.has(id) ? null : placeOf(id, head)
      if (!place) continue
      const risk = riskOf(id, head)
      yield {
        place,
        gxpId: id,
        severity: severityByRisk(risk),
        message: `Nothing tests ${id}${risk ? ` (risk ${risk})` : ''}: no path leads to it from a test or from valid, passing evidence.`,
      }
    }
  },
}

/**
 * What tests would reach if each broken reference named the id it most likely means: a requirement among these is not
 * told a second time as uncovered, since the reference is the cause.
 */
function wouldBeTraced(head: ComplianceRecord): Set<string> {
  const nearest = nearestIn(head)
  const repaired = new Map([...brokenReferences(head)].map((edge) => [edge, nearest(edge.to, edge.from) ?? edge.to]))
  if (repaired.size === 0) return new Set()
  const starts = [
    ...head.sources.filter(({ test }) => test).map(({ path }) => `FILE:${path}`),
    ...[...head.graph.blocks.values()].filter(({ test }) => test).map(({ id }) => id),
    ...head.testEvidence.filter(isPassing).map(({ path }) => evidenceNode(path)),
  ]
  return reachable(starts, (node) => head.graph.out(node).map((edge) => repaired.get(edge) ?? edge.to))
}

/** Where a requirement is defined: its document, else the first annotation that names it. */
function placeOf(id: string, { documentsById, graph }: ComplianceRecord): Place | null {
  const document = documentsById.get(id)?.[0]
  if (document) return { path: document.path, line: document.content.fields.gxp_id?.line ?? 1 }
  return graph.into(id)[0]?.origin ?? null
}

export const traceRules: readonly Rule[] = [brokenReference, wrongType, cycle, uncoveredRequirement]
