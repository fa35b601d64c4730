/** One tag with what it carries: ids, a text or a word of a set. GxP.MD, "Annotations"; RFC-001, "In-code annotations". */

import type { Tag, TagName } from '../contents.ts'
import { ID_PATTERN } from '../ids.ts'
import { TAGS, type TagForm } from '../tags.ts'
import type { CommentLine } from './comments/index.ts'

const LIST = `${ID_PATTERN.source}(?![\\w-])(?:\\s*,\\s*${ID_PATTERN.source}(?![\\w-]))*`
const IDS = new RegExp(`^\\s+(${LIST})`)
const IDS_ON_NEXT_LINE = new RegExp(`^${LIST}`)
const NEXT_ID = new RegExp(ID_PATTERN.source, 'g')
/** What is meant as a further id, and what people write instead of a comma. */
const FURTHER_ID = new RegExp(
  `^(?:\\s*(?:[,;/&+|]|and\\b))?\\s*(${ID_PATTERN.source}(?![\\w-])|[A-Za-z]+[-_][\\w-]*\\d[\\w-]*)`,
)
const FURTHER_VALUE = /^\s*(?:[,;/&+|]|and\b)\s*([\w-]+)/
const TITLE = /^\s+"([^"]*)"/

/** A place in the lines of a comment: which line, and the offset in its text. */
export interface Position {
  index: number
  offset: number
}

export type ReadTag = { tag: Pick<Tag, 'ids' | 'value' | 'title'>; end: Position } | { fault: string }

/** Reads what follows the tag's name, which ends at `from`. */
export function readTag(name: TagName, lines: readonly CommentLine[], from: Position): ReadTag {
  const form = TAGS[name]
  if (form.carries === 'ids') return readIds(name, form, lines, from)
  const rest = lines[from.index]?.text.slice(from.offset) ?? ''
  const read = form.carries === 'text' ? readText(name, form, rest) : readWord(name, form, form.carries, rest)
  if ('fault' in read) return read
  return { tag: { ids: [], value: read.value }, end: { ...from, offset: from.offset + read.length } }
}

// ── ids ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A list that ends its line with a comma goes on with the comment's next line. */
function readIds(name: TagName, form: TagForm, lines: readonly CommentLine[], from: Position): ReadTag {
  const first = lines[from.index]?.text.slice(from.offset) ?? ''
  const list = IDS.exec(first)?.[0]
  if (!list) return { fault: idFault(name, form, first) }
  const ids = idsOf(list, lines, from)
  let end = { ...from, offset: from.offset + list.length }
  for (;;) {
    const more = continuation(lines, end)
    if (!more) break
    end = { index: end.index + 1, offset: 0 }
    for (const each of idsOf(more, lines, end)) ids.push(each)
    end.offset = more.length
  }
  const after = lines[end.index]?.text.slice(end.offset) ?? ''
  const fault = listFault(name, form, list.trim(), after, lines[end.index + 1]?.text ?? '')
  if (fault) return { fault }
  const title = TITLE.exec(after)
  if (!title) return { tag: { ids }, end }
  return { tag: { ids, ...(title[1] && { title: title[1] }) }, end: { ...end, offset: end.offset + title[0].length } }
}

/** The ids with which the line after this place begins, if a comma says that the list goes on. */
function continuation(lines: readonly CommentLine[], { index, offset }: Position): string | null {
  if (lines[index]?.text.slice(offset).trim() !== ',') return null
  return IDS_ON_NEXT_LINE.exec(lines[index + 1]?.text ?? '')?.[0] ?? null
}

function idsOf(list: string, lines: readonly CommentLine[], { index, offset }: Position): Tag['ids'] {
  const { line = 1, column = 1 } = lines[index] ?? {}
  return [...list.matchAll(NEXT_ID)].map(({ 0: id, index: at }) => {
    const start = column + offset + at
    return { id, line, column: start, endColumn: start + id.length - 1 }
  })
}

function listFault(name: TagName, form: TagForm, list: string, after: string, nextLine: string): string | null {
  const ends = after.trim() === ','
  const more = FURTHER_ID.exec(ends ? nextLine : after)?.[1]
  const isId = more && /^(REQ|US|SPEC)[-_]/i.test(more)
  if (/^\s*,/.test(after)) {
    const further = more && (isId || !ends) ? `\`${short(more)}\`, which is not an id` : 'a comma with no id after it'
    return `\`@${name}\` lists \`${short(list)}\` and then ${further}. Write ids in capitals, as in \`${form.example}\`.`
  }
  if (!isId) return null
  return `\`@${name}\` names \`${short(list)}\` and \`${short(more)}\` without a comma: write one between them.`
}

function idFault(name: TagName, form: TagForm, rest: string): string {
  if (/^\s*:/.test(rest))
    return `\`@${name}\` is followed by a colon. A space stands between tag and id, as in \`${form.example}\`.`
  const word = /^\s+([\w-]+)/.exec(rest)?.[1]
  const repaired = word?.toUpperCase().replaceAll('_', '-')
  if (word && repaired && new RegExp(`^${ID_PATTERN.source}$`).test(repaired))
    return `\`@${name}\` names \`${short(word)}\`, which is not an id. Write \`${short(repaired)}\`.`
  return `\`@${name}\` names no id. Expected something like \`${form.example}\`.`
}

// ── texts and words ─────────────────────────────────────────────────────────────────────────────────────────────────

type ReadValue = { value: string; length: number } | { fault: string }

function readText(name: TagName, { quoted, example }: TagForm, rest: string): ReadValue {
  const inQuotes = quoted ? TITLE.exec(rest) : null
  const text = quoted ? inQuotes?.[1] : beforeNextTag(rest)
  if (text?.trim()) return { value: text.trim(), length: (inQuotes?.[0] ?? text).length }
  return { fault: `\`@${name}\` needs a text${quoted ? ' in double quotes' : ''} after it, as in \`${example}\`.` }
}

/** Unquoted text ends where the next tag of its line begins. */
function beforeNextTag(rest: string): string {
  const next = rest.search(/\s@[A-Za-z]/)
  return next < 0 ? rest : rest.slice(0, next)
}

function readWord(name: TagName, { example }: TagForm, words: readonly string[], rest: string): ReadValue {
  const [all = '', word = ''] = /^\s+([\w-]+)/.exec(rest) ?? []
  const value = words.find((allowed) => allowed === word)
  if (!value) return { fault: wordFault(name, words, word, rest) }
  const further = FURTHER_VALUE.exec(rest.slice(all.length))?.[1]
  if (!further || !words.includes(further)) return { value, length: all.length }
  return { fault: `\`@${name}\` says \`${value}\` and \`${further}\`. It takes one value, as in \`${example}\`.` }
}

function wordFault(name: TagName, words: readonly string[], word: string, rest: string): string {
  const meant = words.find((allowed) => allowed.toLowerCase() === word.toLowerCase())
  const said = word ? `says \`${short(word)}\`` : 'has no value'
  const colon = /^\s*:/.test(rest) ? ' A space, not a colon, stands between tag and value.' : ''
  const right = meant ? `Values are case-sensitive: write \`${meant}\`.` : `Expected one of ${words.join(', ')}.`
  return `\`@${name}\` ${said}.${colon} ${right}`
}

const short = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text)
