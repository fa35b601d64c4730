/** The risk that blocks claim, against each other and against documents. GxP.MD, "Risk". */
import type { BlockNode } from '../graph.ts'
import type { Place, Risk } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'
import { riskTags } from '../tags.ts'
import { highestRisk, riskRank } from '../vocabulary.ts'
import type { Hit, Rule } from './rule.ts'

export const mixedRisk: Rule = {
  id: 'annotation/mixed-risk',
  severity: 'warning',
  about: 'One block claims several levels of risk for the same code.',
  *check({ head }) {
    for (const { path, content } of head.sources) {
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
    }
  },
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
    const ratings = new Map(
      [...head.documentsById].map(([id, documents]) => [id, highestRisk(documents.map(ratingOf))]),
    )
    const settled = new Map<string, Risk | null>()
    for (const id of [...sources.keys(), ...tests.keys()])
      settled.set(id, ratings.get(id) ?? highestRisk(risksOf(sources.get(id))))
    for (const [id, expected] of settled) {
      if (!expected || !head.graph.defined.has(id)) continue
      const by = ratings.get(id) ? 'its document' : 'its source'
      const about = { id, expected, by }
      yield* disagreement(sources.get(id) ?? [], 'source', { ...about, known: ratings }, head)
      yield* disagreement(tests.get(id) ?? [], 'test', { ...about, known: settled }, head)
    }
  },
}

const ratingOf = ({ content }: { content: { risk: Risk | null } }) => content.risk
const risksOf = (blocks: readonly BlockNode[] = []) => blocks.map(({ risk }) => risk)

/** Blocks of source, or of tests, by each id they name. */
function claimsIn({ graph }: ComplianceRecord, test: boolean): Map<string, BlockNode[]> {
  const claims = new Map<string, BlockNode[]>()
  for (const node of graph.blocks.values()) {
    if (node.test !== test) continue
    for (const id of namedBy(node, graph)) {
      const known = claims.get(id)
      if (known) known.push(node)
      else claims.set(id, [node])
    }
  }
  return claims
}

const namedBy = ({ id }: BlockNode, graph: ComplianceRecord['graph']) => new Set(graph.out(id).map(({ to }) => to))

interface About {
  id: string
  expected: Risk
  by: string
  /** The risk of other ids, from voices that this one is held against. */
  known: ReadonlyMap<string, Risk | null>
}

function* disagreement(
  blocks: readonly BlockNode[],
  role: 'source' | 'test',
  { id, expected, by, known }: About,
  { graph }: ComplianceRecord,
): Generator<Hit> {
  // A block that names several ids has the risk of the highest of them: it says nothing against the others.
  const owed = (node: BlockNode) =>
    riskRank(node.risk) > riskRank(expected) &&
    [...namedBy(node, graph)].some((other) => riskRank(known.get(other) ?? null) >= riskRank(node.risk))
  const own = blocks.filter((node) => !owed(node))
  const risk = highestRisk(risksOf(own))
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
