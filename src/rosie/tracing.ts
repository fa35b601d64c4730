/** Where tracing starts: the tests and evidence that speak for a requirement, and the tiers that they reach it with. */

import type { Tag } from './contents.ts'
import { remembered, rememberedOfEach } from './memo.ts'
import type { Tier } from './model.ts'
import { TIERS } from './model.ts'
import { endsOf, type Network, spread } from './network.ts'
import type { ComplianceRecord, SourceFile } from './record.ts'
import { evidenceNode } from './sayings.ts'
import { isCurrent, isPassing, newestValid, type TestEvidence } from './test-evidence.ts'

/** A test or an evidence, and the tiers that it names itself; none: it is of the tier of what it verifies. */
export interface Start {
  node: string
  tiers: TierSet
}

/** A bit for each tier, in the order of `TIERS`. */
export type TierSet = number

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
export const testStarts = remembered(({ graph, sources }: ComplianceRecord): readonly Start[] => {
  const starts = startsIn(sources).flat()
  for (const { node, test } of sources) {
    if (test && graph.whole.numbers.has(node)) starts.push({ node, tiers: 0 })
  }
  return starts
})

const startsIn = rememberedOfEach(({ test, nodes }: SourceFile): readonly Start[] =>
  test ? nodes.map(({ id, block }) => ({ node: id, tiers: tiersOfTags(block.tags) })) : NONE,
)

const NONE: readonly Start[] = []

/** Evidence that speaks for something: it counts, and what it reports passed. */
export const passingStarts = ({ testEvidence, established: { now } }: ComplianceRecord): readonly Start[] =>
  passingAmong(testEvidence, now)

const passingAmong = remembered((evidence: readonly TestEvidence[], now: number) =>
  startsOf(evidence.filter((each) => isPassing(each, now))),
)

export const startsOf = remembered((evidence: readonly TestEvidence[]): readonly Start[] =>
  evidence.map(({ path, tier }) => ({ node: evidenceNode(path), tiers: setOf(tier) })),
)

/**
 * Evidence that proves: of each specification and tier the newest that is valid, if it passes, was made for what it
 * claims, and for the source as it is now. A newer failed run takes the proof away until a newer one passes.
 */
export const provingStarts = (record: ComplianceRecord): readonly Start[] =>
  startsOf(decidingRuns(record).filter((each) => proves(each, record)))

/** The evidence by which a specification and tier is proven or not: the newest valid one. */
export const decidingRuns = (record: ComplianceRecord): readonly TestEvidence[] =>
  newestValid(tieredRuns(record), record.established.now)

/** What names no tier is of its specification's. */
export const tieredRuns = (record: ComplianceRecord): readonly TestEvidence[] =>
  record.testEvidence.every(({ tier }) => tier)
    ? record.testEvidence
    : record.testEvidence.map((each) => (each.tier ? each : { ...each, tier: tierOf(each.specId, record) }))

export const proves = (each: TestEvidence, { snapshot, established }: ComplianceRecord): boolean =>
  isPassing(each, established.now) && each.provenance.result === 'verified' && isCurrent(each, snapshot.state) === true

/** The tier at which a specification is to be verified. */
export const tierOf = (id: string | null, { documentsById }: ComplianceRecord): Tier | null =>
  (id === null ? null : documentsById.get(id)?.find(({ content }) => content.tier)?.content.tier) ?? null

/**
 * The tiers that reach a node of a network. A test or evidence that names none is of the tier of the specification it
 * verifies.
 */
export function tiersReaching(network: Network, starts: readonly Start[], record: ComplianceRecord) {
  const reaching = spread(network, firstTiers(network, starts, record))
  return (node: string): Tier[] => tiersIn(reaching(node))
}

/** What the starts verify, and at which tiers. */
function* firstTiers(
  network: Network,
  starts: readonly Start[],
  record: ComplianceRecord,
): Generator<[string, TierSet]> {
  for (const { node, tiers } of starts)
    for (const to of endsOf(network, node)) yield [to, tiers || setOf(tierOf(to, record))]
}
