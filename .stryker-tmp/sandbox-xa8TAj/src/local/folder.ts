/** The files of a plain folder, without asking git. */
// @ts-nocheck

import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'

/** Git's own (a folder, or the file that points to it), and what package managers fill, often most of the files. */
const SKIPPED = new Set(['.git', 'node_modules', '__pycache__', '.venv', 'venv', '.tox'])

/**
 * Names of all regular files below `root`, relative to it, as bytes: a name need not be valid UTF-8. Symbolic links are
 * not followed.
 */
export async function listFolder(root: string): Promise<Buffer[]> {
  const files: Buffer[] = []
  const open: Buffer[] = [Buffer.alloc(0)]
  for (let prefix = open.pop(); prefix; prefix = open.pop()) {
    for (const entry of await entriesOf(root, prefix)) {
      if (SKIPPED.has(entry.name.toString())) continue
      const path = Buffer.concat([prefix, entry.name])
      if (entry.isFile()) files.push(path)
      else if (entry.isDirectory()) open.push(Buffer.concat([path, SLASH]))
    }
  }
  return files
}

const SLASH = Buffer.from('/')

const entriesOf = (root: string, prefix: Buffer): Promise<Dirent<Buffer>[]> =>
  readdir(Buffer.concat([Buffer.from(`${root}/`), prefix]), { withFileTypes: true, encoding: 'buffer' })
