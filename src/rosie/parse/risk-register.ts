/**
 * The risk register, `.gxp/risk_assessment.log`: which entries it has. draft-03 writes Markdown headings, draft-02 one
 * line an entry. RFC-001, "Risk assessment".
 */
import type { RiskRegister } from '../model.ts'

const HEADING = /^##[ \t]+(RISK-[A-Z0-9-]+)/
const LINE = /^\[\d{4}-\d{2}-\d{2}\][ \t]+(RISK-[A-Z0-9-]+)/

export function readRiskRegister(text: string): RiskRegister {
  const entries = text.split('\n').flatMap((line, index) => {
    const id = (HEADING.exec(line) ?? LINE.exec(line))?.[1]
    return id ? [{ id, line: index + 1 }] : []
  })
  return { kind: 'risk_register', entries, problems: [] }
}
