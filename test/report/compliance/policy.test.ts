/** What the policy does to a report: a record is no better for what nobody looked by. */

import { regulatoryMap } from '../../../src/report/compliance/regulatory-map.ts'
import { renderText } from '../../../src/report/compliance/render.ts'
import type { AppliedPolicy } from '../../../src/rosie/policy.ts'
import { finding, ignored, source } from './given.ts'

const { assessed, scan } = source()
const under = (policy: Partial<AppliedPolicy>, change: Parameters<typeof source>[0] = {}) =>
  source({
    assessed: assessed && {
      ...{ ...assessed, policy: { failOn: 'error', introducedOnly: false, severities: {}, ...policy } },
      ...change.assessed,
    },
    ...change,
  })
const validation = (of: ReturnType<typeof source>) =>
  regulatoryMap(of).filter(({ clause }) => ['11.10(a)', '4'].includes(clause))

describe('A rule that rests', () => {
  it('leaves no row that it could have spoken against as found', () => {
    expect(validation(source()).map(({ state }) => state)).toEqual(['evidence found', 'evidence found'])
    const rows = validation(under({ severities: { 'evidence/failed': 'off', 'evidence/missing': 'off' } }))
    for (const { state, because, links } of rows) {
      expect(state).toBe('not checked')
      expect(because).toContain('The policy turns off what would look at this: evidence/failed, evidence/missing.')
      expect(links).toContainEqual({
        ...{ kind: 'policy', ref: null, text: 'evidence/failed' },
        href: '/api/v1/repositories/42/settings',
      })
    }
  })

  it('takes nothing back of what others found', () => {
    const given = under(
      { severities: { 'evidence/missing': 'off' } },
      { findings: [finding({ rule: 'evidence/failed' })] },
    )
    const [row] = validation(given)
    expect(row).toMatchObject({
      state: 'contradicted',
      links: expect.arrayContaining([expect.objectContaining({ ref: 'F1' })]),
    })
    expect(row?.because).toContain('evidence/missing')
  })

  it('is no other severity, nor a rule that rests by itself', () => {
    const rows = validation(under({ severities: { 'evidence/missing': 'notice' } }))
    expect(rows.map(({ state }) => state)).toEqual(['evidence found', 'evidence found'])
  })
})

describe('The summary of a report', () => {
  const text = (of: ReturnType<typeof source>) => renderText(of, 'markdown')

  it('says what the policy fails on, sets, turns off and ignores', () => {
    const said = text(
      under({
        failOn: 'never',
        introducedOnly: true,
        severities: { 'evidence/failed': 'off', 'trace/orphan': 'notice' },
      }),
    )
    expect(said).toMatch(/A check fails on .*never: findings are only shown; only what the change introduces counts/)
    expect(said).toMatch(/Rules that rest .*evidence\/failed/)
    expect(said).toMatch(/Severities that it sets .*trace\/orphan: notice/)
  })

  it('never says that there are no findings where the policy ignores them', () => {
    expect(text(source())).toContain('No findings.')
    const all = under(
      {},
      { assessed: assessed && { ...assessed, ignored: [ignored('evidence/failed')], ignoredTotal: 3 } },
    )
    expect(text(all)).not.toContain('No findings.')
    expect(text(all)).toContain('No finding counts: the policy ignores 3.')
  })

  it('says that GitHub was not told, and why', () => {
    expect(text(source())).not.toContain('GitHub was not told')
    expect(text(source({ scan: { ...scan, untold: 'Forbidden: no checks' } }))).toMatch(
      /GitHub was not told .*Forbidden/,
    )
  })

  it('says where the policy was not kept', () => {
    expect(text(source({ assessed: assessed && { ...assessed, policy: null } }))).toContain('The policy was not kept')
  })
})
