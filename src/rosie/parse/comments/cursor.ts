/**
 * Where a lexer is in a text. A lexer goes through a text once, from left to right. It has no recursion, since a hostile
 * text nests as deep as it likes: what is open is on the stack of frames. Strings, and what else is no code and no
 * comment, are literals, whose contents are never read.
 */

/** What stands before the text of each of a comment's lines and is no part of it: `*`, `//!`. */
export type Marks = RegExp

export interface Comment {
  /** Offsets of the whole comment, its marks included. */
  from: number
  to: number
  /** Offsets of the text between the comment's marks. */
  start: number
  end: number
  marks: Marks
}

/** All comments of a text, in their order; or those that count up to an offset: see isDone. */
export type Lex = (text: string, until?: number) => Comment[]

/** How a literal that may hold code, or is not found by one search, is written. */
export interface LiteralForm {
  closes: string
  /** `closes` is quotes, and the last of a longer run of them close it: `""""` ends a text with one quote. */
  run?: boolean
  /** Whether it goes on behind the end of its line; else it ends there, closed or not. */
  multiline: boolean
  /** What takes its meaning from the character that follows: `\`. */
  escape?: string
  /** Whether its closing mark, written twice, stands for itself: `''` in SQL. */
  doubled?: boolean
  /** A delimiter that must be balanced with the closing one: `%q(a (b) c)` of Ruby. */
  nests?: string
  /** Texts that would open a hole but stand for themselves: `{{` in C#. */
  plain?: readonly string[]
  /** What is code again, or a literal of its own. The first that fits counts. */
  holes?: readonly Hole[]
}

/** A hole with code ends with its language's closing bracket: see brackets in lexer.ts. */
export type Hole = { opens: string } | { opens: string; literal: LiteralForm }

export type Frame = LiteralFrame | CodeFrame | ElementFrame

export interface LiteralFrame {
  kind: 'literal'
  form: LiteralForm
  /** How many `nests` are open inside. */
  depth: number
}

export interface CodeFrame {
  kind: 'code'
  /** How many pairs are open inside. */
  depth: number
}

/** An element of JSX. */
export interface ElementFrame {
  kind: 'element'
  /** The opening tag, or what stands between it and the closing one. */
  within: 'tag' | 'children'
  /** Open `<` of type arguments in the tag. */
  angles: number
  /** Where its `<` stands, and how many comments were found and which parentheses open by then. */
  from: number
  comments: number
  parentheses: Parenthesis | null
}

/** An open `(`. A list, so that what is no element after all is taken back at once. */
export interface Parenthesis {
  /** Whether it holds the head of a statement, as after `if`: an expression may begin behind it, no operator. */
  head: boolean
  outer: Parenthesis | null
}

export interface Cursor {
  readonly text: string
  at: number
  /** What begins behind this offset is not asked for. */
  until: number
  readonly comments: Comment[]
  readonly frames: Frame[]
  /** The innermost open one, where a language asks for them. */
  parentheses: Parenthesis | null
  /** The end of the code before this place, comments aside; `)` for a literal: a value. */
  before: string
  /** No regular expression begins before this: one that did would not end on its line. */
  noRegexBefore: number
  /** Whether a nested comment of this text may close; after one that does not, the inner marks count as text. */
  nesting: boolean
  /** Heredocs whose bodies begin with the next line. */
  readonly heredocs: Heredoc[]
  /** Words that no line of this text closes. */
  readonly noHeredocs: Set<string>
  /** Whether elements of JSX are looked for, where a language has them, and how many characters were read in vain as such. */
  jsx: boolean
  wasted: number
}

export interface Heredoc {
  word: string
  /** What may stand before the closing word: nothing, tabs, or white space. */
  indent: '' | '\t*' | '[ \t]*'
}

export const VALUE = ')'

export const cursorOf = (text: string, until: number, at = 0): Cursor => ({
  text,
  at,
  until,
  comments: [],
  frames: [],
  parentheses: null,
  before: '',
  noRegexBefore: 0,
  nesting: true,
  heredocs: [],
  noHeredocs: new Set(),
  jsx: true,
  wasted: 0,
})

/**
 * Whether nothing that is asked for can come any more. Comments on the line after the last one belong to it, and a line
 * further down none does. Nothing may be open: what is read on may show that it was something else.
 */
export function isDone(cursor: Cursor): boolean {
  if (cursor.at <= cursor.until || cursor.frames.length > 0) return false
  const { text, comments } = cursor
  const last = comments.at(-1)
  if (last) cursor.until = Math.max(cursor.until, endOfLine(text, endOfLine(text, last.to) + 1))
  return cursor.at > cursor.until
}

/** Where a sticky expression's match from `at` ends; `at` when it doesn't match. */
export function match(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at
  return expression.test(text) ? expression.lastIndex : at
}

/** Where the next of this text begins; the file's end when there is none. */
export function nextOf(closes: string, text: string, at: number): number {
  const found = text.indexOf(closes, at)
  return found < 0 ? text.length : found
}

/** Where the next of this text ends; the file's end when there is none. */
export const endOf = (closes: string, text: string, at: number): number =>
  Math.min(nextOf(closes, text, at) + closes.length, text.length)

export const endOfLine = (text: string, at: number): number => nextOf('\n', text, at)

/** These characters as they are written inside the brackets of a regular expression. */
export const classOf = (characters: Iterable<string>): string =>
  [...new Set(characters)].map((char) => (/\w/.test(char) ? char : `\\${char}`)).join('')
