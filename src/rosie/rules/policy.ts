/** The policy itself: what it says wrongly, and what a change does to it and to the trusted keys. RULES, "Policy". */

import type { PolicyOutcome } from '../assessment.ts'
import { closest } from '../ids.ts'
import { isIgnorable, LONGEST_IGNORE, lapsed } from '../ignores.ts'
import type { Severity } from '../model.ts'
import { SEVERITIES } from '../model.ts'
import type { PolicyFile } from '../parse/policy-file.ts'
import { SETTING_KEYS } from '../parse/policy-schema.ts'
import type { Ignore, Policy } from '../policy.ts'
import type { ComplianceRecord, Located } from '../record.ts'
import { FIELDS } from '../resolve-policy.ts'
import { gone, placeOfGone } from './gone.ts'
import { keysChanged } from './policy-keys.ts'
import { emptyScope } from './policy-scope.ts'
import type { Case, Hit, Rule } from './rule.ts'

const invalid: Rule = {
  id: 'policy/invalid',
  severity: 'error',
  about:
    'A setting of `.github/rosie.yml` or of the front matter of GxP.MD does not validate, names nothing that is there, or stands in a file that is not read; or a key under `.gxp/keys/` can not be used. Warnings: an ignore that has expired, a setting that the organisation has locked, and a risk matrix that asks for no signed evidence of HIGH.',
  *check(at) {
    const { head } = at
    yield* problems(head)
    yield* misnamed(head)
    if (head.policyFile) {
      yield* unknownRules(head.policyFile, at)
      yield* lapsedIgnores(head.policyFile, at)
      yield* lockedSettings(head.policyFile, at)
    }
    yield* lapsedAbove(at)
    yield* emptyScope(at)
  },
}

function* problems({ policyFile, projectPolicy, keyFiles }: ComplianceRecord): Generator<Hit> {
  for (const { path, content } of [policyFile, projectPolicy].filter((file) => file !== null)) {
    for (const { cause, message, severity, ...span } of content.problems)
      if (cause === 'policy') yield { place: { path, ...span }, severity, message, detail: message }
  }
  for (const { path, content } of keyFiles) {
    for (const { cause, message, ...span } of content.problems)
      if (cause === 'key') yield { place: { path, ...span }, message, detail: message }
  }
}

/** Told beside one that has the right name too: two accounts of one policy, of which only one holds. */
function* misnamed({ snapshot }: ComplianceRecord): Generator<Hit> {
  for (const { path, kind, reader } of snapshot.files) {
    if (kind !== 'policy' || reader !== null) continue
    const message = `The policy is read from \`.github/rosie.yml\` alone, so nothing in \`${path}\` holds. Give it that name.`
    yield { place: { path, line: 1 }, message, detail: 'name' }
  }
}

function* unknownRules({ path, content }: Located<PolicyFile>, { ruleIds }: Case): Generator<Hit> {
  const known = new Set(ruleIds)
  for (const { id, ...span } of content.rules) {
    if (known.has(id)) continue
    const near = closest(id, ruleIds)
    const message = `There is no rule \`${id}\`, so nothing is set for it.${near ? ` Did you mean \`${near}\`?` : ''}`
    yield { place: { path, ...span }, message, detail: id }
  }
}

function* lapsedIgnores({ path, content }: Located<PolicyFile>, { now }: Case): Generator<Hit> {
  for (const ignore of content.settings.ignore ?? []) {
    const fault = faultOf(ignore, now)
    if (fault) yield { place: { path, line: ignore.line }, ...fault }
  }
}

/** The organisation's own file is elsewhere: what it has let expire is told of the repository as a whole. */
function* lapsedAbove({ policy, now }: Case): Generator<Hit> {
  for (const ignore of policy.ignore) {
    const fault = ignore.organisation ? faultOf(ignore, now) : null
    if (!fault) continue
    const message = `In the policy of the organisation, line ${ignore.line}: ${fault.message}`
    yield { place: null, ...fault, message, severity: 'warning' }
  }
}

function faultOf({ paths, rules, expires, line: _line, ...ignore }: Ignore, now: number): Omit<Hit, 'place'> | null {
  const detail = JSON.stringify([paths, rules, expires])
  const forbidden = rules.find((rule) => !isIgnorable(rule))
  if (forbidden)
    return { message: `\`${forbidden}\` can't be ignored: what is wrong with a policy is always told.`, detail }
  const fault = lapsed({ expires }, now)
  if (fault === 'expired') {
    const message = `This ignore expired on ${expires}: what it named counts again. Mend that, or decide anew and give a later date. Its reason was: ${ignore.reason}`
    return { message, severity: 'warning', detail }
  }
  if (fault === null) return null
  return {
    message: `This ignore ends on ${expires}, more than ${LONGEST_IGNORE} days ahead, so it does not hold. Give an earlier date.`,
    detail,
  }
}

