/** Terraform: three kinds of comments, templates with holes, heredocs. HCL native syntax, "Lexical Elements". */
import type { LiteralForm } from './cursor.ts'
import { heredoc, heredocBodies } from './heredoc.ts'
import { brackets, lexer } from './lexer.ts'
import { blockComment, lineComment, quoted, SLASHES } from './tokens.ts'

const TEMPLATE = {
  plain: ['$${', '%%{'],
  holes: [{ opens: '${' }, { opens: '%{' }],
} as const satisfies Partial<LiteralForm>

export const lexTerraform = lexer({
  tokens: {
    '#': [lineComment('#')],
    '/': [SLASHES, blockComment],
    '"': [quoted('"', TEMPLATE)],
    '<': [heredoc(/<<(-?)()([A-Za-z_][\w-]{0,79})/y, () => '[ \t]*')],
    '\n': [heredocBodies],
    ...brackets('{}'),
  },
})
