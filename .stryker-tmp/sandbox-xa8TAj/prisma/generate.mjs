// @ts-nocheck
// Generates the Prisma client. Prisma 7 needs no native engine at run time, but `prisma generate` still looks for the
// schema engine's binary and would download it; any existing file satisfies it, and generating never runs it.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'

const cli = createRequire(import.meta.url).resolve('prisma/build/index.js')
const { status } = spawnSync(process.execPath, [cli, 'generate'], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', ...process.env },
})
process.exit(status ?? 1)
