/** Architecture decisions, `.gxp/adr/ADR-NNN-title.md`. RFC-001, "Architecture decision records". */
import type { Problem, Span } from '../model.ts'

export interface Decision {
  kind: 'decision'
  title: string | null
  /** By name in lower case (`status`, `context`, `decision`, `consequences`): the heading, and whether text follows it. */
  sections: Record<string, Span & { empty: boolean }>
  status: 'proposed' | 'accepted' | 'deprecated' | 'superseded' | null
  /** The status as written; null when absent. */
  statusText: string | null
  /** Decisions that the status names as successors: `ADR-012`. */
  successors: string[]
  /** A hash over everything but the status: a decision that was accepted stays. */
  digest: string
  problems: Problem[]
}

export function readDecision(_text: string): Decision {
  return {
    kind: 'decision',
    title: null,
    sections: {},
    status: null,
    statusText: null,
    successors: [],
    digest: '',
    problems: [],
  }
}
