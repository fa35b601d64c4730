/** Documents of requirements and rows of coverage are counted apart; a report says why there are not as many of each. */
import { renderText } from '../../../src/report/compliance/render.ts'
import { requirementDocuments, rowsSentence } from '../../../src/report/compliance/requirement-documents.ts'
import type { RequirementDocuments } from '../../../src/scan/ports/reports.ts'
import { finding, ignored, requirement, source } from './given.ts'

const at = (name: string) => `.gxp/requirements/${name}.md`
const invalid = (path: string) => finding({ rule: 'artifact/invalid-id', path, gxpId: null })

const given = (documents: Partial<RequirementDocuments>, change: Parameters<typeof source>[0] = {}) =>
  source({
    requirements: ['REQ-001', 'REQ-002', 'REQ-003', 'REQ-004'].map((id) => requirement(id)),
    ...change,
    requirementDocuments: { covered: 4, ids: 4, others: [], ...documents },
  })

const said = (of: ReturnType<typeof given>) => rowsSentence(requirementDocuments(of))

const noId = { path: at('REQ-005'), gxpId: 'REQ/005' }

describe('What a report says of requirements without a row', () => {
  it.each<[string, ReturnType<typeof given>]>([
    ['4 requirement documents, each in a row below.', given({})],
    [
      '5 requirement documents, 1 of them without a usable id (F2): it is in no row below.',
      given({ others: [noId] }, { findings: [finding(), invalid(noId.path)] }),
    ],
    [
      '6 requirement documents, 2 of them without a usable id: they are in no row below.',
      given({ others: [noId, { path: at('notes'), gxpId: null }] }),
    ],
    [
      '6 requirement documents, 1 of them without a usable id, 1 of them retired: they are in no row below.',
      given({ others: [noId, { path: at('REQ-006'), gxpId: 'REQ-006' }] }),
    ],
    [
      '5 requirement documents, each in a row below. 5 documents share 4 ids: one row for each id.',
      given({ covered: 5 }),
    ],
    [
      '3 requirement documents, each in a row below. 1 row is of an id that only annotations name, without a document.',
      given({ covered: 3, ids: 3 }),
    ],
  ])('%s', (sentence, of) => {
    expect(said(of)).toBe(sentence)
  })

  it('names what was found on them, also where the policy ignores it, and counts what there is no room for', () => {
    const { assessed } = source()
    const others = Array.from({ length: 8 }, (_, n) => ({ path: at(`REQ-00${n}`), gxpId: null }))
    const one = { ...ignored('artifact/missing-id'), finding: invalid(at('REQ-000')) }
    const of = given(
      { others },
      {
        findings: others.slice(1).map(({ path }) => invalid(path)),
        assessed: assessed && { ...assessed, ignored: [one], ignoredTotal: 1 },
      },
    )
    expect(said(of)).toContain('8 of them without a usable id (F1, F2, F3, F4, F5, F6 and 2 more)')
    expect(requirementDocuments(of).findings).toEqual(['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'I1'])
  })

  it('is there as a number in JSON, and before each table of requirements in Markdown', () => {
    const of = given({ others: [noId] }, { findings: [invalid(noId.path)] })
    expect(JSON.parse(renderText(of, 'json')).requirementDocuments).toEqual({
      ...{ total: 5, withoutId: 1, findings: ['F1'], retired: 0, sharing: 0, onlyNamed: 0 },
    })
    const text = renderText(of, 'markdown')
    expect(text.split('1 of them without a usable id (F1): it is in no row below.')).toHaveLength(3)
    const none = renderText(
      { ...of, requirements: [], requirementDocuments: { covered: 0, ids: 0, others: [noId] } },
      'markdown',
    )
    expect(none).not.toContain('The record has no requirements.')
    expect(none).toContain('1 requirement document, 1 of them without a usable id (F1): it is in no row below.')
  })
})
