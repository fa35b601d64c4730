/**
 * `npm run demo [-- --repo PATH]`: the whole job on this machine, with no GitHub, PostgreSQL or Redis. The built app runs
 * as a process against a stand-in GitHub; a push, a pull request that breaks a reference and its fix are replayed, and
 * each check run and comment is printed as a person would read it, with the number of GitHub requests it took.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import pc from 'picocolors'
import { type RunningApp, startApp } from '../test/support/app.ts'
import { type CheckRun, type Files, GitHub, type Repository } from '../test/support/github/index.ts'

const SAMPLE = fileURLToPath(new URL('sample', import.meta.url))
const HELP = `Usage: npm run demo [-- --repo PATH]

Replays a push, a pull request that breaks a reference, and its fix. PATH: any local git repository that keeps a
compliance record in .gxp/; it is only read. Without it a bundled sample repository is used.
`

const { values } = parseArgs({ options: { repo: { type: 'string' }, help: { type: 'boolean', short: 'h' } } })
if (values.help) process.stdout.write(HELP)
else await demo(values.repo)

async function demo(path: string | undefined): Promise<void> {
  const started = Date.now()
  const github = await GitHub.start()
  const dataDir = await mkdtemp(join(tmpdir(), 'rosie-guard-demo-'))
  let app: RunningApp | undefined
  try {
    const from = path ?? (await readFiles(SAMPLE))
    const repository = await github.repository({ owner: 'acme', name: 'dose-calculator', from })
    say(
      `Starting rosie-guard with an embedded database, and a stand-in GitHub with the repository ${repository.fullName}.`,
    )
    app = await startApp({ environment: { ...github.environment, LOG_LEVEL: 'warn' }, dataDir })
    github.webhookUrl = `${app.url}/api/github/webhooks`
    await replay(github, repository)
    const wrong = github.violations
    if (wrong.length > 0) throw new Error(`GitHub would have refused: ${JSON.stringify(wrong, null, 2)}`)
    say(`Done in ${((Date.now() - started) / 1000).toFixed(1)} s. Nothing was sent to any other machine.`)
  } catch (error) {
    process.stderr.write(
      `\nThe demo failed: ${error instanceof Error ? error.stack : String(error)}\n${app?.log() ?? ''}\n`,
    )
    process.exitCode = 1
  } finally {
    await app?.stop()
    await github.close()
    await rm(dataDir, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** The story: the default branch, a change that breaks a reference, its fix. */
async function replay(github: GitHub, repository: Repository): Promise<void> {
  const branch = repository.defaultBranch
  const tip = await repository.tip(branch)
  if (!tip) throw new Error('The repository has no commits.')
  heading(`1. A push to ${branch}: the first scan`)
  await step(github, repository, () => repository.push(branch, tip))

  const victim = await documentWithParent(repository, tip)
  heading(`2. A pull request that breaks a reference in ${victim.path}`)
  const broken = victim.text.replace(victim.parent, `${victim.parent}9`)
  const opened = await step(github, repository, async () => {
    const sha = await repository.commit('tidy-up', { [victim.path]: broken }, { message: 'Tidy up' })
    const pull = await repository.openPull({ head: 'tidy-up', title: 'Tidy up' })
    return { sha, number: pull.number }
  })

  heading('3. A push to the pull request that mends it')
  const mended = `${victim.text.trimEnd()}\n\nSee also the parent ${victim.parent}.\n`
  await step(github, repository, async () => ({
    sha: await repository.push('tidy-up', { [victim.path]: mended }, { message: 'Mend the reference' }),
    number: opened.number,
  }))
}

/** Does something, waits for its check run, and prints what GitHub then shows. */
async function step<Result extends string | { sha: string; number: number }>(
  github: GitHub,
  repository: Repository,
  act: () => Promise<Result>,
): Promise<Result> {
  github.reset()
  const from = Date.now()
  const result = await act()
  const { sha, number } = typeof result === 'string' ? { sha: result, number: null } : result
  const check = await github.waitFor(
    () => repository.checkRuns(sha).find(({ status }) => status === 'completed'),
    60_000,
  )
  // The comment follows the check run.
  await github.waitFor(() => number === null || repository.comments(number).length > 0, 30_000)
  await settled(github)
  printCheck(check)
  if (number !== null) for (const { body } of repository.comments(number)) printBox('Comment on the pull request', body)
  const seconds = ((Date.now() - from) / 1000).toFixed(1)
  say(`${github.count({ tokens: false })} GitHub requests, ${seconds} s from the push to the answer.`)
  return result
}

/** Until GitHub was asked nothing for half a second. */
async function settled(github: GitHub): Promise<void> {
  let count = -1
  while (count !== github.requests.length) {
    count = github.requests.length
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

function printCheck({ name, conclusion, output, annotations }: CheckRun): void {
  const verdict =
    conclusion === 'failure' ? pc.red('failure') : conclusion === 'success' ? pc.green('success') : conclusion
  printBox(`Check run: ${name}`, `${verdict}  ${output.title}\n\n${output.summary}`)
  if (annotations.length > 0) {
    const lines = annotations.map(
      ({ path, start_line, annotation_level, title, message }) =>
        `${path}:${start_line}  ${annotation_level}  ${title}\n    ${message}`,
    )
    printBox(`Annotations (${annotations.length})`, lines.join('\n'))
  }
}

async function documentWithParent(repository: Repository, sha: string) {
  const listing = await repository.git.text(
    'ls-tree',
    '-r',
    '--name-only',
    sha,
    '--',
    '.gxp/specs',
    '.gxp/user_stories',
  )
  for (const path of listing.split('\n').filter(Boolean)) {
    const text = await repository.git.text('show', `${sha}:${path}`)
    const parent = /^parent_id:\s*["']?([A-Z0-9-]+)/m.exec(text)?.[1]
    if (parent) return { path, text, parent }
  }
  throw new Error('No specification or story with a `parent_id` was found, so there is no reference to break.')
}

async function readFiles(root: string): Promise<Files> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files: Files = {}
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files[relative(root, path).replaceAll('\\', '/')] = await readFile(path)
  }
  return files
}

function say(text: string): void {
  process.stdout.write(`\n${text}\n`)
}

function heading(text: string): void {
  process.stdout.write(`\n${pc.bold(text)}\n${'─'.repeat(text.length)}\n`)
}

function printBox(title: string, body: string): void {
  const lines = body
    .trimEnd()
    .split('\n')
    .map((line) => `${pc.dim('│')} ${line}`)
  process.stdout.write(`\n${pc.dim('┌')} ${pc.bold(title)}\n${lines.join('\n')}\n${pc.dim('└')}\n`)
}
