/** Each rule's page is true: its bad example makes the rule speak, its good one does not, and the sample is silent. */
// @ts-nocheck

import { RULE_PAGES } from '../../../src/rosie/rules/examples/index.ts'
import { RULES } from '../../../src/rosie/rules/index.ts'
import { assessExample, assessSample } from '../../support/examples.ts'
import { briefly, found } from '../../support/record.ts'

describe('The sample record', () => {
  it('has nothing to be found', async () => {
    expect(briefly(await assessSample())).toEqual([])
  })
})

it('has a page for each rule, and none for anything else', () => {
  expect(Object.keys(RULE_PAGES).sort()).toEqual(RULES.map(({ id }) => id).sort())
})

describe.each(Object.entries(RULE_PAGES))('%s', (id, page) => {
  it('is found in its bad example', async () => {
    expect(found(await assessExample(page, page.bad), id)).not.toEqual([])
  })

  it('is not found in its good example', async () => {
    expect(found(await assessExample(page, page.good), id)).toEqual([])
  })

  it('says where it comes from and why it matters', () => {
    expect(page.clause).toMatch(/\w/)
    expect(page.why).toMatch(/\.$/)
  })
})
