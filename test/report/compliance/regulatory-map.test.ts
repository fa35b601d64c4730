import { readFileSync } from 'node:fs'
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
  ...{ revisions: { total: 0, altered: 0, first: null, last: null } },
  audit: { total: 0, events: [], onApiKeys: 0, onSigningKeys: 0 },
}

describe('The regulatory map', () => {
  it('has every clause, in order', () => {
    const clauses = (regulation: MapRow['regulation']) =>
      regulatoryMap(source()).flatMap((each) => (each.regulation === regulation ? [each.clause] : []))
    expect(clauses('21 CFR Part 11')).toEqual([
      ...[...'abcdefghijk'].map((letter) => `11.10(${letter})`),
      ...['11.30', '11.50', '11.70', '11.100', '11.200', '11.300'],
    ])
    expect(clauses('EU Annex 11')).toEqual(Array.from({ length: 17 }, (_, at) => String(at + 1)))
  })

  it('names what it found, and what it did not look at, with links behind each row that says something', () => {
    const said = regulatoryMap(source()).filter(({ state }) => state !== 'not checked')
    const found = said.map(({ clause, because }) => [clause, because.replace(/ Not looked at: .*/, '')])
    const traced = '2 of 2 requirements traced to a test or evidence, 2 proven.'
    const revised = '9 revisions of files of the record, each with its commit and when a scan met it.'
    const signed = '1 signed file, whose signature is over what it says'
    expect(found).toEqual([
      ['11.10(a)', traced],
      ['11.10(b)', '9 files of the record listed as CSV, with path and hash.'],
      ['11.10(c)', '1 signed file, unchanged since it was signed.'],
      ['11.10(e)', revised],
      ['11.10(g)', '1 signed file, verified with a key that is trusted here.'],
      ['11.10(k)', revised],
      ['11.50', '1 signed file, naming its key and a time.'],
      ['11.70', `${signed}.`],
      ['1', '1 entry in the register; 2 requirements rated.'],
      ['3', '1 vendor assessment.'],
      ['4', traced],
      ['9', revised],
      ['14', `${signed}, a time among it.`],
    ])
    for (const { links, because } of said) {
      expect(links[0]?.href).toMatch(/^\/api\/v1\/repositories\/42\//)
      expect(because).toMatch(/^\d.* Not looked at: /)
    }
  })

  it('rests on nothing but what the reader of a report may ask for', () => {
    const broken = source({ findings: RULES.map(({ id }) => finding({ rule: id })) })
    const links = [source(), broken].flatMap((of) => regulatoryMap(of).flatMap((each) => each.links))
    for (const { href } of links) expect(href).toMatch(/^\/api\/v1\/(?:repositories\/42|scans\/[0-9a-f-]{36})\//)
  })

  it('counts no keys as access, no valid signature as a backup, no revision as a controlled change', () => {
    const audit = { ...trail, onApiKeys: 9, onSigningKeys: 9 }
    expect(row({ audit }, '21 CFR Part 11', '11.10(d)').state).toBe('not checked')
    for (const clause of ['7', '8', '10', '12']) expect(row({ audit }, 'EU Annex 11', clause).state).toBe('not checked')
  })

  it('says "not checked" of everything where there is nothing', () => {
    const rows = regulatoryMap(source(NOTHING))
    expect(rows.filter(({ state, links }) => state !== 'not checked' || links.length > 0)).toEqual([])
  })

  it.each<[string, '21 CFR Part 11' | 'EU Annex 11', string, Partial<ReportSource>]>([
    ['requirements', '21 CFR Part 11', '11.10(a)', { requirements: [] }],
    ['artifacts', '21 CFR Part 11', '11.10(b)', { artifacts: 0 }],
    ['evidence', '21 CFR Part 11', '11.10(c)', { evidence: [] }],
    ['evidence', '21 CFR Part 11', '11.10(g)', { evidence: [] }],
    ['revisions', '21 CFR Part 11', '11.10(e)', { revisions: { total: 0, altered: 0, first: null, last: null } }],
    ['revisions', '21 CFR Part 11', '11.10(k)', { revisions: { total: 0, altered: 0, first: null, last: null } }],
    ['revisions', 'EU Annex 11', '9', { revisions: { total: 0, altered: 0, first: null, last: null } }],
    ['evidence', '21 CFR Part 11', '11.50', { evidence: [] }],
    ['evidence', '21 CFR Part 11', '11.70', { evidence: [] }],
    ['ratings and register', 'EU Annex 11', '1', { risks: [], requirements: [] }],
    ['vendor assessments', 'EU Annex 11', '3', { vendors: [] }],
    ['requirements', 'EU Annex 11', '4', { requirements: [] }],
    ['evidence', 'EU Annex 11', '14', { evidence: [] }],
  ])('without %s reads "not checked" at %s %s, and "evidence found" with them', (_, regulation, clause, gone) => {
    expect(row({}, regulation, clause).state).toBe('evidence found')
    expect(row(gone, regulation, clause)).toMatchObject({ state: 'not checked', links: [] })
  })

  it.each<[string, string, string, Partial<ReportSource>]>([
    ['11.10(a)', 'missing', 'F1', { findings: [finding({ rule: 'artifact/invalid-id' })] }],
    ['11.10(c)', 'contradicted', 'E1', { evidence: [evidence('EV-1', { verdict: 'invalid' })] }],
    ['11.10(g)', 'contradicted', 'E1', { evidence: [evidence('EV-1', { verdict: 'invalid' })] }],
    ['11.10(g)', 'missing', 'E1', { evidence: [evidence('EV-1', { verdict: 'untrusted' })] }],
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

  it.each<[string, string, string, Partial<ReportSource>]>([
    ['7', 'contradicted', 'F1', { findings: [finding({ rule: 'evidence/removed' })] }],
    ['10', 'missing', 'F1', { findings: [finding({ rule: 'risk/unrecorded-change' })] }],
    ['10', 'contradicted', 'F1', { findings: [finding({ rule: 'adr/changed-after-acceptance' })] }],
    ['14', 'missing', 'E1', { evidence: [evidence('EV-1', { claimedAt: null })] }],
    ['14', 'contradicted', 'F1', { findings: [finding({ rule: 'evidence/future' })] }],
  ])('Annex 11, %s is %s by %s', (clause, state, by, change) => {
    const { links, ...said } = row(change, 'EU Annex 11', clause)
    expect([said.state, links[0]?.ref]).toEqual([state, by])
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

  it('says what a query counts in its words, and counts nothing twice', () => {
    const requirements = ['REQ-001', 'REQ-002'].map((id) => requirement(id, { traced: false, risk: null }))
    const uncovered = requirements.map(() => finding({ rule: 'trace/uncovered-requirement' }))
    const because = (change: Partial<ReportSource>, clause: string) =>
      row(change, 'EU Annex 11', clause).because.replace(/ Not looked at: .*/, '')
    expect(because({ requirements }, '4')).toBe('2 requirements not traced.')
    expect(because({ requirements, findings: uncovered }, '4')).toBe('2 requirements not traced.')
    expect(because({ findings: uncovered }, '4')).toBe('2 items in the record are to be added or mended.')
    const findings = [...uncovered, finding({ rule: 'trace/missing-tier' })]
    expect(because({ requirements, findings }, '4')).toBe(
      '2 requirements not traced; 1 item in the record is to be added or mended.',
    )
    expect(row({ requirements, findings }, 'EU Annex 11', '4').links.map(({ ref }) => ref)).toEqual([
      ...[null, 'F1', 'F2', 'F3'],
    ])
    expect(because({ requirements }, '1')).toBe('2 requirements without a rating.')
  })

  it('has evidence that was altered before looked at by people, with a link, and is no better or worse for it', () => {
    const { revisions } = source()
    const altered = { revisions: { ...revisions, altered: 2 } }
    const [before, after] = [regulatoryMap(source()), regulatoryMap(source(altered))]
    expect(after.map(({ state }) => state)).toEqual(before.map(({ state }) => state))
    const said = 'To be looked at: 2 evidence files were changed, moved or removed since the first scan.'
    const open = after.filter(({ because }) => because.endsWith(` ${said}`))
    expect(open.map(({ clause }) => clause)).toEqual(['11.10(c)', '11.10(e)', '7', '9', '10'])
    for (const { links } of open)
      expect(links).toContainEqual({
        ...{ kind: 'query', ref: null, text: said.slice('To be looked at: '.length, -1) },
        href: '/api/v1/repositories/42/compliance/audit-trail',
      })
    const [one] = regulatoryMap(source({ revisions: { ...revisions, altered: 1 } })).filter(
      ({ clause }) => clause === '7',
    )
    expect(one?.because).toContain('1 evidence file was changed, moved or removed since the first scan.')
  })

  it('says in each row that rests on findings where it has seen some of them only', () => {
    const { assessed, scan } = source()
    const summary = { ...scan.summary, findings: { error: 60_000, warning: 1, notice: 0 } }
    const cut = {
      scan: { ...scan, summary },
      findings: [finding({ rule: 'evidence/failed' })],
      assessed: assessed && { ...assessed, ignored: [ignored('evidence/failed')], ignoredTotal: 12_000 },
    }
    const said = 'Looked at: the first 1 of 60,001 findings, and the first 1 of 12,000 ignored findings.'
    for (const { because, state } of regulatoryMap(source(cut)))
      expect([because.includes(said), state]).toEqual([!because.includes('see your procedures'), state])
    expect(row(cut, 'EU Annex 11', '7').because).toContain(said)
    expect(regulatoryMap(source()).filter(({ because }) => / Looked at: /.test(because))).toEqual([])
  })

  it('links a few and counts the others', () => {
    const findings = Array.from({ length: MOST_LINKS + 5 }, () => finding({ rule: 'evidence/failed' }))
    const { links, more } = row({ findings }, '21 CFR Part 11', '11.10(a)')
    expect([links.length, more]).toEqual([MOST_LINKS, 6])
    // What has no number stands nowhere else.
    expect(links.filter(({ ref }) => ref === null)).toHaveLength(1)
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
