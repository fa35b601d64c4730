/** What a text says, as one word. */
import type { Json } from '../../src/rosie/model.ts'
import { readDecision } from '../../src/rosie/parse/decision.ts'
import { digestOf } from '../../src/rosie/parse/digest.ts'
import { readDocument } from '../../src/rosie/parse/document.ts'
import { readRiskRegister } from '../../src/rosie/parse/risk-register.ts'
import { document, lines } from '../support/record.ts'

describe('A digest', () => {
  it.each<[Json, Json]>([
    ['a  b', 'a b'],
    ['a\r\n\tb', 'a b'],
    [' a\n', 'a'],
    [['a  b'], ['a b']],
    [{ a: ' b\n' }, { a: 'b' }],
    [[{ a: ['b\nc'] }], [{ a: ['b c'] }]],
  ])('is the same for %j and %j, which say the same', (one, other) => {
    expect(digestOf(one)).toBe(digestOf(other))
  })

  it.each<[Json, Json]>([
    ['ab', 'a b'],
    [1, 2],
    [1, '1'],
    [null, false],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 2 }],
    [['a'], { 0: 'a' }],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [{}, null],
  ])('tells %j from %j', (one, other) => {
    expect(digestOf(one)).not.toBe(digestOf(other))
  })
})

describe('What a document says', () => {
  const digest = (fields: string[], ...body: string[]) => readDocument('requirement', document(fields, ...body)).digest
  const FIELDS = ['gxp_id: REQ-001', 'title: Dose', 'gxp_risk_rating: HIGH', 'acceptance_criteria: [a, b]']

  it.each([
    ['the order of its fields', FIELDS.toReversed(), ['x']],
    ['its id', FIELDS.with(0, 'gxp_id: REQ-002'), ['x']],
    ['the other name of its risk', FIELDS.with(2, 'risk_level: HIGH'), ['x']],
    ['the layout', ['  # all of it', ...FIELDS.with(1, 'title:   "Dose"')], ['', 'x  ', '']],
    ...['validation_status', 'assurance_status', 'status', 'updated', 'updated_at', 'last_updated'].map(
      (key): [string, string[], string[]] => [`\`${key}\``, [...FIELDS, `${key}: x`], ['x']],
    ),
    ...['modified', 'last_modified'].map((key): [string, string[], string[]] => [
      `\`${key}\``,
      [...FIELDS, `${key}: x`],
      ['x'],
    ]),
  ])('does not depend on %s', (_, fields, body) => {
    expect(digest(fields, ...body)).toBe(digest(FIELDS, 'x'))
  })

  it.each([
    ['its title', FIELDS.with(1, 'title: Doses'), ['x']],
    ['its risk', FIELDS.with(2, 'gxp_risk_rating: LOW'), ['x']],
    ['an element of a list', FIELDS.with(3, 'acceptance_criteria: [a, c]'), ['x']],
    ['a field of its own', [...FIELDS, 'owner: QA'], ['x']],
    ['its body', FIELDS, ['y']],
  ])('depends on %s', (_, fields, body) => {
    expect(digest(fields, ...body)).not.toBe(digest(FIELDS, 'x'))
  })
})

/** Digests are kept with what was read: one that comes out otherwise asks for another PARSER_VERSION. */
it('Digests are the same from version to version', () => {
  const fields = ['title: Dose', 'owner: QA', 'gxp_id: REQ-001']
  expect(readDocument('requirement', document(fields, '# Dose')).digest).toMatch(/^ff04a4666c069bec/)
  expect(readDecision(document(['owner: QA', 'date: 2026-01-20'], '# T', '## Status', 'Accepted')).digest).toMatch(
    /^9f4d0a3aba42814a/,
  )
  const entry = lines('## RISK-001: x', '- Date: 2026-01-20', '- Author: QA', '- Status: open', 'Text.')
  expect(readRiskRegister(entry).entries[0]?.digest).toMatch(/^198b2fe673fa0f02/)
})
