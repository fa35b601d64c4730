/** The pages that come from the code, by their names under docs/. */
import { configurationPage } from '../src/config-page.ts'
import { policyJsonSchema, policyPage } from '../src/rosie/policy-page.ts'
import { RULES } from '../src/rosie/rules/index.ts'
import { pageName, rulePage, rulesPage } from '../src/rosie/rules/page.ts'
import { metricsPage } from '../src/telemetry/metrics-page.ts'
import { firstRecordPage } from './first-record.ts'

export const generatedPages = (): Map<string, string> =>
  new Map([
    ['configuration.md', configurationPage()],
    ['first-record.md', firstRecordPage()],
    ['metrics.md', metricsPage()],
    ['policy.md', policyPage()],
    ['rosie.schema.json', policyJsonSchema()],
    ['rules.md', rulesPage()],
    ...RULES.map((rule): [string, string] => [`rules/${pageName(rule.id)}`, rulePage(rule)]),
  ])
