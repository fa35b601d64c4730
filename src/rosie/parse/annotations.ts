/**
 * Annotations in comments: adjacent comments with tags form a block, which governs the code that follows. A tag that
 * begins its line and does not parse is a problem; the same words in the middle of a sentence are prose.
 * GxP.MD, "Annotations"; RFC-001, "In-code annotations".
 */
import { editDistance, ID_PATTERN } from '../ids.ts'
import type { AnnotatedSource, Block, Problem, Span, Tag, TagName } from '../model.ts'
import { TAG_NAMES, TAGS, type TagForm } from '../tags.ts'
import { type CommentGroup, type CommentLine, commentsOf } from './comments.ts'

/** A file without any of these has no annotations: most files end here. */
const FAMILY = /@(?:gxp|trace|requirement)/i
const TAG = /(^|[\s*([{,;])@([A-Za-z][\w-]*)/g
const SWITCH = /(?:^|\s)gxp:(off|on)(?![\w-])/
const IDS = new RegExp(`^\\s+(${ID_PATTERN.source}(?![\\w-])(?:\\s*,\\s*${ID_PATTERN.source}(?![\\w-]))*)`)
const NEXT_ID = new RegExp(ID_PATTERN.source, 'g')
const TITLE = /^\s+"([^"]*)"/

interface FoundTag {
  tag?: Tag
  problem?: Problem
  /** Only counts beside other tags of the family. */
  shared: boolean
}

export function readAnnotations(text: string, family: 'c' | 'python'): AnnotatedSource {
  const found: AnnotatedSource = { kind: 'annotations', blocks: [], problems: [] }
  if (!FAMILY.test(text)) return found
  let off = false
  for (const comment of commentsOf(text, family)) {
    const { tags, problems, stillOff } = readGroup(comment, off)
    off = stillOff
    found.problems.push(...problems)
    if (tags.length > 0) found.blocks.push({ line: comment.line, endLine: comment.endLine, tags } satisfies Block)
  }
  return found
}

function readGroup(comment: CommentGroup, wasOff: boolean) {
  let off = wasOff
  const found: FoundTag[] = []
  for (const line of comment.lines) {
    const turned = SWITCH.exec(line.text)?.[1]
    if (turned) off = turned === 'off'
    else if (!off) found.push(...readLine(line))
  }
  const family = found.some(({ tag, shared }) => (tag && !shared) || (tag && tag.ids.length > 0))
  const counted = found.filter(({ problem, shared }) => (shared || problem ? family || !shared : true))
  return {
    tags: family ? counted.flatMap(({ tag }) => tag ?? []) : [],
    problems: counted.flatMap(({ problem }) => problem ?? []),
    stillOff: off,
  }
}

function* readLine({ line, column, text }: CommentLine): Generator<FoundTag> {
  let afterTag = true // at the line's beginning, or right behind a well-formed tag
  for (const match of text.matchAll(TAG)) {
    const at = match.index + (match[1]?.length ?? 0)
    const word = match[2] ?? ''
    const begins = text.slice(0, at).trim() === '' || afterTag
    const rest = text.slice(at + 1 + word.length)
    const span = (length: number): Span => ({ line, column: column + at, endColumn: column + at + length - 1 })
    const name = TAG_NAMES.find((known) => known === word)
    if (!name) {
      const meant = begins ? nearMiss(word, rest) : null
      if (meant)
        yield {
          shared: false,
          problem: problem(
            span(word.length + 1),
            `\`@${word}\` is not a tag of the convention. Did you mean \`@${meant}\`, as in \`${TAGS[meant].example}\`?`,
          ),
        }
      afterTag = false
      continue
    }
    const result = readTag(name, TAGS[name], rest, (offset) => column + at + 1 + word.length + offset, line)
    const shared = TAGS[name].shared === true
    if ('tag' in result) yield { shared, tag: { ...result.tag, ...span(word.length + 1 + result.length) } }
    else if (begins) yield { shared, problem: problem(span(word.length + 1), result.fault) }
    afterTag = 'tag' in result
  }
}

const problem = (span: Span, message: string): Problem => ({ cause: 'annotation', ...span, message })

type ReadTag = { tag: Omit<Tag, keyof Span>; length: number } | { fault: string }

function readTag(
  name: TagName,
  form: TagForm,
  rest: string,
  columnAt: (offset: number) => number,
  line: number,
): ReadTag {
  const base = { name, generation: form.generation }
  if (form.carries === 'ids') {
    const list = IDS.exec(rest)
    if (!list?.[1]) return { fault: idFault(name, form, rest) }
    const start = list[0].length - list[1].length
    const ids = [...list[1].matchAll(NEXT_ID)].map(({ 0: id, index }) => {
      const from = columnAt(start + index)
      return { id, line, column: from, endColumn: from + id.length - 1 }
    })
    const after = rest.slice(list[0].length)
    const more = /^\s*,?\s*([A-Za-z]+[-_][\w-]*\d[\w-]*)/.exec(after)?.[1]
    if (/^\s*,/.test(after))
      return {
        fault: `\`@${name}\` lists \`${list[1]}\` and then ${more ? `\`${more}\`, which is not an id` : 'a comma with no id after it'}. Write ids in capitals, as in \`${form.example}\`.`,
      }
    if (more && /^(REQ|US|SPEC)[-_]/i.test(more))
      return { fault: `\`@${name}\` names \`${list[1]}\` and \`${more}\` without a comma between them.` }
    const title = TITLE.exec(after)
    return {
      tag: { ...base, ids, ...(title?.[1] ? { title: title[1] } : {}) },
      length: list[0].length + (title?.[0].length ?? 0),
    }
  }
  if (form.carries === 'text') {
    const value = form.quoted ? TITLE.exec(rest)?.[1] : rest.trim()
    if (!value)
      return {
        fault: `\`@${name}\` needs a text${form.quoted ? ' in double quotes' : ''} after it, as in \`${form.example}\`.`,
      }
    return { tag: { ...base, ids: [], value }, length: rest.length }
  }
  const word = /^\s+([\w-]+)/.exec(rest)
  const value = form.carries.find((allowed) => allowed === word?.[1])
  if (value && word) return { tag: { ...base, ids: [], value }, length: word[0].length }
  const meant = form.carries.find((allowed) => allowed.toLowerCase() === word?.[1]?.toLowerCase())
  const said = word?.[1] ? `says \`${word[1]}\`` : 'has no value'
  return {
    fault: `\`@${name}\` ${said}. ${meant ? `Values are case-sensitive: write \`${meant}\`.` : `Expected one of ${form.carries.join(', ')}.`}`,
  }
}

function idFault(name: TagName, form: TagForm, rest: string): string {
  const word = /^[\s:]+([\w-]+)/.exec(rest)?.[1]
  const repaired = word?.toUpperCase().replaceAll('_', '-')
  if (word && repaired && new RegExp(`^${ID_PATTERN.source}$`).test(repaired))
    return `\`@${name}\` names \`${word}\`, which is not an id. Write \`${repaired}\`.`
  return `\`@${name}\` names no id. Expected something like \`${form.example}\`.`
}

/** `@gxp_spec`, `@gxp-specs`, `@GXP-risk`: a word of the family that is not a tag but nearly one. */
function nearMiss(word: string, rest: string): TagName | null {
  const plain = word.toLowerCase().replaceAll('_', '-')
  if (!/^gxp-?[a-z]/.test(plain) || /^[/.]/.test(rest)) return null
  const family = TAG_NAMES.filter((name) => name.startsWith('gxp-'))
  let best: { name: TagName; distance: number } | null = null
  for (const name of family) {
    const distance = plain.startsWith(name) ? 2 : editDistance(plain, name, 2)
    if (distance <= 2 && (!best || distance < best.distance)) best = { name, distance }
  }
  return best?.name ?? null
}
