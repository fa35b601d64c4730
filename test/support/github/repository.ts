/** One repository: its git, its pull requests, check runs and comments, and what people do with it. */
import { checkRunFacts, checkSuiteFacts } from './check-facts.ts'
import { type CheckRun, CheckRuns } from './checks.ts'
import { type Comment, Comments } from './comments.ts'
import { accountFacts, commitFacts, repositoryFacts } from './facts.ts'
import type { FileContent } from './fast-import.ts'
import { type BareRepository, ZERO } from './git.ts'
import type { GitHub } from './github.ts'
import type { JsonObject } from './json.ts'
import { changePull, openPull, type Pull, type PullRequestOptions, synchronize } from './pulls.ts'
import { pushFacts } from './push-facts.ts'
import type { Delivery } from './webhooks.ts'

export type Files = Record<string, FileContent>

export interface CommitOptions {
  message?: string
  /** The tip of the branch unless told, of the default branch for a new one; null starts a history of its own. */
  parent?: string | null
  /** Needed to move a branch to a commit that does not contain its tip. */
  force?: boolean
}

export interface MergeGroup {
  headSha: string
  /** `refs/heads/gh-readonly-queue/…`. */
  headRef: string
  baseSha: string
  baseRef: string
}

export class Repository {
  readonly id: number
  owner: string
  name: string
  defaultBranch: string
  isPrivate = true
  archived = false
  readonly parent: Repository | null
  readonly git: BareRepository
  readonly pulls: Pull[] = []
  readonly checks: CheckRuns
  readonly allComments: Comments
  readonly #github: GitHub

  constructor(
    github: GitHub,
    facts: { owner: string; name: string; defaultBranch: string; parent: Repository | null },
    git: BareRepository,
  ) {
    this.#github = github
    this.id = github.nextId()
    this.owner = facts.owner
    this.name = facts.name
    this.defaultBranch = facts.defaultBranch
    this.parent = facts.parent
    this.git = git
    this.checks = new CheckRuns(github.nextId)
    this.allComments = new Comments(github.nextId)
  }

  get fullName(): string {
    return `${this.owner}/${this.name}`
  }

  // ── git, without a word to the app ────────────────────────────────────────────────────────────────────────────────

  /** A commit on a branch, new or not. Answers its SHA. */
  async commit(
    branch: string,
    files: Files,
    { message = 'Change', parent, force = false }: CommitOptions = {},
  ): Promise<string> {
    const from = parent === undefined ? ((await this.tip(branch)) ?? (await this.tip(this.defaultBranch))) : parent
    return this.git.commit({ branch, files, message, parent: from, force: force || parent === null })
  }

  /** The commit of a branch; null when there is no such branch. */
  tip(branch: string): Promise<string | null> {
    return this.git.ref(`refs/heads/${branch}`)
  }

  /** Creates or moves a branch. */
  branch(name: string, sha: string): Promise<void> {
    return this.git.setRef(`refs/heads/${name}`, sha)
  }

  deleteBranch(name: string): Promise<void> {
    return this.git.deleteRef(`refs/heads/${name}`)
  }

  /** A fork under another account, where the app is not installed. */
  fork(owner: string): Promise<Repository> {
    return this.#github.fork(this, owner)
  }

  // ── what people do, and GitHub tells the app ──────────────────────────────────────────────────────────────────────

