import { dayOf, isDay, latestDay } from '../../src/rosie/dates.ts'

describe('A day', () => {
  it.each(['2026-02-28', '2024-02-29', '1999-12-31'])('is %s', (text) => {
    expect(isDay(text)).toBe(true)
  })

  it.each([
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-2-3',
    '20.01.2026',
    '2026-01-20T10:00Z',
    'x2026-01-20',
    '+012026-01',
    '',
  ])('is not %j', (text) => {
    expect(isDay(text)).toBe(false)
  })
})

it('tells the day of a moment in UTC, and nothing beyond the calendar', () => {
  expect(dayOf(Date.parse('2026-02-06T23:59:59Z'))).toBe('2026-02-06')
  expect(dayOf(Date.parse('2026-02-07T00:00:00Z'))).toBe('2026-02-07')
  expect(dayOf(1e300)).toBe('')
})

it('allows for clocks ahead of UTC', () => {
  expect(latestDay(Date.parse('2026-02-06T10:00:00Z'))).toBe('2026-02-07')
})
