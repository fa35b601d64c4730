/**
 * What people do, in steps that together pass every kind of write. Each step can be run again and again in the repositories
 * of one lane, and says what must have come of it, whatever happened to the app meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { CompactSign } from 'jose'
import { stateHashes } from '../../../src/rosie/state-hash.ts'
import {
  BROKEN,
  brokenStories,
  MENDED,
  newSigner,
  RECORD,
  SPECIFICATION,
  specification,
  story,
} from '../../e2e/record.ts'
import type { CheckRun, Pull, Repository } from '../github/index.ts'
import type { Lane } from './lane.ts'

/** What must have come of a head. */
export interface Expected {
  repository: Repository
  sha: string
  /** Of the check that people see; several where chance decides which. */
  conclusion: string | readonly string[]
  /** How many check runs there are: one, unless something was found out later. */
  checks?: number | readonly [least: number, most: number]
  /** On the check that people see. */
  annotations?: number
  /** A pull request of this head, whose comment must say the same. */
  pull?: Pull
}

export interface Step {
  name: string
  /** Points that are passed by chance elsewhere, and for sure here. */
  owns?: RegExp
  /** Before anything goes wrong: what is done here leads to what `act` starts from. */
  prepare?(lane: Lane, run: number): Promise<void>
  /** `struck`: whether it has gone wrong. */
  act(lane: Lane, run: number, struck: () => boolean): Promise<Expected[]>
  /** What else must hold. Answers what doesn't. */
  judge?(lane: Lane): Promise<string[]>
}

const texts = RECORD as Record<string, string>
const POLICY = '.github/rosie.yml'
/** One more than a request takes, and a few. */
const STORIES = 55
const A_MONTH = 30 * 86_400
const BY_TREE = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}'
const TREE_OF = (sha: string) => new RegExp(`^GET .*/git/trees/${sha}`)

