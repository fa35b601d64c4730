/** `npm run docs`: writes the pages that come from the code. Tests fail when they are stale. */
// @ts-nocheck

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { generatedPages } from './pages.ts'

const pages = generatedPages()
mkdirSync(new URL('rules/', import.meta.url), { recursive: true })
for (const name of readdirSync(new URL('rules/', import.meta.url))) {
  if (!pages.has(`rules/${name}`)) rmSync(new URL(`rules/${name}`, import.meta.url))
}
for (const [name, text] of pages) writeFileSync(new URL(name, import.meta.url), text)
