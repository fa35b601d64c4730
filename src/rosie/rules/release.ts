/** Release manifests: what a release rests on, signed. RFC-001, "Release manifest"; EU Annex 11, 15. */
import { isDay } from '../dates.ts'
import type { Json } from '../model.ts'
import type { EvidenceFile } from '../record.ts'
import { readClaims } from '../test-evidence.ts'
import { isText, listOf, objectIn } from './payload.ts'
import { type EntryFault, faultsOfEntries } from './release-evidence.ts'
import { faultsOfVendors } from './release-vendors.ts'
import type { Hit, Rule } from './rule.ts'
import { shown } from './words.ts'

const incomplete: Rule = {
  id: 'release/incomplete',
  severity: 'error',
  about:
    'A release manifest names evidence or a vendor assessment that is missing, evidence that is invalid, or a specification and tier whose newest evidence does not show that the tests passed; or lacks `release_version`, `release_date`, `system_state_hash`, `evidence_summary` or `approver`. A notice once a newer one has a valid signature.',
  *check({ head, now }) {
    // What an invalid one says is nobody's word; that it is invalid is told as such.
    const manifests = head.evidence.filter(
      ({ content, verdict }) => content.form === 'release' && content.claims !== null && verdict.result !== 'invalid',
    )
    if (manifests.length === 0) return
    const newest = newestValid(manifests, now)
    const named = { evidence: faultsOfEntries(head), vendor: faultsOfVendors(head), now }
    for (const manifest of manifests) {
      const old = newest !== null && releasedAt(manifest) < newest
      for (const hit of faultsOf(manifest, named)) yield old ? { ...hit, severity: 'notice' } : hit
    }
  },
}

/** When it says it was released, else signed, ms since 1970; what says neither is older than all that does. */
function releasedAt({ content: { claims } }: EvidenceFile): number {
  return dateIn(claims)?.time ?? readClaims(claims ?? {}).issued ?? Number.NEGATIVE_INFINITY
}

/** Of a day that has come, somewhere on earth: one of the future would stay the newest for ever. */
function newestValid(manifests: readonly EvidenceFile[], now: number): number | null {
  const times = manifests.filter(({ verdict }) => verdict.result === 'valid').map(releasedAt)
  const past = times.filter((time) => time <= now + DAY_MS)
  return past.length === 0 ? null : past.reduce((a, b) => Math.max(a, b))
}

/** `release_date`, a day or an instant; null when it is none. */
function dateIn(claims: Claims | null): { day: string; time: number } | null {
  const written = claims?.release_date
  const [, day = ''] = (isText(written) && /^(\d{4}-\d{2}-\d{2})(?:T.*)?$/s.exec(written.trim())) || []
  const time = isText(written) ? Date.parse(written.trim()) : Number.NaN
  return isDay(day) && !Number.isNaN(time) ? { day, time } : null
}

type Claims = { [claim: string]: Json }
const DAY_MS = 24 * 60 * 60 * 1000

function* faultsOf({ path, content }: EvidenceFile, named: Named): Generator<Hit> {
  const claims = content.claims ?? {}
  const at = { place: { path, line: 1 }, gxpId: content.gxpId }
  const lacking = REQUIRED.filter(({ said }) => !said(claims)).map(({ name }) => `\`${name}\``)
  if (lacking.length > 0) {
    yield { ...at, message: `The release manifest lacks ${lacking.join(', ')}.`, detail: `lacks ${lacking.join(' ')}` }
  }
  const { release_date: date, vendor_assessments: vendors = null } = claims
  if (isText(date) && dateIn(claims) === null) {
    const message = `The release manifest's \`release_date\` is \`${shown(date)}\`. Write a day of the calendar as YYYY-MM-DD.`
    yield { ...at, message, detail: 'release_date' }
  }
  if (vendors !== null && !Array.isArray(vendors)) {
    const message =
      "The release manifest's `vendor_assessments` is no list. Write a list of the assessments it rests on."
    yield { ...at, message, detail: 'vendor_assessments' }
  }
  const then = endOfRelease(claims, named.now)
  const evidence = listOf(claims.evidence_summary).map((entry) => named.evidence(entry, then))
  for (const fault of once([...evidence, ...listOf(vendors).map(named.vendor)])) yield { ...at, ...fault }
}

/** What the entries of a manifest name, looked up in the record. */
interface Named {
  evidence: ReturnType<typeof faultsOfEntries>
  vendor: ReturnType<typeof faultsOfVendors>
  /** ms since 1970. */
  now: number
}

/** The end of the day of the release, wherever on earth that was; the time of the scan where it names none, or a later one. */
function endOfRelease(claims: Claims, now: number): number {
  const date = dateIn(claims)
  return date ? Math.min(now, Date.parse(`${date.day}T00:00:00Z`) + 1.5 * DAY_MS) : now
}

function once(faults: readonly (EntryFault | null)[]): EntryFault[] {
  return [...new Map(faults.flatMap((fault) => (fault ? [[fault.detail, fault]] : []))).values()]
}

interface Required {
  name: string
  said(claims: Claims): boolean
}

const REQUIRED: readonly Required[] = [
  { name: 'release_version', said: ({ release_version }) => isText(release_version) },
  { name: 'release_date', said: ({ release_date }) => isText(release_date) },
  {
    name: 'system_state_hash',
    said: (claims) => readClaims(claims).stateHash !== null || isText(claims.system_state),
  },
  { name: 'evidence_summary', said: ({ evidence_summary }) => listOf(evidence_summary).length > 0 },
  // A name, or an object that says who and in what role.
  { name: 'approver', said: ({ approver }) => isText(approver) || Object.values(objectIn(approver)).some(isText) },
]

export const releaseRules: readonly Rule[] = [incomplete]
