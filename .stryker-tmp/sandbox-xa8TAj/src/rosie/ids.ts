/**
 * Ids of the standard: `REQ-`, `US-` or `SPEC-` and groups of capitals and digits. They are opaque: a parent is never
 * inferred from the digits. RFC-001, "Identifiers".
 */
// @ts-nocheck

import type { DocumentKind } from './model.ts'

export const ID_PATTERN = /(?:REQ|US|SPEC)(?:-[A-Z0-9]+)+/
const WHOLE_ID = new RegExp(`^${ID_PATTERN.source}$`)

const KINDS = { REQ: 'requirement', US: 'user_story', SPEC: 'specification' } as const satisfies Record<
  string,
  DocumentKind
>

/** What kind of document an id names; null when it isn't an id. */
export function kindOfId(id: string): DocumentKind | null {
  if (!WHOLE_ID.test(id)) return null
  return KINDS[id.slice(0, id.indexOf('-')) as keyof typeof KINDS]
}

/** `REQ-`, `US-` or `SPEC-`. */
export function prefixOf(kind: DocumentKind): string {
  return { requirement: 'REQ-', user_story: 'US-', specification: 'SPEC-' }[kind]
}

/** The id that a file name begins with, as long as it goes (`SPEC-006-001-scan.md` → `SPEC-006-001`); or null. */
export function idInFileName(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return new RegExp(`^${ID_PATTERN.source}(?![A-Za-z0-9])`).exec(name)?.[0] ?? null
}

/**
 * The candidate nearest to a word: at most two edits (a third of the word for short ones), the earliest in order among
 * equals. Linear in the candidates; each comparison is bounded by the allowed distance.
 */
export function closest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null
  let allowed = Math.min(2, Math.floor(word.length / 3))
  for (const candidate of candidates) {
    if (candidate === word) continue
    const distance = editDistance(word, candidate, allowed)
    if (distance > allowed || (distance === allowed && best !== null)) continue
    best = candidate
    allowed = distance
  }
  return best
}

/** Edits (insert, delete, replace, swap of neighbours) between two words; `limit + 1` when there are more than `limit`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const replace = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min(replace, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      row.push(cost)
      least = Math.min(least, cost)
    }
    if (least > limit) return limit + 1
    before = previous
    previous = row
  }
  return Math.min(previous[b.length] ?? limit + 1, limit + 1)
}
