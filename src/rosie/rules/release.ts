/** Release manifests: what a release rests on, signed. RFC-001, "Release manifest"; EU Annex 11, 15. */
import type { Json } from '../model.ts'
import type { EvidenceFile } from '../record.ts'
import { readClaims } from '../test-evidence.ts'
import { isText, listOf, objectIn } from './payload.ts'
import { type EntryFault, faultsOfEntries } from './release-evidence.ts'
import { dateIn, hasCome, isOlder, orderOf, type ReleaseOrder, releasedIn } from './release-time.ts'
import { faultsOfVendors } from './release-vendors.ts'
import type { Hit, Rule } from './rule.ts'
import { shown } from './words.ts'

const incomplete: Rule = {
  id: 'release/incomplete',
  severity: 'error',
  about:
    'A release manifest names evidence or a vendor assessment that is missing, evidence that is invalid, or a specification and tier whose newest evidence does not show that the tests passed; or lacks `release_version`, `release_date`, `system_state_hash`, `evidence_summary` or `approver`. A notice once a newer one has a valid signature.',
  *check(at) {
    const { head, now } = at
    // What an invalid one says is nobody's word; that it is invalid is told as such.
    const manifests = head.evidence.filter(
      ({ content, verdict }) => content.form === 'release' && verdict.result !== 'invalid',
    )
    if (manifests.length === 0) return
    const newest = newestValid(manifests, now)
    const named = { evidence: faultsOfEntries(at), vendor: faultsOfVendors(head), now }
    for (const manifest of manifests) {
      const old = newest !== null && isOlder(orderIn(manifest), newest)
      for (const hit of faultsOf(manifest, named)) yield old ? { ...hit, severity: 'notice' } : hit
    }
  },
}

/** The newest with a valid signature: what is wrong with an older one is worth a notice, since it is immutable. */
function newestValid(manifests: readonly EvidenceFile[], now: number): ReleaseOrder | null {
  const valid = manifests.filter(({ verdict }) => verdict.result === 'valid').map(orderIn)
  const come = valid.filter((each) => hasCome(each, now))
  return come.length === 0 ? null : come.reduce((a, b) => (isOlder(a, b) ? b : a))
}

const orderIn = ({ content }: EvidenceFile): ReleaseOrder => orderOf(content.claims ?? {})

type Claims = { [claim: string]: Json }

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
  const when = releasedIn(claims, named.now)
  const evidence = listOf(claims.evidence_summary).map((entry) => named.evidence(entry, when))
  for (const fault of once([...evidence, ...listOf(vendors).map(named.vendor)])) yield { ...at, ...fault }
}

/** What the entries of a manifest name, looked up in the record. */
interface Named {
  evidence: ReturnType<typeof faultsOfEntries>
  vendor: ReturnType<typeof faultsOfVendors>
  /** ms since 1970. */
  now: number
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
