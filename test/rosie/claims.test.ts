import { claimFaults } from '../../src/rosie/claims.ts'
import { evidencePackage } from '../support/evidence-package.ts'
import { assessInFull, claims, EVIDENCE, unsigned } from '../support/record.ts'

const sign = (payload = {}) => Promise.resolve(unsigned({ alg: 'ES256' }, payload))
const toldOf = async (files: Parameters<typeof assessInFull>[0]) =>
  (await assessInFull(files)).head.testEvidence.flatMap(claimFaults).map(({ name, there }) => `${name} ${there}`)

describe('What an evidence lacks is told by the name of the claim', () => {
  it.each<[string, Parameters<typeof claims>[0], string[]]>([
    ['nothing', {}, []],
    ['no time', { timestamp: undefined }, ['timestamp false']],
    ['no tier of ours', { verification_tier: 'XQ' }, ['verification_tier true']],
    ['what is called otherwise in a package', { verification_tier: 'XQ', tier: 'XQ' }, ['verification_tier true']],
    ['a tier that only a package has', { tier: 'XQ' }, []],
  ])('in a single file: %s', async (_, change, told) => {
    expect(await toldOf({ [EVIDENCE]: unsigned({ alg: 'ES256' }, claims(change)) })).toEqual(told)
  })

  it.each<[string, Parameters<typeof claims>[0], string[]]>([
    ['nothing', {}, []],
    ['no time', { created_at: undefined }, ['created_at false']],
    ['no tier of ours', { tier: 'XQ' }, ['tier true']],
    ['none by its other name', { tier: undefined, verification_tier: 'XQ' }, ['verification_tier true']],
  ])('in a package: %s', async (_, change, told) => {
    expect(await toldOf(await evidencePackage({ sign }, change))).toEqual(told)
  })
})
