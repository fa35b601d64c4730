/**
 * Paper that text is set on from top to bottom, page after page. Everything that is said has its place in the structure tree
 * (for screen readers, and whoever takes the text out); lines, shades, and what each page repeats are artifacts.
 */
import PDFDocument, { type Outline, type Structure } from 'pdfkit'
import type { Paper, Target } from '../compliance/blocks.ts'
import { inOrder } from './direction.ts'
import { Fonts, type Weight } from './fonts.ts'
import { linesOf } from './lines.ts'

/** In points: A4 is 595 by 842. */
export const LEFT = 48
const TOP = 66
const BOTTOM = 56
const GREY = '#555555'
export const HAIRLINE = '#b8bec6'
export const INK = '#16191d'
const LINK = '#0b4a8f'

export interface Style {
  size: number
  weight: Weight
  color: string
}

/** The height of a line, against the size of its font. */
const LEADING = 1.32
export const leadingOf = ({ size }: Pick<Style, 'size'>) => size * LEADING

export class Sheet {
  readonly doc: PDFDocument
  readonly #fonts: Fonts
  readonly #paper: Paper
  readonly #root: Structure
  #section: Structure
  #bookmark: Outline | null = null
  /** Where the next thing goes, from the top of the page. */
  y = TOP
  readonly #widths = new Map<string, number>()

  constructor(paper: Paper, compress: boolean) {
    this.#paper = paper
    const asOf = new Date(paper.asOf)
    this.doc = new PDFDocument({
      ...{ size: 'A4', margin: 0, autoFirstPage: false, bufferPages: true, pdfVersion: '1.7', compress },
      ...{ tagged: true, lang: 'en', displayTitle: true },
      info: {
        ...{ Title: paper.title, Author: 'rosie-guard', Creator: 'rosie-guard', Producer: 'rosie-guard (pdfkit)' },
        CreationDate: asOf,
      },
    })
    this.#fonts = new Fonts(this.doc)
    this.#root = this.doc.struct('Document', { title: paper.title })
    this.doc.addPage()
    this.doc.addStructure(this.#root)
    this.#section = this.#part()
  }

  get breadth(): number {
    return this.doc.page.width - 2 * LEFT
  }

  get room(): number {
    return this.doc.page.height - BOTTOM - this.y
  }

  /** What a whole page has. */
  get height(): number {
    return this.doc.page.height - BOTTOM - TOP
  }

  newPage(): void {
    this.doc.addPage()
    this.y = TOP
  }

  /** So much is set without a break. */
  keep(height: number): void {
    if (this.room < height && this.y > TOP) this.newPage()
  }

  /** A part of the document, with its bookmark. */
  section(title: string): void {
    this.#section.end()
    this.#section = this.#part()
    this.#bookmark = this.doc.outline.addItem(title, { expanded: true })
  }

  bookmark(title: string): void {
    const under = this.#bookmark ?? this.doc.outline
    under.addItem(title)
  }

  #part(): Structure {
    const part = this.doc.struct('Sect')
    this.#root.add(part)
    return part
  }

  /** A new element of the section at hand, or of another element. */
  element(type: string, parent: Structure = this.#section, options: { scope?: 'Column' } = {}): Structure {
    const element = this.doc.struct(type, options)
    parent.add(element)
    return element
  }

  /** What is spelled out of these texts. */
  spelledOut(texts: Iterable<string>): string[] {
    return this.#fonts.spelledOut(texts)
  }

  settable(text: string, { weight }: Style): string {
    return this.#fonts.settable(text, weight)
  }

  lines(text: string, width: number, style: Style): string[] {
    return linesOf(this.settable(text, style), width, (part) => this.width(part, style))
  }

