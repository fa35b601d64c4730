/** Real repositories and folders below a temporary directory, for the tests of this folder. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Blob, TreeEntry, WantedBlob } from '../../src/scan/ports/source.ts'

/** Someone to commit as; submodules from the same machine; no waiting for the disk. */
const SETTINGS = [
  'user.name=Test',
  'user.email=test@example.org',
  'protocol.file.allow=always',
  'core.fsync=none',
  'core.looseCompression=0',
  'gc.auto=0',
].flatMap((setting) => ['-c', setting])

export function temporaryFolder(): { path: string; remove: () => void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'rosie-guard-test-')))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** What to ask for: these files, up to so many bytes each. */
export const upTo = (maxBytes: number, files: readonly TreeEntry[]): WantedBlob[] =>
  files.map((file) => ({ ...file, maxBytes }))

export function write(root: string, files: Record<string, string | Buffer>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

export const gitIn = (dir: string, ...args: string[]) =>
  execFileSync('git', ['-C', dir, ...SETTINGS, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    .toString()
    .trim()

export function initialise(dir: string, ...options: string[]): string {
  mkdirSync(dir, { recursive: true })
  gitIn(dir, 'init', '--quiet', '--initial-branch=main', ...options)
  return dir
}

/** Writes files, commits everything, and answers the commit. */
export function commit(dir: string, files: Record<string, string | Buffer>): string {
  write(dir, files)
  gitIn(dir, 'add', '--all')
  gitIn(dir, 'commit', '--quiet', '--allow-empty', '--message', 'a change')
  return gitIn(dir, 'rev-parse', 'HEAD')
}

/** Adds files to the tip of `main` without touching the disk for each: for commits of hundreds of plainly named files. */
export function importCommit(dir: string, files: Record<string, string>): string {
  const contents = Object.entries(files).map(
    ([path, text]) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
  )
  const input = `commit refs/heads/main\ncommitter Test <test@example.org> 0 +0000\ndata 0\n${contents.join('')}`
  execFileSync('git', ['-C', dir, 'fast-import', '--quiet'], { input })
  return gitIn(dir, 'rev-parse', 'main')
}

export const paths = (tree: readonly TreeEntry[]) => tree.map(({ path }) => path).sort()

export async function all(blobs: AsyncIterable<Blob>): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>()
  for await (const { sha, bytes } of blobs) {
    if (found.has(sha)) throw new Error(`${sha} came twice`)
    found.set(sha, bytes && Buffer.from(bytes).toString())
  }
  return found
}
