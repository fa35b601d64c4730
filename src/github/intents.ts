/**
 * What an event asks for. Pure: a payload in, intents out, no request and no clock. An event that asks for nothing
 * (a deleted branch, a tag, somebody else's check) yields none; one that can't be read throws `BadPayload`.
 */
import type { z } from 'zod'
import type { Intent, PullRequestFacts, RepositoryFacts, ScanRequested } from '../scan/ports/intents.ts'
import { RESCAN } from './check-run.ts'
import { CHECK_NAME } from './own-checks.ts'
import * as payloads from './payloads.ts'

interface Event {
  name: string
  action: string
  installation: bigint
  /** Who did it; null: GitHub doesn't say. */
  sender: string | null
  payload: unknown
}

/** One reader an event; its keys are the events that rosie-guard handles. */
const READERS = {
  push,
  pull_request: pullRequest,
  check_run: checkRun,
  check_suite: checkSuite,
  merge_group: mergeGroup,
  repository,
  installation,
  installation_repositories: installationRepositories,
  member: access,
  membership: access,
  organization: access,
  team: access,
} satisfies Record<string, (event: Event) => Intent[]>

/** Every app is told who takes back what they had allowed it: an event of the app, not of an installation. */
const AUTHORIZATION = 'github_app_authorization'

type EventName = keyof typeof READERS | typeof AUTHORIZATION

/** Actions that may ask for something; null: an event without. Most don't: each check run of any app is told to all apps. */
const ACTIONS: Record<EventName, readonly string[] | null> = {
  push: null,
  pull_request: ['opened', 'reopened', 'synchronize', 'ready_for_review', 'edited', 'closed'],
  check_run: ['rerequested', 'requested_action'],
  check_suite: ['requested', 'rerequested'],
  merge_group: ['checks_requested'],
  repository: ['renamed', 'transferred', 'archived', 'unarchived', 'deleted', 'privatized', 'publicized', 'edited'],
  installation: ['created', 'unsuspend', 'new_permissions_accepted', 'suspend', 'deleted'],
  installation_repositories: ['added', 'removed'],
  // These come where the owner of the organisation accepted that the app reads its members.
  member: ['added', 'edited', 'removed'],
  membership: ['added', 'removed'],
  organization: ['member_added', 'member_removed'],
  team: ['added_to_repository', 'removed_from_repository', 'edited', 'deleted'],
  [AUTHORIZATION]: ['revoked'],
}

export const EVENTS = Object.keys(ACTIONS) as EventName[]

/** Whether a delivery may ask for anything. `action`: null for events without. */
export function mayAsk(event: string, action: string | null): boolean {
  const name = EVENTS.find((known) => known === event)
  return name !== undefined && (ACTIONS[name]?.includes(action ?? '') ?? true)
}

/** `event`: as in `X-GitHub-Event`. Throws `BadPayload`. */
export function toIntents(event: string, payload: unknown): Intent[] {
  const name = EVENTS.find((known) => known === event)
  if (name === undefined) return []
  const { action = '', installation, sender } = payloads.parsePayload(name, payloads.envelope, payload)
  if (!mayAsk(name, action)) return []
  if (name === AUTHORIZATION) return [revoked(payload)]
  // Without an installation there is nobody on whose behalf to act: the webhook of a repository, not of the app.
  if (!installation) return []
  return READERS[name]({ name, action, installation: installation.id, sender: sender?.login ?? null, payload })
}

// ── commits ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function push(event: Event): Intent[] {
  const { ref, after, deleted, repository } = parse(event, payloads.pushed)
  if (!ref.startsWith('refs/heads/')) return []
  const branch = ref.slice('refs/heads/'.length)
  if (deleted || /^0+$/.test(after) || isMergeQueue(branch)) return []
  return [scan(event, repository, { headSha: after, ref: branch, baseRef: baseOfBranch(repository, branch) })]
}

function pullRequest(event: Event): Intent[] {
  const { repository, pull_request: raw, changes } = parse(event, payloads.pullRequested)
  const pull = { ...pullFacts(raw), opening: event.action === 'opened' }
  if (!pull.open) return [{ type: 'pull', installation: event.installation, repository, pull }]
  if (event.action === 'closed' || (event.action === 'edited' && !changes?.base)) return []
  return [
    scan(event, repository, { headSha: pull.headSha, ref: headRefOf(raw, repository), baseRef: pull.baseRef, pull }),
  ]
}

type RawPull = z.infer<typeof payloads.pullRequest>

export const pullFacts = ({ number, head, base, state, updated_at: updatedAt }: RawPull): PullRequestFacts => ({
  ...{ number, headSha: head.sha, headRef: head.ref, baseRef: base.ref },
  ...{ open: state === 'open', opening: false, updatedAt },
})

/** Two forks may have branches of one name; the pull request's own ref tells them apart. */
export const headRefOf = ({ number, head }: RawPull, { id }: Pick<RepositoryFacts, 'id'>): string =>
  head.repo?.id === id ? head.ref : `refs/pull/${number}/head`

function mergeGroup(event: Event): Intent[] {
  const { repository, merge_group: group } = parse(event, payloads.mergeGroup)
  const { head_sha: headSha, head_ref: ref, base_ref: baseRef, base_sha: baseSha } = group
  return [scan(event, repository, { headSha, ref, baseRef, baseSha })]
}

