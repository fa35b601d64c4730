/** `npm run docs`: writes the pages that come from the code. Tests fail when they are stale. */
import { writeFileSync } from 'node:fs'
import { configurationPage } from '../src/config-page.ts'
import { rulesPage } from '../src/rosie/rules/page.ts'

const pages = { 'configuration.md': configurationPage(), 'rules.md': rulesPage() }
for (const [name, text] of Object.entries(pages)) writeFileSync(new URL(name, import.meta.url), text)
