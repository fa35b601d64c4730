/** The id that was probably meant where one leads nowhere. */
import type { ComplianceRecord } from '../../../src/rosie/record.ts'
import { lookalike, nearestIn } from '../../../src/rosie/rules/references.ts'

/** As much of a record as is looked at: what is defined, in documents and elsewhere. */
const record = (documents: readonly string[], others: readonly string[] = []) =>
  ({
    documentsById: new Map(documents.map((id) => [id, []])),
    graph: { defined: new Set([...documents, ...others]) },
  }) as unknown as ComplianceRecord

/** Ids that are each one letter longer than SPEC-1000. */
const typos = (count: number) => Array.from({ length: count }, (_, n) => `SPEC-1000${String.fromCharCode(0x4e00 + n)}`)

describe('The nearest id', () => {
  it('is one that is written almost alike, but for the one that is meant already', () => {
    const nearest = nearestIn(record(['SPEC-001'], ['SPEC-002']))
    expect(nearest('SPEC-O01', 'SPEC-O01')).toBe('SPEC-001')
    expect(nearest('SPEC-003', 'SPEC-001')).toBe('SPEC-002')
    expect(nearest('REQUIREMENT-77', 'REQUIREMENT-77')).toBeNull()
  })

  it('is looked for 200 times, and what was found is known again', () => {
    const nearest = nearestIn(record([], ['SPEC-1000']))
    expect(
      typos(250)
        .map((id) => nearest(id, id))
        .lastIndexOf('SPEC-1000'),
    ).toBe(199)
    expect(typos(1).map((id) => nearest(id, id))).toEqual(['SPEC-1000'])
  })

  it('is looked for less often among many', () => {
    const others = Array.from({ length: 5_999 }, (_, n) => `REQUIREMENT-${n}`)
    const nearest = nearestIn(record([], [...others, 'SPEC-1000']))
    expect(
      typos(60)
        .map((id) => nearest(id, id))
        .lastIndexOf('SPEC-1000'),
    ).toBe(49)
  })
})

describe('An id that looks like another', () => {
  it('is that of the first such document, and not itself', () => {
    expect(lookalike('SPEC-OO', record(['SPEC-0O', 'SPEC-00']))).toBe('SPEC-0O')
    expect(lookalike('SPEC-00', record(['SPEC-00']))).toBeNull()
  })
})
