/** What a row of the regulatory map rests on is one click away: in the PDF, and in Markdown where a server is known. */

import { paperOf } from '../../../src/report/compliance/paper.ts'
import { MOST_ROWS } from '../../../src/report/compliance/paper-lists.ts'
import { renderText } from '../../../src/report/compliance/render.ts'
import { complianceReport } from '../../../src/report/compliance/report.ts'
import { linesOfParts } from '../../../src/report/pdf/lines.ts'
import { renderPdf } from '../../../src/report/pdf/pdf.ts'
import { evidence, finding, ignored, requirement, source } from './given.ts'
import { readPdf } from './pdf-text.ts'

const SERVER = 'https://guard.example/rosie'
const { assessed } = source()
const given = source({
  assessed: assessed && { ...assessed, ignored: [ignored('risk/open-high')], ignoredTotal: 1 },
  // So many that the map goes on to another page, and what it leads to is pages away.
  findings: Array.from({ length: 30 }, () => finding({ rule: 'evidence/failed', message: 'weary '.repeat(200) })),
  evidence: [evidence('EV-1'), evidence('EV-(2)', { verdict: 'invalid' })],
})
const report = complianceReport(given)
const shown = report.regulatoryMap.rows.flatMap(({ links }) => links)

describe('The regulatory map of a PDF', () => {
  it('leads from each number to its row, and from each address to the server', async () => {
    const { links, destinations, structure, pages } = readPdf(await renderPdf(paperOf(report, SERVER), false))
    const numbers = shown.flatMap(({ ref }) => ref ?? [])
    expect(new Set(numbers.map((ref) => ref[0]))).toEqual(new Set(['F', 'I', 'E']))
    const rows = links.filter(({ to }) => !to.startsWith('https://')).map(({ to }) => to)
    expect(rows.sort()).toEqual(numbers.sort())
    for (const row of rows) expect(pages[(destinations.get(row) ?? 0) - 1]).toContain(row)
    expect(new Set(rows.map((row) => destinations.get(row))).size).toBeGreaterThan(2)

    const addresses = new Set(links.map(({ to }) => to).filter((to) => to.startsWith('https://')))
    const queries = shown.filter(({ kind }) => kind === 'query').map(({ href }) => SERVER + href)
    for (const address of queries) expect(addresses).toContain(address)
    expect(structure.Link).toBe(links.length)
    expect(links.filter(({ page, says }) => page === null || says === '')).toEqual([])
    expect(new Set(links.map(({ page }) => page)).size).toBeGreaterThan(1)
  })

  it('leads to nothing on a server that is not known', async () => {
    const { links, pages } = readPdf(await renderPdf(paperOf(report), false))
    expect(links.length).toBeGreaterThan(0)
    expect(links.filter(({ to }) => !/^[FIE]\d+$/.test(to))).toEqual([])
    expect(pages.flat().join('')).toContain('/api/v1/repositories/42/risk/register')
  })

  it('leads to no row that is left out', async () => {
    const many = Array.from({ length: MOST_ROWS + 1 }, () => finding({ rule: 'trace/orphan' }))
    const last = { ...source(), findings: [...many, finding({ rule: 'evidence/failed' })] }
    const { blocks } = paperOf(complianceReport(last))
    const text = JSON.stringify(blocks)
    expect(text).toContain(`F${MOST_ROWS + 2}`)
    expect(text).not.toContain(`{"row":"F${MOST_ROWS + 2}"}`)
  })
})

describe('What the policy ignores', () => {
  it('is to be found at the address that its links name', () => {
    const links = shown.filter(({ ref }) => ref === 'I1')
    expect(links.length).toBeGreaterThan(0)
    // A scan's list of findings has none of it.
    for (const { href } of links) expect(href).toBe('/api/v1/repositories/42/compliance/report')
    expect(JSON.parse(renderText(given, 'json')).ignored.findings).toMatchObject([{ ref: 'I1' }])
  })
})

describe('The regulatory map in Markdown', () => {
  it('leads to the server, whatever an id is', () => {
    const text = renderText(given, 'markdown', SERVER)
    expect(text).toContain(`(<${SERVER}/api/v1/repositories/42/risk/register>)`)
    expect(text).toContain(`(<${SERVER}/api/v1/repositories/42/evidence/EV-(2)>)`)
  })

  it('says what is to be asked for there, where no number stands for it', () => {
    const failed = finding({ rule: 'evidence/failed' })
    const open = source({ requirements: [requirement('REQ-001', { traced: false })], findings: [failed] })
    expect(renderText(open, 'markdown').replaceAll('\\', '')).toContain(
      '<br>1 requirement not traced: `/api/v1/repositories/42/traceability/matrix`',
    )
  })

  it('says where to ask, where no server is known', () => {
    expect(renderText(given, 'markdown')).not.toMatch(/\]\(</)
    expect(renderText(given, 'markdown')).toContain('/api/v1/repositories/42/risk/register')
  })
})

describe('Lines of parts', () => {
  const letters = (text: string) => text.length
  const parts = (...texts: string[]) => texts.map((text, of) => ({ text, of }))

  it.each([
    ['F1 F2 F3 and 4 more', 8, [['F1', 'F2', 'F3'], ['and 4'], ['more']]],
    ['F1 /api/v1/scans', 8, [['F1'], ['/api/v1/'], ['scans']]],
  ])('%j within %d', (text, width, lines) => {
    const [one = '', two = '', three = '', ...rest] = text.split(' ')
    const given = text.includes('and') ? parts(one, two, three, rest.join(' ')) : parts(one, two)
    expect(linesOfParts(given, width, letters).map((line) => line.map((part) => part.text))).toEqual(lines)
  })

  it('keep what each part is', () => {
    expect(linesOfParts(parts('a b', 'c d'), 5, letters)).toEqual([
      [
        { text: 'a b', of: 0 },
        { text: 'c', of: 1 },
      ],
      [{ text: 'd', of: 1 }],
    ])
  })
})
