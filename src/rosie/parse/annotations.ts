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
/** What is meant as a further id, and what people write instead of a comma. */
const FURTHER_ID = new RegExp(
  `^(?:\\s*(?:[,;/&+|]|and\\b))?\\s*(${ID_PATTERN.source}(?![\\w-])|[A-Za-z]+[-_][\\w-]*\\d[\\w-]*)`,
)
const FURTHER_VALUE = /^\s*(?:[,;/&+|]|and\b)\s*([\w-]+)/
const TITLE = /^\s+"([^"]*)"/

/**
 * A block that names more ids is told to be split: each specification in it takes each requirement in it as a parent, so
 * the edges grow with the square.
 */
const MAX_IDS = 50

/** After more faults than anyone mends at once a file is not read on: a million bytes hold a hundred thousand. */
const MAX_PROBLEMS = 500

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
    const { tags, problems, stillOff } = readGroup(comment, off, MAX_PROBLEMS - found.problems.length)
    off = stillOff
    for (const each of problems) found.problems.push(each) // not spread: there may be a hundred thousand
    if (tags.length > 0) found.blocks.push({ line: comment.line, endLine: comment.endLine, tags } satisfies Block)
    if (found.problems.length > MAX_PROBLEMS) {
      const message = `More than ${MAX_PROBLEMS} tags of this file do not parse, so it was not read from here on.`
      found.problems.push(problem({ line: found.problems.at(-1)?.line ?? 1 }, message))
      break
    }
  }
  return found
}

/** `mostProblems`: the group is left after the line that has more. */
function readGroup(comment: CommentGroup, wasOff: boolean, mostProblems: number) {
  let off = wasOff
  let faults = 0
  const found: FoundTag[] = []
  for (const line of comment.lines) {
    const turned = SWITCH.exec(line.text)?.[1]
    if (turned) off = turned === 'off'
    else if (!off) {
      for (const each of readLine(line)) {
        found.push(each)
        if (each.problem && !each.shared) faults++
      }
    }
    if (faults > mostProblems) break
  }
  const family = found.some(({ tag, shared }) => (tag && !shared) || (tag && tag.ids.length > 0))
  const counted = found.filter(({ shared }) => family || !shared)
  const tags = counted.flatMap(({ tag }) => tag ?? [])
  const problems = counted.flatMap(({ problem }) => problem ?? [])
  const surplus = firstBeyond(MAX_IDS, tags)
  if (!surplus) return { tags, problems, stillOff: off }
  const { name, ids: _, ...span } = surplus
  const message = `One comment names more than ${MAX_IDS} ids, from this \`@${name}\` on. Split it, so that each says what its own code fulfils.`
  return {
    tags: tags.slice(0, tags.indexOf(surplus)),
    problems: [...problems, problem({ line: span.line, column: span.column, endColumn: span.endColumn }, message)],
    stillOff: off,
  }
}

/** The first tag with which more than `limit` ids are named. */
function firstBeyond(limit: number, tags: readonly Tag[]): Tag | undefined {
  let named = 0
  return tags.find(({ ids }) => {
    named += ids.length
    return named > limit
  })
}

function* readLine({ line, column, text }: CommentLine): Generator<FoundTag> {
  let begins = true // whether only white space stands between here and the line's beginning or a well-formed tag
  let taken = 0 // where the tag before this one ends, a well-formed one with its text
  for (const match of text.matchAll(TAG)) {
    const at = match.index + (match[1]?.length ?? 0)
    if (at < taken) continue
    const word = match[2] ?? ''
    begins &&= /^[\s,;]*$/.test(text.slice(taken, at))
    taken = at + 1 + word.length
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
      begins = false
      continue
    }
    const result = readTag(name, TAGS[name], rest, (offset) => column + at + 1 + word.length + offset, line)
    const shared = TAGS[name].shared === true
    if ('tag' in result) yield { shared, tag: { ...result.tag, ...span(word.length + 1 + result.length) } }
    else if (begins) yield { shared, problem: problem(span(word.length + 1), result.fault) }
    if ('tag' in result) taken += result.length
    begins = 'tag' in result && !isOpenText(TAGS[name])
  }
}

