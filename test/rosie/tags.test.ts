import type { Tag } from '../../src/rosie/contents.ts'
import { riskTags } from '../../src/rosie/tags.ts'

it.each<[Tag['name'], string, string[]]>([
  ['gxp-risk', 'HIGH', ['HIGH']],
  ['gxp-criticality', 'LOW', ['LOW']],
  ['gxp-risk', 'high', []],
  ['gxp-risk-concern', 'HIGH', []],
  ['description', 'LOW', []],
])('The tag %s with the value %s claims the risks %j', (name, value, risks) => {
  const tag = { name, value, ids: [], line: 1, column: 1 } as unknown as Tag
  expect(riskTags([tag]).map(({ risk }) => risk)).toEqual(risks)
})
