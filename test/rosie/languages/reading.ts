import type { Language } from '../../../src/rosie/languages.ts'
import { commentsOf } from '../../../src/rosie/parse/comments/index.ts'

/** The comments of these lines, without their marks and without empty lines. */
export const commentsIn =
  (language: Language) =>
  (...source: string[]): string[] =>
    commentsOf(source.join('\n'), language).flatMap(({ lines }) => lines.map(({ text }) => text).filter(Boolean))

/**
 * What a literal must be to a lexer: it holds no comment, and ends where it ends, so that comments are seen behind it, on
 * the next line, once more after a second one, and with nothing between them.
 */
export function expectText(language: Language, code: string, [opens, closes]: [string, string] = ['//', '']): void {
  const yes = (word: string) => `${opens} ${word}${closes && ` ${closes}`}`
  const source = [`x = ${code} ${yes('yes')}`, yes('here'), `f(${code}) ${yes('too')}`, yes('and here')]
  const words = [`x = ${code}${yes('right behind')}`, yes('at last')]
  expect(commentsIn(language)(...source, ...words)).toEqual([
    ...['yes', 'here', 'too', 'and here', 'right behind', 'at last'],
  ])
}
