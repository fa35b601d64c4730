/** Requirements, user stories and specifications, each file by itself. RFC-001, "Requirements" to "Specifications". */

import type { Content, Problem } from '../contents.ts'
import { MAX_EDGES } from '../graph.ts'
import { idInFileName, kindOfId, prefixOf } from '../ids.ts'
import { remembered } from '../memo.ts'
import type { Place } from '../model.ts'
import { type ComplianceRecord, idOf, kindOf } from '../record.ts'
import { invalidValue, missingField } from './artifact-fields.ts'
import { misplaced, unknownFile } from './artifact-place.ts'
import { fieldPlace, NAMES, readable } from './documents.ts'
import { isHighRequirement } from './lowered-risk.ts'
import { type Hit, inEach, type Rule } from './rule.ts'
import { shown } from './words.ts'

/** Problems of one cause, wherever a content of this kind has them. */
function* problemsOf(record: ComplianceRecord, wanted: Problem['cause']): Generator<ProblemHit> {
  for (const { path, content } of unsound(record)) {
    for (const { cause, message, ...span } of content.problems) {
      if (cause === wanted) yield { place: { path, ...span }, message, content }
    }
  }
}

interface ProblemHit extends Hit {
  place: Place
  content: Content
}

/** Files with problems, of whatever cause: most often none. */
const unsound = remembered(({ snapshot }: ComplianceRecord) =>
  snapshot.files.flatMap(({ path, content }) =>
    content !== null && content.problems.length > 0 ? { path, content } : [],
  ),
)

export const malformedFrontMatter: Rule = {
  id: 'artifact/malformed-front-matter',
  severity: 'error',
  about:
    'Front matter is missing, not closed, invalid YAML or no mapping, or uses custom tags, duplicate keys or too many aliases.',
  *check({ head }) {
    const notes = new Set(head.notes.map(({ path }) => path))
    for (const hit of problemsOf(head, 'front-matter')) if (!notes.has(hit.place.path)) yield hit
  },
}

export const missingId: Rule = {
  id: 'artifact/missing-id',
  severity: 'error',
  about: 'The front matter has no `gxp_id`.',
  check: inEach(readable, function* (document) {
    const { path, content } = document
    if (content.gxpId !== null) return
    const kind = kindOf(document)
    const proposed = idInFileName(path) ?? `${prefixOf(kind)}001`
    yield {
      place: { path, line: content.fields.gxp_id?.line ?? 1 },
      message: `This ${NAMES[kind]} has no id. Write \`gxp_id: ${proposed}\`.`,
    }
  }),
}

export const invalidId: Rule = {
  id: 'artifact/invalid-id',
  severity: 'error',
  about: "The `gxp_id` is not of its type's pattern: `REQ-`, `US-` or `SPEC-` and groups of capitals and digits.",
  check: inEach(readable, function* (document) {
    const { path, content } = document
    const kind = kindOf(document)
    if (content.gxpId === null || kindOfId(content.gxpId) === kind) return
    const right = idInFileName(path) ?? `${prefixOf(kind)}001`
    yield {
      place: fieldPlace(document, 'gxp_id'),
      gxpId: shown(content.gxpId),
      message: `\`${shown(content.gxpId)}\` is not the id of a ${NAMES[kind]}: expected \`${prefixOf(kind)}\` and groups of capitals or digits, as in ${right}.`,
    }
  }),
}

const duplicateId: Rule = {
  id: 'artifact/duplicate-id',
  severity: 'error',
  about: 'Two files carry one id.',
  *check({ head }) {
    for (const [id, documents] of head.documentsById) {
      if (documents.length < 2) continue
      for (const document of documents) {
        const others = documents.slice(0, 4).filter((other) => other !== document)
        const more = documents.length - 4
        const named = others.slice(0, 3).map(({ path }) => path)
        const list = named.join(', ') + (more > 0 ? ` and ${more} more` : '')
        yield {
          place: fieldPlace(document, 'gxp_id'),
          gxpId: id,
          message: `${id} is also the id of ${list}. Ids are unique: give one of them another.`,
        }
      }
    }
  },
}

const idPathMismatch: Rule = {
  id: 'artifact/id-path-mismatch',
  severity: 'warning',
  about: 'The file name says another id than the front matter.',
  check: inEach(readable, function* (document) {
    const [id, named] = [idOf(document), idInFileName(document.path)]
    if (!id || !named || named === id || isIdAndTitle(document.path, id)) return
    if (kindOfId(id) !== kindOf(document)) return // told as an invalid id
    yield {
      place: fieldPlace(document, 'gxp_id'),
      gxpId: id,
      message: `The file name says ${named}, the front matter says ${id}. Rename the file or correct the id.`,
      detail: named,
    }
  }),
}

/** `REQ-001-PDF-export.md` is REQ-001 with a title; `REQ-001-002.md` is REQ-001-002. */
function isIdAndTitle(path: string, id: string): boolean {
  const stem = path.slice(path.lastIndexOf('/') + 1).replace(/\.md$/, '')
  return stem.startsWith(`${id}-`) && !/^(-\d+)+$/.test(stem.slice(id.length))
}

/** Of an unreadable file of the head, the requirement of HIGH risk that was readable in the base and is no longer; or null. */
function lostBy(head: ComplianceRecord, base: ComplianceRecord): (path: string, content: Content) => string | null {
  const isLost = (id: string) => !head.documentsById.has(id) && isHighRequirement(id, base)
  return (path, content) => {
    const said = 'unread' in content ? content.unread?.id : null
    for (const id of [idsByPath(base.documents).get(path), idInFileName(path), said]) if (id && isLost(id)) return id
    return null
  }
}

const idsByPath = remembered(
  (documents: ComplianceRecord['documents']): ReadonlyMap<string, string | null> =>
    new Map(documents.map(({ path, id }) => [path, id])),
)

export const encoding: Rule = {
  id: 'artifact/encoding',
  severity: 'warning',
  about:
    'A file of the record is not UTF-8 text. An error where the change makes a requirement of HIGH risk unreadable by it.',
  *check({ head, base }) {
    const lostIn = base ? lostBy(head, base) : () => null
    for (const { content, ...hit } of problemsOf(head, 'encoding')) {
      const lost = lostIn(hit.place.path, content)
      if (!lost) yield { ...hit, message: `${hit.message} Nothing in it was read.` }
      else {
        const message = `${hit.message} Nothing in it was read, so nothing is asked any more of ${lost}, a requirement of HIGH risk before this change.`
        yield { ...hit, severity: 'error', gxpId: lost, message }
      }
    }
  },
}

export const tooLarge: Rule = {
  id: 'artifact/too-large',
  severity: 'error',
  about:
    'A file is over the size limit and was not read; for source files this is a notice. Or the record has more relations than are read.',
  *check({ head }) {
    for (const { content, ...hit } of problemsOf(head, 'too-large')) {
      yield content.kind === 'annotations' ? { ...hit, severity: 'notice' } : hit
    }
    if (head.graph.unread) {
      yield {
        place: head.graph.unread,
        general: true,
        message: `This record has more than ${MAX_EDGES.toLocaleString('en')} relations between its parts. From here on they were not read, so nothing they say counts.`,
        detail: 'relations',
      }
    }
  },
}

export const artifactRules: readonly Rule[] = [
  malformedFrontMatter,
  missingId,
  invalidId,
  duplicateId,
  idPathMismatch,
  missingField,
  invalidValue,
  misplaced,
  unknownFile,
  encoding,
  tooLarge,
]
