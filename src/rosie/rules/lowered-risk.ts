/**
 * Requirements of HIGH risk that a change takes out of what is asked of HIGH. The policy that judges a change never comes
 * from that change; a rating does, since a requirement may be assessed anew. That it was has to be on record, or a change
 * could excuse itself. STANDARD, "Evidence", by risk; GxP.MD, "Risk-Proportionate Enforcement"; EU Annex 11, 1 and 10.
 */
import { isRetired, ratingOf } from '../coverage.ts'
import { differing } from '../differing.ts'
import { kindOfId } from '../ids.ts'
import { textOf } from '../parse/document.ts'
import { type ComplianceRecord, type DocumentFile, idOf } from '../record.ts'
import { asRisk, highestRisk, riskField, statusField } from '../vocabulary.ts'
import { gone, placeOfGone } from './gone.ts'
import type { Hit } from './rule.ts'

export interface Lowered extends Pick<Hit, 'place' | 'general' | 'detail'> {
  id: string
  /** What it is now, as the rest of a sentence that begins with the id. */
  how: string
}

export function loweredIn(head: ComplianceRecord, base: ComplianceRecord): Lowered[] {
  const found: Lowered[] = []
  const { gone: before, come } = differing(base.documents, head.documents)
  const unread = new Set(come.flatMap(({ id, path }) => (id === null ? [path] : [])))
  for (const id of new Set([...before, ...come].map(idOf))) {
    if (id === null || !isHighRequirement(id, base)) continue
    const after = head.documentsById.get(id)
    if (after) {
      found.push(...nowLess(id, after, head))
      continue
    }
    // A file that is there and says no id is told as what is wrong with it.
    const was = base.documentsById.get(id) ?? []
    const [{ path } = { path: '' }] = was
    if (head.unreadableIds.has(id) || was.some((each) => unread.has(each.path))) continue
    found.push({ id, ...gone(path, placeOfGone(head)), how: 'is gone' })
  }
  return found
}

/** Rated so by its own document, and in force. */
export const isHighRequirement = (id: string, record: ComplianceRecord): boolean =>
  kindOfId(id) === 'requirement' &&
  highestRisk(record.documentsById.get(id)?.map(({ content }) => content.risk) ?? []) === 'HIGH' &&
  !isRetired(id, record)

function nowLess(id: string, after: readonly DocumentFile[], head: ComplianceRecord): Lowered[] {
  const [file] = after
  if (!file) return []
  const { path, content } = file
  const said = (how: string, line: number | undefined): Lowered[] => [
    { id, place: { path, line: line ?? content.fields.gxp_id?.line ?? 1 }, detail: 'lowered', how },
  ]
  if (isRetired(id, head)) return said('is retired', statusField(content.fields)?.line)
  const rating = ratingOf(id, head)
  const field = riskField(content.fields)
  // A rating that is none is told as such.
  const unknown = textOf(field) !== null && asRisk(field) === null
  if (rating === 'HIGH' || unknown) return []
  return said(rating === null ? 'has no rating' : `is rated ${rating}`, field?.line)
}
