/**
 * Ids of the standard: `REQ-`, `US-` or `SPEC-` and groups of capitals and digits. They are opaque: a parent is never
 * inferred from the digits. RFC-001, "Identifiers".
 */
import type { DocumentKind } from './model.ts'

export const ID_PATTERN = /(?:REQ|US|SPEC)(?:-[A-Z0-9]+)+/
const WHOLE_ID = new RegExp(`^${ID_PATTERN.source}$`)
const ID_IN_NAME = new RegExp(`^${ID_PATTERN.source}(?![A-Za-z0-9])`)

const KINDS = { REQ: 'requirement', US: 'user_story', SPEC: 'specification' } as const satisfies Record<
  string,
  DocumentKind
>

/** What kind of document an id names; null when it isn't an id. */
export function kindOfId(id: string): DocumentKind | null {
  // Most nodes of a graph are files: a word that can't begin an id is not looked at twice.
  const kind = id.startsWith('SPEC-')
    ? KINDS.SPEC
    : id.startsWith('US-')
      ? KINDS.US
      : id.startsWith('REQ-')
        ? KINDS.REQ
        : null
  return kind && WHOLE_ID.test(id) ? kind : null
}

/** `REQ-`, `US-` or `SPEC-`. */
export function prefixOf(kind: DocumentKind): string {
  return { requirement: 'REQ-', user_story: 'US-', specification: 'SPEC-' }[kind]
}

/** The id that a file name begins with, as long as it goes (`SPEC-006-001-scan.md` → `SPEC-006-001`); or null. */
export function idInFileName(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return ID_IN_NAME.exec(name)?.[0] ?? null
}

/** The id of a decision that a file name begins with: `ADR-012-use-queues.md` → `ADR-012`; or null. */
export const decisionInFileName = (path: string): string | null =>
  /^ADR-\d{1,6}(?!\d)/.exec(path.slice(path.lastIndexOf('/') + 1))?.[0] ?? null

/**
 * The candidate nearest to a word: one that looks the same, else one at most two edits away (a third of the word for short
 * ones), the earliest in order among equals. Linear in the candidates; each comparison is bounded by the allowed distance.
 */
export function closest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null
  let allowed = Math.min(2, Math.floor(word.length / 3))
  for (const candidate of candidates) {
    if (candidate === word) continue
    if (looksLike(word, candidate)) return candidate
    const distance = editDistance(word, candidate, allowed)
    if (distance > allowed || (distance === allowed && best !== null)) continue
    best = candidate
    allowed = distance
  }
  return best
}

export const looksLike = (a: string, b: string): boolean => a.length === b.length && asSeen(a) === asSeen(b)

/** A word without what the eye confuses: small letters and capitals, O and 0, I, L and 1, hyphens and underscores. */
export const asSeen = (word: string): string =>
  word.toUpperCase().replace(/[OIL_]/g, (letter) => (letter === 'O' ? '0' : letter === '_' ? '-' : '1'))

/**
 * Edits (insert, delete, replace, swap of neighbours) between two words; `limit + 1` when there are more than `limit`.
 * Only cells so near to the diagonal that they may count are computed: two ids of a hundred thousand letters differ too.
 */
export function editDistance(a: string, b: string, limit: number): number {
  const far = limit + 1
  if (Math.abs(a.length - b.length) > limit) return far
  // Each row has the cells from `i - limit` to `i + limit`, so that one below another stands one further to the left.
  let previous = Array.from({ length: 2 * limit + 1 }, (_, cell) => cell - limit)
  let before = previous
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = []
    for (let cell = 0; cell <= 2 * limit; cell++) {
      const j = i + cell - limit
      // Before its first letter `b` is as far as `a` is long; beyond its last nothing comes of it.
      if (j <= 0 || j > b.length) {
        row.push(i)
        continue
      }
      const replace = (previous[cell] ?? far) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min(replace, (previous[cell + 1] ?? far) + 1, (row[cell - 1] ?? far) + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[cell] ?? far) + 1)
      row.push(cost)
    }
    if (row.every((cost) => cost > limit)) return far
    before = previous
    previous = row
  }
  return Math.min(previous[b.length - a.length + limit] ?? far, far)
}
