/** What a change does to the keys that evidence is verified with. */
import type { KeyFile } from '../contents.ts'
import type { ComplianceRecord, Located } from '../record.ts'
import { gone, placeOfGone } from './gone.ts'
import type { Rule } from './rule.ts'
import { listed } from './words.ts'

/** STANDARD, "Evidence", trust: keys count as they stand on the default branch. */
export const keysChanged: Rule = {
  id: 'policy/keys-changed',
  severity: 'warning',
  about:
    'The change adds, removes or edits a public key under `.gxp/keys/`. Keys trust nothing before they are merged.',
  *check({ head, base }) {
    if (!base) return
    const [before, after] = [keysIn(base), keysIn(head)]
    const [added, removed] = [without(after, before), without(before, after)]
    const files = new Set([...added, ...removed].map(({ path }) => path))
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
  /** All that is said of it, in one order: what comes back from the store has its members in another. */
  identity: string
  /** The key itself, whatever else is said of it. */
  material: string
  revoked: boolean
}

const keysIn = ({ keyFiles }: ComplianceRecord): Key[] => keyFiles.flatMap(keysOf)

const keysOf = ({ path, content }: Located<KeyFile>): Key[] =>
  content.keys.map((jwk) => ({
    path,
    name: typeof jwk.kid === 'string' ? jwk.kid : path.slice(path.lastIndexOf('/') + 1),
    identity: JSON.stringify(Object.entries(jwk).sort(([a], [b]) => (a < b ? -1 : 1))),
    material: JSON.stringify([jwk.kty, jwk.crv, jwk.x, jwk.y, jwk.n, jwk.e]),
    revoked: jwk.revoked !== undefined,
  }))

/** A key that only moved to another file is the same key. */
function without(keys: readonly Key[], others: readonly Key[]): Key[] {
  const known = new Set(others.map(({ identity }) => identity))
  return keys.filter(({ identity }) => !known.has(identity))
}

/** `added`, `removed`: what is said of keys, so that a key of which another thing is said is in both. */
function keysMessage(path: string, added: readonly Key[], removed: readonly Key[]): string {
  const of = (keys: readonly Key[]) => new Set(keys.map(({ material }) => material))
  const [before, after] = [of(removed), of(added)]
  const fresh = added.filter(({ material }) => !before.has(material))
  const lost = removed.filter(({ material }) => !after.has(material))
  const kept = added.filter(({ material }) => before.has(material))
  const wasRevoked = of(removed.filter(({ revoked }) => revoked))
  const revoked = kept.filter((key) => key.revoked && !wasRevoked.has(key.material))
  const [freshNames, lostNames] = [names(fresh), names(lost)]
  const edited = freshNames.filter((name) => lostNames.includes(name))
  const others = (all: readonly string[]) => all.filter((name) => !edited.includes(name))
  const parts = [
    ...said('edits', edited),
    ...said('adds', others(freshNames)),
    ...said('removes', others(lostNames)),
    ...said('revokes', names(revoked)),
    ...said('changes what is said of', names(kept.filter((key) => !revoked.includes(key)))),
  ]
  const consequences = [
    fresh.length > 0 && ' A key trusts nothing before it is merged. Merge it only if you know whose it is.',
    lost.length > 0 &&
      ' Once this is merged, evidence that was signed with the key as it was no longer verifies with it.',
    revoked.length > 0 && ' Once this is merged, evidence that was first seen after the revocation counts for nothing.',
  ]
  return `In \`${path}\`, this change ${listed(parts, 'and')}.${consequences.filter(Boolean).join('')}`
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
