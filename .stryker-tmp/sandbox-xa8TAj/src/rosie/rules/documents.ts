/** Requirements, user stories and specifications, as several rules look at them. */
// @ts-nocheck

import type { Document, DocumentKind, Place } from '../model.ts'
import { type ComplianceRecord, kindOf, type Located } from '../record.ts'

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

export const readable = ({ documents }: ComplianceRecord): readonly Located<Document>[] =>
  documents.filter(({ content }) => content.problems.length === 0)

export const isMisplaced = (document: Located<Document>): boolean =>
  !document.path.startsWith(DIRECTORIES[kindOf(document)])

export const fieldPlace = ({ path, content }: Located<Document>, key: string): Place => ({
  path,
  line: content.fields[key]?.line ?? 1,
  endLine: content.fields[key]?.endLine,
})
