/**
 * What a reader of a PDF of ours finds in it, taken out without the code that put it in: the text of each page through the
 * fonts' own tables (ToUnicode), as selecting and copying it does. Of files that are not compressed.
 */

export interface PdfText {
  /** Of each page, a line for each piece of text. */
  pages: string[][]
  /** Titles of the bookmarks, in the file's order. */
  bookmarks: string[]
  /** How often each kind of structure element occurs. */
  structure: Record<string, number>
  raw: string
}

export function readPdf(bytes: Uint8Array): PdfText {
  const raw = Buffer.from(bytes).toString('latin1')
  const objects = new Map(
    [...raw.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, id = '', body = '']) => [id, body]),
  )
  const fonts = fontsOf(objects)
  const pages = [...objects.values()]
    .filter((body) => /\/Type \/Page\b/.test(body))
    .map((page) => textOf(objects.get(/\/Contents (\d+) 0 R/.exec(page)?.[1] ?? '') ?? '', fonts))
  const bookmarks = [...objects.values()]
    .filter((body) => /\/Dest \[/.test(body) && /\/Title /.test(body))
    .map((body) => stringIn(/\/Title \(((?:[^()\\]|\\[\s\S])*)\)/.exec(body)?.[1] ?? ''))
  const structure: Record<string, number> = {}
  for (const body of objects.values()) {
    const kind = /^<<\n\/S \/(\w+)/.exec(body)?.[1]
    if (kind) structure[kind] = (structure[kind] ?? 0) + 1
  }
  return { pages, bookmarks, structure, raw }
}

/** By the name that pages use: glyph → text. */
function fontsOf(objects: ReadonlyMap<string, string>): Map<string, Map<number, string>> {
  const fonts = new Map<string, Map<number, string>>()
  for (const body of objects.values()) {
    for (const [, name = '', id = ''] of body.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const cmap = objects.get(/\/ToUnicode (\d+) 0 R/.exec(objects.get(id) ?? '')?.[1] ?? '') ?? ''
      if (!fonts.has(name)) fonts.set(name, glyphsIn(cmap))
    }
  }
  return fonts
}

function glyphsIn(cmap: string): Map<number, string> {
  const glyphs = new Map<number, string>()
  for (const [, from = '', list = ''] of cmap.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/gi)) {
    const first = Number.parseInt(from, 16)
    const texts = [...list.matchAll(/<([0-9a-f ]*)>/gi)].map(([, hex = '']) => utf16(hex.replaceAll(' ', '')))
    texts.forEach((text, at) => {
      glyphs.set(first + at, text)
    })
  }
  return glyphs
}

const utf16 = (hex: string) => Buffer.from(hex, 'hex').swap16().toString('utf16le')

function textOf(content: string, fonts: ReadonlyMap<string, ReadonlyMap<number, string>>): string[] {
  const lines: string[] = []
  let glyphs: ReadonlyMap<number, string> = new Map()
  for (const [, font, shown] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (font) glyphs = fonts.get(font) ?? new Map()
    else {
      const codes = [...(shown ?? '').matchAll(/<([0-9a-f]*)>/gi)].flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? [])
      lines.push(codes.map((code) => glyphs.get(Number.parseInt(code, 16)) ?? '\ufffd').join(''))
    }
  }
  return lines
}

/** A PDF string: UTF-16 with a byte order mark, or one byte a character. */
function stringIn(literal: string): string {
  const bytes = literal.replace(
    /\\([\s\S])/g,
    (_, c: string) => ({ n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' })[c] ?? c,
  )
  if (!bytes.startsWith('\xfe\xff')) return bytes
  return Buffer.from(bytes.slice(2), 'latin1').swap16().toString('utf16le')
}
