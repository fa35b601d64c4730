/**
 * The languages whose comments are read, each with the endings of its files. A language is a way to write comments and
 * strings: what shares both shares the entry (C and C++), what differs in one does not (TypeScript knows no JSX in `.ts`,
 * where `<Dose>dose` is a type assertion).
 */
// @ts-nocheck

const ENDINGS = {
  typescript: 'ts mts cts',
  javascript: 'js jsx mjs cjs tsx',
  python: 'py pyw',
  java: 'java',
  kotlin: 'kt kts',
  csharp: 'cs',
  go: 'go',
  rust: 'rs',
  ruby: 'rb',
  swift: 'swift',
  c: 'c h cc cpp hpp',
  sql: 'sql',
  shell: 'sh bash',
  terraform: 'tf',
  yaml: 'yaml yml',
  xml: 'xml',
  html: 'html',
} as const

export type Language = keyof typeof ENDINGS

export const LANGUAGES = Object.keys(ENDINGS) as Language[]

const BY_ENDING = new Map<string, Language>(
  LANGUAGES.flatMap((language) => ENDINGS[language].split(' ').map((ending) => [ending, language] as const)),
)

/** The language of files that end so (`ts`, without the dot), whatever its case; null for one that is not read. */
export const languageOf = (ending: string): Language | null => BY_ENDING.get(ending.toLowerCase()) ?? null
