import fc from 'fast-check'
import { paperOf } from '../../../src/report/compliance/paper.ts'
import { renderText } from '../../../src/report/compliance/render.ts'
import { complianceReport } from '../../../src/report/compliance/report.ts'
import { hostile, outsideCode } from '../sample.ts'
import { evidence, finding, ignored, requirement, source } from './given.ts'

const SHA = 'a'.repeat(40)
const event = {
  ...{ id: '7', changes: [], at: '2026-11-22T11:29:00.125Z', actor: 'github/officer', action: 'api_key.created' },
  ...{ resource: 'scan/1', reason: null },
}

describe('A compliance report', () => {
  it('says what leads to each requirement, and by which path it is traced', () => {
    const [first, second] = complianceReport(source()).traceability
    expect(first).toMatchObject({
      ...{ id: 'REQ-001', userStories: ['US-001'], specifications: ['SPEC-001'] },
      ...{ tests: ['test/dose.test.ts'], code: ['src/dose.ts'], evidence: ['.gxp/evidence/EV-SPEC-001.jws'] },
      path: ['FILE:test/REQ-001.test.ts#L3', 'SPEC-001', 'REQ-001'],
    })
    expect(second).toMatchObject({ id: 'REQ-002', userStories: [], tests: [] })
  })

  it('has its sections in order, and nothing of anybody in the sign-off', () => {
    const { blocks } = paperOf(complianceReport(source()))
    expect(blocks.flatMap((block) => (block.kind === 'heading' && block.level === 1 ? [block.text] : []))).toEqual([
      ...['Executive summary', 'Regulatory map', 'Risk assessment', 'Traceability matrix', 'Evidence quality'],
      ...['Findings', 'Ignored by the policy', 'Audit extract', 'Sign-off'],
    ])
    for (const line of complianceReport(source()).signOff)
      expect(line).toMatchObject({ name: '', date: '', signature: '' })
  })

  it('calls nothing compliant or validated', () => {
    const text = renderText(source(), 'markdown')
    expect(text.replaceAll(/Systems are validated for/g, '')).not.toMatch(/\b(?:is|are) (?:compliant|validated)\b/i)
  })

  it('is read by programs with everything that it is made of', () => {
    const { assessed } = source()
    const given = source({
      findings: [finding({ message: 'one \u202e two' })],
      assessed: assessed && { ...assessed, ignored: [ignored('trace/orphan')], ignoredTotal: 1 },
    })
    const report = JSON.parse(renderText(given, 'json'))
    expect(report).toMatchObject({
      ...{ schemaVersion: 1, repository: given.repository, scan: given.scan, score: assessed?.score },
      findings: [{ ref: 'F1', message: 'one \u202e two' }],
      ignored: { total: 1, findings: [{ ref: 'I1', reason: 'Accepted by QA, see ADR-007', expires: '2027-01-31' }] },
      audit: given.audit,
    })
    expect(renderText(given, 'json')).not.toContain('\u202e')
    const { runs } = JSON.parse(renderText(given, 'sarif'))
    expect(runs[0].results).toEqual([
      expect.objectContaining({ ruleId: 'trace/broken-reference' }),
      expect.objectContaining({ ruleId: 'trace/orphan', suppressions: [expect.anything()] }),
    ])
  })

  it('says where something was not kept, instead of nothing', () => {
    const text = renderText(source({ assessed: null }), 'markdown')
    expect(text).toContain('Coverage by risk was not kept')
    expect(text).toContain('What the policy ignored was not kept')
  })

  it('has ids and times in Markdown as they are, to be copied and looked for', () => {
    const given = source({
      findings: [finding({ message: `Made for ${'b'.repeat(40)}, not for sha256:${'0'.repeat(64)}.` })],
      audit: {
        ...source().audit,
        events: [
          { ...event, actor: 'api-key/7b0c1d6e-0000-4000-8000-000000000002' },
          { ...event, resource: 'scan/8b0c1d6e-0000-4000-8000-000000000003' },
        ],
      },
    })
    const text = renderText(given, 'markdown')
    const { id, commit, completedAt } = given.scan
    for (const exact of [id, commit, completedAt, 'b'.repeat(40), '0'.repeat(64), event.at])
      expect(text).toContain(exact)
    expect(text).toContain('`api-key/7b0c1d6e-0000-4000-8000-000000000002`')
    expect(text).toContain('`scan/8b0c1d6e-0000-4000-8000-000000000003`')
    expect(text).toContain('`api_key.created`')
    expect(text).not.toContain('\u2060')
  })

  it.each([
    [`@org/team at ${SHA}`, `@\u2060org/team at \`${SHA}\``],
    [`o/r@${SHA}`, `o/r@\u2060\`${SHA}\``],
    [`see #${SHA} and #1`, `see #\u2060\`${SHA}\` and #\u20601`],
    [`\`${SHA}\` <b>`, `\\\`\`${SHA}\`\\\` &lt;b&gt;`],
    [`${SHA}x`, `${SHA}x`],
    [`a/${SHA}.md`, `a/${SHA.replaceAll('a'.repeat(6), `${'a'.repeat(6)}\u2060`)}.md`],
    [`${SHA.slice(1)}`, `${'a'.repeat(6)}\u2060`],
  ])('stays defused in Markdown beside them: %j', (message, written) => {
    expect(renderText(source({ findings: [finding({ message })] }), 'markdown')).toContain(`| ${written}`)
  })

  it('stays Markdown of ours, whatever a repository says', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const given = source({
          requirements: [requirement('REQ-001', { title: text, path: [text] })],
          findings: [finding({ message: text, path: text })],
          evidence: [evidence('EV-1', { path: text, signers: [text] })],
        })
        const plain = outsideCode(renderText(given, 'markdown').replaceAll('<br>', ''))
        expect(plain).not.toMatch(/<[a-z!/]/i)
        expect(plain).not.toMatch(/(?<!\\)[[\]](?=\()/)
      }),
      { numRuns: 30 },
    )
  })
})
