/** What a change does to the keys that evidence is verified with. */
import type { KeyFile } from '../contents.ts'
import type { ComplianceRecord, Located } from '../record.ts'
import { gone, placeOfGone } from './gone.ts'
import type { Rule } from './rule.ts'

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
      ? ' Once this is merged, evidence that was signed with the key as it was no longer verifies with it.'
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
