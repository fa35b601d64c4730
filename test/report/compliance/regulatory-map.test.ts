import { readFileSync } from 'node:fs'
import { CLAUSES } from '../../../src/report/compliance/regulations.ts'
import { type MapRow, MOST_LINKS, regulatoryMap } from '../../../src/report/compliance/regulatory-map.ts'
import { RULES } from '../../../src/rosie/rules/index.ts'
import type { ReportSource } from '../../../src/scan/ports/reports.ts'
import { evidence, finding, ignored, requirement, source } from './given.ts'

function row(of: Partial<ReportSource>, regulation: '21 CFR Part 11' | 'EU Annex 11', clause: string): MapRow {
  const found = regulatoryMap(source(of)).find((each) => each.regulation === regulation && each.clause === clause)
  if (!found) throw new Error(`No clause ${clause}.`)
  return found
}

const { audit: trail } = source()

const NOTHING: Partial<ReportSource> = {
  ...{ requirements: [], edges: [], evidence: [], risks: [], vendors: [], findings: [], artifacts: 0 },
  ...{ revisions: { total: 0, first: null, last: null } },
  audit: { total: 0, events: [], onApiKeys: 0, onSigningKeys: 0 },
}

describe('The regulatory map', () => {
  it('has every clause once, and links behind each that says something', () => {
    const rows = regulatoryMap(source())
    expect(new Set(rows.map(({ regulation, clause }) => `${regulation} ${clause}`)).size).toBe(CLAUSES.length)
    const said = rows.filter(({ state }) => state !== 'not checked')
    expect(said.map(({ clause }) => clause)).toEqual(
      CLAUSES.filter(({ check }) => check !== null).map(({ clause }) => clause),
    )
    for (const { links } of said) expect(links[0]?.href).toMatch(/^\/api\/v1\//)
  })

  it('says "not checked" of everything where there is nothing', () => {
    const rows = regulatoryMap(source(NOTHING))
    expect(rows.filter(({ state, links }) => state !== 'not checked' || links.length > 0)).toEqual([])
  })

  it.each<[string, '21 CFR Part 11' | 'EU Annex 11', string, Partial<ReportSource>]>([
    ['requirements', '21 CFR Part 11', '11.10(a)', { requirements: [] }],
    ['artifacts', '21 CFR Part 11', '11.10(b)', { artifacts: 0 }],
    ['evidence', '21 CFR Part 11', '11.10(c)', { evidence: [] }],
    ['events on API keys', '21 CFR Part 11', '11.10(d)', { audit: { ...trail, onApiKeys: 0 } }],
    ['events on who may sign', '21 CFR Part 11', '11.10(g)', { audit: { ...trail, onSigningKeys: 0 } }],
    ['revisions', '21 CFR Part 11', '11.10(e)', { revisions: { total: 0, first: null, last: null } }],
    ['evidence', '21 CFR Part 11', '11.50', { evidence: [] }],
    ['evidence', '21 CFR Part 11', '11.70', { evidence: [] }],
    ['ratings and register', 'EU Annex 11', '1', { risks: [], requirements: [] }],
    ['vendor assessments', 'EU Annex 11', '3', { vendors: [] }],
  ])('without %s reads "not checked" at %s %s, and "evidence found" with them', (_, regulation, clause, gone) => {
    expect(row({}, regulation, clause).state).toBe('evidence found')
    expect(row(gone, regulation, clause)).toMatchObject({ state: 'not checked', links: [] })
  })

  it.each<[string, string, string, Partial<ReportSource>]>([
    ['11.10(a)', 'missing', 'F1', { findings: [finding({ rule: 'trace/uncovered-requirement' })] }],
    ['11.10(a)', 'missing', '1 requirement not traced', { requirements: [requirement('REQ-001', { traced: false })] }],
    ['11.10(a)', 'contradicted', 'F1', { findings: [finding({ rule: 'evidence/failed' })] }],
    ['11.10(c)', 'contradicted', 'F1', { findings: [finding({ rule: 'evidence/removed' })] }],
    ['11.10(k)', 'missing', 'F1', { findings: [finding({ rule: 'context/missing' })] }],
    ['11.50', 'missing', 'E1', { evidence: [evidence('EV-1', { signers: [] })] }],
    ['11.70', 'contradicted', 'E1', { evidence: [evidence('EV-1', { verdict: 'invalid' })] }],
    ['11.70', 'missing', 'E1', { evidence: [evidence('EV-1', { verdict: 'untrusted' })] }],
  ])('%s is %s by %s', (clause, state, by, change) => {
    const { links, ...said } = row(change, '21 CFR Part 11', clause)
    expect(said.state).toBe(state)
    expect(links[0]?.ref ?? links[0]?.text).toBe(by)
  })

  it('counts what the policy ignores', () => {
    const { assessed } = source()
    const ignoring = assessed && { ...assessed, ignored: [ignored('evidence/failed')], ignoredTotal: 1 }
    expect(row({ assessed: ignoring }, 'EU Annex 11', '4')).toMatchObject({
      state: 'contradicted',
      links: [
        expect.objectContaining({ ref: 'I1', text: expect.stringContaining('ignored until 2027-01-31') }),
        expect.anything(),
      ],
    })
  })

  it('links a few and counts the others', () => {
    const findings = Array.from({ length: MOST_LINKS + 5 }, () => finding({ rule: 'evidence/failed' }))
    const { links, more } = row({ findings }, '21 CFR Part 11', '11.10(a)')
    expect([links.length, more]).toEqual([MOST_LINKS, 6])
  })

  it('goes by rules that there are', () => {
    const text = readFileSync(new URL('../../../src/report/compliance/checks.ts', import.meta.url), 'utf8')
    const named = [
      ...text.matchAll(/'((?:trace|evidence|risk|adr|artifact|annotation|context|release|vendor)\/[a-z-]+)'/g),
    ]
    const known = new Set(RULES.map(({ id }) => id))
    expect(named.length).toBeGreaterThan(20)
    expect(named.map(([, rule = '']) => rule).filter((rule) => !known.has(rule))).toEqual([])
  })
})
