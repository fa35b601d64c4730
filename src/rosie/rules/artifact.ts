/** Requirements, user stories and specifications, each file by itself. RFC-001, "Requirements" to "Specifications". */

import { MAX_EDGES } from '../graph.ts'
import { idInFileName, kindOfId, prefixOf } from '../ids.ts'
import type { Content, Document, DocumentKind, Field, Place, Problem } from '../model.ts'
import { RISKS, STATUSES, TIERS } from '../model.ts'
import { textOf } from '../parse/document.ts'
import { type ComplianceRecord, idOf, kindOf, type Located } from '../record.ts'
import { asRisk, asStatus, asTier, riskField, statusField } from '../vocabulary.ts'
import type { Hit, Rule } from './rule.ts'

const DIRECTORIES: Record<DocumentKind, string> = {
  requirement: '.gxp/requirements/',
  user_story: '.gxp/user_stories/',
  specification: '.gxp/specs/',
}
const NAMES: Record<DocumentKind, string> = {
  requirement: 'requirement',
  user_story: 'user story',
  specification: 'specification',
}

/** Problems of one cause, wherever a content of this kind has them. */
function* problemsOf(record: ComplianceRecord, cause: Problem['cause']): Generator<Hit & { content: Content }> {
  for (const { path, content } of record.snapshot.files) {
    for (const { cause: itsCause, message, ...span } of content?.problems ?? []) {
      if (content && itsCause === cause) yield { place: { path, ...span }, message, content }
    }
  }
}

const malformedFrontMatter: Rule = {
  id: 'artifact/malformed-front-matter',
  severity: 'error',
  about:
    'Front matter is missing, not closed, invalid YAML or no mapping, or uses custom tags, duplicate keys or too many aliases.',
  check: ({ head }) => problemsOf(head, 'front-matter'),
}

const missingId: Rule = {
  id: 'artifact/missing-id',
  severity: 'error',
  about: 'The front matter has no `gxp_id`.',
  *check({ head }) {
    for (const document of readable(head)) {
      const { path, content } = document
      if (content.gxpId !== null) continue
      const kind = kindOf(document)
      const proposed = idInFileName(path) ?? `${prefixOf(kind)}001`
      yield {
        place: { path, line: content.fields.gxp_id?.line ?? 1 },
        message: `This ${NAMES[kind]} has no id. Write \`gxp_id: ${proposed}\`.`,
      }
    }
  },
}

const invalidId: Rule = {
  id: 'artifact/invalid-id',
  severity: 'error',
  about: "The `gxp_id` is not of its type's pattern: `REQ-`, `US-` or `SPEC-` and groups of capitals and digits.",
  *check({ head }) {
    for (const document of readable(head)) {
      const { path, content } = document
      const kind = kindOf(document)
      if (content.gxpId === null || kindOfId(content.gxpId) === kind) continue
      const example = idInFileName(path)
      const right = example && kindOfId(example) === kind ? example : `${prefixOf(kind)}001`
      yield {
        place: fieldPlace(document, 'gxp_id'),
        gxpId: content.gxpId,
        message: `\`${content.gxpId}\` is not the id of a ${NAMES[kind]}: expected \`${prefixOf(kind)}\` and groups of capitals or digits, as in ${right}.`,
      }
    }
  },
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
        const shown = named.join(', ') + (more > 0 ? ` and ${more} more` : '')
        yield {
          place: fieldPlace(document, 'gxp_id'),
          gxpId: id,
          message: `${id} is also the id of ${shown}. Ids are unique: give one of them another.`,
        }
      }
    }
  },
}

const idPathMismatch: Rule = {
  id: 'artifact/id-path-mismatch',
  severity: 'warning',
  about: 'The file name says another id than the front matter.',
  *check({ head }) {
    for (const document of readable(head)) {
      const [id, named] = [idOf(document), idInFileName(document.path)]
      if (!id || !named || named === id || isIdAndTitle(document.path, id)) continue
      if (kindOfId(id) !== kindOf(document)) continue // told as an invalid id
      yield {
        place: fieldPlace(document, 'gxp_id'),
        gxpId: id,
        message: `The file name says ${named}, the front matter says ${id}. Rename the file or correct the id.`,
        detail: named,
      }
    }
  },
}

/** `REQ-001-PDF-export.md` is REQ-001 with a title; `REQ-001-002.md` is REQ-001-002. */
function isIdAndTitle(path: string, id: string): boolean {
  const stem = path.slice(path.lastIndexOf('/') + 1).replace(/\.md$/, '')
  return stem.startsWith(`${id}-`) && !/^(-\d+)+$/.test(stem.slice(id.length))
}

