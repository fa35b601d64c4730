/** The risk that blocks claim, against each other and against documents. GxP.MD, "Risk". */

import { type Place, RISKS, type Risk } from '../model.ts'
import { type ComplianceRecord, sourcesOf } from '../record.ts'
import type { BlockNode } from '../sayings.ts'
import { riskTags } from '../tags.ts'
import { highestRisk, riskRank } from '../vocabulary.ts'
import { type Hit, inEach, type Rule } from './rule.ts'

export const mixedRisk: Rule = {
  id: 'annotation/mixed-risk',
  severity: 'warning',
  about: 'One block claims several levels of risk for the same code.',
  check: inEach(sourcesOf, function* ({ path, content }) {
    for (const { tags } of content.blocks) {
      const claims = riskTags(tags)
      const other = claims.find(({ risk }) => risk !== claims[0]?.risk)
      if (!other) continue
      const levels = [...new Set(claims.map(({ risk }) => risk))]
      yield {
        place: { path, ...spanOf(other.tag) },
        gxpId: tags.flatMap(({ ids }) => ids)[0]?.id ?? null,
        message: `This block says ${levels.join(' and ')} for the same code; the highest, ${highestRisk(levels)}, counts. Keep one, or give each part of the code a block of its own.`,
      }
    }
  }),
}

/**
 * An id has up to three voices: its document's rating, its source (the highest of the blocks that name it: a helper may
 * be of less risk than the rest), and its tests likewise.
 */
export const riskMismatch: Rule = {
  id: 'annotation/risk-mismatch',
  severity: 'warning',
  about: 'The document, the source and the tests of one id disagree about its risk.',
  *check({ head }) {
    const levels = levelsIn(head)
    const rated = (id: string) => highestRisk(head.documentsById.get(id)?.map(ratingOf) ?? [])
    const settled = (id: string) => rated(id) ?? highestIn(levels.get(id) ?? 0)
    const split: string[] = []
    for (const [id, claimed] of levels) if (isSplit(claimed, settled(id)) && head.graph.defined.has(id)) split.push(id)
    if (split.length === 0) return
    const [sources, tests] = [claimsIn(head, false), claimsIn(head, true)]
    for (const id of split) {
      const about = { id, expected: settled(id), by: rated(id) ? 'its document' : 'its source' }
      yield* disagreement(sources.get(id) ?? [], 'source', { ...about, known: rated })
      yield* disagreement(tests.get(id) ?? [], 'test', { ...about, known: settled })
    }
  },
}

const ratingOf = ({ content }: { content: { risk: Risk | null } }) => content.risk
const riskOf = ({ risk }: BlockNode) => risk

/** A bit for each level that source claims, and one for each that tests claim. */
type Levels = number

const levelOf = (risk: Risk, test: boolean): Levels => 1 << (riskRank(risk) + (test ? RISKS.length : 0))

/** The levels that blocks claim for each id they name. Most records agree, and nothing more is asked of them. */
function levelsIn({ graph }: ComplianceRecord): Map<string, Levels> {
  const levels = new Map<string, Levels>()
  for (const { names, risk, test } of graph.blocks.values()) {
    if (risk === null) continue
    const level = levelOf(risk, test)
    for (const id of names) levels.set(id, (levels.get(id) ?? 0) | level)
  }
  return levels
}

const highestIn = (levels: Levels): Risk | null =>
  RISKS.findLast((risk) => (levels & levelOf(risk, false)) !== 0) ?? null

const isSplit = (levels: Levels, expected: Risk | null): boolean =>
  expected !== null && (levels & ~(levelOf(expected, false) | levelOf(expected, true))) !== 0

/** Blocks of source, or of tests, by each id they name. */
function claimsIn({ graph }: ComplianceRecord, test: boolean): Map<string, BlockNode[]> {
  const claims = new Map<string, BlockNode[]>()
  for (const node of graph.blocks.values()) {
    if (node.test !== test) continue
    for (const id of node.names) {
      const known = claims.get(id)
      if (known) known.push(node)
      else claims.set(id, [node])
    }
  }
  return claims
}

interface About {
  id: string
  expected: Risk | null
  by: string
  /** The risk of other ids, from voices that this one is held against. */
  known: (id: string) => Risk | null
}

function* disagreement(
  blocks: readonly BlockNode[],
  role: 'source' | 'test',
  { id, expected, by, known }: About,
): Generator<Hit> {
  // A block that names several ids has the risk of the highest of them: it says nothing against the others.
  const owed = (node: BlockNode) =>
    riskRank(node.risk) > riskRank(expected) &&
    node.names.some((other) => riskRank(known(other)) >= riskRank(node.risk))
  const own = blocks.filter((node) => !owed(node))
  const risk = highestRisk(own.map(riskOf))
  const voice = own.find((node) => node.risk === risk)
  if (!voice || !risk || risk === expected) return
  const said =
    riskRank(risk) > riskRank(expected)
      ? `This ${role} of ${id} is rated ${risk}`
      : `No ${role} of ${id} is rated higher than ${risk}`
  yield {
    place: riskPlace(voice),
    gxpId: id,
    general: true,
    message: `${said}, but ${by} says ${expected}. Decide which is right and say it in both.`,
    detail: role,
  }
}

function riskPlace({ path, block, risk }: BlockNode): Place {
  const claim = riskTags(block.tags).find((each) => each.risk === risk)
  return { path, ...(claim ? spanOf(claim.tag) : { line: block.line }) }
}

const spanOf = ({ line, column, endColumn }: { line: number; column?: number; endColumn?: number }) => ({
  line,
  column,
  endColumn,
})
