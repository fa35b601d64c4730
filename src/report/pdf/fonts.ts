/**
 * The fonts of a PDF, embedded as far as they are used. Each character is set in the first font that has it: DejaVu Sans
 * (Latin, Greek, Cyrillic and more), then whatever other font lies in assets/fonts/, in the order of their names. A character
 * that none has is spelled out (`\u{4E2D}`): it may look odd, but nothing is lost.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type PDFDocument from 'pdfkit'
import { visible } from '../plain.ts'

export type Weight = 'regular' | 'bold'

/** Text in one font. */
export interface Run {
  font: string
  text: string
}

const FOLDER = fileURLToPath(new URL('../../../assets/fonts/', import.meta.url))
const FACES: Record<Weight, string> = { regular: 'DejaVuSansCondensed.ttf', bold: 'DejaVuSansCondensed-Bold.ttf' }

/** Every font has these. */
const PLAIN = /^[\n\x20-\x7e]*$/

export class Fonts {
  readonly #doc: PDFDocument
  readonly #chains: Record<Weight, readonly string[]>
  /** By weight and character: its font; null: none has it. */
  readonly #fonts = new Map<string, string | null>()

  constructor(doc: PDFDocument) {
    this.#doc = doc
    const files = readdirSync(FOLDER).filter((name) => /\.(?:ttf|otf)$/i.test(name))
    for (const file of files) doc.registerFont(file, readFileSync(FOLDER + file))
    const others = files.filter((file) => !Object.values(FACES).includes(file)).sort()
    this.#chains = { regular: [FACES.regular, ...others], bold: [FACES.bold, ...others] }
  }

  /** Text as it will be set: what acts on the display, and what no font has, spelled out. */
  settable(text: string, weight: Weight): string {
    const shown = visible(text).replaceAll('\t', '  ')
    if (PLAIN.test(shown)) return shown
    return Array.from(shown, (c) => (c === '\n' || this.#fontOf(c, weight) !== null ? c : spelled(c))).join('')
  }

  /** `text`: settable. */
  runs(text: string, weight: Weight): Run[] {
    const [first = ''] = this.#chains[weight]
    if (PLAIN.test(text)) return [{ font: first, text }]
    const runs: Run[] = []
    for (const c of text) {
      const font = this.#fontOf(c, weight) ?? first
      const last = runs.at(-1)
      if (last?.font === font) last.text += c
      else runs.push({ font, text: c })
    }
    return runs
  }

  width(text: string, weight: Weight, size: number): number {
    let width = 0
    for (const run of this.runs(text, weight)) width += this.#doc.font(run.font).fontSize(size).widthOfString(run.text)
    return width
  }

  #fontOf(character: string, weight: Weight): string | null {
    const key = weight + character
    const known = this.#fonts.get(key)
    if (known !== undefined) return known
    const point = character.codePointAt(0) ?? 0
    const font =
      this.#chains[weight].find((name) => this.#doc.font(name)._font.font.hasGlyphForCodePoint(point)) ?? null
    this.#fonts.set(key, font)
    return font
  }
}

const spelled = (c: string) => `\\u{${c.codePointAt(0)?.toString(16).toUpperCase()}}`