  /** Commits (or takes a commit that is there already) and pushes it. Answers the SHA, when every webhook is answered. */
  async push(branch: string, change: Files | string, options: CommitOptions = {}): Promise<string> {
    const before = await this.tip(branch)
    const after = typeof change === 'string' ? change : await this.commit(branch, change, options)
    if (typeof change === 'string') await this.branch(branch, change)
    const suite = this.checks.suite(this.#github.app.id, after, branch)
    await Promise.all([
      this.#sendPush(`refs/heads/${branch}`, before ?? ZERO, after),
      // "requested: when new code is pushed to the app's repository." https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_suite
      this.send('check_suite', 'requested', { check_suite: await checkSuiteFacts(this.#github, this, suite) }),
      before && synchronize(this.#github, this, branch, before, after),
    ])
    return after
  }

  /** Deletes a branch with a push. */
  async pushDeletion(branch: string): Promise<void> {
    const before = await this.tip(branch)
    if (!before) throw new Error(`${this.fullName} has no branch ${branch}`)
    await this.deleteBranch(branch)
    await this.#sendPush(`refs/heads/${branch}`, before, ZERO)
  }

  async pushTag(tag: string, sha: string): Promise<void> {
    const before = await this.git.ref(`refs/tags/${tag}`)
    await this.git.setRef(`refs/tags/${tag}`, sha)
    await this.#sendPush(`refs/tags/${tag}`, before ?? ZERO, sha)
  }

  openPull(options: PullRequestOptions): Promise<Pull> {
    return openPull(this.#github, this, options)
  }

  closePull(pull: Pull): Promise<void> {
    return changePull(this.#github, pull, { open: false }, 'closed')
  }

  reopenPull(pull: Pull): Promise<void> {
    return changePull(this.#github, pull, { open: true }, 'reopened')
  }

  readyForReview(pull: Pull): Promise<void> {
    return changePull(this.#github, pull, { draft: false }, 'ready_for_review')
  }

  async editBase(pull: Pull, ref: string): Promise<void> {
    const sha = await this.tip(pull.base.ref)
    const changes = { base: { ref: { from: pull.base.ref }, sha: { from: sha } } }
    await changePull(this.#github, pull, { base: { repository: this, ref } }, 'edited', { changes })
  }

  /** Merges with a merge commit: `pull_request` closed, and a push of the base branch. Answers the merge commit. */
  async mergePull(pull: Pull): Promise<string> {
    const merge = await this.#mergeCommit(pull)
    await Promise.all([
      changePull(this.#github, pull, { open: false, mergeSha: merge }, 'closed'),
      this.push(pull.base.ref, merge),
    ])
    return merge
  }

  /** The merge queue tries the pull request on a branch of its own. https://docs.github.com/en/webhooks/webhook-events-and-payloads#merge_group */
  async mergeGroup(pull: Pull): Promise<MergeGroup> {
    const baseSha = (await this.tip(pull.base.ref)) ?? ZERO
    const headSha = await this.#mergeCommit(pull)
    const branch = `gh-readonly-queue/${pull.base.ref}/pr-${pull.number}-${baseSha}`
    await this.push(branch, headSha)
    const group = { headSha, headRef: `refs/heads/${branch}`, baseSha, baseRef: `refs/heads/${pull.base.ref}` }
    await this.send('merge_group', 'checks_requested', await this.#groupFacts(group))
    return group
  }

  async destroyMergeGroup(group: MergeGroup, reason: 'merged' | 'invalidated' | 'dequeued'): Promise<void> {
    const facts = await this.#groupFacts(group)
    await this.pushDeletion(group.headRef.replace('refs/heads/', ''))
    await this.send('merge_group', 'destroyed', { ...facts, reason })
  }

  /** Someone presses "Re-run". The check run itself is left as it is. https://docs.github.com/en/rest/checks/runs#rerequest-a-check-run */
  async rerequest(run: CheckRun): Promise<Delivery | null> {
    return this.send('check_run', 'rerequested', { check_run: await this.checkRunPayload(run) })
  }

  /** Someone presses "Re-run all checks". */
  async rerequestSuite(headSha: string): Promise<Delivery | null> {
    const suite = this.checks.suite(this.#github.app.id, headSha)
    return this.send('check_suite', 'rerequested', { check_suite: await checkSuiteFacts(this.#github, this, suite) })
  }

  /** Someone presses the app's own button. https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_run */
  async requestAction(run: CheckRun, identifier: string): Promise<Delivery | null> {
    if (!run.actions.some((action) => action.identifier === identifier))
      throw new Error(`no button ${identifier} on ${run.name}`)
    const check_run = await this.checkRunPayload(run)
    return this.send('check_run', 'requested_action', { check_run, requested_action: { identifier } })
  }

  async rename(name: string): Promise<void> {
    const changes = { repository: { name: { from: this.name } } }
    this.name = name
    await this.send('repository', 'renamed', { changes })
  }

  /**
   * To another account. "This event is only sent to the account where the ownership is transferred."
   * https://docs.github.com/en/webhooks/webhook-events-and-payloads#repository
   */
  async transfer(owner: string): Promise<void> {
    const github = this.#github
    const changes = { owner: { from: { organization: accountFacts(github, github.account(this.owner)) } } }
    github.installationOf(this)?.repositories.delete(this)
    this.owner = owner
    github.installations.find(({ account }) => account.login === owner)?.repositories.add(this)
    await this.send('repository', 'transferred', { changes })
  }

  async archive(): Promise<void> {
    this.archived = true
    await this.send('repository', 'archived', {})
  }

  async unarchive(): Promise<void> {
    this.archived = false
    await this.send('repository', 'unarchived', {})
  }

  /** Gone for good: the event still names it, the API does not. */
  async delete(): Promise<void> {
    await this.send('repository', 'deleted', {})
    this.#github.forget(this)
  }

  // ── what a test reads ─────────────────────────────────────────────────────────────────────────────────────────────

  /** The check runs on a commit, oldest first. */
  checkRuns(sha: string): CheckRun[] {
    return this.checks.all.filter((run) => run.headSha === sha)
  }

  /** The comments on a pull request, oldest first. */
  comments(number: number): Comment[] {
    return this.allComments.on(number)
  }

  /** A person writes a comment. */
  comment(pull: Pull, body: string, login = 'octocat'): Comment {
    return this.allComments.create(pull.number, body, { login, app: null })
  }

  deleteComment(comment: Comment): void {
    this.allComments.delete(comment.id)
  }

  nextNumber(): number {
    return this.pulls.length + 1
  }

  /** Null where the app is not installed: GitHub sends nothing then. */
  async send(event: string, action: string | null, facts: JsonObject): Promise<Delivery | null> {
    const installation = this.#github.installationOf(this)
    if (!installation || installation.deleted || installation.suspendedAt) return null
    return this.#github.send(event, action, facts, { installation, repository: this })
  }

  async checkRunPayload(run: CheckRun): Promise<JsonObject> {
    const suite = await checkSuiteFacts(this.#github, this, run.suite)
    return { ...(await checkRunFacts(this.#github, this, run)), check_suite: suite }
  }

  async #sendPush(ref: string, before: string, after: string): Promise<void> {
    await this.send('push', null, await pushFacts(this.#github, this, ref, before, after))
  }

  async #mergeCommit(pull: Pull): Promise<string> {
    const base = await this.tip(pull.base.ref)
    if (!base) throw new Error(`${this.fullName} has no branch ${pull.base.ref}`)
    return this.git.merge(base, pull.head.sha, `Merge pull request #${pull.number} from ${pull.head.ref}`)
  }

  async #groupFacts({ headSha, headRef, baseSha, baseRef }: MergeGroup): Promise<JsonObject> {
    const head_commit = commitFacts(await this.git.commitInfo(headSha))
    return { merge_group: { head_sha: headSha, head_ref: headRef, base_sha: baseSha, base_ref: baseRef, head_commit } }
  }
}

/** The members every repository event has. */
export const eventFacts = (github: GitHub, repository: Repository): JsonObject => ({
  repository: repositoryFacts(github, repository),
  sender: accountFacts(github, github.account('octocat')),
})