// ── checks ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function checkRun(event: Event): Intent[] {
  const { repository, check_run: check, requested_action } = parse(event, payloads.checkRun)
  if (check.name !== CHECK_NAME) return []
  if (event.action === 'requested_action' && requested_action?.identifier !== RESCAN) return []
  const head = { ...check, head_branch: check.check_suite.head_branch }
  return scansOfHead(event, repository, head, asked(event))
}

function checkSuite(event: Event): Intent[] {
  const { repository, check_suite: head } = parse(event, payloads.checkSuite)
  if (event.action === 'rerequested') {
    return scansOfHead(event, repository, head, asked(event))
  }
  // GitHub opens a suite for each push; the push or the merge group says the same and more.
  if (head.head_branch !== null && isMergeQueue(head.head_branch)) return []
  return scansOfHead(event, repository, head, { onlyIfUnknown: true })
}

type CheckedHead = z.infer<typeof payloads.checkSuite>['check_suite']

/** By a person, who pressed a button. */
const asked = ({ action, sender }: Event) => ({ trigger: action, forced: true, askedBy: sender })

/** A commit may be the head of several pull requests: one scan for each base, and one where it is on the default branch. */
function scansOfHead(
  event: Event,
  repository: FullRepository,
  head: CheckedHead,
  wish: Partial<ScanRequested>,
): ScanRequested[] {
  const branch = head.head_branch
  // A fork's pull requests into its parent are listed as well; they are judged where they are merged.
  const pulls = head.pull_requests.filter(({ repositoryId }) => repositoryId === repository.id)
  const bases: Pick<ScanRequested, 'ref' | 'baseRef' | 'pull'>[] = pulls.map(({ facts }) => ({
    ref: branch ?? facts.headRef,
    baseRef: facts.baseRef,
    pull: facts,
  }))
  if (bases.length === 0 || branch === repository.defaultBranch) {
    bases.unshift({ ref: branch, baseRef: baseOfBranch(repository, branch), pull: null })
  }
  return bases.map((base) => scan(event, repository, { ...wish, ...base, headSha: head.head_sha }))
}

// ── installations and repositories ──────────────────────────────────────────────────────────────────────────────────

const INSTALLATION_STATES = new Map<string, 'active' | 'suspended' | 'removed'>([
  ['created', 'active'],
  ['unsuspend', 'active'],
  ['new_permissions_accepted', 'active'],
  ['suspend', 'suspended'],
  ['deleted', 'removed'],
])

function installation(event: Event): Intent[] {
  const state = INSTALLATION_STATES.get(event.action)
  if (state === undefined) return []
  const { installation, repositories = [] } = parse(event, payloads.installed)
  const change: Intent = { type: 'installation', installation, state }
  return event.action === 'created' ? [change, ...reach(event, repositories, [])] : [change]
}

function installationRepositories(event: Event): Intent[] {
  const { repositories_added, repositories_removed } = parse(event, payloads.installationRepositories)
  return reach(
    event,
    repositories_added,
    repositories_removed.map(({ id }) => id),
  )
}

/** What the app may see from now on, and a first scan of what it has not seen before. */
function reach(event: Event, added: RepositoryFacts[], removed: bigint[]): Intent[] {
  if (added.length + removed.length === 0) return []
  const { installation, name: trigger } = event
  const seen: Intent = { type: 'repositories', installation, added, removed }
  if (added.length === 0) return [seen]
  return [seen, { type: 'first_scans', installation, repositories: added.map(({ id }) => id), trigger }]
}

function repository(event: Event): Intent[] {
  const { action, installation } = event
  const { repository, changes } = parse(event, payloads.repositoryChanged)
  const newDefault = action === 'edited' && changes?.default_branch !== undefined
  if (action === 'edited' && !newDefault) return []
  const state = action === 'deleted' ? 'removed' : repository.archived || action === 'archived' ? 'archived' : 'active'
  const change: Intent = { type: 'repository', installation, repository, state }
  return newDefault ? [change, scan(event, repository, {})] : [change]
}

// ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Whoever it is, and whatever they may now: GitHub is asked when they come. */
function access({ installation }: Event): Intent[] {
  return [{ type: 'access', installation }]
}

function revoked(payload: unknown): Intent {
  return { type: 'person', person: payloads.parsePayload(AUTHORIZATION, payloads.authorization, payload).sender.id }
}

// ── parts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

type FullRepository = RepositoryFacts & { defaultBranch: string }

const parse = <Schema extends z.ZodType>(event: Event, schema: Schema): z.infer<Schema> =>
  payloads.parsePayload(event.name, schema, event.payload)

/** Unless `wish` says otherwise: the default branch as it will be when the scan starts. */
function scan(event: Event, repository: RepositoryFacts, wish: Partial<ScanRequested>): ScanRequested {
  return {
    type: 'scan',
    installation: event.installation,
    repository,
    headSha: null,
    ref: null,
    baseRef: null,
    baseSha: null,
    pull: null,
    trigger: event.name,
    forced: false,
    onlyIfUnknown: false,
    ...wish,
  }
}

const isMergeQueue = (branch: string) => branch.startsWith('gh-readonly-queue/')

/** What a branch is compared with; null for the default branch. A merge queue's branch is named after its base. */
function baseOfBranch(repository: FullRepository, branch: string | null): string | null {
  if (branch === repository.defaultBranch) return null
  const queued = branch === null ? null : /^gh-readonly-queue\/(.+)\/pr-\d+-[0-9a-f]+$/.exec(branch)
  return queued?.[1] ?? repository.defaultBranch
}
