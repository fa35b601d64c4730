/**
 * Requirements, user stories and specifications: Markdown with front matter. They differ in what they must say, which is
 * the rules' business; they are read alike. RFC-001, "Requirements", "User stories", "Specifications".
 */
import type { Document, Field, Fields, Reference } from '../contents.ts'
import type { DocumentKind, EdgeType, Json } from '../model.ts'
import { asRisk, asStatus, asTier, riskField, statusField } from '../vocabulary.ts'
import { digestOf } from './digest.ts'
import { readFrontMatter } from './front-matter.ts'
import { unreadDocument } from './unread.ts'

/** The keys that name other artifacts. `parent_id` is a derives_from edge of the document that carries it. */
const REFERENCE_KEYS: Record<string, EdgeType> = {
  parent_id: 'derives_from',
  satisfies: 'satisfies',
  implements: 'implements',
  derives_from: 'derives_from',
}

/** What may stand in the body instead of the front matter: bold words of a story, a heading for the criteria. */
const BODY_PARTS = {
  as_a: /\*\*\s*as an?\b/i,
  i_want: /\*\*\s*i want\b/i,
  so_that: /\*\*\s*so that\b/i,
  acceptance_criteria: /^(?:#{1,6}[ \t]+|\*\*[ \t]*)acceptance criteria\b/im,
}

export function readDocument(kind: DocumentKind, text: string): Document {
  const { fields, body, problems } = readFrontMatter(text)
  return {
    kind,
    gxpId: textOf(fields.gxp_id),
    title: textOf(fields.title),
    risk: asRisk(riskField(fields)),
    tier: asTier(fields.verification_tier),
    status: asStatus(statusField(fields))?.status ?? null,
    references: Object.entries(REFERENCE_KEYS).flatMap(([key, type]) => referencesOf(key, type, fields[key])),
    sourceFiles: listOf(fields.source_files),
    testFiles: listOf(fields.test_files),
    parts: Object.entries(BODY_PARTS).flatMap(([part, inBody]) =>
      isGiven(fields, part) || inBody.test(body) ? [part] : [],
    ),
    digest: digestOf(saidBy(fields), body),
    fields,
    problems,
    ...(problems.length > 0 && { unread: unreadDocument(text) }),
  }
}

/** Its name and the keeping of it: no part of what a document says. */
const KEEPING = new Set(
  'gxp_id validation_status assurance_status status updated updated_at last_updated modified last_modified'.split(' '),
)

/** The rest of the front matter, whatever the order of its keys. */
function saidBy(fields: Fields): Json {
  const said = Object.entries(fields).filter(([key]) => !KEEPING.has(key))
  const named = said.map(([key, { value }]): [string, Json] => [key === 'risk_level' ? 'gxp_risk_rating' : key, value])
  return named.sort(([a], [b]) => (a < b ? -1 : 1))
}

/** A scalar's text, trimmed; null when absent, empty or not a scalar. */
export function textOf(field: Field | undefined): string | null {
  if (field?.value === null || field?.text === undefined) return null
  return field.text === '' ? null : field.text
}

/** Strings of a list; a single scalar counts as a list of one, with commas between several. */
function listOf(field: Field | undefined): string[] {
  if (Array.isArray(field?.value))
    return field.value.filter((item) => typeof item === 'string').map((item) => item.trim())
  return (
    textOf(field)
      ?.split(',')
      .map((part) => part.trim())
      .filter(Boolean) ?? []
  )
}

function isGiven(fields: Fields, key: string): boolean {
  const value = fields[key]?.value
  return Array.isArray(value) ? value.length > 0 : textOf(fields[key]) !== null
}

function referencesOf(by: string, type: EdgeType, field: Field | undefined): Reference[] {
  if (!field) return []
  const { line, column } = field
  const place = (index: number) => field.values?.[index] ?? { line, column }
  if (!Array.isArray(field.value)) return listOf(field).map((to) => ({ type, by, to, ...place(0) }))
  return field.value
    .map((item, index) => ({
      type,
      by,
      to: typeof item === 'string' ? item.trim() : JSON.stringify(item),
      ...place(index),
    }))
    .filter(({ to }) => to !== '' && to !== 'null')
}
