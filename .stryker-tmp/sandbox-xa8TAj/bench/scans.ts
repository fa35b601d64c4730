/**
 * `npm run bench`: what scans cost. The built app as a process on the embedded database, against the stand-in GitHub with
 * 0 and 50 ms an answer; GitHub requests are counted, times are from the push to the completed check run. Report the
 * machine and versions with the figures: docs/performance.md.
 */
// @ts-nocheck

import { cpus } from 'node:os'
import { largeRecord, specification } from '../test/e2e/record.ts'
import { startApp } from '../test/support/app.ts'
import { GitHub, type Repository } from '../test/support/github/index.ts'

const SIZES = [
  { artifacts: 300, files: 2_000 },
  { artifacts: 3_000, files: 20_000 },
]
const REPEATS = 5

interface Row {
  what: string
  files: number
  requests: number
  ms: number[]
}

for (const delay of [0, 50]) {
  const rows: Row[] = []
  for (const size of SIZES) rows.push(...(await measure(size, delay)))
  print(delay, rows)
}

async function measure({ artifacts, files }: (typeof SIZES)[number], delay: number): Promise<Row[]> {
  const github = await GitHub.start()
  const app = await startApp({ environment: { ...github.environment, LOG_LEVEL: 'error' } })
  try {
    github.webhookUrl = `${app.url}/api/github/webhooks`
    const repository = await github.repository({ owner: 'acme', name: 'bench', from: largeRecord(artifacts, files) })
    github.delay(delay)
    const tip = await repository.tip('main')
    const first = await timed(github, repository, () => repository.push('main', tip ?? ''))
    const changes: Awaited<ReturnType<typeof timed>>[] = []
    const others: Awaited<ReturnType<typeof timed>>[] = []
    const pulls: Awaited<ReturnType<typeof timed>>[] = []
    for (let n = 0; n < REPEATS; n++) {
      const change = { '.gxp/specs/SPEC-0001.md': specification('SPEC-0001', 'US-0001', `Version ${n}`) }
      changes.push(await timed(github, repository, () => repository.push('main', change)))
      others.push(await timed(github, repository, () => repository.push('main', { 'notes.txt': String(n) })))
      const branch = `change-${n}`
      const other = { '.gxp/specs/SPEC-0002.md': specification('SPEC-0002', 'US-0002', `Version ${n}`) }
      const sha = await repository.commit(branch, other)
      pulls.push(
        await timed(github, repository, async () => {
          await repository.openPull({ head: branch })
          return sha
        }),
      )
    }
    const row = (what: string, runs: typeof changes): Row => ({
      what,
      files,
      requests: Math.max(...runs.map(({ requests }) => requests)),
      ms: runs.map(({ ms }) => ms),
    })
    return [
      row('first scan', [first]),
      row('push, one artifact changed', changes),
      row('push, nothing relevant', others),
      row('pull request with its comment', pulls),
    ]
  } finally {
    await app.remove()
    await github.close()
  }
}

async function timed(github: GitHub, repository: Repository, act: () => Promise<string>) {
  github.reset()
  const from = performance.now()
  const sha = await act()
  await github.waitFor(() => repository.checkRuns(sha).some(({ status }) => status === 'completed'), 300_000)
  const ms = performance.now() - from
  // The comment follows the check run.
  for (let count = -1; count !== github.requests.length; ) {
    count = github.requests.length
    await new Promise((resolve) => setTimeout(resolve, 700))
  }
  return { requests: github.count({ tokens: false }), ms }
}

function print(delay: number, rows: readonly Row[]): void {
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  process.stdout.write(`\n${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${delay} ms an answer\n\n`)
  process.stdout.write('| scan | files | GitHub requests | ms (median) | runs |\n| --- | ---: | ---: | ---: | ---: |\n')
  for (const { what, files, requests, ms } of rows) {
    process.stdout.write(`| ${what} | ${files} | ${requests} | ${Math.round(median(ms))} | ${ms.length} |\n`)
  }
}
