#!/usr/bin/env node
// @ts-nocheck
import { run } from './cli/program.ts'

// The reader has seen enough (`| head -1`). What is left has nowhere to go; the exit code still says what was found.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.exitCode = await run(process.argv.slice(2))
