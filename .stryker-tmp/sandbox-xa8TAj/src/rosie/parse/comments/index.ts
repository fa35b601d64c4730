/**
 * Where the comments of a source file are. Tags count only inside comments, so strings and whatever else is text to a
 * program are passed: a tag in a test's fixture is not an annotation. One pass, no backtracking, whatever the text.
 */
// @ts-nocheck

import type { Language } from '../../languages.ts'
import { lexC, lexGo, lexJava, lexKotlin, lexRust } from './c-like.ts'
import { lexCSharp } from './csharp.ts'
import type { Comment } from './cursor.ts'
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
} satisfies Record<Language, (text: string) => Comment[]>

export const commentsOf = (text: string, language: Language): CommentGroup[] => group(text, LEXERS[language](text))
