/** Whether evidence was made for the source it claims, and for the source as it is. STANDARD, "Evidence", state hash. */
import type { Severity, SourceState } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'
import { isCurrent, newestValid, type TestEvidence } from '../test-evidence.ts'
import { asStatus, statusField } from '../vocabulary.ts'
import { isKeptUp, runWords, severityByAge } from './evidence-age.ts'
import type { Case, Rule } from './rule.ts'
import { shown } from './words.ts'

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
  about:
    'The commit that evidence names is not in the repository, or its `git_commit` is no commit id: where it comes from is unknown. Told once a commit.',
  *check({ head }) {
    for (const [named, [first, ...others]] of byLostCommit(head)) {
      if (!first) continue
      const number = others.length === 0 ? '1 evidence names' : `${others.length + 1} pieces of evidence name`
      const what =
        first.commit === null
          ? `\`${shown(named)}\` as its \`git_commit\`, which is no commit id (7 to 64 hex digits)`
          : `the commit ${named}, which is not in this repository`
      yield {
        place: first.place,
        general: true,
        message: `${number} ${what}: what source was tested can't be checked.`,
        detail: named,
      }
    }
  },
}

/** Evidence by what it names as its commit, where that is none of this repository, or of any. */
function byLostCommit({ testEvidence }: ComplianceRecord): Map<string, TestEvidence[]> {
  const found = new Map<string, TestEvidence[]>()
  for (const each of testEvidence) {
    const named = each.provenance.result === 'unavailable' ? each.commit : misnamedCommit(each)
    if (named === null || each.verdict.result === 'invalid') continue
    const known = found.get(named)
    if (known) known.push(each)
    else found.set(named, [each])
  }
  return found
}

/** A `git_commit` that is a text, but no commit id: the name of a branch, for example. */
export const misnamedCommit = ({ commit, claims }: TestEvidence): string | null =>
  commit === null && typeof claims.git_commit === 'string' ? claims.git_commit : null

/** Told of each specification once, at the first of its evidence that is out of date. */
export const stale: Rule = {
  id: 'evidence/stale',
  severity: 'warning',
  about:
    'The newest valid evidence of a specification was made for another state of the source than this one. An error where the system context says `validated`.',
  *check(at) {
    const { head } = at
    const severity = severityOfStale(head)
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

export const severityOfStale = (head: ComplianceRecord): Severity => (saysValidated(head) ? 'error' : 'warning')

const saysValidated = ({ systemContext }: ComplianceRecord): boolean =>
  systemContext !== null && asStatus(statusField(systemContext.content.fields))?.status === 'validated'

/** By specification, of the newest valid runs of each tier those that were made for another state. */
export function outdatedRuns(at: Pick<Case, 'head' | 'now'>): Map<string, TestEvidence[]> {
  const { head } = at
  const found = new Map<string, TestEvidence[]>()
  for (const each of newestValid(head.testEvidence, at.now)) {
    const { specId, provenance } = each
    // A claim that is contradicted is told as such.
    if (specId === null || provenance.result === 'contradicted') continue
    if (isCurrent(each, head.snapshot.state) !== false || !isKeptUp(each, at)) continue
    const known = found.get(specId)
    if (known) known.push(each)
    else found.set(specId, [each])
  }
  return found
}
