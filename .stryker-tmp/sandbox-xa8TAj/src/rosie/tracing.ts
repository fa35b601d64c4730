/**
 * Walks over the typed graph, each once over all its edges whatever the number of requirements: what tests and evidence
 * reach, by which way, and with which tiers.
 */
// @ts-nocheck

import { blockNode, evidenceNode, fileNode } from './graph.ts'
import type { Tag, Tier } from './model.ts'
import { TIERS } from './model.ts'
import type { ComplianceRecord } from './record.ts'
import { isCurrent, isPassing, newestOf, type TestEvidence } from './test-evidence.ts'

/** A test or an evidence, and the tiers that it names itself; none: it is of the tier of what it verifies. */
export interface Start {
  node: string
  tiers: TierSet
}

/** A bit for each tier, in the order of `TIERS`. */
export type TierSet = number

export type Next = (node: string) => Iterable<string>

const setOf = (tier: Tier | null | undefined): TierSet => (tier ? 1 << TIERS.indexOf(tier) : 0)

export const tiersIn = (set: TierSet): Tier[] => TIERS.filter((tier) => (set & setOf(tier)) !== 0)

/** The words of draft-02 mean tiers too. RFC-001 draft-02, "Test annotations". */
const TEST_TYPES = new Map<string, Tier>([
  ...TIERS.map((tier) => [tier, tier] as const),
  ['unit', 'OQ'],
  ['integration', 'OQ'],
  ['e2e', 'PQ'],
])

const tiersOfTags = (tags: readonly Tag[]): TierSet =>
  tags.reduce((set, { name, value = '' }) => set | (name === 'test-type' ? setOf(TEST_TYPES.get(value)) : 0), 0)

/** Annotated blocks of tests, and test files that a specification names. */
export function testStarts({ graph, sources }: ComplianceRecord): Start[] {
  return sources.flatMap(({ path, content, test }) => {
    if (!test) return []
    const blocks = content.blocks.map(({ line, tags }) => ({ node: blockNode(path, line), tiers: tiersOfTags(tags) }))
    const file = fileNode(path)
    return graph.out(file).length > 0 ? [...blocks, { node: file, tiers: 0 }] : blocks
  })
}

const startOf = ({ path, tier }: TestEvidence): Start => ({ node: evidenceNode(path), tiers: setOf(tier) })

/** Evidence that speaks for something: valid, and what it reports passed. */
export const passingStarts = ({ testEvidence }: ComplianceRecord): Start[] =>
  testEvidence.filter(isPassing).map(startOf)

/**
 * Evidence that proves: of each specification and tier the newest that is valid, if it passes, was made for what it
 * claims, and for the source as it is now. A newer failed run takes the proof away until a newer one passes.
 */
export function provingStarts(record: ComplianceRecord): Start[] {
  const valid = record.testEvidence.filter(({ verdict }) => verdict.result === 'valid')
  const tiered = valid.map((each) => ({ ...each, tier: each.tier ?? tierOf(each.specId, record) }))
  const proves = (each: TestEvidence) =>
    isPassing(each) && each.provenance.result === 'verified' && isCurrent(each, record.snapshot.state) === true
  return [...newestOf(tiered).values()].filter(proves).map(startOf)
}

/** The tier at which a specification is to be verified. */
const tierOf = (id: string | null, { documentsById }: ComplianceRecord): Tier | null =>
  (id === null ? null : documentsById.get(id)?.find(({ content }) => content.tier)?.content.tier) ?? null

// ── ways ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** How a node was first reached: its step's origin, the start of the way, and the number of steps. */
interface Arrival {
  from: string | null
  start: string
  steps: number
}

/** Breadth-first from all starts at once, so each way is a shortest one; among equals the earliest start's. */
export function arrivals(starts: readonly Start[], next: Next): Map<string, Arrival> {
  const found = new Map<string, Arrival>()
  for (const { node } of starts) found.set(node, { from: null, start: node, steps: 0 })
  for (const [node, { start, steps }] of found) {
    for (const other of next(node)) {
      if (!found.has(other)) found.set(other, { from: node, start, steps: steps + 1 })
    }
  }
  return found
}

/** Nodes of a way that are shown: a real one has five or six, and one made for the purpose ten thousand. */
const LONGEST_WAY = 50

/** The nodes from the start to this one; of a longer way the start, how many are left out, and the end. */
export function wayTo(node: string, found: ReadonlyMap<string, Arrival>): string[] {
  const way: string[] = []
  let at = found.get(node)
  for (let here = node; at && way.length < LONGEST_WAY; at = found.get(here)) {
    way.unshift(here)
    if (at.from === null) return way
    here = at.from
  }
  if (!at) return way
  return [at.start, ...(at.steps > 0 ? [`(${at.steps} more)`] : []), ...way]
}

// ── tiers ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * The tiers that reach each node. A test or evidence that names none is of the tier of the specification it verifies.
 * A node is walked from again only when it gained a tier, so at most three times.
 */
export function tiersReaching(starts: readonly Start[], next: Next, record: ComplianceRecord): Map<string, TierSet> {
  const found = new Map<string, TierSet>()
  const changed: string[] = []
  const add = (node: string, tiers: TierSet) => {
    const known = found.get(node) ?? 0
    if ((known | tiers) === known) return
    found.set(node, known | tiers)
    changed.push(node)
  }
  for (const { node, tiers } of starts) for (const to of next(node)) add(to, tiers || setOf(tierOf(to, record)))
  for (const node of changed) for (const to of next(node)) add(to, found.get(node) ?? 0)
  return found
}
