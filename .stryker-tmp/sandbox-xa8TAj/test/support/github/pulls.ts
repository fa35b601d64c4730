/** Pull requests: what people do with them, and the webhooks that follow. https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
// @ts-nocheck

import type { GitHub } from './github.ts'
import { type JsonObject, moment } from './json.ts'
import { pullFacts } from './pull-facts.ts'
import type { Repository } from './repository.ts'

export interface Pull {
  id: number
  number: number
  title: string
  body: string | null
  draft: boolean
  open: boolean
  head: { repository: Repository; ref: string; sha: string }
  base: { repository: Repository; ref: string }
  /** The merge commit; null while it is not merged. */
  mergeSha: string | null
  createdAt: string
  updatedAt: string
}

export interface PullRequestOptions {
  /** Branch with the change. */
  head: string
  /** Branch it should go into; the default branch unless told. */
  base?: string
  title?: string
  body?: string
  draft?: boolean
  /** Where the head branch is, when not in this repository. */
  fromFork?: Repository
}

export async function openPull(github: GitHub, repository: Repository, options: PullRequestOptions): Promise<Pull> {
  const { head, base = repository.defaultBranch, title = `Merge ${head}`, body = null, draft = false } = options
  const from = options.fromFork ?? repository
  const sha = await from.git.commitOf(head)
  if (!sha) throw new Error(`${from.fullName} has no branch ${head}`)
  const now = moment()
  const pull: Pull = {
    id: github.nextId(),
    number: repository.nextNumber(),
    title,
    body,
    draft,
    open: true,
    head: { repository: from, ref: head, sha },
    base: { repository, ref: base },
    mergeSha: null,
    createdAt: now,
    updatedAt: now,
  }
  repository.pulls.push(pull)
  await showHead(pull)
  await sendPull(github, pull, 'opened')
  return pull
}

/** Changes the pull request and tells the app. */
export async function changePull(
  github: GitHub,
  pull: Pull,
  change: Partial<Pull>,
  action: string,
  facts: JsonObject = {},
): Promise<void> {
  Object.assign(pull, change, { updatedAt: moment() })
  await sendPull(github, pull, action, facts)
}

/** A push to the head branch, as the open pull requests from it see it. */
export async function synchronize(
  github: GitHub,
  from: Repository,
  branch: string,
  before: string,
  after: string,
): Promise<void> {
  const touched = github.pulls.filter(({ open, head }) => open && head.repository === from && head.ref === branch)
  await Promise.all(
    touched.map(async (pull) => {
      pull.head.sha = after
      await showHead(pull)
      await changePull(github, pull, {}, 'synchronize', { before, after })
    }),
  )
}

/** The head can be read in the base repository. https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/checking-out-pull-requests-locally */
const showHead = ({ base, head, number }: Pull) => base.repository.git.setRef(`refs/pull/${number}/head`, head.sha)

async function sendPull(github: GitHub, pull: Pull, action: string, facts: JsonObject = {}): Promise<void> {
  const shown = await pullFacts(github, pull)
  await pull.base.repository.send('pull_request', action, { number: pull.number, pull_request: shown, ...facts })
}
