/**
 * Whether a tag is claimed or only mentioned. It is claimed where it begins its line (bullets and elements of XML aside)
 * or follows another, and where nothing but tags follows a whole sentence or a label: "Limits a dose. @gxp-risk HIGH". In the
 * middle of a sentence it is mentioned: what "replaces @gxp-spec SPEC-001 of the old system" does not implement it.
 */
import type { CommentLine } from './comments/index.ts'

/** Elements of documentation, but for those whose text is an example. */
const ELEMENT = '<\\/?(?!(?:c|code|pre|tt|samp|example)\\b)[A-Za-z][^<>]*>'
/** Marks, the number of an item, elements: `- `, `2. `, `<remarks>`. */
const DECORATION = new RegExp(`^(?:[^\\p{L}\\p{N}@\`"'<]|<(?![A-Za-z/])|${ELEMENT}|\\d+[.)])*$`, 'iu')
const END_OF_SENTENCE = /(?<=[\p{L}\p{N})\]])(?<!\b(?:e\.g|i\.e|cf|vs|ca|viz|esp|incl))[.!?]\s+$/iu
const NO_MORE_WORDS = new RegExp(`^(?:[^\\p{L}\\p{N}@<]|${ELEMENT})*(?:$|@)`, 'iu')
const CODE_BLOCK = /^\s*`{3}[^`]*$/

/** Elements that hold a paragraph of their own. */
const PARAGRAPH = /<(?:summary|remarks|para|value|returns|item|description|p|div|li|dd|td|br)(?:\s[^<>]*)?\/?>\s*$/i

/** Whether this text, between a tag and the beginning of its line or the tag before it, says nothing. */
export const isDecoration = (text: string): boolean => DECORATION.test(text)

/** Whether this text ends with the beginning of a paragraph. */
export const endsWithParagraph = (text: string): boolean => PARAGRAPH.test(text)

/**
 * Whether a tag between these offsets ends what its line says: nothing but tags follows it, and a whole sentence, a label
 * or the text of another tag stands before it.
 */
export const endsSentences = (text: string, from: number, to: number, tagged: boolean): boolean =>
  (tagged || END_OF_SENTENCE.test(text.slice(Math.max(0, from - 20), from)) || isLabel(text.slice(0, from))) &&
  NO_MORE_WORDS.test(text.slice(to))

/** "Implements: ", "GxP tags: "; a longer text before a colon is a sentence, and an example is none. */
const LABEL =
  /^[^\p{L}\p{N}@`"'<]*(?!example|e\.g|format|syntax|usage)\p{L}[^\s:@`"'<]*(?: [\p{L}\p{N}][^\s:@`"'<]*){0,2}:\s+$/iu
const LONGEST_LABEL = 80

const isLabel = (text: string): boolean => text.length <= LONGEST_LABEL && LABEL.test(text)

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
