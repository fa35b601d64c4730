/**
 * HIGH requirements that are tested but not proven, once a key is trusted. STANDARD, "The graph" (gates): a requirement of
 * HIGH risk is to be proven, which asks more of evidence than a valid signature.
 */

import type { RequirementCoverage } from '../assessment.ts'
import { gateOf } from '../coverage.ts'
import { walk } from '../network.ts'
import type { ComplianceRecord } from '../record.ts'
import { evidenceNode } from '../sayings.ts'
import { isPassing, type TestEvidence } from '../test-evidence.ts'
import { decidingRuns, proves } from '../tracing.ts'
import { misnamedCommit } from './evidence-state.ts'
import { tellerIn } from './evidence-told.ts'
import { placeOf } from './places.ts'
import { type Case, type Hit, type Rule, severityByRisk } from './rule.ts'
import { mendedNetwork, standsFor } from './trace/causes.ts'
import { isToldAsUnread } from './trace/unread.ts'
import { shown } from './words.ts'

/**
 * Told of a requirement only where no other finding says why, and nothing that is still to be found out could prove it.
 * `rule`: whose findings these are. `told`: specifications of which it is told already that their evidence won't do.
 */
export function* unprovenRequirements(at: Case, rule: Rule, told: () => readonly string[]): Generator<Hit> {
  const { head } = at
  const open = unproven(at)
  if (open.length === 0) return
  const network = mendedNetwork(head, at.base)
  // A document that can't be read is told as such, and what evidence it needs is not known.
  const unread = [...head.unreadableIds].filter((id) => isToldAsUnread(id, { rule, severity: 'error' }, head))
  const { hopeful, told: toldRuns, silent } = sorted(at, rule)
  const explained = walk(network, 'out', [...told(), ...unread, ...hopeful.map(nodeOf)])
  const toldOf = walk(network, 'out', toldRuns.map(nodeOf))
  const runs = new Map(silent.map((each) => [nodeOf(each), each]))
  const reached = walk(network, 'out', runs.keys())
  for (const { id, risk } of open) {
    const run = runs.get(reached.way(id)[0] ?? '')
    // What is told of one run says nothing of another.
    if (explained.has(id) || (!run && toldOf.has(id))) continue
    yield {
      place: placeOf(id, head),
      gxpId: id,
      severity: severityByRisk(risk),
      message: `${id} (risk ${risk}) is tested, but not proven: ${run ? whyNot(run, head) : 'no signed evidence that counts leads to it'}. ${RIGHT}`,
      detail: 'not proven',
    }
  }
}

const RIGHT =
  'Add signed evidence of passing tests that claims the `system_state_hash` of the source as it is and names, as `git_commit`, a commit of this repository that has it.'

const nodeOf = ({ path }: TestEvidence) => evidenceNode(path)

/** Of one that nothing tests at all, that is told. */
function unproven({ head, policy }: Case): RequirementCoverage[] {
  const untestedToo = policy.severities['trace/uncovered-requirement'] === 'off'
  return head.coverage.requirements.filter(
    ({ risk, proven, traced }) => !proven && (traced || untestedToo) && gateOf(risk, head.established) === 'proven',
  )
}

/**
 * Evidence that would prove what it leads to, or may yet; evidence of which a finding says why it doesn't; and of what
 * decides the rest, of which nobody says anything.
 */
function sorted(at: Case, rule: Rule): Record<'hopeful' | 'told' | 'silent', TestEvidence[]> {
  const { head } = at
  const teller = tellerIn(at)
  const told = head.testEvidence.filter((each) => {
    const by = teller(each)
    return by !== null && standsFor(by, { rule }, head)
  })
  const paths = new Set(told.map(({ path }) => path))
  const isHopeful = (each: TestEvidence) => proves(each, head) || isAwaited(each, head)
  const deciding = decidingRuns(head).filter(({ path }) => !paths.has(path))
  return { told, hopeful: deciding.filter(isHopeful), silent: deciding.filter((each) => !isHopeful(each)) }
}

/** It passed, and its commit is not replayed yet: a scan of its own will tell (scan/replay.ts). */
const isAwaited = (each: TestEvidence, { established: { states, now } }: ComplianceRecord): boolean =>
  each.commit !== null && each.stateHash !== null && !states.has(each.commit) && isPassing(each, now)

/** Why a run, of which no finding tells, proves nothing. */
function whyNot(run: TestEvidence, { snapshot }: ComplianceRecord): string {
  const { commit, stateHash, provenance, path, results } = run
  const its = `its evidence \`${path}\``
  if ((results?.passed ?? 0) === 0) return `${its} counts no test that passed`
  if (stateHash === null) return `${its} claims no \`system_state_hash\``
  const misnamed = misnamedCommit(run)
  if (misnamed !== null) return `${its} names \`${shown(misnamed)}\`, which is no commit id, as its \`git_commit\``
  if (commit === null) return `${its} names no \`git_commit\``
  if (provenance.result === 'unavailable') return `${its} names the commit ${commit}, which is not in this repository`
  if (provenance.result === 'unknown')
    return `the source at the commit that ${its} names can't be hashed: nothing lies in the scope (\`evidence.state_hash.scope\`), or too much`
  if (snapshot.state === null) return "what the source is like here can't be told"
  return `${its} does not count, or was made for another state of the source`
}
