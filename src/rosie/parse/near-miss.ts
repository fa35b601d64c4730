/** Words of the family that are no tags but nearly ones. */

import type { TagName } from '../contents.ts'
import { editDistance } from '../ids.ts'
import { TAG_NAMES } from '../tags.ts'

const OWN_NAMES = TAG_NAMES.filter((name) => name.startsWith('gxp-'))
/** An id, or what nearly is one: `spec-001`, `SPEC_001`. */
const ID_MEANT = /(?<![\w-])(?:REQ|US|SPEC)(?:[-_][A-Z0-9]+)+/gi
/** Longer words are no slips of the finger. */
const LONGEST_MISS = 40

/** `@gxp_spec`, `@gxp-specs`, `@gxp-verify`, `@GXP-risk`: the tag that is meant; null for a word of another purpose. */
export function nearMiss(word: string, rest: string): TagName | null {
  const plain = word.toLowerCase().replaceAll('_', '-')
  if (!/^gxp-?[a-z]/.test(plain) || plain.length > LONGEST_MISS || /^[/.]/.test(rest)) return null
  let best: { name: TagName; distance: number } | null = null
  for (const name of OWN_NAMES) {
    const allowed = name.length < 12 ? 2 : 3 // `verify` is three edits from `verifies`
    const begun = plain.startsWith(name) || (name.startsWith(plain) && plain.length >= 'gxp-der'.length)
    const distance = Math.min(editDistance(plain, name, allowed), begun ? allowed - 0.5 : Number.POSITIVE_INFINITY)
    if (distance <= allowed && (!best || distance < best.distance)) best = { name, distance }
  }
  return best?.name ?? null
}

/** A list made for the purpose has a hundred thousand. */
const MOST_IDS = 50

/** The ids that a text names, or nearly names, as they are written rightly. */
export function idsMeant(text: string): string[] {
  const ids = new Set<string>()
  for (const [id] of text.matchAll(ID_MEANT)) {
    if (ids.size === MOST_IDS) break
    ids.add(id.toUpperCase().replaceAll('_', '-'))
  }
  return [...ids]
}
