/** Days as records write them: `YYYY-MM-DD`. As texts they stand in the order of time. And times as tokens write them. */

export const DAY_MS = 24 * 60 * 60 * 1000

/** The end of the year 9999, in seconds since 1970. What lies beyond was written in milliseconds. */
const LAST = 253_402_300_799

/** Whether this is a NumericDate of RFC 7519, section 2, as tokens and keys have them: seconds since 1970. */
export const isNumericDate = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= LAST

/** Whether this is a day of the calendar. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const time = startOf(text)
  return !Number.isNaN(time) && dayOf(time) === text // 30 February is read as 2 March
}

/** The day in UTC of a moment in ms since 1970; empty beyond the calendar. */
export function dayOf(time: number): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 10)
}

/** When a day begins in UTC, in ms since 1970. */
export const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`)

/** The last day that somebody on earth may be writing at that moment: their clocks are up to 14 hours ahead of UTC. */
export const latestDay = (now: number): string => dayOf(now + DAY_MS)

/** The moment from which on a day is none of the future any more, by `latestDay`; ms since 1970. */
export const comesOn = (day: string): number => startOf(day) - DAY_MS
