/** What is used of pdfkit, which brings no types of its own. */
declare module 'pdfkit' {
  import type { Readable } from 'node:stream'

  export interface Structure {
    add(child: Structure | (() => void)): Structure
    end(): void
  }

  export interface LinkOptions {
    /** The `Link` element that it belongs to. */
    structParent: Structure
    /** For who can't see it: a `String`, since a plain string is a name to pdfkit. */
    Contents: string
  }

  export interface Outline {
    addItem(title: string, options?: { expanded?: boolean }): Outline
  }

  export interface Info {
    Title: string
    Author: string
    Creator: string
    Producer: string
    /** It also decides the document's id. */
    CreationDate: Date
  }

  export interface Options {
    size: 'A4'
    margin: number
    autoFirstPage: boolean
    bufferPages: boolean
    pdfVersion: '1.7'
    tagged: boolean
    lang: string
    displayTitle: boolean
    compress?: boolean
    info: Info
  }

  export default class PDFDocument extends Readable {
    constructor(options: Options)
    readonly page: { width: number; height: number }
    readonly outline: Outline
    /** Not public, and the only way to know what a font has. */
    readonly _font: {
      font: { hasGlyphForCodePoint(codePoint: number): boolean }
      /** How far it reaches up, in thousandths of its size. */
      ascender: number
    }
    addPage(): this
    bufferedPageRange(): { start: number; count: number }
    switchToPage(page: number): this
    end(): void
    registerFont(name: string, font: Uint8Array): this
    font(name: string): this
    fontSize(size: number): this
    fillColor(color: string): this
    widthOfString(text: string): number
    text(text: string, x: number, y: number, options: { lineBreak: false }): this
    rect(x: number, y: number, width: number, height: number): this
    fill(color: string): this
    moveTo(x: number, y: number): this
    lineTo(x: number, y: number): this
    lineWidth(width: number): this
    stroke(color: string): this
    struct(type: string, options?: { scope?: 'Column' | 'Row'; title?: string }): Structure
    addStructure(structure: Structure): this
    markContent(tag: 'Artifact', options: { type: 'Pagination' | 'Layout' }): this
    link(x: number, y: number, width: number, height: number, url: string, options: LinkOptions): this
    /** `name`: of a destination, which may come later. */
    goTo(x: number, y: number, width: number, height: number, name: string, options: LinkOptions): this
    addNamedDestination(name: string, kind: 'XYZ', x: number, y: number, zoom: null): void
    endMarkedContent(): this
  }
}
