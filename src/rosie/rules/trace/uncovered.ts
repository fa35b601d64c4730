/** Requirements that nothing tests. GxP.MD, "Gates". */

import type { RequirementCoverage } from '../../assessment.ts'
import { kindOfId } from '../../ids.ts'
import { remembered } from '../../memo.ts'
import { type Network, type Reached, walk } from '../../network.ts'
import type { ComplianceRecord } from '../../record.ts'
import { passingStarts, type Start, testStarts } from '../../tracing.ts'
import { placeOf } from '../places.ts'
import { type Rule, severityByRisk } from '../rule.ts'
import { listed } from '../words.ts'
import { isOld, lostTests, mendedNetworks } from './causes.ts'
import { lostWays } from './lost.ts'
import type { Told } from './told.ts'
import { isToldAsUnread, unreadWays } from './unread.ts'

/** By the traced level, since linked over-covers. */
export const uncoveredRequirement: Rule = {
  id: 'trace/uncovered-requirement',
  severity: 'warning',
  about: 'No path leads from a test, or from valid passing evidence, to a requirement. By risk.',
  *check({ head, base }) {
    for (const { id, risk } of uncovered(head, base)) {
      yield {
        place: placeOf(id, head),
        gxpId: id,
        severity: severityByRisk(risk),
        message: messageFor({ id, risk }, head, base),
      }
    }
  },
}

/** What is told of a requirement as uncovered, as far as it may stand for other findings. */
export const toldAsUncovered = (
  { id, risk }: Pick<RequirementCoverage, 'id' | 'risk'>,
  head: ComplianceRecord,
): Told => ({
  rule: uncoveredRequirement,
  path: placeOf(id, head)?.path ?? null,
  severity: severityByRisk(risk),
})

export const rated = (risk: RequirementCoverage['risk']) => (risk ? ` (risk ${risk})` : '')

/** Requirements that are told as uncovered: those whose cause isn't told elsewhere. */
export const uncovered = remembered(
  (head: ComplianceRecord, base: ComplianceRecord | null): readonly RequirementCoverage[] => {
    const untraced = head.coverage.requirements.filter(
      (each) => !each.traced && !isToldAsUnread(each.id, toldAsUncovered(each, head), head),
    )
    if (untraced.length === 0 || lostWays(head, base).length === 0) return untraced
    const { all, fresh } = mendedNetworks(head, base)
    const reached = reachedIn(all, head, lostTests(head, base))
    const reachedFresh = fresh === all ? reached : reachedIn(fresh, head, lostTests(head, base, true))
    const open = untraced.filter(({ id }) => !(isNew(id, base) ? reachedFresh : reached).has(id))
    const guessed = meantBySomeReference(open, reached, head, base)
    return open.filter(({ id }) => !guessed.has(id))
  },
)

function reachedIn(network: Network, head: ComplianceRecord, lost: readonly Start[]): Reached {
  const starts = [...testStarts(head), ...passingStarts(head), ...lost]
  return walk(
    network,
    'out',
    starts.map(({ node }) => node),
  )
}

/** Whether it was covered before, or not there. */
const isNew = (id: string, base: ComplianceRecord | null): boolean => base !== null && !untracedIn(base).has(id)

const untracedIn = remembered(
  ({ coverage }: ComplianceRecord) => new Set(coverage.requirements.flatMap(({ id, traced }) => (traced ? [] : [id]))),
)

/**
 * Where nothing says what a broken reference means, each unknown id that tests reach is the lost end of one way, and each
 * requirement without any specification another. If there are as many of the one as of the other, they belong together. If
 * not, some requirement is uncovered in truth, and all are told. What is new is compared with what is new.
 */
function meantBySomeReference(
  open: readonly RequirementCoverage[],
  reached: Reached,
  head: ComplianceRecord,
  base: ComplianceRecord | null,
): Set<string> {
  const loose = looseEnds(head, base).filter(({ to }) => reached.has(to))
  const bare =
    loose.length === 0 ? [] : open.filter(({ id }) => specificationsAmong(documentsUnder(id, head)).length === 0)
  return new Set(
    [true, false].flatMap((old) => {
      const ends = new Set(loose.filter((end) => end.old === old).map(({ to }) => to))
      const lacking = bare.filter(({ id }) => isNew(id, base) !== old)
      return lacking.length <= ends.size ? lacking.map(({ id }) => id) : []
    }),
  )
}

