/**
 * When time alone may change an assessment: things expire, and what was of the future comes. Whatever compares a date with
 * the time of the scan has its moment here. A moment at which nothing changes may be among them; none is missed.
 *
 * Keys are not: they count, or don't, by the time at which an evidence was first seen, which stays what it is.
 */
import type { Assessed, Judging } from './assess.ts'
import { comesOn, DAY_MS, startOf } from './dates.ts'
import { LONGEST_IGNORE } from './ignores.ts'
import type { Policy } from './policy.ts'
import type { ComplianceRecord } from './record.ts'
import { dayIn } from './rules/record-fields.ts'
import { orderOf } from './rules/release-time.ts'
import { CLOCK_TOLERANCE } from './test-evidence.ts'

/** In ms since 1970; any number that is no moment of ours is passed over. */
type Moments = Iterable<number>

/**
 * The first moment after `now` at which the same head and base, judged by the same policy and verdicts, may be assessed
 * otherwise: ms since 1970. Null: nothing in them depends on the time any more.
 */
export function nextChange(
  { head, base }: Pick<Assessed, 'head' | 'base'>,
  { policy, proposed, now }: Pick<Judging, 'policy' | 'proposed' | 'now'>,
): number | null {
  let next = Number.POSITIVE_INFINITY
  const consider = (moments: Moments) => {
    for (const moment of moments) if (Math.ceil(moment) > now) next = Math.min(next, Math.ceil(moment))
  }
  consider(ofIgnores(policy))
  if (proposed) consider(ofIgnores(proposed))
  consider(ofRecord(head))
  if (base) consider(ofRecord(base))
  return next === Number.POSITIVE_INFINITY ? null : next
}

function* ofRecord(record: ComplianceRecord): Moments {
  yield* ofIgnores(record.policyFile?.content.settings ?? {})
  yield* ofEvidence(record)
  yield* ofReleases(record)
  yield* ofVendors(record)
  for (const { content } of record.testingRecords) yield* ofDay(dayIn(content.fields, 'test_date'), comesOn)
  for (const { date } of record.riskRegister?.content.entries ?? []) yield* ofDay(date, comesOn)
}

function* ofDay(day: string | null, ...moments: ((day: string) => number)[]): Moments {
  if (day !== null) for (const moment of moments) yield moment(day)
}

const afterThe = (day: string) => startOf(day) + DAY_MS

/** One that ends too far ahead begins to hold once its end is near enough. */
function* ofIgnores({ ignore = [] }: Partial<Pick<Policy, 'ignore'>>): Moments {
  for (const { expires } of ignore) yield* ofDay(expires, afterThe, (day) => startOf(day) - LONGEST_IGNORE * DAY_MS)
}

function* ofVendors({ vendorAssessments }: ComplianceRecord): Moments {
  for (const { content } of vendorAssessments) {
    yield* ofDay(dayIn(content.fields, 'certification_date'), startOf)
    yield* ofDay(dayIn(content.fields, 'expiry_date'), afterThe)
  }
}

function* ofEvidence({ testEvidence }: ComplianceRecord): Moments {
  for (const { time, issued, expires } of testEvidence) {
    if (expires !== null) yield expires
    for (const made of [time, issued]) if (made !== null) yield made - CLOCK_TOLERANCE
  }
}

/**
 * A release that names no day, or one that has yet to come, is judged as of the scan: evidence becomes known at its own
 * time, and was there before the release a millisecond later.
 */
function* ofReleases({ evidence, testEvidence }: ComplianceRecord): Moments {
  const releases = evidence.filter(({ content }) => content.form === 'release')
  for (const { content } of releases) yield orderOf(content.claims ?? {}).time - DAY_MS
  if (releases.length === 0) return
  for (const { time, issued } of testEvidence) {
    for (const made of [time, issued]) if (made !== null) yield* [made, Math.floor(made) + 1]
  }
}
