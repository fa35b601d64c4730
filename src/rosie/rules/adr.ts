/** Architecture decisions. RFC-001, "Architecture decision records"; 21 CFR 11.10(k). */
import { decisionInFileName } from '../ids.ts'
import type { Place } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'
import { acceptedBefore, type DecisionFile, editOf, numberOf } from './decision-changes.ts'
import { gone, placeOfGone } from './gone.ts'
import { type Case, type Hit, type Rule, severityIn } from './rule.ts'
import { isTemplate } from './templates.ts'
import { shown } from './words.ts'

const SECTIONS = ['status', 'context', 'decision', 'consequences']
/** Files that a message names. */
const MOST_NAMED = 3
const FILE_NAME = /\/ADR-\d{3,6}-[^/]+\.md$/

const decisionsOf = ({ decisions }: ComplianceRecord): DecisionFile[] =>
  decisions.filter(({ path }) => !isTemplate(path))

/** `status` as it is written above a section. */
const heading = (section: string) => section.charAt(0).toUpperCase() + section.slice(1)

const malformed: Rule = {
  id: 'adr/malformed',
  severity: 'warning',
  about:
    'A decision lacks its title or a section (status, context, decision, consequences), a section is empty, or the status is unknown.',
  *check({ head }) {
    for (const file of decisionsOf(head)) {
      // Without a section and under another name it is no decision at all, which adr/file-name tells.
      const isDecision = FILE_NAME.test(file.path) || Object.keys(file.content.sections).length > 0
      if (isDecision && !isUnread(file)) yield* faultsOf(file)
    }
  },
}

const isUnread = ({ content }: DecisionFile): boolean =>
  content.problems.some(({ cause }) => cause === 'encoding' || cause === 'too-large')

function* faultsOf({ path, content }: DecisionFile): Generator<Hit> {
  const { title, sections, status, statusText, problems } = content
  const gxpId = decisionInFileName(path)
  for (const { cause: _cause, message, ...span } of problems)
    yield { place: { path, ...span }, gxpId, message, detail: 'unread' }
  const missing = SECTIONS.filter((name) => !sections[name]).map((name) => `\`${heading(name)}\``)
  if (title === null) missing.unshift('title')
  if (missing.length > 0) {
    const names = missing.join(', ')
    const message = `This decision lacks ${names}. It has a title and the sections Status, Context, Decision and Consequences.`
    yield { place: { path, line: 1 }, gxpId, message, detail: names }
  }
  for (const name of SECTIONS) {
    const section = sections[name]
    if (!section?.empty) continue
    const message = `The section \`${heading(name)}\` is empty.`
    yield { place: { path, line: section.line }, gxpId, message, detail: name }
  }
  if (status === null && statusText !== null) {
    const message = `\`${shown(statusText)}\` is no status of a decision. Write Proposed, Accepted, Deprecated or Superseded by ADR-NNN.`
    yield { place: statusPlace({ path, content }), gxpId, message, detail: 'status' }
  }
}

const statusPlace = ({ path, content }: Pick<DecisionFile, 'path' | 'content'>): Place => ({
  path,
  line: content.sections.status?.line ?? 1,
})

const fileName: Rule = {
  id: 'adr/file-name',
  severity: 'warning',
  about:
    'The file of a decision is not called `ADR-NNN-title.md`, NNN being its number with three digits or more, or shares its number with another.',
  *check({ head }) {
    yield* sharedNumbers(head)
    for (const { path } of decisionsOf(head)) {
      if (FILE_NAME.test(path)) continue
      const number = numberOf(path)
      const proposed = `ADR-${String(number ?? 1).padStart(3, '0')}-title.md`
      yield {
        place: { path, line: 1 },
        message: `A decision is called \`ADR-NNN-title.md\`, as in \`${proposed}\`. Rename this file, or move it if it is no decision.`,
      }
    }
  },
}

