/** When a release was made, as far as its manifest says. RFC-001, "Release manifest". */
import { dayOf, isDay, latestDay } from '../dates.ts'
import type { Json } from '../model.ts'
import { CLOCK_TOLERANCE, instantOf, readClaims } from '../test-evidence.ts'
import { isText } from './payload.ts'

type Claims = { [claim: string]: Json }

/** Times in ms since 1970, none of them later than the scan's. An instant is its own start and end. */
export interface Released {
  day: string
  start: number
  end: number
  /** When the day ended everywhere on earth; the clocks of those who tested may be ahead. */
  latest: number
}

const DAY_MS = 24 * 60 * 60 * 1000

/** The time of the scan where it names none, or a later one. */
export function releasedIn(claims: Claims, now: number): Released {
  const { day, time, length } = dateIn(claims) ?? { day: latestDay(now), time: now, length: 0 }
  return {
    day,
    start: Math.min(now, time),
    end: Math.min(now, time + length),
    latest: Math.min(now, time + 1.5 * length) + CLOCK_TOLERANCE,
  }
}

/** `release_date`, a day or an instant; null when it is none. A time without a zone says no more than its day. */
export function dateIn({ release_date }: Claims): { day: string; time: number; length: number } | null {
  const written = isText(release_date) ? release_date.trim() : ''
  const [, day = ''] = /^(\d{4}-\d{2}-\d{2})(?:T.*)?$/s.exec(written) ?? []
  if (!isDay(day) || Number.isNaN(Date.parse(written))) return null
  const instant = instantOf(written)
  return instant === null
    ? { day, time: Date.parse(`${day}T00:00:00Z`), length: DAY_MS }
    : { day, time: instant, length: 0 }
}

/** What manifests are ordered by: the day of the release and, within one, when they were signed. */
export interface ReleaseOrder {
  day: string
  /** ms since 1970. */
  time: number
  signed: number
}

/** By its signature where it names no day; what says neither is older than all that does. */
export function orderOf(claims: Claims): ReleaseOrder {
  const issued = readClaims(claims).issued
  const { day, time } = dateIn(claims) ?? { day: dayOf(issued ?? Number.NaN), time: issued ?? Number.NEGATIVE_INFINITY }
  return { day, time, signed: issued ?? time }
}

export const isOlder = (a: ReleaseOrder, b: ReleaseOrder): boolean =>
  a.day === b.day ? a.signed < b.signed : a.day < b.day

/** A day that has come somewhere on earth: one of the future would stay the newest for ever. */
export const hasCome = ({ time }: ReleaseOrder, now: number): boolean => time <= now + DAY_MS
