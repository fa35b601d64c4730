/**
 * What a document that can't be read says all the same: the ids on those of its lines that are whole. They count for
 * nothing; they only tell which findings have the unreadable file as their cause. RULES, "One cause, one finding".
 */
import { ID_PATTERN } from '../ids.ts'

export interface UnreadDocument {
  /** Its `gxp_id`, whatever that is; null where no line says one. */
  id: string | null
  /** The ids after `parent_id`, `satisfies`, `implements` and `derives_from`. */
  parents: string[]
}

/** Front matter is short: what comes later, or more of it, is text or made for the purpose. */
const MOST_LINES = 200
const MOST_LENGTH = 64 * 1024
const MOST_PARENTS = 50
const LONGEST_ID = 100

const KEY = /^(gxp_id|parent_id|satisfies|implements|derives_from)[ \t]*:(.*)$/
const ITEM = /^[ \t]*-[ \t](.*)$/
const IDS = new RegExp(`(?<![A-Za-z0-9_-])${ID_PATTERN.source}(?![A-Za-z0-9_-])`, 'g')

export function unreadDocument(text: string): UnreadDocument {
  let id: string | null = null
  const parents = new Set<string>()
  let list = false
  for (const line of text.slice(0, MOST_LENGTH).split(/\r?\n/, MOST_LINES)) {
    const [, key, rest = ''] = KEY.exec(line) ?? []
    const item: string | undefined = list && key === undefined ? ITEM.exec(line)?.[1] : undefined
    list = item !== undefined || (key !== undefined && key !== 'gxp_id' && rest.trim() === '')
    const ids: string[] = (item ?? rest).match(IDS) ?? []
    if (key === 'gxp_id') id ??= ids[0] ?? rest.trim().slice(0, LONGEST_ID)
    else for (const named of ids) if (parents.size < MOST_PARENTS) parents.add(named)
  }
  return { id, parents: [...parents] }
}
