/**
 * The stand-in GitHub in a process of its own, so that what it does (git, JSON) is not done on the measured app's time, nor on
 * the stopwatch's. Started by `startStandIn`, which answers its methods over IPC.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stateHashes } from '../src/rosie/state-hash.ts'
import { largeRecord as plainRecord } from '../test/e2e/record.ts'
import { type Delivery, type Files, GitHub, type Repository, sign } from '../test/support/github/index.ts'
import { largeRecord } from './large-record.ts'

const NICENESS = 10

/** A delivery that is ready to be sent. */
export interface Prepared {
  headers: Record<string, string>
  body: string
}

/** A pushed commit, and what GitHub would tell of it. */
export interface Pushed {
  head: Head
  deliveries: Prepared[]
}

/** A commit of the n-th repository. */
export interface Head {
  repository: number
  sha: string
}

export interface Change {
  branch: string
  files: Record<string, string>
}

/** What is asked of the stand-in. */
export class StandIn {
  readonly #github: GitHub
  readonly #repositories: Repository[] = []
  /** What is told of a push is sent by whoever measures the answer; null while none is made: then it is sent from here. */
  #told: Prepared[] | null = null

  constructor(github: GitHub) {
    this.#github = github
    const { webhooks } = github
    const deliver = webhooks.deliver.bind(webhooks)
    webhooks.deliver = async (app, event, payload) => {
      if (this.#told === null) return deliver(app, event, payload)
      const body = JSON.stringify(payload)
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/044aadd',
        'x-github-event': event,
        'x-github-delivery': crypto.randomUUID(),
        'x-hub-signature-256': sign(body, app.webhookSecret),
      }
      this.#told.push({ headers, body })
      return {} as Delivery
    }
  }

  environment(): Record<string, string> {
    return this.#github.environment
  }

  /** Where it sends what nobody measures: that a check run was created or completed. */
  tellsOfChecks(webhookUrl: string): void {
    this.#github.webhookUrl = webhookUrl
  }

  /** With so many plain artifacts in so many files. Answers its number. */
  async repository(owner: string, name: string, artifacts: number, files: number): Promise<number> {
    return this.#add(await this.#github.repository({ owner, name, from: plainRecord(artifacts, files) }))
  }

  /**
   * With so many artifacts, a quarter of them evidence that is signed by a key of the repository's own, made for the commit
   * before; and a tenth as many annotated files.
   */
  async signedRepository(owner: string, name: string, artifacts: number): Promise<number> {
    const evidence = artifacts / 4
    const documents = artifacts - evidence
    const specifications = documents / 3
    const files = artifacts / 10
    // A third of the files are tests, and each specification is to have one.
    const size = { files, inFile: Math.ceil((specifications * 3) / files), documents, faulty: false }
    const source = filesOf(await largeRecord({ ...size, evidence: 0 }))
    const repository = await this.#github.repository({ owner, name, from: source })
    const commit = (await repository.tip('main')) ?? ''
    const { plain } = stateHashes(
      Object.entries(source).map(([path, text]) => ({ path, bytes: text as Buffer })),
      'src',
    )
    const record = await largeRecord({ ...size, evidence, madeFor: { commit, stateHash: plain ?? '' } })
    const key = createPublicKey({ key: record.key.jwk, format: 'jwk' })
    const pem = key.export({ type: 'spki', format: 'pem' }).toString()
    await repository.commit('main', { ...filesOf(record), '.gxp/keys/bench.pem': pem })
    return this.#add(repository)
  }

