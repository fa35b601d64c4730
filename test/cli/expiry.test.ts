import { expiryOf } from '../../src/cli/expiry.ts'

const NOW = Date.parse('2026-11-22T18:00:00Z')

it.each([
  ['90d', '2027-02-20T18:00:00.000Z'],
  ['1d', '2026-11-23T18:00:00.000Z'],
  ['12h', '2026-11-23T06:00:00.000Z'],
  ['2026-11-22', '2026-11-23T00:00:00.000Z'],
  ['2027-12-31', '2028-01-01T00:00:00.000Z'],
  ['2028-02-29', '2028-03-01T00:00:00.000Z'],
  ['2026-11-22T18:00:01Z', '2026-11-22T18:00:01.000Z'],
  ['2026-11-22T20:00+01:30', '2026-11-22T18:30:00.000Z'],
])('%s ends at %s', (text, moment) => {
  expect(expiryOf(text, NOW).toISOString()).toBe(moment)
})

it.each([
  ...['', '90', 'd', '1w', '-1d', '1.5d', 'soon', '999999d'],
  ...['2027-02-30', '2027-13-01', '2027-1-1', '2027-01-01T12:00', '20270101'],
])('%j is no time, and the error says what can be written', (text) =>
  expect(() => expiryOf(text, NOW)).toThrow(/is no time\. Write 90d or 12h/),
)

it.each(['2026-11-21', '2026-11-22T18:00:00Z', '0d', '0h'])('%s is over', (text) => {
  expect(() => expiryOf(text, NOW)).toThrow(/is over\. Write/)
})
