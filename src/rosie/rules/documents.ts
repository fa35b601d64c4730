/** Requirements, user stories and specifications, as several rules look at them. */
import { remembered } from '../memo.ts'
import type { DocumentKind, Place } from '../model.ts'
import { type ComplianceRecord, type DocumentFile, kindOf } from '../record.ts'

export const DIRECTORIES: Record<DocumentKind, string> = {
  requirement: '.gxp/requirements/',
  user_story: '.gxp/user_stories/',
  specification: '.gxp/specs/',
}
export const NAMES: Record<DocumentKind, string> = {
  requirement: 'requirement',
  user_story: 'user story',
  specification: 'specification',
}

export const readable = ({ documents }: ComplianceRecord): readonly DocumentFile[] => readableAmong(documents)

const readableAmong = remembered((documents: readonly DocumentFile[]): readonly DocumentFile[] =>
  documents.filter(({ content }) => content.problems.length === 0),
)

export const isMisplaced = (document: DocumentFile): boolean => !document.path.startsWith(DIRECTORIES[kindOf(document)])

export const fieldPlace = ({ path, content }: DocumentFile, key: string): Place => ({
  path,
  line: content.fields[key]?.line ?? 1,
  endLine: content.fields[key]?.endLine,
})
