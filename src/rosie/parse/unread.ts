/**
 * What a document that can't be read says all the same: the ids on those of its lines that are whole. They count for
 * nothing; they only tell which findings have the unreadable file as their cause. RULES, "One cause, one finding".
 */
import { OWN_FIELDS } from '../artifacts.ts'
import { ID_PATTERN } from '../ids.ts'

export interface UnreadDocument {
  /** Its `gxp_id`, whatever that is; null where no line says one. */
  id: string | null
  /** The ids after `parent_id`, `satisfies`, `implements` and `derives_from`. */
  parents: string[]
  /** It has front matter, and in that a field that only artifacts have. */
  own: boolean
}

/** Front matter is short: what comes later, or more of it, is text or made for the purpose. */
const MOST_LINES = 200
const MOST_LENGTH = 64 * 1024
const MOST_PARENTS = 50
const LONGEST_ID = 100

/** However deep, in quotes, or an item of a list: that may be what is wrong with it. */
const KEY = new RegExp(`^[ \\t{-]*["']?(${OWN_FIELDS.join('|')})["']?[ \\t]*:(.*)$`)
const PARENT_KEYS = ['parent_id', 'satisfies', 'implements', 'derives_from']
const ITEM = /^[ \t]*-[ \t](.*)$/
const IDS = new RegExp(`(?<![A-Za-z0-9_-])${ID_PATTERN.source}(?![A-Za-z0-9_-])`, 'g')

export function unreadDocument(text: string): UnreadDocument {
  const { lines, opened } = headOf(text)
  let [id, own, list] = [null as string | null, false, false]
  const parents = new Set<string>()
  for (const line of lines) {
    const [, key, rest = ''] = KEY.exec(line) ?? []
    own ||= opened && key !== undefined
    const item: string | undefined = list && key === undefined ? ITEM.exec(line)?.[1] : undefined
    const parentKey = key !== undefined && PARENT_KEYS.includes(key)
    list = item !== undefined || (parentKey && rest.trim() === '')
    const ids: string[] = (item ?? rest).match(IDS) ?? []
    if (key === 'gxp_id') id ??= ids[0] ?? rest.trim().slice(0, LONGEST_ID)
    else if (list || parentKey) for (const named of ids) if (parents.size < MOST_PARENTS) parents.add(named)
  }
  return { id, parents: [...parents], own }
}

/** The front matter, closed or not; where none was opened, the text as far as it shows no code, which is an example. */
function headOf(text: string): { lines: string[]; opened: boolean } {
  const [first = '', ...rest] = text.slice(0, MOST_LENGTH).trimStart().split(/\r?\n/, MOST_LINES)
  const opened = first.trimEnd() === '---'
  const lines = opened ? rest : [first, ...rest]
  const end = lines.findIndex((line) => (opened ? /^(?:---|\.\.\.)\s*$/ : /^\s*(?:```|~~~)/).test(line))
  return { lines: end < 0 ? lines : lines.slice(0, end), opened }
}
