/**
 * `npm run demo [-- --repo PATH --stay]`: the whole job on this machine, with no GitHub, PostgreSQL or Redis. The built app runs
 * as a process against a stand-in GitHub; a push, a pull request that breaks a reference and its fix are replayed, and
 * each check run and comment is printed as a person would read it, with the number of GitHub requests it took.
 */
import { statSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import picocolors from 'picocolors'
import { type RunningApp, startApp } from '../test/support/app.ts'
import { type CheckRun, type Files, GitHub, type Repository } from '../test/support/github/index.ts'
import { makeSigner } from './evidence.ts'
import { restartWithKey, untilStopped, wordsFor } from './stay.ts'

/** Only for people: a pipe or a CI log gets the plain text. */
const pc = picocolors.createColors(process.stdout.isTTY === true && process.env.NO_COLOR === undefined)
const SAMPLE = fileURLToPath(new URL('sample', import.meta.url))
const HELP = `Usage: npm run demo [-- --repo PATH] [--stay]

Replays a push, a pull request that breaks a reference, and its fix. PATH: any local git repository with a
commit; it is only read. Without it a bundled sample repository is used. --stay: the server goes on afterwards, with
an API key to try its REST interface with, until Ctrl+C.
`

const CONTEXT = '.gxp/system_context.md'
const ID = /(?:REQ|US|SPEC)(?:-[A-Z0-9]+)+/
/** Where front matter names another artifact, best first; the id comes right after. */
const REFERENCES = [
  new RegExp(`^(parent_id:\\s*["']?)(${ID.source})`, 'm'),
  new RegExp(`^((?:satisfies|implements|derives_from):\\s*[[-]?\\s*["']?)(${ID.source})`, 'm'),
]

const values = given()
if (values?.help) process.stdout.write(HELP)
else if (values) await demo(values.repo, values.stay === true)

/** The options; null: one of them is none, which is said. */
function given() {
  try {
    return parseArgs({
      options: { repo: { type: 'string' }, stay: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    }).values
  } catch (error) {
    // Its first sentence; what follows is about parseArgs.
    const wrong = error instanceof Error ? error.message.split(/\.\s/)[0] : String(error)
    process.stderr.write(`${wrong}. There is --repo PATH, --stay and --help.\n`)
    process.exitCode = 2
    return null
  }
}

async function demo(path: string | undefined, stay: boolean): Promise<void> {
  const started = Date.now()
  const github = await GitHub.start()
  const dataDir = await mkdtemp(join(tmpdir(), 'rosie-guard-demo-'))
  let app: RunningApp | undefined
  try {
    if (path && !isFolder(path)) throw new Error(`there is no folder ${path}. --repo takes a local git repository.`)
    const owned = { owner: 'acme', name: 'dose-calculator' }
    const repository = path ? await github.repository({ ...owned, from: path }) : await sampleIn(github, owned)
    say(
      `Starting rosie-guard with an embedded database, and a stand-in GitHub with the repository ${repository.fullName}.`,
    )
    const environment = { ...github.environment, LOG_LEVEL: 'warn' }
    app = await startApp({ environment, dataDir })
    github.webhookUrl = `${app.url}/api/github/webhooks`
    await replay(github, repository)
    const wrong = github.violations
    if (wrong.length > 0) throw new Error(`GitHub would have refused: ${JSON.stringify(wrong, null, 2)}`)
    say(`Done in ${((Date.now() - started) / 1000).toFixed(1)} s. Nothing was sent to any other machine.`)
    if (!stay) return
    const again = await restartWithKey(app, environment)
    app = again.app
    github.webhookUrl = `${app.url}/api/github/webhooks`
    say(wordsFor(app.url, again.key, repository.id))
    await untilStopped()
  } catch (error) {
    // Before the app runs it is the repository that is wrong: its message says so.
    const said = error instanceof Error ? (app ? error.stack : error.message) : String(error)
    process.stderr.write(`\nThe demo failed: ${said}\n${app?.log() ?? ''}\n`)
    process.exitCode = 1
  } finally {
    await app?.stop()
    await github.close()
    await rm(dataDir, { recursive: true, force: true, maxRetries: 3 })
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** The bundled record: its source and its key, then the evidence of that source. */
async function sampleIn(github: GitHub, owned: { owner: string; name: string }): Promise<Repository> {
  const [signer, files] = [await makeSigner(), await readFiles(SAMPLE)]
  const repository = await github.repository({ ...owned, from: { ...Object.fromEntries(files), ...signer.key } })
  const branch = repository.defaultBranch
  const tested = await repository.tip(branch)
  if (!tested) throw new Error('The sample is empty.')
  await repository.commit(branch, await signer.evidenceOf(files, tested), { message: 'Keep the evidence' })
  return repository
}

/** The story: the default branch, a change that breaks a reference, its fix. */
async function replay(github: GitHub, repository: Repository): Promise<void> {
  const branch = repository.defaultBranch
  const tip = await repository.tip(branch)
  if (!tip) throw new Error('The repository has no commits.')
  heading(`1. A push to ${branch}: the first scan`)
  await step(github, repository, () => repository.push(branch, tip))

  const change = await changeFor(repository, tip)
  heading(`2. A pull request that breaks a reference in ${change.path}`)
  // A name that no branch of the repository has, nor anything below it.
  const topic = `rosie-guard-demo-${tip.slice(0, 7)}`
  const opened = await step(github, repository, async () => {
    const sha = await repository.commit(topic, change.broken, { message: 'Tidy up', parent: tip })
    const pull = await repository.openPull({ head: topic, title: 'Tidy up' })
    return { sha, number: pull.number }
  })

  heading('3. A push to the pull request that mends it')
  await step(github, repository, async () => ({
    sha: await repository.push(topic, change.mended, { message: 'Mend the reference' }),
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
  if (check.conclusion === 'neutral') say('There is no record in .gxp/ yet, so this commit is neither good nor bad.')
  if (number !== null) for (const { body } of repository.comments(number)) printBox('Comment on the pull request', body)
  const seconds = ((answeredAt(github) - from) / 1000).toFixed(1)
  say(`${github.count({ tokens: false })} GitHub requests, ${seconds} s from the push to the answer.`)
  return result
}

/** When the last word for people was written: the check run's end or the comment, which is edited only if it changes. */
function answeredAt(github: GitHub): number {
  const written = github.requests.filter(({ kind, method }) => kind === 'api' && ['POST', 'PATCH'].includes(method))
  return Math.max(...written.filter(({ path }) => path !== '/graphql').map(({ at }) => at.getTime()))
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

interface Change {
  /** The file whose reference is broken. */
  path: string
  broken: Files
  mended: Files
}

/** A reference of the repository's own record, broken and mended; where it has none, of a small record that is added. */
async function changeFor(repository: Repository, sha: string): Promise<Change> {
  const documents = await documentsOf(repository, sha)
  const known = documents.map(({ text }) => text).join('\n')
  for (const reference of REFERENCES) {
    for (const { path, text } of documents) {
      const frontMatter = /^\uFEFF?---\r?\n[\s\S]*?\n---/.exec(text)?.[0] ?? ''
      const parent = reference.exec(frontMatter)?.[2]
      if (parent === undefined) continue
      const broken = text.replace(reference, `$1${unknownId(parent, known)}`)
      const mended = `${text.trimEnd()}\n\nSee also the parent ${parent}.\n`
      return { path, broken: { [path]: broken }, mended: { [path]: mended } }
    }
  }
  return addedRecord(documents.some(({ path }) => path === CONTEXT))
}

/** The Markdown of the record. */
async function documentsOf({ git }: Repository, sha: string): Promise<{ path: string; text: string }[]> {
  const files = (await git.tree(sha, true)).filter(
    ({ path, mode }) => mode.startsWith('100') && path.startsWith('.gxp/') && path.endsWith('.md'),
  )
  const objects = await git.objects(files.map((file) => file.sha))
  return files.map(({ path }, index) => ({ path, text: objects[index]?.content.toString() ?? '' }))
}

/** Looks like a slip of the finger, and names nothing. */
function unknownId(id: string, known: string): string {
  const slip = `${id}9`
  return known.includes(slip) ? unknownId(slip, known) : slip
}

/** A requirement and its story, with a system context where there is none. */
function addedRecord(hasContext: boolean): Change {
  const path = '.gxp/user_stories/US-DEMO-read-result.md'
  const story = (parent: string) => `---
gxp_id: US-DEMO
title: Read a result at a glance
parent_id: ${parent}
as_a: laboratory analyst
i_want: each result with its unit
so_that: I cannot confuse two units
acceptance_criteria:
  - A result is shown with its unit
---
`
  const requirement = `---
gxp_id: REQ-DEMO
title: Results with units
gxp_risk_rating: LOW
description: The system shall show every result with its unit.
acceptance_criteria:
  - A result is shown with its unit
---
`
  const context = `---
id: 3b9a3c52-6f0e-4a55-8a53-0d8a54c1c0de
project_name: Demo
version: 0.1.0
gxp_risk_rating: LOW
validation_status: draft
intended_use: Shows what a compliance record is; added by the demo to a copy of this repository.
---
`
  const added = { '.gxp/requirements/REQ-DEMO-results.md': requirement, ...(!hasContext && { [CONTEXT]: context }) }
  return { path, broken: { ...added, [path]: story('REQ-DEMO9') }, mended: { [path]: story('REQ-DEMO') } }
}

async function readFiles(root: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = new Map<string, Buffer>()
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files.set(relative(root, path).replaceAll('\\', '/'), await readFile(path))
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
