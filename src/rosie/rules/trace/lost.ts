/**
 * Ways through the graph that are lost, each with the finding that tells it, and where they would most likely lead. RULES:
 * "One cause, one finding".
 */
import { idInFileName, kindOfId, looksLike } from '../../ids.ts'
import { remembered } from '../../memo.ts'
import type { Edge } from '../../model.ts'
import type { ComplianceRecord, DocumentFile } from '../../record.ts'
import { unknownId } from '../annotation.ts'
import { encoding, invalidId, malformedFrontMatter, missingId, tooLarge } from '../artifact.ts'
import { brokenReferences, nearestIn } from '../references.ts'
import type { Rule } from '../rule.ts'
import { brokenReference } from './broken-reference.ts'
import { saidByBase, saidByCode } from './leads.ts'
import { isToldAsError } from './told.ts'
import { wrongType } from './wrong-type.ts'

export interface LostWay {
  /** The same in a head and its base: a change is not excused by what was wrong before it. */
  key: string
  /** What would join the graph's nodes if this were mended. */
  links: readonly Edge[]
  /** Whether anything says what would. */
  placed: boolean
  /** The reference that leads nowhere; null: it is a file that can't be read. */
  reference: Edge | null
  path: string
}

/** Of those that are told as errors: less must not hide more. */
export const lostWays = remembered((head: ComplianceRecord, base: ComplianceRecord | null): readonly LostWay[] => {
  const { policy } = head.established
  const told = (rule: Rule) => isToldAsError(rule, policy)
  return [
    ...(told(brokenReference) ? brokenWays(brokenReferences(head), head, base) : []),
    ...(told(unknownId) ? misspeltTags(head) : []),
    ...(told(wrongType) ? mistypedEdges(head) : []),
    ...unreadWays(head, base).filter(({ document }) => told(tellerOf(document))),
  ]
})

/** The rule that tells why a document can't be read. */
function tellerOf({ content: { problems, gxpId } }: DocumentFile): Rule {
  const cause = problems[0]?.cause
  if (cause === 'encoding') return encoding
  if (cause === 'too-large') return tooLarge
  if (cause !== undefined) return malformedFrontMatter
  return gxpId === null ? missingId : invalidId
}

/** The ids that it may have, by its name and by the lines of it that are whole. */
const idsOf = ({ path, content: { unread } }: DocumentFile): string[] => {
  const ids = [idInFileName(path), unread?.id ?? null]
  return [...new Set(ids.flatMap((id) => (id !== null && kindOfId(id) ? id : [])))]
}

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

const leadingOn = (links: readonly Edge[], { graph }: ComplianceRecord): Edge[] =>
  links.filter(({ from, to }) => from !== to && graph.defined.has(to))

const referenceWay = (reference: Edge, placed: boolean): Omit<LostWay, 'links'> => {
  const { by, to, origin } = reference
  return { key: `${origin.path} ${by} ${to}`, placed, reference, path: origin.path }
}

/** Nothing else says what a tag is for. */
function misspeltTags(head: ComplianceRecord): LostWay[] {
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
    .map((edge) => ({ ...referenceWay(edge, true), links: [edge] }))

export interface UnreadWay extends LostWay {
  document: DocumentFile
}

/** Of all documents that stand under no id, so that nothing leads through them, whether that is an error or not. */
export const unreadWays = remembered((head: ComplianceRecord, base: ComplianceRecord | null): readonly UnreadWay[] => {
  const unread = unreadable(head.documents)
  const code = saidByCode(unread.flatMap(idsOf), head)
  return unread.map((document) => {
    const { path, content, edges } = document
    const said = [...(content.unread?.parents ?? []), ...edges.map(({ to }) => to), ...saidByBase(base, { path })]
    const origin = { path, line: 1 }
    const found = idsOf(document).flatMap((from) =>
      [...said, ...(code.get(from) ?? [])].map(
        (to): Edge => ({ from, to, type: 'derives_from', by: 'parent_id', origin }),
      ),
    )
    const links = leadingOn(found, head)
    return { key: path, links, placed: links.length > 0, reference: null, path, document }
  })
})

const unreadable = remembered((documents: readonly DocumentFile[]): readonly DocumentFile[] =>
  documents.filter(({ id }) => id === null),
)
