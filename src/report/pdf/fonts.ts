/**
 * The fonts of a PDF, embedded as far as they are used. Each character is set in the first font that has it: DejaVu Sans
 * (Latin, Greek, Cyrillic and more), then whatever other font lies in assets/fonts/, in the order of their names. A character
 * that none has is spelled out (`\u{1F680}`): it may look odd, but nothing is lost.
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
  /** How much lower its top is than the line's, against its size: fonts reach up differently, and share a baseline. */
  drop: number
}

const FOLDER = fileURLToPath(new URL('../../../assets/fonts/', import.meta.url))
const FACES: Record<Weight, string> = { regular: 'DejaVuSansCondensed.ttf', bold: 'DejaVuSansCondensed-Bold.ttf' }

/** Every font has these. */
const PLAIN = /^[\n\x20-\x7e]*$/

export class Fonts {
  readonly #doc: PDFDocument
  readonly #chains: Record<Weight, readonly string[]>
  readonly #registered = new Set<string>()
  /** By weight and character: its font; null: none has it. */
  readonly #fonts = new Map<string, string | null>()

  constructor(doc: PDFDocument) {
    this.#doc = doc
    const { regular, bold } = FACES
    const files = readdirSync(FOLDER).filter((name) => /\.(?:ttf|otf)$/i.test(name))
    const others = files.filter((file) => file !== regular && file !== bold).sort()
    // Both weights can set the same: what is lacking in one is lacking in the other.
    this.#chains = { regular: [regular, bold, ...others], bold: [bold, regular, ...others] }
  }

  /** Text as it will be set: what acts on the display, and what no font has, spelled out. */
  settable(text: string, weight: Weight): string {
    const shown = visible(text).replaceAll('\t', '  ')
    if (PLAIN.test(shown)) return shown
    return Array.from(shown, (c) => (c === '\n' || this.#fontOf(c, weight) !== null ? c : spelled(c))).join('')
  }

  /** What of these texts is spelled out: each character once, in the order of their code points. */
  spelledOut(texts: Iterable<string>): string[] {
    const characters = new Set<string>()
    for (const text of texts) if (!PLAIN.test(text)) for (const c of text.replaceAll('\r\n', '\n')) characters.add(c)
    return [...characters]
      .filter((c) => c !== '\n' && this.settable(c, 'regular') === spelled(c))
      .sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0))
      .map(spelled)
  }

  /** `text`: settable. */
  runs(text: string, weight: Weight): Run[] {
    const [first = ''] = this.#chains[weight]
    if (PLAIN.test(text)) return [{ font: first, text, drop: 0 }]
    const runs: Run[] = []
    for (const c of text) {
      const font = this.#fontOf(c, weight) ?? first
      const last = runs.at(-1)
      if (last?.font === font) last.text += c
      else runs.push({ font, text: c, drop: this.#reach(first) - this.#reach(font) })
    }
    return runs
  }

  width(text: string, weight: Weight, size: number): number {
    let width = 0
    for (const run of this.runs(text, weight)) width += this.use(run.font).fontSize(size).widthOfString(run.text)
    return width
  }

  /** Read when it is needed first: few reports need every font. */
  use(font: string): PDFDocument {
    if (!this.#registered.has(font)) {
      this.#doc.registerFont(font, readFileSync(FOLDER + font))
      this.#registered.add(font)
    }
    return this.#doc.font(font)
  }

  #reach(font: string): number {
    return this.use(font)._font.ascender / 1000
  }

  #fontOf(character: string, weight: Weight): string | null {
    const key = weight + character
    const known = this.#fonts.get(key)
    if (known !== undefined) return known
    const point = character.codePointAt(0) ?? 0
    const font = this.#chains[weight].find((name) => this.use(name)._font.font.hasGlyphForCodePoint(point)) ?? null
    this.#fonts.set(key, font)
    return font
  }
}

const spelled = (c: string) => `\\u{${c.codePointAt(0)?.toString(16).toUpperCase()}}`