  #add(repository: Repository): number {
    return this.#repositories.push(repository) - 1
  }

  /** Commits that are there now, each told as a push would be. */
  async push(repository: number, changes: readonly Change[]): Promise<Pushed[]> {
    const pushed: Pushed[] = []
    for (const { branch, files } of changes) {
      pushed.push(await this.#pushed(repository, (of) => of.push(branch, files as Files)))
    }
    return pushed
  }

  /** The tip of the default branch, told as if it had just been pushed. */
  pushTip(repository: number): Promise<Pushed> {
    return this.#pushed(repository, async (of) => of.push('main', (await of.tip('main')) ?? ''))
  }

  /** A pull request with this change. */
  pull(repository: number, { branch, files }: Change): Promise<Pushed> {
    return this.#pushed(repository, async (of) => {
      const sha = await of.commit(branch, files as Files)
      await of.openPull({ head: branch })
      return sha
    })
  }

  /** No check run changes meanwhile: one push is measured after the other, and many are made before any is told. */
  async #pushed(repository: number, act: (of: Repository) => Promise<string>): Promise<Pushed> {
    const deliveries: Prepared[] = []
    this.#told = deliveries
    try {
      return { head: { repository, sha: await act(this.#repository(repository)) }, deliveries }
    } finally {
      this.#told = null
    }
  }

  delay(ms: number): void {
    this.#github.delay(ms)
  }

  /** From now on the app goes first where there are too few cores: GitHub runs on other machines. */
  standBack(): void {
    setPriority(NICENESS)
  }

  /** Forgets what was asked so far. */
  reset(): void {
    this.#github.requests.length = 0
  }

  /** When the last of these heads had its check run completed (`now` of this file). Throws where one is no success. */
  async completed(heads: readonly Head[], timeoutMs: number): Promise<number> {
    const until = now() + timeoutMs
    const open = new Set(heads)
    while (open.size > 0) {
      for (const head of open) if (this.#isCompleted(head)) open.delete(head)
      if (now() > until) throw new Error(`${open.size} of ${heads.length} heads have no completed check run.`)
      if (open.size > 0) await sleep(1)
    }
    const at = now()
    const { success, ...others } = this.conclusions(heads)
    if (success !== heads.length)
      throw new Error(`Of ${heads.length} heads ${success} succeeded: ${JSON.stringify(others)}`)
    const [violation] = this.#github.violations
    if (violation) throw new Error(`GitHub would have refused ${violation.request}: ${violation.problem}`)
    return at
  }

  #isCompleted({ repository, sha }: Head): boolean {
    const runs = this.#repository(repository).checkRuns(sha)
    return runs.length > 0 && runs.every(({ status }) => status === 'completed')
  }

  /** How the check runs of these heads ended, and how often. */
  conclusions(heads: readonly Head[]): Record<string, number> {
    const runs = heads.flatMap(({ repository, sha }) => this.#repository(repository).checkRuns(sha))
    return counted(runs.map(({ conclusion }) => conclusion ?? 'in progress'))
  }

  /** Requests since `reset`, by route; those for tokens and the download that a 302 leads to aside. */
  requests(): Record<string, number> {
    const api = this.#github.requests.filter(({ kind }) => kind === 'api')
    return counted(api.map(({ route }) => route ?? 'unknown'))
  }

  async close(): Promise<void> {
    await this.#github.close()
  }

  #repository(n: number): Repository {
    const repository = this.#repositories[n]
    if (!repository) throw new Error(`no repository ${n}`)
    return repository
  }
}

const filesOf = ({ tree, bytes }: Awaited<ReturnType<typeof largeRecord>>): Files =>
  Object.fromEntries(tree.map(({ path, sha }) => [path, Buffer.from(bytes.get(sha) ?? [])]))

function counted(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

/** In ms, the same clock in all processes of this machine. */
export const now = () => Number(process.hrtime.bigint() / 1000n) / 1000

// ── from one process to the other ───────────────────────────────────────────────────────────────────────────────────

interface Asked {
  id: number
  method: string
  of: unknown[]
}

interface Answered {
  id: number
  result?: unknown
  error?: string
}

/** The same methods, each with a promise of its answer. */
export type Remote<Of> = {
  [Name in keyof Of]: Of[Name] extends (...of: infer Parameters) => infer Result
    ? (...of: Parameters) => Promise<Awaited<Result>>
    : never
}

export type RemoteStandIn = Remote<Omit<StandIn, 'close'>> & { close(): Promise<void> }

export async function startStandIn(): Promise<RemoteStandIn> {
  const child = fork(fileURLToPath(import.meta.url), ['serve'], {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  })
  await once(child, 'message')
  const ask = asker(child)
  return new Proxy({} as RemoteStandIn, {
    get: (_, method: string) => {
      // A proxy that answers to `then` would be taken for a promise.
      if (method === 'then') return undefined
      if (method !== 'close') return (...of: unknown[]) => ask(method, of)
      return async () => {
        await ask('close', [])
        child.disconnect()
        await once(child, 'exit')
      }
    },
  })
}

function asker(child: ChildProcess): (method: string, of: unknown[]) => Promise<unknown> {
  const waiting = new Map<number, (answer: Answered) => void>()
  let last = 0
  child.on('message', (answer: Answered) => {
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  child.once('exit', (code) => {
    for (const [id, tell] of waiting) tell({ id, error: `The stand-in ended with ${code}.` })
  })
  return (method, of) =>
    new Promise((resolve, reject) => {
      const id = ++last
      waiting.set(id, ({ result, error }) => (error === undefined ? resolve(result) : reject(new Error(error))))
      child.send({ id, method, of } satisfies Asked)
    })
}

async function serve(): Promise<void> {
  const standIn = new StandIn(await GitHub.start())
  process.on('message', async ({ id, method, of }: Asked) => {
    const answer: Answered = { id }
    try {
      const methods = standIn as unknown as Record<string, (...of: unknown[]) => unknown>
      answer.result = await methods[method]?.(...of)
    } catch (error) {
      answer.error = error instanceof Error ? (error.stack ?? error.message) : String(error)
    }
    process.send?.(answer)
  })
  process.send?.('ready')
}

if (process.argv[2] === 'serve' && process.send) await serve()
