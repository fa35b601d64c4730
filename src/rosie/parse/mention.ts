/**
 * Whether a tag is claimed or only mentioned. Tags count inside comments: one that begins its line (bullets and elements of
 * XML aside) or follows another, and one behind a text, if nothing but tags follows it: "Limits a dose @gxp-risk HIGH".
 * It is mentioned where words follow, in quotes, under a label that claims nothing ("TODO: …", "Example: …"), and where the
 * word before it refers to it: what "replaces @gxp-spec SPEC-001" does not implement it.
 */
import type { CommentLine } from './comments/index.ts'

/** Elements of documentation, but for those whose text is an example. */
const ELEMENT = '<\\/?(?!(?:c|code|pre|tt|samp|example)\\b)[A-Za-z][^<>]*>'
/** Marks, the number of an item, elements: `- `, `2. `, `<remarks>`. */
const DECORATION = new RegExp(`^(?:[^\\p{L}\\p{N}@\`"'<]|<(?![A-Za-z/])|${ELEMENT}|\\d+[.)])*$`, 'iu')
const NO_WORDS = new RegExp(`^(?:[^\\p{L}\\p{N}@<]|${ELEMENT}|and\\b)*$`, 'iu')
const CODE_BLOCK = /^\s*`{3}[^`]*$/

/** Elements that hold a paragraph of their own. */
const PARAGRAPH = /<(?:summary|remarks|para|value|returns|item|description|p|div|li|dd|td|br)(?:\s[^<>]*)?\/?>\s*$/i

/** Whether this text, between a tag and the beginning of its line or the tag before it, says nothing. */
export const isDecoration = (text: string): boolean => DECORATION.test(text)

/** Whether this text ends with the beginning of a paragraph. */
export const endsWithParagraph = (text: string): boolean => PARAGRAPH.test(text)

/** Whether nothing but marks, or an `and`, follows a tag, up to the next one or the end of its line. */
export const hasNoWords = (text: string): boolean => NO_WORDS.test(text)

const ABBREVIATIONS = 'e\\.g|i\\.e|cf|vs|ca|viz|esp|incl'
const END_OF_SENTENCE = new RegExp(`(?<=[\\p{L}\\p{N})\\]])(?<!\\b(?:${ABBREVIATIONS}))[.!?;]\\s+`, 'iu')

/** What stands under it is yet to be done, was done once, or is an example. */
const NO_CLAIM =
  /^[^\p{L}\p{N}]*(?:(?:todo|fixme|xxx|tbd)(?![\p{L}\p{N}])|(?:example|e\.g|format|syntax|usage|template|removed|not yet|see)[^:]*:)/iu

/** Words whose object is what follows them. */
const REFERRING = [
  ...['see', 'also', 'refers?', 'like', 'unlike', 'example', 'format', 'syntax', 'usage', `(?:${ABBREVIATIONS})\\.?`],
  ...[
    'of',
    'by',
    'to',
    'from',
    'for',
    'with',
    'without',
    'in',
    'on',
    'at',
    'as',
    'than',
    'via',
    'per',
    'under',
    'into',
  ],
  ...['about', 'before', 'after', 'against', 'between', 'behind', 'beside', 'if', 'when', 'where', 'unless'],
  ...[
    'the',
    'an?',
    'this',
    'that',
    'these',
    'its',
    'old',
    'former',
    'formerly',
    'was',
    'were',
    'had',
    'no',
    'not',
    'yet',
  ],
  ...['(?:replace|supersede|remove|delete|use|require|quote|cite|write)[sd]?', '(?:add|mention)(?:s|ed)?'],
  ...['needs', 'calls', 'wants', 'lacks', 'missing', 'moved', 'dropped', 'deprecated', 'obsolete'],
]
/** At the end of a text: one of these, "by tags", "the annotation", and marks that end no sentence. */
const REFERENCE = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${REFERRING.join('|')})(?: (?:tag|annotation|comment)s?)?(?:[^\\p{L}\\p{N}<.!?;]|${ELEMENT})*$`,
  'iu',
)
/** As much of a text as can end with a reference; every beginning in it is tried. */
const LONGEST_REFERENCE = 80

/** Whether this text before a tag, from the tag before it or the beginning of its line, makes it a mention. */
export function refersTo(text: string): boolean {
  if (isOpen(text, '`') || isOpen(text, '"') || /\{@[^{}]*$/.test(text)) return true
  const clause = text.split(END_OF_SENTENCE).at(-1) ?? ''
  return NO_CLAIM.test(clause) || REFERENCE.test(clause.slice(-LONGEST_REFERENCE))
}

const isOpen = (text: string, quote: string): boolean => text.split(quote).length % 2 === 0

/** Whether this text between two tags belongs to the sentence of the first. */
export const goesOn = (text: string): boolean => !/[.!?;]\s/.test(text)

/** The lines of Markdown's code blocks, in which examples stand; what nothing closes is none. */
export function inCodeBlocks(lines: readonly CommentLine[]): ReadonlySet<number> {
  const inside = new Set<number>()
  let opened: number | null = null
  for (const [index, { text }] of lines.entries()) {
    if (!text.includes('```') || !CODE_BLOCK.test(text)) continue
    if (opened === null) opened = index
    else {
      for (let each = opened; each <= index; each++) inside.add(each)
      opened = null
    }
  }
  return inside
}
