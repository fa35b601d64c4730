/**
 * Runs git on a repository that may be hostile: nothing that its configuration or attributes name is executed, nothing is
 * fetched, and only commands that read are used. Working files are read by us, never through git's filters.
 */
// @ts-nocheck

import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { NotFound } from '../scan/errors.ts'

/** Enough for the listing of some million files; more is a fault. */
const OUTPUT_BYTES = 512 * 2 ** 20
const ERROR_BYTES = 4096

/** Configuration on the command line beats the repository's own. */
const CONFIGURATION = [
  'core.fsmonitor=false', // would run a program whenever the index is read
  'core.hooksPath=/dev/null',
  'protocol.allow=never',
  'safe.directory=*', // the owner of the files doesn't matter when nothing of theirs is executed
].flatMap((setting) => ['-c', setting])

/** git doesn't exist on this machine. */
export class GitMissing extends Error {
  override name = 'GitMissing'
}

/** A git command that said no. */
export class GitFailed extends Error {
  override name = 'GitFailed'
  readonly exitCode: number | null
  constructor(exitCode: number | null, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}

/** A git process in `dir`, to be read while it runs. */
export function startGit(dir: string, args: readonly string[]) {
  const child = spawn('git', ['--no-pager', '--literal-pathspecs', ...CONFIGURATION, ...args], {
    cwd: dir,
    env: environment(dir),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  })
  child.stdin.on('error', () => undefined) // A process that ended early tells why by its exit.
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    if (complaint.length < ERROR_BYTES) complaint += chunk.toString()
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new GitMissing('git is not installed, or not on the PATH.') : error)
    })
    child.on('close', (code) => {
      if (code === 0) return resolve()
      reject(new GitFailed(code, `git ${args[0]}: ${complaint.slice(0, ERROR_BYTES).trim() || `exit code ${code}`}`))
    })
  })
  ended.catch(() => undefined) // Whoever reads the output asks for the outcome.
  return { child, ended }
}

/** What a git command printed. Throws `GitFailed`, `GitMissing`. */
export async function git(dir: string, args: readonly string[]): Promise<Buffer> {
  const { child, ended } = startGit(dir, args)
  child.stdin.end()
  const parts: Buffer[] = []
  let bytes = 0
  child.stdout.on('data', (part: Buffer) => {
    bytes += part.length
    if (bytes > OUTPUT_BYTES) child.kill()
    else parts.push(part)
  })
  await ended
  return Buffer.concat(parts)
}

/**
 * The commit that a ref or revision names. Throws `NotFound`. A leading dash would be read as an option by commands that
 * take the ref as it is, so it is refused (git-check-ref-format allows no such branch either).
 */
export async function resolveCommit(dir: string, ref: string): Promise<string> {
  if (ref === '' || ref.startsWith('-') || ref.includes('\0')) throw new NotFound(`Not a ref: ${JSON.stringify(ref)}`)
  try {
    return (await git(dir, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]))
      .toString()
      .trim()
  } catch (error) {
    if (error instanceof GitFailed) throw new NotFound(`No commit is called ${JSON.stringify(ref)} here.`)
    throw error
  }
}

/**
 * Ours, without what a surrounding git (a hook, a rebase) says about its own repository. `GIT_ALLOW_PROTOCOL` beats every
 * `protocol.*` setting of the repository; empty, it allows none, so that a partial clone can't fetch either.
 */
function environment(dir: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GIT_') || /^GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)|EXEC_PATH)$/.test(name),
  )
  return {
    ...Object.fromEntries(inherited),
    LC_ALL: 'C',
    GIT_ALLOW_PROTOCOL: '',
    GIT_CEILING_DIRECTORIES: dirname(dir),
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
  }
}
