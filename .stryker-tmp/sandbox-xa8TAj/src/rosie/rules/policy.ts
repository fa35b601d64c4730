/** The policy itself: what it says wrongly, and what a change does to it and to the trusted keys. RULES, "Policy". */
// @ts-nocheck

import { closest } from '../ids.ts'
import { isIgnorable, LONGEST_IGNORE, lapsed } from '../ignores.ts'
import type { KeyFile, Place, PolicyOutcome, Severity } from '../model.ts'
import { SEVERITIES } from '../model.ts'
import type { PolicyFile } from '../parse/policy-file.ts'
import { SETTING_KEYS } from '../parse/policy-schema.ts'
import type { Ignore, Policy } from '../policy.ts'
import type { ComplianceRecord, Located } from '../record.ts'
import { FIELDS } from '../resolve-policy.ts'
import { gone, placeOfGone } from './gone.ts'
import type { Case, Hit, Rule } from './rule.ts'

const invalid: Rule = {
  id: 'policy/invalid',
  severity: 'error',
  about:
    'A setting of `.github/rosie.yml` or of the front matter of GxP.MD does not validate, or a key file under `.gxp/keys/` can not be used. An ignore that has expired, and a setting that the organisation has locked, are warnings.',
  *check(at) {
    const { head } = at
    yield* problems(head)
    if (head.policyFile) {
      yield* unknownRules(head.policyFile, at)
      yield* lapsedIgnores(head.policyFile, at)
      yield* lockedSettings(head.policyFile, at)
    }
    yield* lapsedAbove(at)
  },
}

function* problems({ policyFile, projectPolicy, keyFiles }: ComplianceRecord): Generator<Hit> {
  for (const file of [policyFile, projectPolicy]) {
    for (const { cause, message, severity, ...span } of file?.content.problems ?? [])
      if (file && cause === 'policy') yield { place: { path: file.path, ...span }, severity, message, detail: message }
  }
  for (const { path, content } of keyFiles) {
    for (const { cause, message, ...span } of content.problems)
      if (cause === 'key') yield { place: { path, ...span }, message, detail: message }
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

/** STANDARD, "Evidence", trust: keys count as they stand on the default branch. */
const keysChanged: Rule = {
  id: 'policy/keys-changed',
  severity: 'warning',
  about:
    'The change adds, removes or edits a public key under `.gxp/keys/`. Keys trust nothing before they are merged.',
  *check({ head, base }) {
    if (!base) return
    const [before, after] = [keysIn(base), keysIn(head)]
    const [added, removed] = [without(after, before), without(before, after)]
    const files = new Set([...added, ...removed].map(({ path }) => path))
    if (files.size === 0) return
    const elsewhere = placeOfGone(head)
    const present = new Set(head.keyFiles.map(({ path }) => path))
    for (const path of files) {
      const of = ({ path: its }: Key) => its === path
      const message = keysMessage(path, added.filter(of), removed.filter(of))
      if (present.has(path)) yield { place: { path, line: 1 }, message }
      else yield { ...gone(path, elsewhere), message }
    }
  },
}

interface Key {
  path: string
  /** Its `kid`, else its file's name. */
  name: string
  /** All that is said of it. */
  identity: string
}

const keysIn = ({ keyFiles }: ComplianceRecord): Key[] => keyFiles.flatMap(keysOf)

const keysOf = ({ path, content }: Located<KeyFile>): Key[] =>
  content.keys.map((jwk) => ({
    path,
    name: typeof jwk.kid === 'string' ? jwk.kid : path.slice(path.lastIndexOf('/') + 1),
    identity: JSON.stringify(Object.entries(jwk).sort(([a], [b]) => (a < b ? -1 : 1))),
  }))

/** A key that only moved to another file is the same key. */
function without(keys: readonly Key[], others: readonly Key[]): Key[] {
  const known = new Set(others.map(({ identity }) => identity))
  return keys.filter(({ identity }) => !known.has(identity))
}

function keysMessage(path: string, added: readonly Key[], removed: readonly Key[]): string {
  const [fresh, lost] = [names(added), names(removed)]
  const edited = fresh.filter((name) => lost.includes(name))
  const parts = [
    ...said('edits', edited),
    ...said(
      'adds',
      fresh.filter((name) => !edited.includes(name)),
    ),
    ...said(
      'removes',
      lost.filter((name) => !edited.includes(name)),
    ),
  ]
  const trust =
    added.length > 0 ? ' A key trusts nothing before it is merged. Merge it only if you know whose it is.' : ''
  const loss =
    removed.length > 0
      ? ' Once this is merged, evidence that was signed with the key as it was is no longer valid.'
      : ''
  return `In \`${path}\`, this change ${parts.join(' and ')}.${trust}${loss}`
}

const names = (keys: readonly Key[]): string[] => [...new Set(keys.map(({ name }) => name))]

/** Keys that are named; the others are counted. */
const NAMED = 10

function said(verb: string, keys: readonly string[]): string[] {
  if (keys.length === 0) return []
  const named = keys.slice(0, NAMED).map((name) => `\`${name}\``)
  const more = keys.length > NAMED ? ` and ${keys.length - NAMED} more` : ''
  return [`${verb} the ${keys.length === 1 ? 'key' : 'keys'} ${named.join(', ')}${more}`]
}

const changed: Rule = {
  id: 'policy/changed',
  severity: 'notice',
  about: 'The change edits the policy: it is judged by the one in force, and this is a preview of what would change.',
  *check({ head, base, preview }) {
    if (!preview) return
    const { before, changes } = preview
    const shown = changes.slice(0, MOST_CHANGES)
    const more = changes.length > shown.length ? [`And ${changes.length - shown.length} more.`] : []
    const message = [
      'This change edits the policy. It is judged by the policy in force, and would come to',
      `${outcome(preview)} by its own instead of ${outcome(before)}.`,
      ...shown,
      ...more,
    ].join(' ')
    yield { ...placeOfChange(head, base), message }
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

/** The file that was edited; of `.github/rosie.yml` the first key that says something else. */
function placeOfChange(
  head: ComplianceRecord,
  base: ComplianceRecord | null,
): Pick<Hit, 'place' | 'general' | 'detail'> {
  const [own, before] = [head.policyFile, base?.policyFile ?? null]
  if (own?.sha !== before?.sha) {
    const path = own?.path ?? before?.path ?? ''
    return own
      ? { place: { path, line: firstChange(own.content, before?.content ?? null) } }
      : gone(path, placeOfGone(head))
  }
  const project = head.projectPolicy ?? base?.projectPolicy
  const place: Place | null = project ? { path: project.path, line: 1 } : null
  return project && !head.projectPolicy ? gone(project.path, placeOfGone(head)) : { place }
}

function firstChange({ settings, lines }: PolicyFile, before: PolicyFile | null): number {
  const differs = (field: keyof Policy) => JSON.stringify(settings[field]) !== JSON.stringify(before?.settings[field])
  const changes = SETTING_KEYS.filter((key) => FIELDS[key].some(differs)).flatMap((key) => lines[key] ?? [])
  return changes.length > 0 ? Math.min(...changes) : 1
}

export const policyRules: readonly Rule[] = [invalid, keysChanged, changed]
