/** The `push` payload. https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
// @ts-nocheck

import { accountFacts, commitFacts } from './facts.ts'
import { ZERO } from './git.ts'
import type { ChangedFile, CommitInfo } from './git-output.ts'
import type { GitHub } from './github.ts'
import type { JsonObject } from './json.ts'
import type { Repository } from './repository.ts'

/** "The array includes a maximum of 2048 commits." */
const MAX_COMMITS = 2048

export async function pushFacts(
  github: GitHub,
  repository: Repository,
  ref: string,
  before: string,
  after: string,
): Promise<JsonObject> {
  const { git } = repository
  const [isNew, isGone] = [before === ZERO, after === ZERO]
  const commits = isGone
    ? []
    : await git.log(`--max-count=${MAX_COMMITS}`, after, ...(await known(repository, ref, before)))
  const tip = isGone ? null : (commits.at(-1) ?? (await git.commitInfo(after))) // a branch may bring nothing new
  const changes = await git.changes(commits.length > 0 ? commits : tip ? [tip] : [])
  const shown = (commit: CommitInfo) => pushedCommit(github, repository, commit, changes.get(commit.sha) ?? [])
  const owner = github.account(repository.owner)
  return {
    ref,
    before,
    after,
    created: isNew,
    deleted: isGone,
    forced: !isNew && !isGone && (await git.mergeBase(before, after)) !== before,
    base_ref: null,
    compare: `${github.url}/${repository.fullName}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: commits.map(shown),
    head_commit: tip && shown(tip),
    pusher: { name: 'octocat', email: 'octocat@github.com' },
    // In a push, and only there, the owner has a name, and moments are seconds.
    repository: {
      owner: { ...accountFacts(github, owner), name: owner.login, email: null },
      master_branch: repository.defaultBranch,
      created_at: Math.floor(github.startedAt.getTime() / 1000),
      pushed_at: Math.floor(Date.now() / 1000),
    },
  }
}

/** What is not news: for a new branch all that other branches have, otherwise what the branch had. */
async function known({ git }: Repository, ref: string, before: string): Promise<string[]> {
  if (before !== ZERO) return [`^${before}`]
  const others = (await git.branches()).map((branch) => `refs/heads/${branch}`).filter((other) => other !== ref)
  return others.map((other) => `^${other}`)
}

function pushedCommit(
  github: GitHub,
  repository: Repository,
  commit: CommitInfo,
  changes: readonly ChangedFile[],
): JsonObject {
  const paths = (...statuses: string[]) =>
    changes.filter(({ status }) => statuses.includes(status)).map(({ path }) => path)
  return {
    ...commitFacts(commit),
    distinct: true,
    url: `${github.url}/${repository.fullName}/commit/${commit.sha}`,
    added: paths('A'),
    removed: paths('D'),
    modified: paths('M', 'T'),
  }
}
