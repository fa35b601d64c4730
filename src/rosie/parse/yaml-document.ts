/**
 * A YAML text as a document of the library, nested only so deep. The bound is held while the text is read, since the
 * library composes by recursion: an expression that the engine happens to compile near the end of the stack ends the whole
 * process ("RegExpCompiler Allocation failed"), which nothing can catch.
 */
import { Composer, type CST, type Document, Lexer, type LineCounter, Parser, YAMLParseError } from 'yaml'

/** Collections within collections, and the keys between them. Records have three or four. */
export const MAX_DEPTH = 64

/** The text is nested deeper than `MAX_DEPTH` at this offset. */
export class TooDeep {
  readonly offset: number

  constructor(offset: number) {
    this.offset = offset
  }
}

/** Throws `TooDeep`. */
function* tokensOf(yaml: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  for (const lexeme of new Lexer().lex(yaml)) {
    yield* parser.next(lexeme)
    // On the stack are the document, the collections that are open, and the scalar that is being read.
    if (parser.stack.length > MAX_DEPTH + 2) throw new TooDeep(parser.offset)
  }
  yield* parser.end()
}

/** The one document of a text, with its errors and warnings, or where it is nested too deep. */
export function parseBounded(yaml: string, lines: LineCounter): Document.Parsed | TooDeep | null {
  // The library compares each key with each other one; ours are looked up (see hostile).
  const composer = new Composer({ uniqueKeys: false, stringKeys: true })
  let document: Document.Parsed | null = null
  try {
    for (const each of composer.compose(tokensOf(yaml, lines), true, yaml.length)) {
      if (document) {
        const [begin, end] = each.range
        document.errors.push(new YAMLParseError([begin, end], 'MULTIPLE_DOCS', 'a second document begins here'))
        break
      }
      document = each
    }
  } catch (error) {
    if (error instanceof TooDeep) return error
    throw error
  }
  return document
}
