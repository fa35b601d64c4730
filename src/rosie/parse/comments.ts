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
  /(?:[([{,;=:!&|?+\-*%~^<>}]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield))$/
const REGEX_LITERAL = /\/(?:[^/\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+\/[a-z]*/y
const QUOTED = { "'": /'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'?/y, '"': /"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"?/y } as const
const PLAIN_C = /[^/'"`{}]+/y
const TEMPLATE_TEXT = /[^`\\$]*(?:(?:\\[\s\S]|\$(?!\{))[^`\\$]*)*/y

function* scanC(text: string): Generator<Comment> {
  // Each open `${` of a template literal, as the depth of braces inside it.
  const templates: number[] = []
  let code = 0 // where the code since the last comment or literal began
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
      const before = text.slice(Math.max(code, at - 40), at).trimEnd()
      const end = before === '' || BEFORE_REGEX.test(before) ? match(REGEX_LITERAL, text, at) : at
      at = end > at ? end : at + 1
      continue
    } else if (char === "'" || char === '"') {
      at = match(QUOTED[char], text, at)
    } else if (char === '`') {
      at = template(at + 1)
    } else if (char === '{' || char === '}') {
      const depth = templates.at(-1)
      if (depth === 0 && char === '}') {
        templates.pop()
        at = template(at + 1)
        code = at - 1
      } else {
        if (depth !== undefined) templates[templates.length - 1] = depth + (char === '{' ? 1 : -1)
        at++
      }
      continue
    } else {
      at = match(PLAIN_C, text, at)
      continue
    }
    // After a comment nothing is known; a literal stands before what follows, so a slash divides.
    code = char === '/' ? at : at - 1
  }
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
      if (triple && closed && depth === 0 && beginsStatement(text, at))
        yield { start: at + 3, end: end - 3, style: 'docstring' }
      at = closed ? end : text.length
    } else if ('([{'.includes(char)) {
      depth++
      at++
    } else if (')]}'.includes(char)) {
      depth = Math.max(0, depth - 1)
      at++
    } else {
      at = match(PLAIN_PYTHON, text, at)
    }
  }
}

/** Only a raw or unicode prefix and white space stand before it on its line, and the line before does not go on. */
function beginsStatement(text: string, at: number): boolean {
  const start = text.lastIndexOf('\n', at - 1) + 1
  return /^[ \t]*[rRuU]?$/.test(text.slice(start, at)) && !/\\\r?\n$/.test(text.slice(Math.max(0, start - 3), start))
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

function group(text: string, comments: Iterable<Comment>): CommentGroup[] {
  const groups: CommentGroup[] = []
  let line = 1
  let counted = 0
  let previousEnd = 0
  for (const { start, end, style } of comments) {
    for (let next = text.indexOf('\n', counted); next >= 0 && next < start; next = text.indexOf('\n', counted)) {
      line++
      counted = next + 1
    }
    const lines = linesOf(text, start, end, style, line, counted)
    const last = groups.at(-1)
    const between = text.slice(previousEnd, start)
    if (last && /^\s*(?:\*\/|['"]{3})?\s*(?:\/\/|\/\*|#|[rRuU]?['"]{3})$/.test(between) && line <= last.endLine + 1) {
      last.lines.push(...lines)
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
