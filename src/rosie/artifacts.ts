/**
 * Which Markdown files under `.gxp/requirements/`, `user_stories/` and `specs/` are artifacts: those that are called like
 * one, and those that say of themselves what only an artifact does. The others are notes beside them, which nobody holds to
 * the standard. STANDARD, "Files"; RULES, artifact/unknown-file.
 */
import type { Document } from './contents.ts'

const CALLED_LIKE_ONE = /(?:^|\/)(?:REQ|US|SPEC)[-_][^/]*$/i

/** Front matter of any page may have a title, a description, a status, an author. */
export const OWN_FIELDS =
  'gxp_id parent_id satisfies implements derives_from gxp_risk_rating risk_level verification_tier validation_status assurance_status acceptance_criteria as_a i_want so_that source_files test_files'.split(
    ' ',
  )

export function isArtifact(path: string, { fields, problems, unread }: Document): boolean {
  if (CALLED_LIKE_ONE.test(path)) return true
  if (problems.length === 0) return OWN_FIELDS.some((field) => Object.hasOwn(fields, field))
  // What wasn't read at all may be one.
  if (unread === undefined || problems.some(({ cause }) => cause !== 'front-matter')) return true
  return unread.own || unread.id !== null
}
