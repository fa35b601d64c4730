// @ts-nocheck
import { classify } from '../../classify.ts'
import { pathInTree } from '../../graph.ts'
import type { Document, Place } from '../../model.ts'
import { type ComplianceRecord, idOf, type Located } from '../../record.ts'
import type { Rule } from '../rule.ts'

/**
 * Files that specifications name are there. RFC-001, "Specifications". A snapshot lists only what matters to the standard,
 * so nothing is said of directories, patterns, excluded directories and languages that are not read.
 */
export const missingFile: Rule = {
  id: 'trace/missing-file',
  severity: 'warning',
  about: 'The `source_files` or `test_files` of a specification name a path that is not in the tree.',
  *check({ head }) {
    const missing = missingFiles(head)
    const [first] = missing
    if (first && missing.length > 1 && head.sources.length === 0) {
      yield {
        place: first.place,
        general: true,
        message: `None of the ${missing.length} files that specifications name is in this repository, which holds no source at all; here \`${first.path}\`.`,
        detail: 'no source',
      }
      return
    }
    for (const { path, by, id, place } of missing) {
      const message = `\`${by}\` names \`${path}\`, which is not in the tree. Name the file where it is now, from the root of the repository.`
      yield { place, gxpId: id, message, detail: `${by} ${path}` }
    }
  },
}

interface Named {
  path: string
  by: 'source_files' | 'test_files'
  id: string | null
  place: Place
}

function missingFiles({ documents, snapshot }: ComplianceRecord): Named[] {
  const named = documents.flatMap(namedFiles)
  if (named.length === 0) return []
  const there = new Set(snapshot.files.map(({ path }) => path))
  // Classified as what they are by their paths: files that a scan would list if they were there.
  const listed = classify(named.map(({ path }) => path))
  return named.filter(({ path }) => listed.has(path) && !there.has(path))
}

function namedFiles(document: Located<Document>): Named[] {
  if (document.content.kind !== 'specification') return []
  return [...namedBy('source_files', document), ...namedBy('test_files', document)]
}

function namedBy(by: Named['by'], document: Located<Document>): Named[] {
  const { path, content } = document
  const { fields, sourceFiles, testFiles } = content
  const field = fields[by]
  const written = by === 'source_files' ? sourceFiles : testFiles
  // Where the list holds anything but texts, its items and their places no longer go together.
  const places = Array.isArray(field?.value) && field.value.length === written.length ? field.values : undefined
  return written.map((file, index) => ({
    path: pathInTree(file),
    by,
    id: idOf(document),
    place: { path, line: field?.line ?? 1, ...places?.[index] },
  }))
}
