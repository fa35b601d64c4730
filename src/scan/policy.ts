/**
 * What a scan is judged by: the policy of the default branch as last scanned, under that of the organisation. Never that
 * of the change, which is shown as a preview.
 */
import type { Snapshot } from '../rosie/model.ts'
import type { PolicyFile } from '../rosie/parse/policy-file.ts'
import type { Policy } from '../rosie/policy.ts'
import { resolvePolicy, sourcesIn } from '../rosie/resolve-policy.ts'

/** The repository whose policy holds for all of its owner's: GitHub's own place for what an organisation shares. */
export const ORGANISATION_REPOSITORY = '.github'

/** The policy that a snapshot's own files make, under the organisation's. */
export const policyIn = (snapshot: Pick<Snapshot, 'files'>, organisation: PolicyFile | null): Policy =>
  resolvePolicy({ organisation, ...sourcesIn(snapshot) })

/** The policy that a head would have, where it edits what its base has; null where it leaves it alone. */
export function proposedPolicy(head: Snapshot, base: Snapshot | null, organisation: PolicyFile | null): Policy | null {
  return base && filesOf(head) !== filesOf(base) ? policyIn(head, organisation) : null
}

const filesOf = ({ files }: Snapshot): string =>
  JSON.stringify(files.flatMap(({ path, sha, kind }) => (kind === 'policy' ? [path, sha] : [])))

/** What is wrong in the organisation's file, for those who can't see it: a sentence for each scan it holds for. */
export function notesOn(organisation: PolicyFile | null): string[] {
  const [first, ...others] = organisation?.problems ?? []
  if (!first) return []
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  return [`The policy of the organisation has a fault in line ${first.line}${more}: ${first.message}`]
}
