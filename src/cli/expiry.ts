/** When something ends, as people write it. */

const HOUR_MS = 3_600_000
const UNITS = { h: HOUR_MS, d: 24 * HOUR_MS } as const

const FORMS = 'Write 90d or 12h from now, a day such as 2027-01-31 (its end, in UTC), or 2027-01-31T12:00:00Z.'

/** `now`: ms since 1970. Throws an error that says what can be written. */
export function expiryOf(text: string, now: number): Date {
  const at = momentOf(text, now)
  if (at === null || !Number.isFinite(at) || Math.abs(at) > 8.64e15) throw new Error(`"${text}" is no time. ${FORMS}`)
  if (at <= now) throw new Error(`${text} is over. ${FORMS}`)
  return new Date(at)
}

function momentOf(text: string, now: number): number | null {
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? []
  if (count && unit) return now + Number(count) * UNITS[unit as keyof typeof UNITS]
  const [, day, time] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(text) ?? []
  if (!day || !isDay(day)) return null
  return time ? Date.parse(text) : Date.parse(day) + UNITS.d
}

/** `Date.parse` takes the 31st of a month with thirty days for the next month's first. */
const isDay = (day: string) => {
  const at = Date.parse(day)
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(day)
}
