/** Documents that can't be read: what tells of each, and where it would most likely belong. RULES, "One cause, one finding". */
import { remembered } from '../../memo.ts'
import type { Edge } from '../../model.ts'
import { type ComplianceRecord, type DocumentFile, possibleIds } from '../../record.ts'
import { encoding, invalidId, malformedFrontMatter, missingId, tooLarge } from '../artifact.ts'
import type { Rule } from '../rule.ts'
import { leadingOn, saidByBase, saidByCode } from './leads.ts'
import type { LostWay } from './lost.ts'
import { type Hidden, standsFor, type Told } from './told.ts'

/** The rule that tells why a document can't be read. */
export function tellerOf({ content: { problems, gxpId } }: DocumentFile): Rule {
  const cause = problems[0]?.cause
  if (cause === 'encoding') return encoding
  if (cause === 'too-large') return tooLarge
  if (cause !== undefined) return malformedFrontMatter
  return gxpId === null ? missingId : invalidId
}

/** Whether it is told of the document that an id may be of that it can't be read: what it would ask for is not known. */
export const isToldAsUnread = (id: string, hidden: Hidden, head: ComplianceRecord): boolean =>
  head.unreadableIds.has(id) && (tellersOfUnread(head).get(id) ?? []).some((told) => standsFor(told, hidden, head))

const tellersOfUnread = remembered(({ documents }: ComplianceRecord): ReadonlyMap<string, readonly Told[]> => {
  const found = new Map<string, Told[]>()
  for (const document of unreadable(documents)) {
    const told = { rule: tellerOf(document), path: document.path }
    for (const id of possibleIds(document)) {
      const known = found.get(id)
      if (known) known.push(told)
      else found.set(id, [told])
    }
  }
  return found
})

export interface UnreadWay extends LostWay {
  document: DocumentFile
}

/** Of all documents that stand under no id, so that nothing leads through them, whether that is an error or not. */
export const unreadWays = remembered((head: ComplianceRecord, base: ComplianceRecord | null): readonly UnreadWay[] => {
  const unread = unreadable(head.documents)
  const code = saidByCode(unread.flatMap(possibleIds), head)
  // What the code says of an id is said once, however many documents may have it.
  const said = new Map<string, readonly Edge[]>()
  return unread.map((document) => {
    const { path, content, edges } = document
    const own = [...(content.unread?.parents ?? []), ...edges.map(({ to }) => to), ...saidByBase(base, { path })]
    const origin = { path, line: 1 }
    const toParents = (from: string, parents: Iterable<string>) =>
      leadingOn(
        [...parents].map((to): Edge => ({ from, to, type: 'derives_from', by: 'parent_id', origin })),
        head,
      )
    const found = possibleIds(document).map((from) => {
      const before = said.get(from)
      const byCode = before ?? toParents(from, code.get(from) ?? [])
      said.set(from, byCode)
      return { byDocument: toParents(from, own), byCode, again: before !== undefined }
    })
    const links = found.flatMap(({ byDocument, byCode, again }) => [...byDocument, ...(again ? [] : byCode)])
    const placed = found.some(({ byDocument, byCode }) => byDocument.length + byCode.length > 0)
    return { key: path, links, placed, reference: null, path, document }
  })
})

const unreadable = remembered((documents: readonly DocumentFile[]): readonly DocumentFile[] =>
  documents.filter(({ id }) => id === null),
)
