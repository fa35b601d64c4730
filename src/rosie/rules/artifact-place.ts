/** Where the files of the record lie. STANDARD, "Files". */
import { idInFileName, kindOfId, prefixOf } from '../ids.ts'
import { remembered } from '../memo.ts'
import type { DocumentKind } from '../model.ts'
import { type ComplianceRecord, idOf, kindOf } from '../record.ts'
import { DIRECTORIES, isMisplaced, NAMES, readable } from './documents.ts'
import type { Rule } from './rule.ts'

export const misplaced: Rule = {
  id: 'artifact/misplaced',
  severity: 'warning',
  about: "A document lies outside its type's directory.",
  *check({ head }) {
    for (const document of readable(head)) {
      if (!isMisplaced(document)) continue
      const kind = kindOf(document)
      yield {
        place: { path: document.path, line: 1 },
        gxpId: idOf(document),
        message: `This is a ${NAMES[kind]}, but it does not lie under \`${DIRECTORIES[kind]}\`. Move it there.`,
      }
    }
    for (const { path } of unknownFiles(head)) {
      const meant = documentMeant(path)
      if (meant === null) continue
      yield {
        place: { path, line: 1 },
        message: `By its name this is a ${NAMES[meant]}, but it is not read: it does not lie under \`${DIRECTORIES[meant]}\`. Move it there.`,
      }
    }
  },
}

export const unknownFile: Rule = {
  id: 'artifact/unknown-file',
  severity: 'notice',
  about: 'A file under `.gxp/` is of no known kind.',
  *check({ head }) {
    for (const { path, content } of head.notes) {
      yield {
        place: { path, line: 1 },
        message: `Neither the name of this file nor its front matter says that it is a ${NAMES[content.kind]}, so nothing in it counts. Call it \`${prefixOf(content.kind)}….md\` and give it a \`gxp_id\` if it is one.`,
      }
    }
    for (const { path } of unknownFiles(head)) {
      if (documentMeant(path) !== null) continue
      yield {
        place: { path, line: 1 },
        message: 'This file is of no kind that the standard knows, so nothing in it counts.',
      }
    }
  },
}

/** Both rules ask. */
const unknownFiles = remembered(({ snapshot }: ComplianceRecord) =>
  snapshot.files.filter(({ kind }) => kind === 'unknown'),
)

/** What directories of documents are called by those who do not look them up: `Reqs`, `stories`, `specifications`. */
const DIRECTORIES_MEANT: Record<DocumentKind, RegExp> = {
  requirement: /^\.gxp\/req[a-z]*\//i,
  user_story: /^\.gxp\/(?:user[-_ ]?)?(?:us|stor(?:y|ies))\//i,
  specification: /^\.gxp\/spec[a-z]*\//i,
}

/** A document by its file name and nearly by its directory, which the standard does not know, so that it is never read. */
function documentMeant(path: string): DocumentKind | null {
  const kind = path.endsWith('.md') ? kindOfId(idInFileName(path) ?? '') : null
  return kind !== null && DIRECTORIES_MEANT[kind].test(path) ? kind : null
}
