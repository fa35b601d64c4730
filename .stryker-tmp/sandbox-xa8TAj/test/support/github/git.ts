/** A bare repository, driven through the `git` binary. */
// @ts-nocheck

import { execFile, spawn } from 'node:child_process'
import { copyFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type FileContent, importStream } from './fast-import.ts'
import {
  type ChangedFile,
  COMMIT_FORMAT,
  type CommitInfo,
  changesOf,
  commitsOf,
  type GitObject,
  objectsOf,
  type TreeItem,
  treeItems,
} from './git-output.ts'

export const ZERO = '0'.repeat(40)

export interface CommitRequest {
  branch: string
  files: Record<string, FileContent>
  message: string
  /** Null starts a history of its own. */
  parent: string | null
  /** Without it git refuses to move the branch to a commit that does not contain its tip. */
  force: boolean
}

const ENVIRONMENT = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
  GIT_AUTHOR_NAME: 'Mona Lisa',
  GIT_AUTHOR_EMAIL: 'mona@github.com',
  GIT_COMMITTER_NAME: 'GitHub',
  GIT_COMMITTER_EMAIL: 'noreply@github.com',
  LC_ALL: 'C',
}

/** Runs git; rejects with what it said on an exit code other than 0, which is then the error's `code`. */
function git(dir: string, args: readonly string[], input?: string | Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { cwd: dir, env: ENVIRONMENT, encoding: 'buffer' as const, maxBuffer: Number.POSITIVE_INFINITY }
    const child = execFile('git', args, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      reject(
        Object.assign(new Error(`git ${args[0]}: ${stderr.toString().trim() || error.message}`), { code: error.code }),
      )
    })
    child.stdin?.on('error', () => {}) // git may end before it has read everything; its exit code says why
    child.stdin?.end(input)
  })
}

/** Branches and tags, in the form `git update-ref --stdin` takes. */
const ALL_REFS = ['for-each-ref', '--format=create %(refname) %(objectname)', 'refs/heads', 'refs/tags']

export class BareRepository {
  readonly dir: string

  private constructor(dir: string) {
    this.dir = dir
  }

