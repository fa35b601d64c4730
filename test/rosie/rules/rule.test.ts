import { fingerprintOf, type Rule } from '../../../src/rosie/rules/rule.ts'

const rule: Rule = { id: 'risk/duplicate-id', severity: 'error', about: '', check: () => [] }
const of = (detail: string, nth?: number) => fingerprintOf(rule, { place: null, message: '', detail }, nth)

it('A fingerprint is of 32 hex digits, and does not go by white space', () => {
  expect(of('two words')).toMatch(/^[0-9a-f]{32}$/)
  expect(of(' two\n\twords ')).toBe(of('two words'))
  expect(of('twowords')).not.toBe(of('two words'))
  expect(of('two words', 1)).toBe(of('two words'))
  expect(of('two words', 2)).not.toBe(of('two words'))
})