/** A text without quotes: what follows may be more of it. */
const isOpenText = ({ carries, quoted }: TagForm) => carries === 'text' && !quoted

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
    const more = FURTHER_ID.exec(after)?.[1]
    if (/^\s*,/.test(after))
      return {
        fault: `\`@${name}\` lists \`${short(list[1])}\` and then ${more ? `\`${short(more)}\`, which is not an id` : 'a comma with no id after it'}. Write ids in capitals, as in \`${form.example}\`.`,
      }
    if (more && /^(REQ|US|SPEC)[-_]/i.test(more))
      return {
        fault: `\`@${name}\` names \`${short(list[1])}\` and \`${short(more)}\` without a comma: write one between them.`,
      }
    const title = TITLE.exec(after)
    return {
      tag: { ...base, ids, ...(title?.[1] ? { title: title[1] } : {}) },
      length: list[0].length + (title?.[0].length ?? 0),
    }
  }
  if (form.carries === 'text') {
    const quoted = form.quoted ? TITLE.exec(rest) : null
    const value = form.quoted ? quoted?.[1] : beforeNextTag(rest)
    if (!value?.trim())
      return {
        fault: `\`@${name}\` needs a text${form.quoted ? ' in double quotes' : ''} after it, as in \`${form.example}\`.`,
      }
    return { tag: { ...base, ids: [], value: value.trim() }, length: (quoted?.[0] ?? value).length }
  }
  const word = /^\s+([\w-]+)/.exec(rest)
  const value = form.carries.find((allowed) => allowed === word?.[1])
  const further = FURTHER_VALUE.exec(rest.slice(word?.[0].length))?.[1]
  if (value && further && form.carries.includes(further))
    return {
      fault: `\`@${name}\` says \`${value}\` and \`${further}\`. It takes one value, as in \`${form.example}\`.`,
    }
  if (value && word) return { tag: { ...base, ids: [], value }, length: word[0].length }
  const meant = form.carries.find((allowed) => allowed.toLowerCase() === word?.[1]?.toLowerCase())
  const said = word?.[1] ? `says \`${short(word[1])}\`` : 'has no value'
  const colon = /^\s*:/.test(rest) ? ' A space, not a colon, stands between tag and value.' : ''
  return {
    fault: `\`@${name}\` ${said}.${colon} ${meant ? `Values are case-sensitive: write \`${meant}\`.` : `Expected one of ${form.carries.join(', ')}.`}`,
  }
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

/** Unquoted text ends where the next tag of its line begins. */
function beforeNextTag(rest: string): string {
  const next = rest.search(/\s@[A-Za-z]/)
  return next < 0 ? rest : rest.slice(0, next)
}

const short = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text)

/** `@gxp_spec`, `@gxp-specs`, `@gxp-verify`, `@GXP-risk`: a word of the family that is not a tag but nearly one. */
function nearMiss(word: string, rest: string): TagName | null {
  const plain = word.toLowerCase().replaceAll('_', '-')
  if (!/^gxp-?[a-z]/.test(plain) || plain.length > LONGEST_MISS || /^[/.]/.test(rest)) return null
  let best: { name: TagName; distance: number } | null = null
  for (const name of OWN_NAMES) {
    const allowed = name.length < 12 ? 2 : 3 // `verify` is three edits from `verifies`
    const begun = plain.startsWith(name) || (name.startsWith(plain) && plain.length >= 'gxp-der'.length)
    const distance = Math.min(editDistance(plain, name, allowed), begun ? allowed - 0.5 : Number.POSITIVE_INFINITY)
    if (distance <= allowed && (!best || distance < best.distance)) best = { name, distance }
  }
  return best?.name ?? null
}

const OWN_NAMES = TAG_NAMES.filter((name) => name.startsWith('gxp-'))
/** Longer words are no slips of the finger. */
const LONGEST_MISS = 40
