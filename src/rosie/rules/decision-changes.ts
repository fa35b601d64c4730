/** What became of decisions that were accepted: they are immutable, but for the last stages of their status. */
import type { Decision } from '../parse/decision.ts'
import type { ComplianceRecord, Located } from '../record.ts'
import { isTemplate } from './templates.ts'

export type DecisionFile = Located<Decision>

/** The number in `ADR-012-title.md`, or in `0012-title.md`; null when there is none. */
export function numberOf(path: string): number | null {
  const digits = /\/(?:ADR[-_ ]?)?(\d{1,6})(?!\d)[^/]*$/i.exec(path)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** Each decision of the base that was accepted, with its file in the head: a file that was moved is the same decision. */
export function acceptedBefore(
  head: ComplianceRecord,
  base: ComplianceRecord | null,
): { before: DecisionFile; after: DecisionFile | null }[] {
  if (!base) return []
  const known = new Set(base.decisions.map(({ path }) => path))
  const byPath = new Map(head.decisions.map((file) => [file.path, file]))
  const moved = head.decisions.filter(({ path }) => !known.has(path))
  const byDigest = new Map(moved.map((file) => [file.content.digest, file]))
  const byNumber = new Map(moved.map((file) => [numberOf(file.path) ?? file.path, file]))
  return base.decisions
    .filter(({ path, content: { status } }) => status !== null && status !== 'proposed' && !isTemplate(path))
    .map((before) => {
      const { path, content } = before
      const after = byPath.get(path) ?? byDigest.get(content.digest) ?? byNumber.get(numberOf(path) ?? path) ?? null
      return { before, after }
    })
}

/** Why a new state of an accepted decision is none that it may have; null where it is one. */
export function editOf(before: Decision, after: Decision): 'content' | 'status' | 'unnamed successor' | null {
  if (before.digest !== after.digest) return 'content'
  if (after.status === before.status) return null
  if (after.status !== 'deprecated' && after.status !== 'superseded') return 'status'
  return after.status === 'superseded' && after.successors.length === 0 ? 'unnamed successor' : null
}
