/**
 * Ways through the graph that are lost, each with the finding that tells it, and where they would most likely lead. RULES:
 * "One cause, one finding".
 */
import { looksLike } from '../../ids.ts'
import { remembered } from '../../memo.ts'
import type { Edge } from '../../model.ts'
import type { ComplianceRecord } from '../../record.ts'
import { blockNode } from '../../sayings.ts'
import type { Start } from '../../tracing.ts'
import { malformed, unknownId } from '../annotation.ts'
import { brokenReferences, nearestIn } from '../references.ts'
import type { Rule } from '../rule.ts'
import { brokenReference } from './broken-reference.ts'
import { leadingOn, saidByBase, saidByCode } from './leads.ts'
import { isToldAsError } from './told.ts'
import { tellerOf, unreadWays } from './unread.ts'
import { wrongType } from './wrong-type.ts'

export interface LostWay {
  /** The same in a head and its base: a change is not excused by what was wrong before it. */
  key: string
  /** What would join the graph's nodes if this were mended. */
  links: readonly Edge[]
  /** Whether anything says what would. */
  placed: boolean
  /** What would be a test if this were mended. */
  test?: Start
  /** The reference that leads nowhere; null: it is a file that can't be read. */
  reference: Edge | null
  path: string
}

/** Of those that are told as errors: less must not hide more. */
export const lostWays = remembered((head: ComplianceRecord, base: ComplianceRecord | null): readonly LostWay[] => {
  const toldBy = (rule: Rule) => (at: { path: string }) => isToldAsError(rule, at.path, head)
  const broken = brokenReferences(head).filter(({ origin }) => toldBy(brokenReference)(origin))
  return [
    ...brokenWays(broken, head, base),
    ...misspeltIds(head).filter(toldBy(unknownId)),
    ...misspeltTags(head).filter(toldBy(malformed)),
    ...mistypedEdges(head).filter(toldBy(wrongType)),
    ...unreadWays(head, base).filter((way) => toldBy(tellerOf(way.document))(way)),
  ]
})

function brokenWays(broken: readonly Edge[], head: ComplianceRecord, base: ComplianceRecord | null): LostWay[] {
  const code = saidByCode(
    broken.map(({ from }) => from),
    head,
  )
  // What is known of a document, or of an id, is looked up once, however often that is named.
  const known = new Map<string, readonly Edge[]>()
  const once = (key: string, work: () => readonly Edge[]) => {
    const before = known.get(key)
    const links = before ?? leadingOn(work(), head)
    known.set(key, links)
    return { links: before ? NO_EDGES : links, known: links.length > 0 }
  }
  return broken.map((edge) => {
    const meant = slipOf(edge.to, edge.from, head)
    const found = [
      { links: meant === null ? NO_EDGES : [{ ...edge, to: meant }], known: meant !== null },
      once(`from ${edge.from}`, () => newParents(edge, code, head, base)),
      // What it names was there before this change: the way led on from there.
      once(`to ${edge.to}`, () => saidByBase(base, { id: edge.to }).map((to) => ({ ...edge, from: edge.to, to }))),
    ]
    const placed = found.some((each) => each.known)
    return { ...referenceWay(edge, placed), links: found.flatMap(({ links }) => links) }
  })
}

type SaidByCode = ReturnType<typeof saidByCode>
const NO_EDGES: readonly Edge[] = []

/** Under what a document belongs by the code or the base, and does not say so itself. */
function newParents(edge: Edge, code: SaidByCode, head: ComplianceRecord, base: ComplianceRecord | null): Edge[] {
  const { from } = edge
  const own = new Set(head.documentsById.get(from)?.flatMap(({ edges }) => edges.map(({ to }) => to)))
  const known = [...(code.get(from) ?? []), ...saidByBase(base, { id: from })]
  return known.filter((to) => !own.has(to)).map((to) => ({ ...edge, to }))
}

/**
 * The id that was meant, where a slip of the finger tells. Where a digit is another, the near id is one of many, and no more
 * than a proposal. Looking for near ids is the dearest of what rules do.
 */
function slipOf(id: string, besides: string, head: ComplianceRecord): string | null {
  const near = nearest(head)(id, besides)
  return near !== null && isSlip(id, near) ? near : null
}

const isSlip = (id: string, near: string): boolean =>
  id.length !== near.length || looksLike(id, near) || lettersOf(id) === lettersOf(near)

const lettersOf = (id: string): string => [...id].sort().join('')

const nearest = remembered((head: ComplianceRecord) => nearestIn(head))

const referenceWay = (reference: Edge, placed: boolean): Omit<LostWay, 'links'> => {
  const { by, to, origin } = reference
  return { key: `${origin.path} ${by} ${to}`, placed, reference, path: origin.path }
}

/** Nothing else says what a tag is for. */
function misspeltIds(head: ComplianceRecord): LostWay[] {
  const { edges, unknown } = head.graph
  if (unknown.size === 0) return []
  return edges.flatMap((edge): LostWay[] => {
    const meant = edge.by.startsWith('@') && unknown.has(edge.to) ? slipOf(edge.to, edge.to, head) : null
    return meant === null ? [] : [{ ...referenceWay(edge, true), links: [{ ...edge, to: meant }] }]
  })
}

/** Evidence for what is no specification is told as a warning, and stands for nothing. */
const mistypedEdges = ({ graph }: ComplianceRecord): LostWay[] =>
  [...graph.faults.keys()]
    .filter(({ type }) => type !== 'produces')
    .map((edge) => ({
      ...referenceWay(edge, true),
      links: [edge],
      ...(graph.faults.get(edge) === 'no-test' && { test: { node: edge.from, tiers: 0 } }),
    }))

/**
 * In a test, a tag that can't be read and the ids after it say what would be verified. The tag is a node of its own: of
 * what the other tags of its block verify it says nothing.
 */
function misspeltTags(head: ComplianceRecord): LostWay[] {
  return head.sources.flatMap(({ path, test, content }) =>
    (test ? content.problems : []).map(({ line, column, names = [] }): LostWay => {
      const from = `${blockNode(path, line)}:${column}`
      const origin = { path, line, column }
      const edges = names.map((to): Edge => ({ from, to, type: 'verifies', by: '@gxp-verifies', origin }))
      const key = `${path} ${names.join(' ')}`
      const links = leadingOn(edges, head)
      return { key, links, placed: true, test: { node: from, tiers: 0 }, reference: null, path }
    }),
  )
}