  static async create(dir: string, defaultBranch: string): Promise<BareRepository> {
    await git('/', ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, dir])
    return new BareRepository(dir)
  }

  /** The branches and tags of a repository on this machine, its objects borrowed, never written to. */
  static async borrow(dir: string, source: string, defaultBranch?: string): Promise<BareRepository> {
    const ask = async (...args: string[]) => (await git(source, args)).toString().trim()
    const gitDir = await ask('rev-parse', '--path-format=absolute', '--git-common-dir')
    const checkedOut = await ask('rev-parse', '--abbrev-ref', 'HEAD')
    const branch = defaultBranch ?? (checkedOut === 'HEAD' ? 'main' : checkedOut)
    const repository = await BareRepository.create(dir, branch)
    await writeFile(join(dir, 'objects/info/alternates'), `${join(gitDir, 'objects')}\n`)
    await copyFile(join(gitDir, 'shallow'), join(dir, 'shallow')).catch(() => {}) // only a shallow clone has one
    await repository.#takeRefs(await ask(...ALL_REFS))
    if (checkedOut === 'HEAD') await repository.setRef(`refs/heads/${branch}`, await ask('rev-parse', 'HEAD'))
    return repository
  }

  /**
   * Another repository over the same objects: a commit of a fork can be read through its parent and the other way round.
   * https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/working-with-forks/about-forks
   */
  async fork(dir: string, defaultBranch: string): Promise<BareRepository> {
    const fork = await BareRepository.create(dir, defaultBranch)
    await rm(join(dir, 'objects'), { recursive: true })
    await symlink(join(this.dir, 'objects'), join(dir, 'objects'))
    await fork.#takeRefs(await this.text(...ALL_REFS))
    return fork
  }

  async #takeRefs(listed: string): Promise<void> {
    if (listed !== '') await this.run(['update-ref', '--stdin'], `${listed}\n`)
  }

  run(args: readonly string[], input?: string | Buffer): Promise<Buffer> {
    return git(this.dir, args, input)
  }

  async text(...args: string[]): Promise<string> {
    return (await this.run(args)).toString().trim()
  }

  /** Exit code 1 is git's "no"; anything else stays an error. */
  async #unlessNo(answer: Promise<string>): Promise<string | null> {
    return answer.catch((error: Error & { code?: number }) => {
      if (error.code === 1) return null
      throw error
    })
  }

  /** The commit of a SHA, branch, tag or full ref; null when there is none. */
  async commitOf(name: string): Promise<string | null> {
    return this.#peel(name, 'commit')
  }

  /** The tree of a tree SHA, commit SHA, branch or tag; null when there is none. */
  async treeOf(name: string): Promise<string | null> {
    return this.#peel(name, 'tree')
  }

  async #peel(name: string, type: string): Promise<string | null> {
    if (!/^[^\0-\x20~^:?*[\\-][^\0-\x20~^:?*[\\]*$/.test(name)) return null
    const isSha = /^[0-9a-f]{40}$/.test(name)
    const candidates = isSha
      ? [name]
      : [`refs/heads/${name}`, `refs/tags/${name}`, ...(/^refs\/|^HEAD$/.test(name) ? [name] : [])]
    for (const candidate of candidates) {
      const found = this.text('rev-parse', '--verify', '--quiet', '--end-of-options', `${candidate}^{${type}}`)
      const sha = await found.catch(() => null) // 1: no such ref; 128: an object of another type
      if (sha) return sha.split('\n').pop() ?? null
    }
    return null
  }

  /** What a ref points at; null when it does not exist. */
  ref(ref: string): Promise<string | null> {
    return this.#unlessNo(this.text('rev-parse', '--verify', '--quiet', '--end-of-options', ref))
  }

  async setRef(ref: string, sha: string): Promise<void> {
    await this.run(['update-ref', ref, sha])
  }

  async deleteRef(ref: string): Promise<void> {
    await this.run(['update-ref', '-d', ref])
  }

  async isEmpty(): Promise<boolean> {
    return (await this.text('for-each-ref', '--count=1')) === ''
  }

  async branches(): Promise<string[]> {
    const names = await this.text('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads')
    return names === '' ? [] : names.split('\n')
  }

  /** One commit through `git fast-import`: 20,000 new files take about a second. */
  async commit(request: CommitRequest): Promise<string> {
    const force = request.force ? ['--force'] : []
    const said = await this.run(
      ['fast-import', '--quiet', '--done', '--cat-blob-fd=1', ...force],
      importStream(request),
    )
    return said.toString().trim()
  }

  /** A merge commit of `head` into `base`, on no branch yet. Throws on a conflict. */
  async merge(base: string, head: string, message: string): Promise<string> {
    const tree = await this.text('merge-tree', '--write-tree', base, head)
    return this.text('commit-tree', tree, '-p', base, '-p', head, '-m', message)
  }

  /** Entries in git's order, a tree before what is in it. */
  async tree(tree: string, recursive: boolean): Promise<TreeItem[]> {
    const listed = await this.run(['ls-tree', '-l', '-z', ...(recursive ? ['-r', '-t'] : []), tree])
    return treeItems(listed)
  }

  /** Objects by SHA or expression (`main:README.md`), through one `git cat-file --batch`; null where there is none. */
  async objects(names: readonly string[]): Promise<(GitObject | null)[]> {
    const asked = names.map((name) => (name.includes('\n') ? ZERO : name)).join('\n')
    return objectsOf(await this.run(['cat-file', '--batch'], `${asked}\n`), names.length)
  }

  mergeBase(one: string, other: string): Promise<string | null> {
    return this.#unlessNo(this.text('merge-base', one, other))
  }

  /** How many commits each side has that the other has not. */
  async distance(base: string, head: string): Promise<{ behind: number; ahead: number }> {
    const [behind = 0, ahead = 0] = (await this.text('rev-list', '--left-right', '--count', `${base}...${head}`))
      .split('\t')
      .map(Number)
    return { behind, ahead }
  }

  /** Commits of a range (`a..b`, `a`), oldest first. */
  async log(...range: string[]): Promise<CommitInfo[]> {
    return commitsOf(await this.run(['log', '-z', '--reverse', `--format=${COMMIT_FORMAT}`, ...range, '--']))
  }

  async commitInfo(sha: string): Promise<CommitInfo> {
    const [info] = await this.log('--max-count=1', sha)
    if (!info) throw new Error(`no commit ${sha}`)
    return info
  }

  async changedFiles(base: string, head: string): Promise<ChangedFile[]> {
    return changesOf(await this.run(['diff-tree', '-r', '-z', '--no-renames', base, head])).get('') ?? []
  }

  /** What each commit changed against its first parent, by its SHA, through one `git diff-tree`. */
  async changes(commits: readonly CommitInfo[]): Promise<Map<string, ChangedFile[]>> {
    const asked = commits.map(({ sha, parents }) => `${sha} ${parents[0] ?? ''}\n`).join('')
    return changesOf(await this.run(['diff-tree', '--stdin', '--root', '-r', '-z', '--no-renames'], asked))
  }

  /** `git archive`, so that `.gitattributes` (export-ignore, export-subst) apply as on GitHub. */
  archive(commit: string, prefix: string): Readable {
    const args = ['archive', '--format=tar.gz', `--prefix=${prefix}/`, commit]
    return spawn('git', args, { cwd: this.dir, env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'inherit'] }).stdout
  }
}
