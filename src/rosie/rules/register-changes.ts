/** How one state of the risk register differs from an earlier one. The register is append-only. */
import { squeezed } from '../parse/digest.ts'
import type { RiskEntry } from '../parse/risk-register.ts'
import { duplicatesIn, faultsOf, fieldValue } from './risk-entry.ts'

export interface RegisterChanges {
  /** Entries that the later state no longer has. */
  removed: RiskEntry[]
  /** Entries that say something else than before, status aside. */
  rewritten: { before: RiskEntry; after: RiskEntry; changed: string[] }[]
  /** Entries that the earlier state did not have, revisions among them. */
  added: RiskEntry[]
}

/**
 * Entries are the same by id and content, else by id and date, else by id: several of one id are its revisions. Two
 * changes repair the register and are none: a field that was missing or invalid is mended, and an entry whose id another
 * had already gets one of its own. Where an entry stands says nothing: its date does. `latest`: the last day that may have
 * come. Linear.
 */
export function compareRegisters(
  before: readonly RiskEntry[],
  after: readonly RiskEntry[],
  latest: string,
): RegisterChanges {
  const free = new Set(after)
  const pairUp = (earlier: readonly RiskEntry[], keyOf: (entry: RiskEntry) => string) => {
    const waiting = byKey([...free].reverse(), keyOf)
    return earlier.map((entry) => {
      const found = waiting.get(keyOf(entry))?.pop() ?? null
      if (found) free.delete(found)
      return { before: entry, after: found }
    })
  }
  const unpaired = (pairs: ReturnType<typeof pairUp>) => pairs.flatMap((pair) => (pair.after ? [] : [pair.before]))

  const changed = unpaired(pairUp(before, ({ id, digest }) => `${id} ${digest}`))
  const sameDate = pairUp(changed, ({ id, date }) => `${id} ${date}`)
  const sharing = new Set([...duplicatesIn(before, latest)].flat())
  const [twice, once] = split(unpaired(sameDate), (entry) => sharing.has(entry))
  const renumbered = pairUp(twice, ({ digest }) => digest)
  const sameId = pairUp([...once, ...unpaired(renumbered)], ({ id }) => id)
  const rewritten = [...sameDate, ...sameId].flatMap(({ before: was, after: is }) => {
    if (!is) return []
    const names = changedIn(was, is, latest)
    return names.length > 0 ? [{ before: was, after: is, changed: names }] : []
  })
  return { removed: unpaired(sameId), rewritten, added: [...free] }
}

function byKey(entries: readonly RiskEntry[], keyOf: (entry: RiskEntry) => string): Map<string, RiskEntry[]> {
  const found = new Map<string, RiskEntry[]>()
  for (const entry of entries) {
    const same = found.get(keyOf(entry))
    if (same) same.push(entry)
    else found.set(keyOf(entry), [entry])
  }
  return found
}

function split<T>(all: readonly T[], first: (one: T) => boolean): [T[], T[]] {
  return [all.filter(first), all.filter((one) => !first(one))]
}

/** What differs, by the names of fields, `title` and `text`; without what was at fault before. */
function changedIn(before: RiskEntry, after: RiskEntry, latest: string): string[] {
  const names = new Set(
    [...Object.keys(before.fields), ...Object.keys(after.fields)].filter((name) => name !== 'status'),
  )
  const differing = [...names].filter(
    (name) => squeezed(fieldValue(before, name)) !== squeezed(fieldValue(after, name)),
  )
  if (squeezed(before.title ?? '') !== squeezed(after.title ?? '')) differing.push('title')
  if (before.text !== after.text) differing.push('text')
  const mended = new Set(faultsOf(before, latest).flatMap(({ fields }) => fields))
  return differing.filter((name) => !mended.has(name))
}