/** The steps of one lane: its repositories are made as they are needed, and shared by all runs. */
export function steps(lane: Lane): Step[] {
  const { github } = lane
  const repositories = new Map<string, Promise<Repository>>()
  /** Of the account that is told of. */
  let owner = ''

  /** Of its own, and unknown to the app. */
  const repository = (from: object, account = 'acme') =>
    github.repository({ owner: account, name: `lab-${github.nextId()}`, from: from as Record<string, string> })

  /** The one of this name, whose default branch was scanned. */
  const shared = (name: string, from: object) => {
    const known = repositories.get(name) ?? scanned(from)
    repositories.set(name, known)
    return known
  }

  async function scanned(from: object): Promise<Repository> {
    const made = await repository(from)
    await made.push('main', (await made.tip('main')) ?? '')
    await settled()
    return made
  }

  const settled = () => github.waitFor(async () => (await lane.unfinished()).length === 0, 20_000)

  const branch = async (of: Repository, run: number, files: object, name = `change-${run}`) => {
    await of.commit(name, { ...files, 'docs/run.md': `Run ${run}\n` })
    return name
  }

  const rate = (title: string) => ({ [SPECIFICATION]: specification('SPEC-001-001', 'US-001-009', title) })

  let pull: Pull | null = null
  let before: string | null = null
  const qa = newSigner()

  async function evidence(run: number, commit: string, source: string): Promise<string> {
    const { plain } = stateHashes([{ path: 'src/rate.ts', bytes: Buffer.from(source) }], 'src')
    const claims = {
      ...{ gxp_id: `EV-${run}`, spec_id: 'SPEC-001-001', verification_tier: 'OQ' },
      test_results: {
        tool: 'node:test',
        version: '20',
        passed: 3,
        failed: 0,
        skipped: 0,
        duration_ms: 1,
        test_cases: [],
      },
      timestamp: new Date(Date.UTC(2026, 1, 1, 0, run)).toISOString(),
      ...{ system_state_hash: `sha256:${plain}`, git_commit: commit, exp: Math.round(Date.now() / 1000) + A_MONTH },
    }
    return new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'ES256', kid: 'qa' })
      .sign(qa.privateKey)
  }

  /** A head of a branch of its own whose tree GitHub refuses so many times, and then no more. */
  const withTreeRefused = async (run: number, refuse: (sha: string) => void): Promise<Expected[]> => {
    const lab = await shared('small', RECORD)
    const sha = (await lab.tip(await branch(lab, run, MENDED, `refused-${run}`))) ?? ''
    refuse(sha)
    await lab.push(`refused-${run}`, sha)
    return [{ repository: lab, sha, conclusion: 'success' }]
  }

  return [
    {
      name: 'a push to the default branch with more annotations than a request takes',
      prepare: async () => void (await shared('large', { ...RECORD, ...brokenStories(STORIES) })),
      async act(_, run) {
        const lab = await shared('large', {})
        const sha = await lab.push('main', {
          '.gxp/user_stories/US-1000.md': story('US-1000', 'REQ-404', `Story ${run}`),
        })
        return [{ repository: lab, sha, conclusion: 'failure', annotations: STORIES }]
      },
    },
    {
      name: 'a pull request, and its comment',
      prepare: async () => void (await shared('small', RECORD)),
      async act(_, run) {
        const lab = await shared('small', {})
        const opened = await lab.openPull({ head: await branch(lab, run, rate(`Run ${run}`)) })
        return [{ repository: lab, sha: opened.head.sha, conclusion: 'failure', annotations: 1, pull: opened }]
      },
    },
    {
      name: 'a further push to a pull request, which edits its comment',
      async prepare(_, run) {
        const lab = await shared('small', RECORD)
        pull = await lab.openPull({ head: await branch(lab, run, rate(`Run ${run}`), `edited-${run}`) })
        await settled()
      },
      async act(_, run) {
        const lab = await shared('small', {})
        if (!pull) throw new Error('There is no pull request.')
        const sha = await lab.push(`edited-${run}`, MENDED)
        return [{ repository: lab, sha, conclusion: 'success', annotations: 0, pull }]
      },
    },
    {
      name: 'a pull request in a repository that was never scanned',
      async act(_, run) {
        const lab = await repository(RECORD)
        const opened = await lab.openPull({ head: await branch(lab, run, BROKEN) })
        const main = { repository: lab, sha: (await lab.tip('main')) ?? '', conclusion: 'success' }
        return [main, { repository: lab, sha: opened.head.sha, conclusion: 'failure', annotations: 1, pull: opened }]
      },
    },
    {
      name: 'a push that takes artifacts away',
      async prepare(_, run) {
        const lab = await shared('shrinking', RECORD)
        await lab.push('main', { '.gxp/user_stories/US-900.md': story('US-900', 'REQ-404', `Story ${run}`) })
        await settled()
      },
      async act() {
        const lab = await shared('shrinking', {})
        const sha = await lab.push('main', { '.gxp/user_stories/US-900.md': null })
        return [{ repository: lab, sha, conclusion: 'success', annotations: 0 }]
      },
    },
    {
      name: 'a push to the default branch that GitHub refuses to show',
      prepare: async () => void (await shared('hidden', RECORD)),
      async act(_, run) {
        const lab = await shared('hidden', {})
        const sha = await lab.commit('main', { 'docs/run.md': `Run ${run}\n` })
        const body = { message: 'Resource not accessible by integration' }
        github.fault(TREE_OF(sha), { status: 403, body, times: 100 })
        await lab.push('main', sha)
        return [{ repository: lab, sha, conclusion: 'failure' }]
      },
    },
    {
      name: 'a push while GitHub can not answer',
      act: (_, run) => withTreeRefused(run, (sha) => github.fault(TREE_OF(sha), { status: 502, times: 3 })),
    },
    {
      name: 'a push while GitHub asks to wait',
      act: (_, run) => withTreeRefused(run, () => github.secondaryLimit(BY_TREE, 1)),
    },
    {
      name: 'a push that changes the policy, which is judged twice',
      prepare: async () => void (await shared('rules', { ...RECORD, ...BROKEN })),
      async act() {
        const lab = await shared('rules', {})
        const seen = lab.checkRuns((await lab.tip('main')) ?? '').at(-1)?.conclusion
        const next = seen === 'failure' ? 'success' : 'failure'
        const sha = await lab.push('main', { [POLICY]: `fail_on: ${next === 'success' ? 'never' : 'error'}\n` })
        return [{ repository: lab, sha, conclusion: next, checks: 2 }]
      },
    },
    {
      name: 'evidence, whose provenance is replayed',
      prepare: async (_, run) => {
        const lab = await shared('proof', { ...RECORD, '.gxp/keys/qa.pem': qa.pem })
        before = await lab.push('main', { 'src/rate.ts': `${texts['src/rate.ts']}// run ${run}\n` })
        await settled()
      },
      async act(_, run) {
        const lab = await shared('proof', {})
        const source = `${texts['src/rate.ts']}// run ${run}\n`
        const file = await evidence(run, before ?? '', source)
        const sha = await lab.push('main', { [`.gxp/evidence/EV-${run}.jws`]: file })
        return [{ repository: lab, sha, conclusion: 'success', checks: 2 }]
      },
    },
    {
      name: 'a branch that moves on while its head is scanned',
      owns: /SET lease_until$|INSERT scan, UPDATE scan$|COMMIT after UPDATE scan, INSERT scan$/,
      prepare: async () => void (await shared('small', RECORD)),
      async act(_, run, struck) {
        const lab = await shared('small', {})
        github.delay(200)
        try {
          const first = await lab.push(`moved-${run}`, {
            'docs/run.md': `Run ${run}, first\n`,
            ...rate(`First ${run}`),
          })
          await github.waitFor(() => lab.checkRuns(first).length > 0 || struck(), 5_000)
          const second = await lab.push(`moved-${run}`, MENDED)
          const isDone = () => lab.checkRuns(first).some(({ status }) => status === 'completed')
          await github.waitFor(() => isDone() || struck(), 5_000).catch(() => {})
          return [
            // Both may have been scanned where the app was away as the branch moved on.
            { repository: lab, sha: first, conclusion: ['cancelled', 'failure'], checks: [0, 1] },
            { repository: lab, sha: second, conclusion: 'success', annotations: 0 },
          ]
        } finally {
          github.delay(0)
        }
      },
    },
    {
      name: 'an account that installs the app',
      async act() {
        owner = `owner-${github.nextId()}`
        const lab = await repository(RECORD, owner)
        await github.installation(lab.owner).create()
        return [{ repository: lab, sha: (await lab.tip('main')) ?? '', conclusion: 'success' }]
      },
    },
    {
      name: 'an account that suspends the app',
      async prepare() {
        owner = `owner-${github.nextId()}`
        const lab = await repository(RECORD, owner)
        await github.installation(lab.owner).create()
        await settled()
      },
      async act() {
        await github.installation(owner).suspend()
        return []
      },
      async judge() {
        const [row] = await lane.query<{ done: boolean }>(
          'SELECT suspended_at IS NOT NULL AS done FROM installation ORDER BY id DESC LIMIT 1',
        )
        return row?.done ? [] : ['the installation is not known as suspended']
      },
    },
    {
      name: 'an account that lets the app go on',
      async prepare() {
        owner = `owner-${github.nextId()}`
        const lab = await repository(RECORD, owner)
        const installation = github.installation(lab.owner)
        await installation.create()
        await settled()
        await installation.suspend()
        await settled()
        // As if no scan had been done by then.
        await lane.query(
          "UPDATE scan SET status = 'skipped', error = 'The installation is suspended.', refused = true WHERE repository_id = $1",
          [lab.id],
        )
      },
      async act() {
        await github.installation(owner).unsuspend()
        const [lab] = github.installation(owner).repositories
        if (!lab) throw new Error('There is no repository.')
        return [{ repository: lab, sha: (await lab.tip('main')) ?? '', conclusion: 'success', checks: 2 }]
      },
    },
    {
      name: 'time that changes a verdict',
      owns: /^(?!.*COMMIT).*INSERT scan$/,
      prepare: async () => void (await shared('small', RECORD)),
      async act() {
        const lab = await shared('small', {})
        await lane.query("UPDATE sweep SET ran_at = NULL WHERE name = 'due'")
        await lane.query('UPDATE repository SET due_at = now() WHERE id = $1', [lab.id])
        const done = async () => {
          const [row] = await lane.query<{ waits: boolean }>(
            'SELECT due_at <= now() AS waits FROM repository WHERE id = $1',
            [lab.id],
          )
          return !row?.waits
        }
        await github.waitFor(done, 15_000)
        return [{ repository: lab, sha: (await lab.tip('main')) ?? '', conclusion: 'success' }]
      },
    },
    {
      name: 'the start after an outage, with a delivery that was missed and a check that was left open',
      owns: /sweep|quota|hook.deliveries|swept|^COMMIT after UPDATE repository$/,
      async prepare(_, run) {
        const lab = await shared('small', RECORD)
        const gone = await shared('hidden', RECORD)
        await lane.query('UPDATE repository SET swept_at = to_timestamp(0) WHERE id = $1', [gone.id])
        await lab.push(`left-${run}`, { ...MENDED, 'docs/run.md': `Run ${run}, left\n` })
        await settled()
        await lane.stopApp()
        const check = await left(lab, run)
        await lane.query("UPDATE scan SET status = 'failed', stage = 'opened' WHERE id = $1", [check.externalId])
        Object.assign(check, { status: 'in_progress', conclusion: null })
      },
      async act(_, run) {
        const lab = await shared('small', {})
        const { fullName } = await shared('hidden', RECORD)
        github.fault(new RegExp(`^GET /repos/${fullName}/commits`), { status: 404, times: 100 })
        const sha = await lab.push(`missed-${run}`, { ...MENDED, 'docs/run.md': `Run ${run}, missed\n` })
        await lane.startApp()
        await sleep(500)
        const open = await left(lab, run)
        return [
          { repository: lab, sha, conclusion: 'success' },
          { repository: lab, sha: open.headSha, conclusion: 'failure' },
        ]
      },
    },
    {
      name: 'the start where an account has installed the app, and no event told of it',
      owns: /^COMMIT.*UPDATE installation$/,
      async prepare() {
        await lane.stopApp()
        owner = `owner-${github.nextId()}`
        await repository(RECORD, owner)
        await lane.query('UPDATE installation SET listed_at = NULL')
      },
      async act() {
        const [lab] = github.installation(owner).repositories
        if (!lab) throw new Error('There is no repository.')
        await lane.startApp()
        // Nothing else tells when it has been found.
        await github.waitFor(() => lab.checks.all.length > 0, 30_000)
        return [{ repository: lab, sha: (await lab.tip('main')) ?? '', conclusion: 'success' }]
      },
    },
  ]

  async function left(lab: Repository, run: number): Promise<CheckRun> {
    const [check] = lab.checkRuns((await lab.tip(`left-${run}`)) ?? '')
    if (!check) throw new Error('There is no check run.')
    return check
  }
}