/** "Superseded by ADR-007" must name one decision. Told of each, naming the others, as of ids that are used twice. */
function* sharedNumbers(head: ComplianceRecord): Generator<Hit> {
  const byNumber = new Map<number | null, string[]>()
  for (const { path } of decisionsOf(head)) {
    if (!FILE_NAME.test(path)) continue
    const same = byNumber.get(numberOf(path))
    if (same) same.push(path)
    else byNumber.set(numberOf(path), [path])
  }
  for (const paths of byNumber.values()) {
    if (paths.length < 2) continue
    const more = paths.length - 1 - MOST_NAMED
    for (const path of paths) {
      const others = paths.slice(0, MOST_NAMED + 1).filter((other) => other !== path)
      const named = others.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '')
      const gxpId = decisionInFileName(path)
      const message = `${gxpId} is also the number of ${named}. Give the newer one a number of its own.`
      yield { place: { path, line: 1 }, gxpId, message, detail: 'number' }
    }
  }
}

const changedAfterAcceptance: Rule = {
  id: 'adr/changed-after-acceptance',
  severity: 'error',
  about:
    'A decision was edited or deleted after it was accepted. Its status alone may change, to deprecated, or to superseded with the name of its successor.',
  *check({ head, base }) {
    const elsewhere = placeOfGone(head)
    for (const { before, after } of acceptedBefore(head, base)) {
      const { path } = before
      const gxpId = decisionInFileName(path)
      const edit = after && editOf(before.content, after.content)
      if (!after) {
        const message = `The decision \`${path}\` was deleted after it was accepted. Put it back, and write \`Deprecated\` or \`Superseded by ADR-NNN\` under its status.`
        yield { ...gone(path, elsewhere), gxpId, message }
      } else if (edit) {
        const place = edit === 'content' ? { path: after.path, line: 1 } : statusPlace(after)
        yield { place, gxpId, message: MESSAGES[edit], detail: edit }
      }
    }
  },
}

const MESSAGES = {
  content:
    'This decision was edited after it was accepted. Restore it, and write a new decision that supersedes it; here only the status changes, to `Superseded by ADR-NNN`.',
  status:
    'This decision was accepted: its status can only become `Deprecated`, or `Superseded by ADR-NNN`, the decision that replaces it.',
  'unnamed successor':
    'This decision is superseded without the name of its successor. Write `Superseded by ADR-NNN`, the decision that replaces it.',
}

const danglingSupersession: Rule = {
  id: 'adr/dangling-supersession',
  severity: 'warning',
  about: 'A decision is superseded without naming its successor, or names one that is not there.',
  *check(at) {
    const { head } = at
    const numbers = new Set(head.decisions.map(({ path }) => numberOf(path)))
    const told = toldAsEdited(at)
    for (const file of decisionsOf(head)) {
      const { status, successors } = file.content
      if (status !== 'superseded') continue
      const gxpId = decisionInFileName(file.path)
      const place = statusPlace(file)
      if (successors.length === 0 && !told.has(file.path))
        yield { place, gxpId, message: MESSAGES['unnamed successor'], detail: 'unnamed' }
      for (const successor of successors) {
        const number = Number(successor.slice('ADR-'.length))
        const itself = number === numberOf(file.path)
        if (numbers.has(number) && !itself) continue
        const fault = itself ? 'which is itself' : 'but there is no such decision under `.gxp/adr/`'
        const message = `This decision is superseded by ${successor}, ${fault}. Name the decision that replaces it.`
        yield { place, gxpId, message, detail: successor }
      }
    }
  },
}

/** Files of which changed-after-acceptance says that the successor is not named. */
function toldAsEdited({ head, base, policy }: Case): Set<string> {
  if (severityIn(policy, changedAfterAcceptance) === 'off') return new Set()
  const unnamed = acceptedBefore(head, base).flatMap(({ before, after }) =>
    after && editOf(before.content, after.content) === 'unnamed successor' ? [after.path] : [],
  )
  return new Set(unnamed)
}

export const adrRules: readonly Rule[] = [malformed, fileName, changedAfterAcceptance, danglingSupersession]