/** What documents name, and of which nobody knows what it means. */
const looseEnds = (head: ComplianceRecord, base: ComplianceRecord | null) =>
  lostWays(head, base).flatMap((way) => {
    const { placed, reference } = way
    if (placed || reference === null) return []
    return [{ from: reference.from, to: reference.to, old: base === null || isOld(way, base) }]
  })

// ── what the message says ───────────────────────────────────────────────────────────────────────────────────────────

/** Specifications, or files, that a message names. */
const MOST_NAMED = 3
/** Edges that are looked at for them: many requirements may share thousands. Those of documents come first. */
const MOST_LOOKED_AT = 200

function messageFor(
  { id, risk }: Pick<RequirementCoverage, 'id' | 'risk'>,
  head: ComplianceRecord,
  base: ComplianceRecord | null,
): string {
  const nothing = `othing tests ${id}${rated(risk)}: no path leads to it from a test or from valid, passing evidence.`
  const below = documentsUnder(id, head)
  const specifications = specificationsAmong(below)
  if (specifications.length > 0) {
    const more = specifications.length > MOST_NAMED ? ' or another of its specifications' : ''
    return `N${nothing} Add a test that verifies ${specifications.slice(0, MOST_NAMED).join(', ')}${more}.`
  }
  const { placed, doubts } = unreadIn(head, base)
  const unread = firstOf(below, placed)
  if (unread.length === 0 && doubts.length === 0) return `N${nothing} It has no specification that a test could verify.`
  const first = unread.length > 0 ? ` First mend ${named(unread, 'and', 'others')}, which can not be read.` : ''
  const perhaps = doubts.length > 0 ? ` If ${named(doubts, 'or')} belongs to it, mend that first.` : ''
  return `As far as can be read, n${nothing}${first}${perhaps}`
}

/** One more than are named: thousands may lie under one node, and under each of many requirements. */
function firstOf(nodes: Iterable<string>, placed: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const found = new Set<string>()
  for (const node of nodes) {
    for (const name of placed.get(node) ?? []) {
      if (found.size > MOST_NAMED) return [...found]
      found.add(name)
    }
  }
  return [...found]
}

function named(names: readonly string[], word: 'and' | 'or', others = `${names.length - MOST_NAMED} more`): string {
  return listed([...names.slice(0, MOST_NAMED), ...(names.length > MOST_NAMED ? [others] : [])], word)
}

/**
 * Stories and specifications that can't be read, by what they belong under; those that nobody can place, and documents whose
 * parent nobody knows.
 */
const unreadIn = remembered((head: ComplianceRecord, base: ComplianceRecord | null) => {
  const under = new Map<string, Set<string>>()
  const doubts = new Set<string>()
  for (const { document, links, placed, path } of unreadWays(head, base)) {
    if (document.is === 'requirement') continue
    const name = `\`${path}\``
    if (!placed) doubts.add(name)
    for (const { to } of links) under.set(to, (under.get(to) ?? new Set()).add(name))
  }
  for (const { from } of looseEnds(head, base)) if (kindOfId(from)) doubts.add(from)
  return { placed: under, doubts: [...doubts] as readonly string[] }
})

/** It and what lies under it. */
function documentsUnder(id: string, { graph }: ComplianceRecord): ReadonlySet<string> {
  const below = new Set([id])
  let left = MOST_LOOKED_AT
  for (const node of below) {
    if (left <= 0) break
    for (const edge of graph.into(node).slice(0, left)) {
      left--
      if (kindOfId(edge.from) && !graph.faults.has(edge)) below.add(edge.from)
    }
  }
  return below
}

const specificationsAmong = (nodes: Iterable<string>): string[] =>
  [...nodes].filter((node) => kindOfId(node) === 'specification')
