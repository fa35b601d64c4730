/**
 * What a reader of a PDF of ours finds in it, taken out without the code that put it in: the text of each page through the
 * fonts' own tables (ToUnicode), as selecting and copying it does.
 */
import { inflateSync } from 'node:zlib'

export interface PdfText {
  /** Of each page, a line for each piece of text. */
  pages: string[][]
  /** Titles of the bookmarks, in the file's order. */
  bookmarks: string[]
  /** How often each kind of structure element occurs. */
  structure: Record<string, number>
  links: PdfLink[]
  /** Rows that links lead to, with the number of their page. */
  destinations: Map<string, number>
  raw: string
}

/** A `Link` element of the structure. */
export interface PdfLink {
  /** An address, or the name of a row. */
  to: string
  /** For who can't see it. */
  says: string
  /** The number of the page that the element says; null: that page has no such annotation. */
  page: number | null
}

type Objects = ReadonlyMap<string, string>

export function readPdf(bytes: Uint8Array): PdfText {
  const raw = inflated(Buffer.from(bytes).toString('latin1'))
  const objects = new Map(
    [...raw.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, id = '', body = '']) => [id, body]),
  )
  const fonts = fontsOf(objects)
  const pageIds = [...objects.keys()].filter((id) => /\/Type \/Page\b/.test(objects.get(id) ?? ''))
  const contents = pageIds.map((id) => objects.get(idIn(objects.get(id), 'Contents')) ?? '')
  const pages = contents.map((content) => textOf(content, fonts))
  const bookmarks = [...objects.values()]
    .filter((body) => /\/Dest \[/.test(body) && /\/Title /.test(body))
    .map((body) => stringsIn(body, 'Title')[0] ?? '')
  const structure: Record<string, number> = {}
  for (const body of objects.values()) {
    const kind = /^<<\n\/S \/(\w+)/.exec(body)?.[1]
    if (kind) structure[kind] = (structure[kind] ?? 0) + 1
  }
  const destinations = destinationsIn(raw, pageIds)
  return { pages, bookmarks, structure, links: linksIn(objects, pageIds), destinations, raw }
}

const inflated = (raw: string) =>
  raw.replace(/(\/FlateDecode\s*>>\nstream\n)([\s\S]*?)(?=\nendstream)/g, (_, head: string, data: string) => {
    return head + inflateSync(Buffer.from(data, 'latin1')).toString('latin1')
  })

const idIn = (body: string | undefined, key: string) =>
  new RegExp(String.raw`/${key} (\d+) 0 R`).exec(body ?? '')?.[1] ?? ''

const STRING = String.raw`\(((?:[^()\\]|\\[\s\S])*)\)`

const stringsIn = (body: string, key: string) =>
  [...body.matchAll(new RegExp(`/${key} ${STRING}`, 'g'))].map(([, literal = '']) => stringIn(literal))

/** Element → annotation → action. */
const linksIn = (objects: Objects, pageIds: readonly string[]): PdfLink[] =>
  [...objects.values()]
    .filter((body) => body.startsWith('<<\n/S /Link\n'))
    .map((element) => {
      const annotation = idIn(element, 'Obj')
      const action = objects.get(idIn(objects.get(annotation), 'A')) ?? ''
      const page = pageIds.indexOf(/\/OBJR[^>]*\/Pg (\d+) 0 R/.exec(element)?.[1] ?? '')
      const shown = /\/Annots \[([^\]]*)\]/.exec(objects.get(pageIds[page] ?? '') ?? '')?.[1] ?? ''
      return {
        to: [...stringsIn(action, 'URI'), ...stringsIn(action, 'D')].join(),
        says: stringsIn(objects.get(annotation) ?? '', 'Contents').join(),
        page: ` ${shown}`.includes(` ${annotation} 0 R`) ? page + 1 : null,
      }
    })

const destinationsIn = (raw: string, pageIds: readonly string[]) =>
  new Map(
    [...raw.matchAll(/\((\w+)\) \[(\d+) 0 R \/XYZ/g)].map(([, name = '', id = '']) => [name, pageIds.indexOf(id) + 1]),
  )

/** By the name that pages use: glyph → text. */
function fontsOf(objects: Objects): Map<string, Map<number, string>> {
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
