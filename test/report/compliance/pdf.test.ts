import { paperOf } from '../../../src/report/compliance/paper.ts'
import { complianceReport } from '../../../src/report/compliance/report.ts'
import { linesOf } from '../../../src/report/pdf/lines.ts'
import { renderPdf } from '../../../src/report/pdf/pdf.ts'
import { evidence, finding, requirement, source } from './given.ts'
import { type PdfText, readPdf } from './pdf-text.ts'

const IDS = Array.from({ length: 60 }, (_, at) => `REQ-${String(at + 1).padStart(3, '0')}`)
const LONG_PATH = `.gxp/specs/${'a-very-long-name/'.repeat(20)}SPEC-001.md`

const given = source({
  requirements: IDS.map((id, at) =>
    requirement(id, {
      title: ['Dose limit', 'Δόση και όρια', 'Ограничение дозы', 'Größe naïve café', '🚀 limit'][at % 5] ?? null,
      ...(at % 7 === 0 && { traced: false, proven: false, path: [] }),
    }),
  ),
  findings: [
    finding({ message: 'Reads backwards: \u202egnp.exe\u202c and rings \u0007', path: LONG_PATH }),
    finding({ rule: 'trace/orphan', message: `One that is ${'weary '.repeat(2_500)}long.` }),
  ],
  evidence: [evidence('EV-1'), evidence('EV-2', { verdict: 'untrusted' })],
})
const paper = paperOf(complianceReport(given))

describe('The PDF of a report', () => {
  let pdf: PdfText
  let all: string
  beforeAll(async () => {
    pdf = readPdf(await renderPdf(paper, false))
    all = pdf.pages.flat().join('\n')
  })

  it('has every id, whole, and all that was found', () => {
    const lines = new Set(pdf.pages.flat())
    expect(IDS.filter((id) => !lines.has(id))).toEqual([])
    expect(all.match(/\bweary\b/g)).toHaveLength(2_500)
    const run = pdf.pages.flat().join('')
    expect(run).toContain(LONG_PATH)
    expect(run).toContain('EV-2')
  })

  it('sets Greek and Cyrillic as they are, and spells out what no font has and what acts', () => {
    const run = pdf.pages.flat().join(' ')
    for (const title of ['Δόση και όρια', 'Ограничение дозы', 'Größe naïve café']) expect(run).toContain(title)
    expect(run).toContain('\\u{1F680}')
    expect(run).toContain('\\u{202E}gnp.exe\\u{202C}')
    expect(run).toContain('\\u{7}')
    expect(all).not.toMatch(/[\u202e\ufffd]/)
  })

  it('has a header, a footer and its number on each page', () => {
    const count = pdf.pages.length
    expect(count).toBeGreaterThan(5)
    pdf.pages.forEach((page, at) => {
      expect(page).toContain(`Page ${at + 1} of ${count}`)
      expect(page).toContain('Compliance report · acme/pump · commit aaaaaaa')
    })
  })

  it('repeats the head of a table on each page that it goes on to', () => {
    const withRows = pdf.pages.filter((page) => page.some((line) => /^REQ-0\d\d$/.test(line) && page.includes('HIGH')))
    expect(withRows.length).toBeGreaterThan(1)
    for (const page of withRows) expect(page).toContain('Source files')
  })

  it('has bookmarks for its sections and the regulations', () => {
    expect(pdf.bookmarks).toEqual(
      expect.arrayContaining(['Executive summary', 'Regulatory map', '21 CFR Part 11', 'Path proofs', 'Sign-off']),
    )
  })

  it('is tagged: tables with heads and captions, headings, in English, with a title', () => {
    const { structure, raw } = pdf
    expect(structure).toMatchObject({ Document: 1, H1: 1, H2: 9 })
    expect(structure.Table).toBe(structure.Caption)
    expect(structure.TR).toBeGreaterThan(IDS.length)
    expect(structure.TH).toBeGreaterThan(20)
    expect(raw).toContain('/Marked true')
    expect(raw).toContain('/Lang (en)')
    expect(raw).toContain('/DisplayDocTitle true')
    expect(raw.match(/\bBDC\b|\bBMC\b/g)?.length).toBe(raw.match(/\bEMC\b/g)?.length)
  })

  it('embeds its fonts', () => {
    expect(pdf.raw.match(/\/FontFile2 /g)).toHaveLength(2)
    expect(pdf.raw).not.toMatch(/\/BaseFont \/Helvetica/)
  })

  it('is the same, byte for byte, whenever it is made', async () => {
    const [one, other] = [await renderPdf(paper), await renderPdf(paper)]
    expect(one.equals(other)).toBe(true)
    expect(one.subarray(0, 5).toString()).toBe('%PDF-')
  })
})

describe('Lines', () => {
  const letters = (text: string) => text.length

  it.each([
    ['one two three', 8, ['one two', 'three']],
    ['one\ntwo', 8, ['one', 'two']],
    ['', 8, ['']],
    ['a/b/cdefghijkl', 6, ['a/b/cd', 'efghij', 'kl']],
    ['abcd/efgh', 6, ['abcd/', 'efgh']],
    ['x abcdefghij', 4, ['x', 'abcd', 'efgh', 'ij']],
    ['😀😀😀', 4, ['😀😀', '😀']],
    ['wide', 0.5, ['w', 'i', 'd', 'e']],
  ])('%j within %p', (text, width, lines) => {
    expect(linesOf(text, width, letters)).toEqual(lines)
  })
})
