/**
 * Where the comments of a source file are. Tags count only inside comments, so strings, template literals and regular
 * expressions are skipped: a tag in a test's fixture text is not an annotation. One pass, no backtracking.
 */

export interface CommentLine {
  /** From 1. */
  line: number
  /** Column of the text's first character, from 1. */
  column: number
  /** The line without the comment's marks. */
  text: string
}

/** Comments with nothing but white space between them, on adjacent lines. */
export interface CommentGroup {
  line: number
  endLine: number
  lines: CommentLine[]
}

interface Comment {
  /** Offsets of the text between the comment's marks. */
  start: number
  end: number
  style: 'line' | 'block' | 'docstring'
}

export function commentsOf(text: string, family: 'c' | 'python'): CommentGroup[] {
  return group(text, family === 'c' ? scanC(text) : scanPython(text))
}

// ── C-like: // and /* */, '…', "…", `…${…}…`, /…/ ───────────────────────────────────────────────────────────────────

/** A slash after one of these begins a regular expression; after anything else it divides. */
const BEFORE_REGEX =
  /(?:[([{,;=:&|?*%~^}]|=>|(?<!\+)\+|(?<!-)-|(?<![\w$)\]])!|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield))$/
/** A quote right after one of these words, or after no word, begins a string; `Don't` in JSX text does not. */
const BEFORE_STRING =
  /(?:^|[^\w$]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield|from|import|export|default|as|extends))$/
