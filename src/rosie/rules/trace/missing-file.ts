import { classify } from '../../classify.ts'
import { rememberedOfEach } from '../../memo.ts'
import type { Place } from '../../model.ts'
import { type ComplianceRecord, type DocumentFile, idOf } from '../../record.ts'
import { pathInTree } from '../../sayings.ts'
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
    const number = new Set(missing.map(({ path }) => path)).size
    if (first && number > 1 && head.sources.length === 0) {
      yield {
        place: first.place,
        general: true,
        message: `None of the ${number} files that specifications name is in this repository, which holds no source at all; here \`${first.path}\`.`,
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

/** `test/**\/*.spec.ts`. Brackets are none: there are files called `[id].tsx`. */
const PATTERN = /[*?{}]/

interface Named {
  path: string
  by: 'source_files' | 'test_files'
  id: string | null
  place: Place
}

function missingFiles({ documents, snapshot, sourcesByPath }: ComplianceRecord): Named[] {
  const named = namedIn(documents)
    .flat()
    .filter(({ path }) => !sourcesByPath.has(path))
  if (named.length === 0) return []
  const there = new Set(snapshot.files.map(({ path }) => path))
  // Classified as what they are by their paths: files that a scan would list if they were there.
  const listed = classify(named.map(({ path }) => path))
  return named.filter(({ path }) => listed.has(path) && !there.has(path) && !PATTERN.test(path))
}

const namedIn = rememberedOfEach((document: DocumentFile): readonly Named[] => {
  const { kind, sourceFiles, testFiles } = document.content
  if (kind !== 'specification' || sourceFiles.length + testFiles.length === 0) return NONE
  return [...namedBy('source_files', document), ...namedBy('test_files', document)]
})

const NONE: readonly Named[] = []

function namedBy(by: Named['by'], document: DocumentFile): Named[] {
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
