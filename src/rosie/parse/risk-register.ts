/**
 * The risk register, `.gxp/risk_assessment.log`: which entries it has. draft-03 writes Markdown headings, draft-02 one
 * line an entry. RFC-001, "Risk assessment".
 */
import type { Problem, Risk, Span } from '../model.ts'

export interface RiskRegister {
  kind: 'risk_register'
  entries: RiskEntry[]
  problems: Problem[]
}

/** One entry; its span is the whole of it. */
export interface RiskEntry extends Span {
  id: string
  form: 'markdown' | 'line'
  title: string | null
  /** By name in lower case (`risk level`), as written, with the line of each. */
  fields: Record<string, { value: string; line: number }>
  /** `YYYY-MM-DD`; null when absent or no date. */
  date: string | null
  risk: Risk | null
  /** In lower case; null when absent. */
  status: string | null
  /** A hash over everything but the status: the register is append-only. */
  digest: string
}

const HEADING = /^##[ \t]+(RISK-[A-Z0-9-]+)/
const LINE = /^\[\d{4}-\d{2}-\d{2}\][ \t]+(RISK-[A-Z0-9-]+)/

export function readRiskRegister(text: string): RiskRegister {
  const entries = text.split('\n').flatMap((line, index): RiskEntry[] => {
    const id = (HEADING.exec(line) ?? LINE.exec(line))?.[1]
    if (!id) return []
    const form = HEADING.test(line) ? 'markdown' : 'line'
    return [{ id, line: index + 1, form, title: null, fields: {}, date: null, risk: null, status: null, digest: '' }]
  })
  return { kind: 'risk_register', entries, problems: [] }
}
