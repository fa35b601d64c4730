/** Whether evidence was made for the source it claims, and for the source as it is. STANDARD, "Evidence", state hash. */
// @ts-nocheck

import type { SourceState } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'
import { isCurrent, isFuture, newestOf, type TestEvidence } from '../test-evidence.ts'
import { asStatus, statusField } from '../vocabulary.ts'
import { isKeptUp, runWords, severityByAge } from './evidence-age.ts'
import type { Case, Rule } from './rule.ts'

/** RFC-001, "Evidence": `system_state_hash` binds the evidence to the source that was tested. */
export const stateMismatch: Rule = {
  id: 'evidence/state-mismatch',
  severity: 'error',
  about: 'The source at the commit that evidence names does not have the `system_state_hash` it claims.',
  *check(at) {
    const byAge = severityByAge(at)
    for (const { provenance, verdict, commit, stateHash, place, path, gxpId, specId } of at.head.testEvidence) {
      if (provenance.result !== 'contradicted' || verdict.result === 'invalid') continue
      yield {
        place,
        gxpId: gxpId ?? specId,
        message: `\`system_state_hash\` claims ${stateHash}, but the source at commit ${commit} has ${hashWords(provenance.state)}. Run the tests on a committed state of the source and add new evidence.`,
        ...byAge(path),
      }
    }
  },
}

function hashWords({ plain, separated }: SourceState): string {
  const forms = [
    ...(plain === null ? [] : [`${plain} (path and content one after the other)`]),
    ...(separated === null ? [] : [`${separated} (with a NUL byte between them)`]),
  ]
  return forms.join(' or ')
}

/** Told of each commit once: a rebase or a shallow copy loses one commit, whatever the number of evidence files. */
export const commitUnavailable: Rule = {
  id: 'evidence/commit-unavailable',
  severity: 'notice',
  about: 'The commit that evidence names is not in the repository: where it comes from is unknown. Told once a commit.',
  *check({ head }) {
    const byCommit = new Map<string, TestEvidence[]>()
    for (const each of head.testEvidence) {
      if (each.provenance.result !== 'unavailable' || each.commit === null || each.verdict.result === 'invalid')
        continue
      const known = byCommit.get(each.commit)
      if (known) known.push(each)
      else byCommit.set(each.commit, [each])
    }
    for (const [commit, [first, ...others]] of byCommit) {
      if (!first) continue
      const number = others.length === 0 ? '1 evidence names' : `${others.length + 1} pieces of evidence name`
      yield {
        place: first.place,
        general: true,
        message: `${number} the commit ${commit}, which is not in this repository: what source was tested can't be checked.`,
        detail: commit,
      }
    }
  },
}

/** Told of each specification once, at the first of its evidence that is out of date. */
export const stale: Rule = {
  id: 'evidence/stale',
  severity: 'warning',
  about:
    'The newest valid evidence of a specification was made for another state of the source than this one. An error where the system context says `validated`.',
  *check(at) {
    const { head } = at
    const severity = saysValidated(head) ? 'error' : 'warning'
    for (const [specId, runs] of outdatedRuns(at)) {
      const [first] = runs
      if (!first) continue
      const tiers = runs.flatMap(({ tier }) => tier ?? []).sort()
      const what = runWords({ specId, tier: null })
      yield {
        place: first.place,
        gxpId: specId,
        general: true,
        severity,
        message: `The newest ${what}${tiers.length > 0 ? ` (${tiers.join(', ')})` : ''} was made for another state of the source than this one. Run the tests again and add new evidence.`,
      }
    }
  },
}

const saysValidated = ({ systemContext }: ComplianceRecord): boolean =>
  systemContext !== null && asStatus(statusField(systemContext.content.fields))?.status === 'validated'

/** By specification, of the newest valid runs of each tier those that were made for another state. */
function outdatedRuns(at: Case): Map<string, TestEvidence[]> {
  const { head } = at
  const found = new Map<string, TestEvidence[]>()
  const valid = head.testEvidence.filter((each) => each.verdict.result === 'valid' && !isFuture(each, at.now))
  for (const each of newestOf(valid).values()) {
    const { specId, provenance } = each
    // A claim that is contradicted is told as such.
    if (specId === null || provenance.result === 'contradicted' || !isKeptUp(each, at)) continue
    if (isCurrent(each, head.snapshot.state) !== false) continue
    const known = found.get(specId)
    if (known) known.push(each)
    else found.set(specId, [each])
  }
  return found
}