  /** `text`: settable. */
  width(text: string, { weight, size }: Pick<Style, 'weight' | 'size'>): number {
    const key = `${weight} ${size} ${text}`
    const known = this.#widths.get(key)
    if (known !== undefined) return known
    const width = this.#fonts.width(text, weight, size)
    // Words repeat; a hostile record may hold millions that don't.
    if (this.#widths.size > 50_000) this.#widths.clear()
    this.#widths.set(key, width)
    return width
  }

  /** One line as `lines` has made it; `y` is its top. */
  line(text: string, x: number, y: number, { size, weight, color }: Style): void {
    let at = x
    for (const run of inOrder(text).flatMap((part) => this.#fonts.runs(part, weight))) {
      const top = y + run.drop * size
      this.#fonts.use(run.font).fontSize(size).fillColor(color).text(run.text, at, top, { lineBreak: false })
      at += this.doc.widthOfString(run.text)
    }
  }

  /** A piece of one line that leads somewhere, but for the space at its end. */
  link(text: string, to: Target, parent: Structure, x: number, y: number, style: Style): void {
    const width = this.width(text.trimEnd(), style)
    const element = this.element('Link', parent)
    element.add(() => this.line(text, x, y, { ...style, color: LINK }))
    const options = { structParent: element, Contents: pdfString('url' in to ? to.url : `To ${to.row}`) }
    if ('url' in to) this.doc.link(x, y, width, leadingOf(style), to.url, options)
    else this.doc.goTo(x, y, width, leadingOf(style), to.row, options)
    // At once: it is told to be on the page on which it ends.
    element.end()
    // Not by its colour alone.
    const under = y + style.size * 1.08
    this.artifact(() =>
      this.doc
        .moveTo(x, under)
        .lineTo(x + width, under)
        .lineWidth(0.4)
        .stroke(LINK),
    )
  }

  /** Links lead here by this name. */
  name(row: string): void {
    this.doc.addNamedDestination(row, 'XYZ', LEFT, this.y, null)
  }

  /** A paragraph over the whole width, broken over pages where it must be. */
  paragraph(text: string, type: string, style: Style, after: number): void {
    const leading = leadingOf(style)
    const element = this.element(type)
    const lines = this.lines(text, this.breadth, style)
    for (let from = 0; from < lines.length; ) {
      this.keep(leading)
      const part = lines.slice(from, from + Math.max(1, Math.floor(this.room / leading)))
      element.add(() => {
        part.forEach((line, at) => {
          this.line(line, LEFT, this.y + at * leading, style)
        })
      })
      this.y += part.length * leading
      from += part.length
    }
    element.end()
    this.y += after
  }

  artifact(draw: () => void, type: 'Layout' | 'Pagination' = 'Layout'): void {
    this.doc.markContent('Artifact', { type })
    draw()
    this.doc.endMarkedContent()
  }

  rule(y: number, from = LEFT, to = LEFT + this.breadth): void {
    this.artifact(() => this.doc.moveTo(from, y).lineTo(to, y).lineWidth(0.5).stroke(HAIRLINE))
  }

  /** What each page has at its top and bottom, which needs the number of pages; then nothing more is set. */
  end(): void {
    const { start, count } = this.doc.bufferedPageRange()
    const style: Style = { size: 7.5, weight: 'regular', color: GREY }
    for (let page = start; page < start + count; page++) {
      this.doc.switchToPage(page)
      const bottom = this.doc.page.height - BOTTOM + 14
      this.rule(TOP - 18)
      this.rule(bottom)
      this.artifact(() => {
        this.line(this.#cut(this.#paper.running, style), LEFT, TOP - 32, style)
        this.line(this.#cut(this.#paper.footing, style), LEFT, bottom + 6, style)
        const number = `Page ${page + 1} of ${count}`
        this.line(number, LEFT + this.breadth - this.width(number, style), bottom + 6, style)
      }, 'Pagination')
    }
    this.#section.end()
    this.#root.end()
    this.doc.end()
  }

  /** The first line of it, beside the page's number. */
  #cut(text: string, style: Style): string {
    const [first = '', second] = this.lines(text, this.breadth - 80, style)
    return second === undefined ? first : `${first} …`
  }
}

/** What pdfkit writes as a text, not as a name. */
const pdfString = (text: string): string => Object(text)
