/**
 * What somebody wrote who meant an entry of the risk register, and what does not read as one. Nothing of a register that
 * tries to be an entry passes in silence; prose does.
 */
import { RISKS } from '../model.ts'
import { namedValue } from './markdown.ts'

/** `RISK-001: title`, marks around the id and the separator after it optional. */
export const TITLED = /^[[*_`]{0,4}(RISK(?:-[A-Z0-9]+)+)(?![A-Za-z0-9_-])[\]*_`]{0,4}[ \t]*[:–—-]*(.*)$/s

/** The id of a risk: `RISK-DB`, `Risk 1`, `RISK_001`, `RISKS-004`, `Risk #4`, `risk-db-1`, also with a typographic hyphen. */
export function meansRisk(text: string): boolean {
  const word = /^[[*_`]{0,4}(risks?)(.*)$/is.exec(text)
  if (!word) return false
  const [, name = '', rest = ''] = word
  if (name === 'RISK' && /^-[A-Z0-9]/.test(rest)) return true
  // A heading may be `Risks 2026`, `Risks 1 to 5` or `Risk 2026 review`.
  const bare = name.length > 'risk'.length ? /^ ?\d{1,3} ?:/ : /^ ?(?!(?:19|20)\d\d(?: |$))\d/
  return bare.test(rest) || /^ ?[#.:] ?\d/.test(rest) || /^[-_\u2010-\u2015][a-z0-9_-]*\d/i.test(rest)
}

/** A day, in brackets or not, as people write it who do not know how it is written here. */
const DAY = /^[[(]?\d{1,4}[-./]\d{1,2}[-./]\d{1,4}[\])]?[ \t]*[|:,;–—-]?[ \t]*/
const ITEM = /^(?:[-*+>|]|\d{1,3}[.)])[ \t]*/
const LEVEL = new RegExp(String.raw`\b(?:${RISKS.join('|')})\b`)

/**
 * A line that has the parts of an entry in the form of draft-02, or most of them, but not its beginning: a day without
 * brackets, or no id at all.
 */
export function meansLine(text: string): boolean {
  const parts = text.split('|')
  if (parts.length < 2) return false
  const begun = text.replace(ITEM, '')
  const undated = begun.replace(DAY, '')
  if (undated !== begun && meansRisk(undated)) return true
  // The rest of a long line begins with the mark.
  if (text.startsWith('|') || !LEVEL.test(text)) return false
  return new Set(parts.flatMap((part) => namedValue(part)?.name ?? []).filter((name) => ASSESSED.has(name))).size > 1
}

const ASSESSED = new Set(['impact', 'mitigation', 'test coverage'])

/**
 * The risk that a line begins with and rates, in whatever form: a row of a table or of a CSV file, an item of a list. The
 * level stands right behind the id, or in a cell of its own; in a sentence it is prose.
 */
export function ratedIn(text: string): string | null {
  const [, id, rest = ''] = TITLED.exec(text.replace(ITEM, '').replace(DAY, '')) ?? []
  return id && (RATED_FIRST.test(rest) || CELL.test(rest)) ? id : null
}

const MARKS = '[*_`]{0,3}'
const RATED_FIRST = new RegExp(`^[ \\t]*\\|?[ \\t]*${MARKS}(?:${RISKS.join('|')})\\b`)
const CELL = new RegExp(
  `(?<=(?:[|,;:\\t(]|[–—-] |  ) {0,9}${MARKS})(?:${RISKS.join('|')})${MARKS}\\)?(?:  |[ .]{0,9}(?:$|[|,;:\\t(]|[–—-] ))`,
)

/** The risk whose fields follow a line that is no heading: `**RISK-001: title**`. */
export const titleIn = (text: string): string | null => TITLED.exec(text.replace(ITEM, ''))?.[1] ?? null

/** Fields outside of every entry: an entry without an id, if they are what an entry has. */
export class LooseFields {
  /** The line of the heading above them, which names no risk; null where there is none. */
  readonly #heading: number | null
  readonly #given = new Set<string>()
  #first: number | null = null
  #told: boolean

  /** `told`: what they belong to is told already. */
  constructor(heading: number | null, told = false) {
    this.#heading = heading
    this.#told = told
  }

  /** The line at which to tell of them, once it is clear what they are. */
  add({ name, value }: { name: string; value: string }, line: number): number | null {
    if (this.#heading === null && this.#given.has(name)) {
      // The fields of the next one.
      this.#given.clear()
      this.#told = false
    }
    if (this.#given.size === 0) this.#first = line
    if (saysSomething(name, value)) this.#given.add(name)
    if (this.#told || !this.#isEntry()) return null
    this.#told = true
    return this.#heading ?? this.#first
  }

  /** A register, or a section of it, may say how high the risk is of all; what says more below a heading is an entry. */
  #isEntry(): boolean {
    const has = (name: string) => this.#given.has(name)
    const assessed = has('impact') || has('mitigation')
    const rated = has('risk level') || has('risk')
    return (
      (rated && (assessed || (this.#heading !== null && this.#given.size > 1))) ||
      (has('date') && has('impact') && has('mitigation'))
    )
  }
}

/** A legend says what may be written: several levels, or when one of them is right; a day of letters, or of an example. */
function saysSomething(name: string, value: string): boolean {
  if (name === 'date') return /^[*_`]{0,3}\d[^\p{L},]*(?:$|\()/u.test(value)
  return name === 'risk level' || name === 'risk' ? ONE_LEVEL.test(value) : value !== ''
}

const ONE_LEVEL = new RegExp(`^${MARKS}(?:${RISKS.join('|')})${MARKS}[ .]{0,9}(?:$|[([])`, 'i')
