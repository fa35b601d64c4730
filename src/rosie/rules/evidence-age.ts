/**
 * Which evidence a finding looks at: rules about the state of evidence at the newest of a specification and tier, the
 * others at each, with a notice where a newer valid one exists. RULES: "One cause, one finding".
 */
import { isRetired } from '../coverage.ts'
import { kindOfId } from '../ids.ts'
import { remembered } from '../memo.ts'
import type { Severity } from '../model.ts'
import { isComparable, newestOf, supersededIn, type TestEvidence } from '../test-evidence.ts'
import type { Case } from './rule.ts'

/** The severity of a finding on an evidence by its path: a notice on an older one, else the rule's own. */
export function severityByAge({ head, now }: Case): (path: string) => { severity?: Severity } {
  // Not before there is a finding: a good record has none.
  let old: Set<string> | undefined
  return (path) => {
    old ??= new Set(head.testEvidence.filter(supersededIn(head.testEvidence, now)).map((each) => each.path))
    return old.has(path) ? { severity: 'notice' } : {}
  }
}

/**
 * The newest of each specification and tier. What is invalid says nothing, and what is of the future or of no tier can't
 * be compared: each is told by a rule of its own.
 */
export const newestRuns = ({ head, now }: Pick<Case, 'head' | 'now'>): readonly TestEvidence[] =>
  newestAmong(head.testEvidence, now)

const newestAmong = remembered((evidence: readonly TestEvidence[], now: number): readonly TestEvidence[] => {
  const counting = evidence.filter(
    (each) => each.specId !== null && each.verdict.result !== 'invalid' && isComparable(each, now),
  )
  return [...newestOf(counting).values()]
})

/** Evidence for what was retired, or is not there, is history: nobody keeps it up to date. */
export function isKeptUp({ specId }: TestEvidence, { head }: Pick<Case, 'head'>): boolean {
  return specId !== null && isSpecification(specId, head) && !isRetired(specId, head)
}

export const isSpecification = (id: string, { graph }: Case['head']): boolean =>
  kindOfId(id) === 'specification' && graph.defined.has(id)

/** What a run is called in messages: `OQ evidence for SPEC-001`. */
export const runWords = ({ specId, tier }: Pick<TestEvidence, 'specId' | 'tier'>): string =>
  `${tier ? `${tier} ` : ''}evidence for ${specId}`

/** A time as `2026-02-05T10:00:00Z`. `time`: ms since 1970. */
export const shownTime = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z')
