/**
 * A scope of `system_state_hash` that names nothing: no evidence can then be compared with the source, and neither a false
 * claim nor an outdated run would be found. STANDARD, "Evidence", `system_state_hash`.
 */
import { closest } from '../ids.ts'
import type { Snapshot } from '../model.ts'
import { DEFAULT_POLICY } from '../policy.ts'
import type { ComplianceRecord } from '../record.ts'
import { NO_SOURCE } from '../state-hash.ts'
import type { Case, Hit } from './rule.ts'

/** Told of a scope that somebody has set and that is in force: which files lie in another one is not known here. */
export function* emptyScope({ head, policy }: Case): Generator<Hit> {
  const { stateScope: scope, organisationScope, locked } = policy
  if (head.snapshot.state?.id !== NO_SOURCE.id || scope === '') return
  // One that is set to the default is often there before the source is: then nothing is lost before evidence claims it.
  if (scope === DEFAULT_POLICY.stateScope && head.testEvidence.length === 0) return
  const setter = setterOf(head)
  if (setter?.content.settings.stateScope === scope) {
    const place = { path: setter.path, line: 1, ...setter.content.scopeAt }
    yield { place, message: `\`evidence.state_hash.scope\` ${words(scope, head.snapshot)}`, detail: scope }
  } else if (organisationScope && scope !== DEFAULT_POLICY.stateScope && (!setter || locked.includes('evidence'))) {
    const message = `In the policy of the organisation, \`evidence.state_hash.scope\` ${words(scope, head.snapshot)}`
    yield { place: null, severity: 'warning', message, detail: scope }
  }
}

/** The repository's file whose scope counts, if any sets one. */
const setterOf = ({ policyFile, projectPolicy }: ComplianceRecord) =>
  [policyFile, projectPolicy].find((file) => file?.content.settings.stateScope !== undefined) ?? null

function words(scope: string, snapshot: Snapshot): string {
  const near = closest(scope, directoriesLike(scope, snapshot))
  const right = near === null ? 'Name the directory of the source, as in `/src`.' : `Did you mean \`/${near}\`?`
  return `is \`/${scope}\`, where this tree has no file that counts, so no evidence is compared with the source. ${right}`
}

/** Directories that hold files of interest, as deep as this one. */
function directoriesLike(scope: string, { files }: Snapshot): Set<string> {
  const depth = scope.split('/').length
  const found = new Set<string>()
  for (const { path } of files) {
    let end = -1
    for (let level = 0; level < depth; level++) {
      end = path.indexOf('/', end + 1)
      if (end < 0) break
    }
    if (end > 0) found.add(path.slice(0, end))
  }
  return found
}
