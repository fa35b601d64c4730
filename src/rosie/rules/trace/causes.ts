/**
 * One cause, one finding: what a lost way keeps from being reached is not told a second time as uncovered, without a tier,
 * unverified or an orphan. RULES, "trace".
 */
import { remembered } from '../../memo.ts'
import { type Network, networkOf } from '../../network.ts'
import type { ComplianceRecord } from '../../record.ts'
import type { Start } from '../../tracing.ts'
import { type LostWay, lostWays } from './lost.ts'

export { standsFor } from './told.ts'

/** What would be a test if each lost way were mended; `fresh`: each that the base did not have. */
export const lostTests = (head: ComplianceRecord, base: ComplianceRecord | null, fresh = false): Start[] =>
  lostWays(head, base).flatMap((way) => (way.test && !(fresh && isOld(way, base)) ? way.test : []))

/** The network that there would be if each lost way were mended; the typed one as it is where none is told. */
export const mendedNetwork = (head: ComplianceRecord, base: ComplianceRecord | null = null): Network =>
  mendedNetworks(head, base).all

/**
 * `fresh`: if only those were mended that the base did not have. What this change took from a requirement is not excused by
 * what was wrong before it: a policy may look at introduced findings only.
 */
export const mendedNetworks = remembered((head: ComplianceRecord, base: ComplianceRecord | null) => {
  const ways = lostWays(head, base)
  const fresh = ways.filter((way) => !isOld(way, base))
  const all = networkWith(ways, head)
  return { all, fresh: fresh.length === ways.length ? all : networkWith(fresh, head) }
})

function networkWith(ways: readonly LostWay[], { graph }: ComplianceRecord): Network {
  const links = ways.flatMap((way) => way.links)
  if (links.length === 0) return graph.typed
  const counting = graph.faults.size === 0 ? graph.edges : graph.edges.filter((edge) => !graph.faults.has(edge))
  return networkOf([...counting, ...links])
}

/** Whether the base had it too. */
export const isOld = ({ key }: LostWay, base: ComplianceRecord | null): boolean => base !== null && keys(base).has(key)

const keys = remembered((base: ComplianceRecord) => new Set(lostWays(base, null).map(({ key }) => key)))
