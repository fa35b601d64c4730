import { DOCUMENT_TARGETS, EDGE_TARGETS, type EdgeFault, isSubSpecification, saidByDocument } from '../../edge-types.ts'
import { kindOfId } from '../../ids.ts'
import { rememberedOfEach } from '../../memo.ts'
import type { DocumentKind, Edge, Severity } from '../../model.ts'
import type { DocumentFile } from '../../record.ts'
import type { Rule } from '../rule.ts'

/** An edge joins what the standard joins; one that doesn't carries no coverage. GxP.MD, "Edge types". */
export const wrongType: Rule = {
  id: 'trace/wrong-type',
  severity: 'error',
  about:
    'An edge joins types that the standard does not join. A specification under a specification is accepted, with a notice.',
  *check({ head: { graph, documents } }) {
    // Of a record that was read in full, only the edges of which something is said.
    const told = graph.unread ? graph.edges : [...graph.faults.keys(), ...subSpecifications(documents).flat()]
    for (const edge of new Set(told)) {
      const { from, to, by, origin } = edge
      const said = whatIsSaidOf(edge, graph.faults.get(edge))
      // A circle of one is told by trace/cycle, an unknown id by the rules for unknown ids, evidence by evidence/unknown-spec.
      if (said === null || edge.type === 'produces' || from === to || !graph.defined.has(to)) continue
      yield { place: origin, gxpId: kindOfId(from) ? from : to, ...said, detail: `${by} ${to}` }
    }
  },
}

const subSpecifications = rememberedOfEach(({ edges }: DocumentFile): readonly Edge[] =>
  edges.filter((edge) => isSubSpecification(kindOfId(edge.from), kindOfId(edge.to))),
)

function whatIsSaidOf(edge: Edge, fault: EdgeFault | undefined): { message: string; severity?: Severity } | null {
  if (fault) return { message: MESSAGES[fault](edge) }
  const { from, to } = edge
  if (!saidByDocument(edge) || !isSubSpecification(kindOfId(from), kindOfId(to))) return null
  return {
    severity: 'notice',
    message: `${from} lies under ${to}, another specification. This is accepted; the standard's own parents are stories and requirements.`,
  }
}

const NAMES: Record<DocumentKind, string> = {
  requirement: 'a requirement',
  user_story: 'a user story',
  specification: 'a specification',
}

const MESSAGES: Record<EdgeFault, (edge: Edge) => string> = {
  target: ({ by, to, type }) => `\`${by}\` names ${to}, ${nameOf(to)}; it takes ${either(EDGE_TARGETS[type])}.`,
  parent: ({ by, from, to }) => {
    const kind = kindOfId(from)
    const takes = kind ? ` ${capital(NAMES[kind])} belongs under ${either(DOCUMENT_TARGETS[kind])}.` : ''
    return `The \`${by}\` of ${from} is ${to}, ${nameOf(to)}.${takes}`
  },
  'no-test': ({ by }) => `\`${by}\` stands in a file that is no test by its path or name; only tests verify.`,
}

function nameOf(id: string): string {
  const kind = kindOfId(id)
  return kind ? NAMES[kind] : 'no artifact'
}

const either = (kinds: readonly DocumentKind[]) => kinds.map((kind) => NAMES[kind]).join(' or ')
const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)
