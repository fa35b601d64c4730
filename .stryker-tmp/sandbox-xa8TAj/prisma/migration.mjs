// @ts-nocheck
// npm run migration -- NAME      writes the next migration: what takes the committed ones to schema.prisma
// npm run migration -- --check   exit code 1 when there is a difference
import { mkdirSync, writeFileSync } from 'node:fs'
import { difference } from './engine.mjs'

const [name] = process.argv.slice(2)
if (name !== '--check' && !/^[a-z][a-z0-9_]*$/.test(name ?? '')) {
  console.error('Usage: npm run migration -- NAME   (lower-case letters, digits and _), or --check')
  process.exit(2)
}

const sql = await difference()
if (sql === '') {
  console.log('The migrations and prisma/schema.prisma agree.')
} else if (name === '--check') {
  console.error(
    `The migrations lag behind prisma/schema.prisma; write the next one (npm run migration -- NAME):\n${sql}`,
  )
  process.exitCode = 1
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const folder = new URL(`./migrations/${stamp}_${name}/`, import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL('migration.sql', folder), sql)
  console.log(`prisma/migrations/${stamp}_${name}/migration.sql`)
}
