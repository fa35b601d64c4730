/** What the status of a decision says: the word, and by which decision it was superseded. */
import type { Decision } from './decision.ts'

/** In the order of a decision's life. */
export const DECISION_STATUSES = ['proposed', 'accepted', 'deprecated', 'superseded'] as const

const STAGES: readonly string[] = DECISION_STATUSES

/**
 * The lines of a status may be its history, so the latest stage counts: `Accepted`, then `Superseded by ADR-012`. A box
 * that is not ticked and what is struck out do not count. `successor`: what front matter names.
 */
export function readStatus(
  lines: readonly string[],
  successor: string | null,
): Pick<Decision, 'status' | 'successors'> {
  const stages = lines.map(stageOf)
  const latest = Math.max(-1, ...new Set(stages))
  const status = DECISION_STATUSES[latest] ?? null
  if (status !== 'superseded') return { status, successors: [] }
  const from = lines.slice(stages.indexOf(latest)).filter((line) => !/\bsupersedes\b/i.test(line))
  return { status, successors: [...new Set([...from, successor ?? ''].flatMap(decisionsNamed))] }
}

/** The stage that a line begins with; -1 for none. */
function stageOf(line: string): number {
  if (/^[ \t]*(?:[-*+][ \t]*)?\[ \]/.test(line)) return -1
  const plain = line.replace(/^[ \t]*(?:[-*+][ \t]*)?\[[xX]\]/, '').replace(/~~[^~]*~~/g, '')
  const word = /^[^A-Za-z]*(?:status[^A-Za-z]+)?([A-Za-z]+)/i.exec(plain)?.[1]?.toLowerCase()
  return STAGES.indexOf(word ?? '')
}

/** `ADR-012`, `adr 12`, `[Use queues](0012-use-queues.md)`. */
const decisionsNamed = (text: string): string[] =>
  [...text.matchAll(/\bADR[-_ ]?(\d{1,6})(?!\d)|[(/](\d{3,6})-[^\s()/]*\.md/gi)].map(
    ([, id, file]) => `ADR-${id ?? file}`,
  )
