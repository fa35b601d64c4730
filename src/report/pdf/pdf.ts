/**
 * A report as PDF: tagged, with bookmarks, page numbers and embedded fonts. The same paper gives the same bytes. It takes
 * long where there is much to say, so others have their turn meanwhile.
 */
import { breather } from '../../scan/breather.ts'
import { type Block, type Paper, textsOf } from '../compliance/blocks.ts'
import { number } from '../words.ts'
import { INK, LEFT, leadingOf, Sheet, type Style } from './sheet.ts'
import { setTable } from './table.ts'

const TITLE: Style = { size: 18, weight: 'bold', color: INK }
const HEADINGS: Record<1 | 2, Style> = {
  1: { size: 13.5, weight: 'bold', color: INK },
  2: { size: 10.5, weight: 'bold', color: INK },
}
const TEXT: Style = { size: 9, weight: 'regular', color: INK }

/** `compress`: false for who reads what is in the file. */
export async function renderPdf(paper: Paper, compress = true): Promise<Buffer> {
  const sheet = new Sheet(paper, compress)
  const chunks: Buffer[] = []
  sheet.doc.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise<void>((resolve, reject) => {
    sheet.doc.on('end', resolve).on('error', reject)
  })
  const breathe = breather()
  sheet.paragraph(paper.title, 'H1', TITLE, 10)
  const spelledOut = sheet.spelledOut(textsOf(paper))
  if (spelledOut.length > 0) sheet.paragraph(noteOn(spelledOut), 'P', TEXT, 7)
  for (const block of paper.blocks) {
    await set(sheet, block, breathe)
    await breathe()
  }
  sheet.end()
  await ended
  return Buffer.concat(chunks)
}

/** Named in the note, of characters that are spelled out. */
const NAMED = 24

/** Nobody is to take what stands here for what the record says. */
function noteOn(spelledOut: readonly string[]): string {
  const more = spelledOut.length - NAMED
  const list = `${spelledOut.slice(0, NAMED).join(' ')}${more > 0 ? ` and ${number(more)} more` : ''}`
  return (
    'Some characters of the record are written as their code points here, since no font of this server has them, or since ' +
    `they act on a display instead of standing for something: ${list}. The JSON form of this report has them as they are.`
  )
}

async function set(sheet: Sheet, block: Block, breathe: () => Promise<void>): Promise<void> {
  switch (block.kind) {
    case 'heading':
      return setHeading(sheet, block)
    case 'paragraph':
      return sheet.paragraph(block.text, 'P', TEXT, 7)
    case 'table':
      return setTable(sheet, block, breathe)
    case 'signatures':
      for (const role of block.roles) setSignature(sheet, role)
  }
}

function setHeading(sheet: Sheet, { level, text }: Extract<Block, { kind: 'heading' }>): void {
  const style = HEADINGS[level]
  sheet.y += level === 1 ? 12 : 6
  // Never the last thing on a page.
  sheet.keep(leadingOf(style) + 60)
  if (level === 1) sheet.section(text)
  else sheet.bookmark(text)
  sheet.paragraph(text, level === 1 ? 'H2' : 'H3', style, 4)
}

const FIELDS = ['Name', 'Date', 'Signature'] as const
const FIELD_HEIGHT = 26

/** Lines to write on, which belong together. */
function setSignature(sheet: Sheet, role: string): void {
  const label: Style = { ...TEXT, weight: 'bold' }
  sheet.keep(leadingOf(label) + FIELDS.length * FIELD_HEIGHT + 26)
  sheet.paragraph(role, 'P', label, 0)
  for (const field of FIELDS) {
    sheet.y += FIELD_HEIGHT - leadingOf(TEXT)
    const line = sheet.y + leadingOf(TEXT)
    sheet.rule(line, LEFT + 60, LEFT + 340)
    sheet.paragraph(field, 'P', TEXT, 0)
  }
  sheet.y += 26
}
