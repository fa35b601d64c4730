// @ts-nocheck
import { cycles } from '../../graph.ts'
import { digest, type Rule } from '../rule.ts'

/** Finding a cycle may take a walk over the whole graph; no one mends more than these before the next scan. */
const MOST_CYCLES = 200

/** The graph is acyclic; each cycle is told once, on each document that takes part in it. */
export const cycle: Rule = {
  id: 'trace/cycle',
  severity: 'error',
  about: 'Documents refer to each other in a circle.',
  *check({ head }) {
    let told = 0
    for (const edges of cycles(head.graph)) {
      if (told++ === MOST_CYCLES) {
        const message = `There are more circles than the ${MOST_CYCLES} that are told, the next one from here.`
        yield { place: edges[0]?.origin ?? null, general: true, message, detail: 'more' }
        return
      }
      const members = edges.map(({ from }) => from)
      const path = shownPath([...members, ...members.slice(0, 1)])
      const detail = digest(members.sort())
      for (const { from, origin } of edges) {
        yield {
          place: origin,
          gxpId: from,
          message: `These refer to each other in a circle: ${path}. One of them must go.`,
          detail,
        }
      }
    }
  },
}

/** Whole, unless no one could read it: each of its members shows it, so its length counts squared. */
function shownPath(nodes: readonly string[]): string {
  const shown = nodes.length > 52 ? [...nodes.slice(0, 50), `(${nodes.length - 51} more)`, ...nodes.slice(-1)] : nodes
  return shown.join(' → ')
}
