/** The risk that blocks claim, against each other and against documents. GxP.MD, "Risk". */
import type { BlockNode } from '../graph.ts'
import type { Place, Risk } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'
import { riskTags } from '../tags.ts'
import { highestRisk, riskRank } from '../vocabulary.ts'
import { type Hit, inEach, type Rule } from './rule.ts'

export const mixedRisk: Rule = {
  id: 'annotation/mixed-risk',
  severity: 'warning',
  about: 'One block claims several levels of risk for the same code.',
  check: inEach(
    ({ sources }) => sources,
    function* ({ path, content }) {
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
    },
  ),
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
    const [sources, tests] = [claimsIn(head, false), claimsIn(head, true)]
    const rated = (id: string) => highestRisk(head.documentsById.get(id)?.map(ratingOf) ?? [])
    const settled = (id: string) => rated(id) ?? highestRisk(sources.get(id)?.map(riskOf) ?? [])
    for (const id of new Set([...sources.keys(), ...tests.keys()])) {
      const expected = settled(id)
      if (!expected || !head.graph.defined.has(id)) continue
      const others = (blocks: readonly BlockNode[] = []) => blocks.some(({ risk }) => risk !== expected)
      const voices = { source: sources.get(id), test: tests.get(id) }
      if (!others(voices.source) && !others(voices.test)) continue
      const about = { id, expected, by: rated(id) ? 'its document' : 'its source' }
      yield* disagreement(voices.source ?? [], 'source', { ...about, known: rated })
      yield* disagreement(voices.test ?? [], 'test', { ...about, known: settled })
    }
  },
}

const ratingOf = ({ content }: { content: { risk: Risk | null } }) => content.risk
const riskOf = ({ risk }: BlockNode) => risk

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
  expected: Risk
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