function* lockedSettings({ path, content: { lines } }: Located<PolicyFile>, { policy }: Case): Generator<Hit> {
  for (const key of policy.locked) {
    const line = Object.hasOwn(lines, key) ? lines[key] : undefined
    if (line === undefined) continue
    const message = `\`${key}\` is locked by the policy of the organisation, so what is set here does not hold. Take it out.`
    yield { place: { path, line }, severity: 'warning', message, detail: key }
  }
}

const changed: Rule = {
  id: 'policy/changed',
  severity: 'notice',
  about: 'The change edits the policy: it is judged by the one in force, and this is a preview of what would change.',
  *check({ head, base, preview }) {
    if (!base || !preview) return
    const where = placeOfChange(head, base)
    if (!where) return
    const { before, changes } = preview
    const more = changes.length > MOST_CHANGES ? [`And ${changes.length - MOST_CHANGES} more.`] : []
    const message = [
      'This change edits the policy. It is judged by the policy in force, and would come to',
      `${outcome(preview)} by its own instead of ${outcome(before)}.`,
      ...changes.slice(0, MOST_CHANGES),
      ...more,
    ].join(' ')
    yield { ...where, message }
  },
}

/** Sentences in one message; the check's page has them all. */
const MOST_CHANGES = 10

/** `failure (2 errors, 1 warning)` */
function outcome({ conclusion, findings }: PolicyOutcome): string {
  const many = (severity: Severity) => `${findings[severity]} ${severity}${findings[severity] === 1 ? '' : 's'}`
  const counts = SEVERITIES.toReversed().flatMap((severity) => (findings[severity] > 0 ? [many(severity)] : []))
  return `${conclusion} (${counts.join(', ') || 'no findings'})`
}

/** The file that was edited; of `.github/rosie.yml` the first key that says something else. Null: neither was. */
function placeOfChange(
  head: ComplianceRecord,
  base: ComplianceRecord,
): Pick<Hit, 'place' | 'general' | 'detail'> | null {
  const pairs = [
    [head.policyFile, base.policyFile],
    [head.projectPolicy, base.projectPolicy],
  ] as const
  const [own, before] = pairs.find(([now, then]) => now?.sha !== then?.sha) ?? [null, null]
  if (!own) return before && gone(before.path, placeOfGone(head))
  return { place: { path: own.path, line: own.content.kind === 'policy' ? firstChange(own.content, base) : 1 } }
}

function firstChange({ settings, lines }: PolicyFile, { policyFile }: ComplianceRecord): number {
  const before = policyFile?.content.settings
  const differs = (field: keyof Policy) => JSON.stringify(settings[field]) !== JSON.stringify(before?.[field])
  const changes = SETTING_KEYS.filter((key) => FIELDS[key].some(differs)).flatMap((key) => lines[key] ?? [])
  return changes.length > 0 ? Math.min(...changes) : 1
}

export const policyRules: readonly Rule[] = [invalid, keysChanged, changed]
