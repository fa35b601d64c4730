/** Titles in the letters of the world: set where a font has them, told where none has. */
import fc from 'fast-check'
import { paperOf } from '../../../src/report/compliance/paper.ts'
import { complianceReport } from '../../../src/report/compliance/report.ts'
import { inOrder } from '../../../src/report/pdf/direction.ts'
import { renderPdf } from '../../../src/report/pdf/pdf.ts'
import { requirement, source } from './given.ts'
import { readPdf } from './pdf-text.ts'

/** What is read of a report whose requirements have these titles. */
async function printed(...titles: string[]) {
  const requirements = titles.map((title, at) => requirement(`REQ-00${at}`, { title }))
  const { pages, raw } = readPdf(await renderPdf(paperOf(complianceReport(source({ requirements }))), false))
  const all = pages.flat().join('').replaceAll(' ', '')
  return { first: pages[0]?.join(' ') ?? '', all, fonts: raw.match(/\/FontFile2 /g)?.length }
}

type Printed = Awaited<ReturnType<typeof printed>>

const NOTE = 'Some characters of the record are written as their code points here'

const SET = {
  Japanese: '用量の上限アラーム（mg）',
  Chinese: '剂量上限',
  'traditional Chinese': '劑量上限',
  Korean: '용량 한도',
  Vietnamese: 'Giới hạn liều',
  Georgian: 'დოზის ლიმიტი',
  'smileys and signs': '😀 ≤ 5 µg ⚠\ufe0f',
}
const TURNED = { Hebrew: 'הגבלת מינון (12 mg)', Arabic: 'حد الجرعة' }
const SPELLED_OUT = {
  'a rocket': ['Start 🚀 now', '\\u{1F680}'],
  Hindi: ['खुराक', '\\u{916} \\u{941} \\u{930} \\u{93E} \\u{915}'],
  'what turns text around': ['dose\u202egpj.exe', '\\u{202E}'],
} as const

describe('The titles of requirements', () => {
  let pdf: Printed
  beforeAll(async () => {
    pdf = await printed(...Object.values(SET), ...Object.values(TURNED))
  })

  it.each(Object.entries(SET))('are printed in %s', (_language, title) => {
    expect(pdf.all).toContain(title.replaceAll(' ', ''))
  })

  it.each(Object.entries(TURNED))('are printed in %s from right to left', (_, title) => {
    // The second word comes first, each from its last letter.
    const [first = '', second = ''] = title.split(' ').map((word) => [...word].reverse().join(''))
    expect(pdf.all).toContain(second + first)
  })

  it('are not said to be spelled out where none is', () => {
    expect(pdf.first).not.toContain(NOTE)
    expect(pdf.all).not.toContain('\\u{')
  })

  it('embed no more fonts than they need', async () => {
    expect(pdf.fonts).toBe(3)
    expect((await printed('Dose limit')).fonts).toBe(2)
  })
})

describe('A title that can not be set as it is', () => {
  let pdf: Printed
  beforeAll(async () => {
    pdf = await printed(...Object.values(SPELLED_OUT).map(([title]) => title))
  })

  it.each(Object.entries(SPELLED_OUT))('is spelled out, and the first page says so: %s', (_what, [, spelledOut]) => {
    expect(pdf.first).toContain(NOTE)
    for (const code of spelledOut.split(' ')) {
      expect(pdf.first).toContain(code)
      // There, and in the title.
      expect(pdf.all.split(code).length).toBeGreaterThan(2)
    }
    expect(pdf.all).not.toMatch(/[\u202e\ufffd]/)
  })
})

/** Hebrew as capitals of the alphabet would be: words of letters that run from right to left, whatever they say. */
const [ALEF, BET, GIMEL] = ['אב', 'גד', 'הו']

describe('The order in which a line is set', () => {
  it.each<[string, string, string[]]>([
    ['words', `${ALEF} ${BET}`, [BET, ' ', ALEF]],
    ['words among others', `dose ${ALEF} ${BET} limit`, ['dose ', BET, ' ', ALEF, ' limit']],
    ['two groups', `${ALEF} x ${BET}`, [ALEF, ' x ', BET]],
    ['a number after a word', `${ALEF} 12`, ['12 ', ALEF]],
    ['a number before a word', `12 ${ALEF}`, ['12 ', ALEF]],
    ['a number between words', `${ALEF} 1.25% ${BET}`, [BET, ' 1.25% ', ALEF]],
    ['a number within a word', `${ALEF}12${BET}`, [BET, '12', ALEF]],
    ['brackets around words', `${ALEF} (${BET}) x`, ['(', BET, ') ', ALEF, ' x']],
    ['brackets around a number', `${ALEF} (12)`, ['(12) ', ALEF]],
    ['brackets around other words', `${ALEF} ${BET} (12 mg)`, [BET, ' ', ALEF, ' (12 mg)']],
    ['a full stop', `${ALEF} ${BET}.`, [BET, ' ', ALEF, '.']],
    ['an id', `REQ-001: ${ALEF} ${BET} ${GIMEL}`, ['REQ-001: ', GIMEL, ' ', BET, ' ', ALEF]],
    ['nothing of that kind', 'Dose (12)', ['Dose (12)']],
  ])('%s', (_what, line, parts) => {
    expect(inOrder(line)).toEqual(parts)
  })

  it('holds every character of the line, and leaves its left-to-right text in order', () => {
    const characters = fc.constantFrom(...'אבגדابج', ...'xy12 .:()[]<>%', '\u0301', '\u200d', '用')
    const line = fc.array(characters, { maxLength: 24 }).map((all) => all.join(''))
    const sorted = (text: string) => [...text].map((c) => CLOSED[c] ?? c).sort()
    fc.assert(
      fc.property(line, (text) => {
        const set = inOrder(text).join('')
        expect(sorted(set)).toEqual(sorted(text))
        expect(set.replaceAll(/[^xy用]/g, '')).toBe(text.replaceAll(/[^xy用]/g, ''))
      }),
      { numRuns: 300 },
    )
  })
})

const CLOSED: Record<string, string> = { '(': ')', '[': ']', '<': '>' }
