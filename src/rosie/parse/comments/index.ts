/**
 * Where the comments of a source file are. Tags count only inside comments, so strings and whatever else is text to a
 * program are passed: a tag in a test's fixture is not an annotation. One pass, no backtracking, whatever the text.
 */
import type { Language } from '../../languages.ts'
import { lexC, lexGo, lexJava, lexKotlin, lexRust } from './c-like.ts'
import { lexCSharp } from './csharp.ts'
import type { Lex } from './cursor.ts'
import { type CommentGroup, group } from './group.ts'
import { lexJavaScript, lexTypeScript } from './javascript.ts'
import { lexPython } from './python.ts'
import { lexRuby } from './ruby.ts'
import { lexShell } from './shell.ts'
import { lexSql } from './sql.ts'
import { lexSwift } from './swift.ts'
import { lexTerraform } from './terraform.ts'
import { lexHtml, lexXml } from './xml.ts'
import { lexYaml } from './yaml.ts'

export type { CommentGroup, CommentLine } from './group.ts'

const LEXERS = {
  typescript: lexTypeScript,
  javascript: lexJavaScript,
  python: lexPython,
  java: lexJava,
  kotlin: lexKotlin,
  csharp: lexCSharp,
  go: lexGo,
  rust: lexRust,
  ruby: lexRuby,
  swift: lexSwift,
  c: lexC,
  sql: lexSql,
  shell: lexShell,
  terraform: lexTerraform,
  yaml: lexYaml,
  xml: lexXml,
  html: lexHtml,
} satisfies Record<Language, Lex>

/**
 * The comments of a text in groups. `places`: ascending offsets; given, only the groups that hold one of them, which costs
 * little where they stand at the beginning of a long text.
 */
export const commentsOf = (text: string, language: Language, places?: readonly number[]): CommentGroup[] =>
  group(text, LEXERS[language](text, places?.at(-1)), places)
