/** `risk_level` is GxP.MD's word for `gxp_risk_rating`: either will do, and the two may not disagree. */
import type { Fields } from '../contents.ts'
import { textOf } from '../parse/document.ts'
import { shown } from './words.ts'

/** What is wrong, as a sentence; null where only one is written, or both alike. It belongs at `risk_level`. */
export function contradictoryRisk({ gxp_risk_rating: rating, risk_level: alias }: Fields): string | null {
  if (!rating || !alias) return null
  const [said, other] = [textOf(rating), textOf(alias)]
  if (said === other && said !== null) return null
  const words = (text: string | null) => (text === null ? 'no single value' : shown(text))
  return `\`gxp_risk_rating\` says ${words(said)} and \`risk_level\` says ${words(other)}. Keep one of them.`
}
