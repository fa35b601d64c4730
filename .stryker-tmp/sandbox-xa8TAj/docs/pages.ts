/** The pages that come from the code, by their names under docs/. */
// @ts-nocheck

import { configurationPage } from '../src/config-page.ts'
import { RULES } from '../src/rosie/rules/index.ts'
import { pageName, rulePage, rulesPage } from '../src/rosie/rules/page.ts'

export const generatedPages = (): Map<string, string> =>
  new Map([
    ['configuration.md', configurationPage()],
    ['rules.md', rulesPage()],
    ...RULES.map((rule): [string, string] => [`rules/${pageName(rule.id)}`, rulePage(rule)]),
  ])