const missingField: Rule = {
  id: 'artifact/missing-field',
  severity: 'warning',
  about: 'A field is absent: title (an error), acceptance criteria, the parts of a story, or the verification tier.',
  *check({ head }) {
    for (const document of readable(head)) {
      const { path, content } = document
      const kind = kindOf(document)
      const place: Place = { path, line: content.fields.gxp_id?.line ?? 1 }
      const gxpId = idOf(document)
      const lacks = (part: string) => !content.parts.includes(part)
      if (content.title === null) {
        yield {
          place,
          gxpId,
          severity: 'error',
          message: `This ${NAMES[kind]} has no \`title\`.`,
          detail: 'title',
        }
      }
      if (kind !== 'specification' && lacks('acceptance_criteria')) {
        yield {
          place,
          gxpId,
          message: `This ${NAMES[kind]} has no \`acceptance_criteria\`: say how one sees that it is fulfilled.`,
          detail: 'acceptance_criteria',
        }
      }
      const parts = kind === 'user_story' ? ['as_a', 'i_want', 'so_that'].filter(lacks) : []
      if (parts.length > 0) {
        yield {
          place,
          gxpId,
          message: `This story lacks ${parts.map((part) => `\`${part}\``).join(', ')}, in the front matter or in bold in the text.`,
          detail: 'story',
        }
      }
      if (kind === 'specification' && !content.fields.verification_tier) {
        yield {
          place,
          gxpId,
          message: `This specification has no \`verification_tier\`: ${TIERS.join(', ')}.`,
          detail: 'verification_tier',
        }
      }
    }
  },
}

const invalidValue: Rule = {
  id: 'artifact/invalid-value',
  severity: 'error',
  about: 'A risk, tier or status is outside its set, or two keys for the risk contradict each other.',
  *check({ head }) {
    for (const document of readable(head)) {
      const { fields } = document.content
      const gxpId = idOf(document)
      const given = { rating: riskField(fields), tier: fields.verification_tier, status: statusField(fields) }
      const wrong = (key: string, field: Field, set: readonly string[]): Hit => ({
        place: fieldPlace(document, key),
        gxpId,
        message: `\`${key}\` is ${textOf(field) === null ? 'no single value' : `\`${textOf(field)}\``}. Write one of ${set.join(', ')}.`,
        detail: key,
      })
      const riskKey = fields.gxp_risk_rating ? 'gxp_risk_rating' : 'risk_level'
      const statusKey = fields.validation_status ? 'validation_status' : 'assurance_status'
      if (given.rating && !asRisk(given.rating)) yield wrong(riskKey, given.rating, RISKS)
      if (given.tier && !asTier(given.tier)) yield wrong('verification_tier', given.tier, TIERS)
      if (given.status && !asStatus(given.status)) yield wrong(statusKey, given.status, STATUSES)
      const [rating, alias] = [fields.gxp_risk_rating?.text, fields.risk_level?.text]
      if (rating !== undefined && alias !== undefined && rating !== alias) {
        yield {
          place: fieldPlace(document, 'risk_level'),
          gxpId,
          message: `\`gxp_risk_rating\` says ${rating} and \`risk_level\` says ${alias}. Keep one of them.`,
          detail: 'risk',
        }
      }
    }
  },
}

const misplaced: Rule = {
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
  },
}

const unknownFile: Rule = {
  id: 'artifact/unknown-file',
  severity: 'notice',
  about: 'A file under `.gxp/` is of no known kind.',
  *check({ head }) {
    for (const { path, kind } of head.snapshot.files) {
      if (kind === 'unknown')
        yield {
          place: { path, line: 1 },
          message: 'This file is of no kind that the standard knows, so nothing in it counts.',
        }
    }
  },
}

const encoding: Rule = {
  id: 'artifact/encoding',
  severity: 'warning',
  about: 'A file of the record is not UTF-8 text.',
  check: ({ head }) => problemsOf(head, 'encoding'),
}

const tooLarge: Rule = {
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

const readable = ({ documents }: ComplianceRecord): readonly Located<Document>[] =>
  documents.filter(({ content }) => content.problems.length === 0)

const isMisplaced = (document: Located<Document>): boolean => !document.path.startsWith(DIRECTORIES[kindOf(document)])

const fieldPlace = ({ path, content }: Located<Document>, key: string): Place => ({
  path,
  line: content.fields[key]?.line ?? 1,
  endLine: content.fields[key]?.endLine,
})

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
