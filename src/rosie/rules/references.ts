/** References that lead nowhere: told by one rule, respected by several others. */
import { saidByDocument } from '../edge-types.ts'
import { asSeen, closest } from '../ids.ts'
import { remembered } from '../memo.ts'
import type { Edge } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'

/** Edges of documents to ids that nothing defines. */
export const brokenReferences = remembered(({ graph }: ComplianceRecord): readonly Edge[] =>
  graph.unknown.size === 0 ? [] : graph.edges.filter((edge) => graph.unknown.has(edge.to) && saidByDocument(edge)),
)

/**
 * Looking for the nearest id compares with every id there is, so it ends after this many unknown ids of one record, and
 * after this many comparisons: 1,500 ids for each of them.
 */
const MOST_PROPOSALS = 200
const MOST_COMPARISONS = 300_000

/** Answers the defined id nearest to an unknown one, other than `besides`; null when none is near. */
export function nearestIn(head: ComplianceRecord): (id: string, besides: string) => string | null {
  const { graph } = head
  const known = new Map<string, string | null>()
  const most = Math.min(MOST_PROPOSALS, MOST_COMPARISONS / graph.defined.size)
  return (id, besides) => {
    const alike = lookalike(id, head)
    if (alike !== null && alike !== besides) return alike
    const key = `${id} ${besides}`
    if (!known.has(key) && known.size < most) known.set(key, closest(id, without(graph.defined, besides)))
    return known.get(key) ?? null
  }
}

/** The document's id that is written almost like this one, `SPEC-001-001` for `SPEC-001-0O1`; null: there is none. */
export function lookalike(id: string, { documentsById }: ComplianceRecord): string | null {
  const found = seenIds(documentsById).get(asSeen(id)) ?? null
  return found === id ? null : found
}

const seenIds = remembered((documentsById: ComplianceRecord['documentsById']): ReadonlyMap<string, string> => {
  return new Map([...documentsById.keys()].reverse().map((id) => [asSeen(id), id]))
})

function* without(ids: Iterable<string>, besides: string): Generator<string> {
  for (const id of ids) if (id !== besides) yield id
}

/** A proposal as a sentence to append to a message. */
export const didYouMean = (near: string | null): string => (near ? ` Did you mean ${near}?` : '')
