/**
 * Shell: a `#` begins a comment only where a word may begin; strings hold commands, commands hold strings; heredocs are
 * texts. POSIX, "Shell Command Language", 2.2 to 2.7.
 */
import type { Hole, LiteralForm } from './cursor.ts'
import { heredoc, heredocBodies } from './heredoc.ts'
import { brackets, lexer, type Token } from './lexer.ts'
import { lineComment, literal, lookBack, pass } from './tokens.ts'

const COMMAND: Hole = { opens: '$(' }

/** `${name:-…}`: in double quotes an apostrophe in it is text, outside it opens a string. */
const IN_PARAMETER: Hole[] = [COMMAND]
const PARAMETER: LiteralForm = { closes: '}', multiline: true, escape: '\\', holes: IN_PARAMETER }
const DOUBLE: LiteralForm = {
  closes: '"',
  multiline: true,
  escape: '\\',
  holes: [COMMAND, { opens: '${', literal: PARAMETER }],
}
IN_PARAMETER.push({ opens: '${', literal: PARAMETER }, { opens: '"', literal: DOUBLE })

const SINGLE: LiteralForm = { closes: "'", multiline: true }
const ESCAPED: LiteralForm = { ...SINGLE, escape: '\\' }
const BARE_PARAMETER: LiteralForm = { ...PARAMETER, holes: [...IN_PARAMETER, { opens: "'", literal: SINGLE }] }

const hash = lineComment('#')
const comment: Token = (cursor) =>
  /^$|[\s;&|()`]/.test(lookBack(cursor, 1)) && !ESCAPED_SPACE.test(lookBack(cursor, 20)) && hash(cursor)
/** `a\\ #b` is one word. */
const ESCAPED_SPACE = /(?:^|[^\\])(?:\\\\)*\\[ \t]$/

/** `<<<` is a string on one line. */
const hereString: Token = (cursor) => cursor.text.startsWith('<<<', cursor.at) && pass(3)(cursor)

const QUOTED_WORD = /<<(-?)[ \t]*(["'])([^"'\n]{1,80})\2/y
const WORD = /<<(-?)[ \t]*(\\?)([^\s"'\\;&|<>()`$]{1,80})/y
const indentOf = (mark: string) => (mark === '-' ? '\t*' : '')

export const lexShell = lexer({
  tokens: {
    '#': [comment],
    '"': [literal('"', DOUBLE)],
    "'": [literal("'", SINGLE)],
    $: [literal("$'", ESCAPED), literal('${', BARE_PARAMETER)],
    '\\': [pass(2)],
    '<': [hereString, heredoc(QUOTED_WORD, indentOf), heredoc(WORD, indentOf)],
    '\n': [heredocBodies],
    ...brackets('()'),
  },
})