// ── what has come of it ─────────────────────────────────────────────────────────────────────────────────────────────

/** What is not as it must be, in words. */
export function wrongs({ repository, sha, conclusion, checks = 1, annotations, pull }: Expected): string[] {
  const runs = repository.checkRuns(sha)
  const shown = runs.at(-1)
  const [least, most] = typeof checks === 'number' ? [checks, checks] : checks
  const wrong: string[] = []
  if (runs.length < least || runs.length > most) wrong.push(`${runs.length} check runs instead of ${checks}`)
  if (new Set(runs.map(({ externalId }) => externalId)).size < runs.length) wrong.push('two check runs of one scan')
  if (shown && ![conclusion].flat().includes(shown.conclusion ?? '')) {
    wrong.push(
      `the conclusion ${shown.conclusion} instead of ${conclusion}: ${shown.output.title}: ${shown.output.summary}`,
    )
  }
  if (shown && annotations !== undefined) wrong.push(...annotationsOf(shown, annotations))
  if (pull) wrong.push(...commentOf(pull, [conclusion].flat()))
  return wrong.map((each) => `${repository.fullName} ${sha.slice(0, 7)}: ${each}`)
}

function annotationsOf({ annotations }: CheckRun, count: number): string[] {
  const different = new Set(annotations.map((annotation) => JSON.stringify(annotation))).size
  if (annotations.length === count && different === count) return []
  return [`${annotations.length} annotations, ${different} of them different, instead of ${count}`]
}

function commentOf({ base, number }: Pull, conclusions: readonly string[]): string[] {
  const comments = base.repository.comments(number)
  if (comments.length !== 1) return [`${comments.length} comments on #${number}`]
  const [comment] = comments
  const says = conclusions.some((conclusion) => comment?.body.includes(`ROSIE compliance: ${conclusion}`))
  return says ? [] : [`the comment on #${number} says something else: ${comment?.body.slice(0, 200)}`]
}