const REGEX_LITERAL = /\/(?:[^/\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+\/[a-z]*/y
const QUOTED = { "'": /'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'?/y, '"': /"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"?/y } as const
const PLAIN_C = /[^/'"`{}]+/y
const TEMPLATE_TEXT = /[^`\\$]*(?:(?:\\[\s\S]|\$(?!\{))[^`\\$]*)*/y

function* scanC(text: string): Generator<Comment> {
  // Each open `${` of a template literal, as the depth of braces inside it.
  const templates: number[] = []
  let before = '' // the end of the code before this place, comments aside
  let noRegexBefore = 0 // no regular expression begins before this: one that did would not end on its line
  let at = text.startsWith('#!') ? endOfLine(text, 0) : 0
  const template = (from: number) => {
    const end = match(TEMPLATE_TEXT, text, from)
    if (text[end] === '$') templates.push(0)
    return text[end] === '$' ? end + 2 : end + 1
  }
  while (at < text.length) {
    const char = text[at]
    if (char === '/' && text[at + 1] === '/') {
      const end = endOfLine(text, at)
      yield { start: at + 2, end, style: 'line' }
      at = end
    } else if (char === '/' && text[at + 1] === '*') {
      const close = text.indexOf('*/', at + 2)
      const end = close < 0 ? text.length : close
      yield { start: at + 2, end, style: 'block' }
      at = end + 2
    } else if (char === '/') {
      const tried = at >= noRegexBefore && beginsRegex(before, text, at)
      const end = tried ? match(REGEX_LITERAL, text, at) : at
      if (tried && end === at) noRegexBefore = endOfLine(text, at)
      before = end > at ? LITERAL : '/'
      at = Math.max(end, at + 1)
    } else if (char === "'" || char === '"') {
      const literal = char === '"' || !/\w/.test(text[at - 1] ?? '') || BEFORE_STRING.test(before)
      at = literal ? match(QUOTED[char], text, at) : at + 1
      before = LITERAL
    } else if (char === '`') {
      at = template(at + 1)
      before = LITERAL
    } else if (char === '{' || char === '}') {
      const depth = templates.at(-1)
      if (depth === 0 && char === '}') {
        templates.pop()
        at = template(at + 1)
        before = LITERAL
      } else {
        if (depth !== undefined) templates[templates.length - 1] = depth + (char === '{' ? 1 : -1)
        at++
        before = char
      }
    } else {
      const end = match(PLAIN_C, text, at)
      before = text.slice(at, end).trimEnd().slice(-LONGEST_WORD) || before
      at = end
    }
  }
}

/** What stands for a literal in front of a slash, which then divides. */
const LITERAL = ')'
/** Enough of the code before a slash or quote to know the word it ends with: `extends` and a character before it. */
const LONGEST_WORD = 8

/** Whether this slash can begin a regular expression: not after a value, nor in `</b>` and `b={x} />` of JSX. */
function beginsRegex(before: string, text: string, at: number): boolean {
  if (before === '}' && text[at + 1] === '>') return false
  return before === '' || BEFORE_REGEX.test(before)
}

// ── Python: #, '…', "…", triple quotes; a triple-quoted statement of its own is a docstring ──────────────────────────

const PYTHON_STRINGS = {
  "'": { one: QUOTED["'"], three: /'''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'''/y },
  '"': { one: QUOTED['"'], three: /"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"""/y },
} as const
const PLAIN_PYTHON = /[^#'"()[\]{}]+/y

function* scanPython(text: string): Generator<Comment> {
  let depth = 0
  let at = 0
  let begins = true // whether a statement begins here
  while (at < text.length) {
    const char = text[at] ?? ''
    if (char === '#') {
      const end = endOfLine(text, at)
      yield { start: at + 1, end, style: 'line' }
      at = end
    } else if (char === "'" || char === '"') {
      const triple = text.startsWith(char.repeat(3), at)
      const end = match(PYTHON_STRINGS[char][triple ? 'three' : 'one'], text, at)
      const closed = end > at
      if (triple && closed && depth === 0 && begins) yield { start: at + 3, end: end - 3, style: 'docstring' }
      at = closed ? end : text.length
    } else if ('([{'.includes(char)) {
      depth++
      at++
    } else if (')]}'.includes(char)) {
      depth = Math.max(0, depth - 1)
      at++
    } else {
      const end = match(PLAIN_PYTHON, text, at)
      begins = endsBeforeStatement(text.slice(at, end), at === 0)
      at = end
      continue
    }
    begins = false
  }
}

/**
 * Whether a statement begins after this code: only white space, and perhaps a raw or unicode prefix, stands after its
 * last line feed (or at the file's beginning), and the line before does not go on.
 */
function endsBeforeStatement(code: string, atBeginning: boolean): boolean {
  const newline = code.lastIndexOf('\n')
  if (newline < 0 && !atBeginning) return false
  return /^[ \t]*[rRuU]?$/.test(code.slice(newline + 1)) && !/\\\r?\n$/.test(code.slice(0, newline + 1).slice(-3))
}

// ── common ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Where a sticky expression's match from `at` ends; `at` when it doesn't match. */
function match(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at
  return expression.test(text) ? expression.lastIndex : at
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

/** The marks between two comments that have nothing else between them, white space aside. */
const ADJACENT = /^(?:\*\/|['"]{3})?(?:\/\/|\/\*|#|[rRuU]?['"]{3})$/

function group(text: string, comments: Iterable<Comment>): CommentGroup[] {
  const groups: CommentGroup[] = []
  let line = 1
  let lineStart = 0
  let newline = text.indexOf('\n')
  let previousEnd = 0
  for (const { start, end, style } of comments) {
    while (newline >= 0 && newline < start) {
      line++
      lineStart = newline + 1
      newline = text.indexOf('\n', lineStart)
    }
    const lines = linesOf(text, start, end, style, line, lineStart)
    const last = groups.at(-1)
    const adjacent = () => ADJACENT.test(text.slice(previousEnd, start).replace(/\s+/g, ''))
    if (last && line <= last.endLine + 1 && adjacent()) {
      for (const more of lines) last.lines.push(more) // not spread: a comment may have a million lines
      last.endLine = line + lines.length - 1
    } else {
      groups.push({ line, endLine: line + lines.length - 1, lines })
    }
    previousEnd = end
  }
  return groups
}

/** The lines of one comment, without its marks; `lineStart` is the offset at which its first line begins. */
function linesOf(
  text: string,
  start: number,
  end: number,
  style: Comment['style'],
  line: number,
  lineStart: number,
): CommentLine[] {
  return text
    .slice(start, end)
    .split('\n')
    .map((raw, index) => {
      const marks =
        (style === 'block' ? /^[ \t]*\**!?[ \t]*/ : style === 'line' ? /^[/!#*]*[ \t]*/ : /^[ \t]*/).exec(raw)?.[0]
          .length ?? 0
      const before = index === 0 ? start - lineStart : 0
      return { line: line + index, column: before + marks + 1, text: raw.slice(marks).trimEnd() }
    })
}
