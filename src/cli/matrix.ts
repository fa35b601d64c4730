/**
 * `rosie-guard matrix [DIR]`: writes the traceability matrix, the gap analysis and the status to sign. Nothing that this
 * program did not write itself is ever overwritten, nor a status that somebody has begun to sign.
 */
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { jsonText } from '../report/plain.ts'
import { complianceStatus, GENERATED, gapAnalysis, SIGN_OFF } from '../report/status.ts'
import { traceabilityMatrix } from '../rosie/matrix.ts'
import { type LocalScan, type LocalScanOptions, scanLocal } from './local-scan.ts'
import type { Terminal } from './program.ts'

interface MatrixOptions extends LocalScanOptions {
  out?: string
}

const HELP = `
Writes traceability-matrix.json, gap-analysis.json and compliance-status.md to DIR/.gxp, or to --out.
Files of these names that rosie-guard did not write, and a status with entries in its sign-off section, are left alone.

Examples:
  rosie-guard matrix
  rosie-guard matrix path/to/checkout --key evidence-key.pem --out build/record`

export function addMatrix(program: Command, io: Terminal): void {
  program
    .command('matrix')
    .description('write the traceability matrix, the gap analysis and the status to sign')
    .argument('[dir]', 'the root of what is scanned', '.')
    .option('--base <ref>', 'compare with the merge base of HEAD and this, and trust the keys that it has')
    .option('--out <folder>', 'where to write (default: .gxp of DIR)')
    .option('--key <file>', 'trust the public keys in this PEM or JWKS file (may be repeated)', collect, [])
    .addHelpText('after', HELP)
    .action(async (dir: string, options: MatrixOptions) => {
      const scanned = await scanLocal(dir, options)
      if (!scanned.head.present) throw new Error(`There is no GxP record in ${dir}: no .gxp/ folder and no GxP.MD.`)
      const folder = options.out ?? join(dir, '.gxp')
      for (const note of scanned.notes) io.err(`${note}\n`)
      const files = pagesOf(scanned, new Date().toISOString())
      await Promise.all(Object.keys(files).map((name) => refuseToOverwrite(join(folder, name))))
      await makeFolder(folder)
      for (const [name, text] of Object.entries(files)) await replace(join(folder, name), text)
      io.out(
        `${Object.keys(files)
          .map((name) => `Wrote ${join(folder, name)}`)
          .join('\n')}\n`,
      )
    })
}

const collect = (file: string, files: string[]) => [...files, file]

function pagesOf({ assessment, head }: LocalScan, now: string): Record<string, string> {
  return {
    'traceability-matrix.json': jsonText(traceabilityMatrix(head, now)),
    'gap-analysis.json': jsonText(gapAnalysis(head, assessment, now)),
    'compliance-status.md': complianceStatus(assessment, head, now),
  }
}

/** Throws where something stands that is not ours to write again. */
async function refuseToOverwrite(path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new Error(`${path} can't be read: ${error.code ?? error.message}.`)
  })
  if (text === null) return
  if (path.endsWith('.json')) {
    if (!isOurJson(text)) throw new Error(`${path} was not written by rosie-guard. Move it away, or use --out.`)
    return
  }
  if (!text.startsWith(GENERATED))
    throw new Error(`${path} was not written by rosie-guard. Move it away, or use --out.`)
  const signed = text.slice(text.indexOf(SIGN_OFF) + SIGN_OFF.length).replace(/\|.*Role.*\||[-:|\s]/g, '')
  if (signed !== '')
    throw new Error(`${path} has entries in its sign-off section. Keep it under another name, or use --out.`)
}

function isOurJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'gxpmd_version' in value && 'generated_at' in value
  } catch {
    return false
  }
}

/** With all above it. Node's own way to do so never ends where the system lets nothing be made (`/proc`). */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const above = dirname(path)
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (code !== 'ENOENT' || above === path) throw new Error(`${path} can't be made: ${code}.`)
    await makeFolder(above)
    await mkdir(path).catch((again: NodeJS.ErrnoException) => {
      throw new Error(`${path} can't be made: ${again.code}.`)
    })
  }
}

/** In one step: a run that breaks off leaves the old file whole. */
async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  await writeFile(temporary, text)
  await rename(temporary, path)
}
