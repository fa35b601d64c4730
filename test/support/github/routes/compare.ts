/** Two commits compared. https://docs.github.com/en/rest/commits/commits#compare-two-commits */
import { notFound, ok } from '../answer.ts'
import { type Call, page, param, type Routes } from '../call.ts'
import { accountFacts } from '../facts.ts'
import type { ChangedFile, CommitInfo } from '../git-output.ts'
import type { GitHub } from '../github.ts'
import type { JsonObject } from '../json.ts'
import type { Repository } from '../repository.ts'
import { ofRepository } from './scopes.ts'

/** "Up to 300 changed files for the entire comparison", on the first page only. */
const MAX_FILES = 300
/** Without paging parameters: "up to 250 commits". */
const UNPAGED_COMMITS = 250

export const compareRoutes: Routes = {
  'GET /repos/{owner}/{repo}/compare/{basehead}': ofRepository(compare),
}

async function compare(repository: Repository, call: Call) {
  const { github } = call
  const basehead = param(call, 'basehead')
  const [baseName = '', headName = '', ...more] = basehead.split('...')
  if (!headName || more.length > 0) throw notFound()
  const [base, head] = [await commitIn(github, repository, baseName), await commitIn(github, repository, headName)]
  if (!base || !head) throw notFound()
  const mergeBase = await repository.git.mergeBase(base, head)
  if (!mergeBase) throw notFound(`No common ancestor between ${baseName} and ${headName}.`)
  const { ahead, behind } = await repository.git.distance(base, head)
  const all = await repository.git.log(`${base}..${head}`)
  const asked = call.url.searchParams.has('per_page') || call.url.searchParams.has('page')
  const { items, headers } = asked ? page(call, all) : { items: all.slice(0, UNPAGED_COMMITS), headers: undefined }
  const isFirstPage = ((call.query.page as number | undefined) ?? 1) <= 1
  const files = isFirstPage ? (await repository.git.changedFiles(mergeBase, head)).slice(0, MAX_FILES) : []
  const web = `${github.url}/${repository.fullName}/compare`
  const shown = async (sha: string) => restCommit(github, repository, await repository.git.commitInfo(sha))
  return ok(
    {
      url: `${github.apiUrl}/repos/${repository.fullName}/compare/${basehead}`,
      html_url: `${web}/${basehead}`,
      permalink_url: `${web}/${repository.owner}:${base.slice(0, 7)}...${repository.owner}:${head.slice(0, 7)}`,
      diff_url: `${web}/${basehead}.diff`,
      patch_url: `${web}/${basehead}.patch`,
      base_commit: await shown(base),
      merge_base_commit: await shown(mergeBase),
      status: ahead > 0 ? (behind > 0 ? 'diverged' : 'ahead') : behind > 0 ? 'behind' : 'identical',
      ahead_by: ahead,
      behind_by: behind,
      total_commits: ahead,
      commits: items.map((commit) => restCommit(github, repository, commit)),
      files: files.map((file) => changedFile(github, repository, head, file)),
    },
    headers,
  )
}

/** A SHA or branch of the repository, or `USERNAME:BRANCH` of another one of the same network. */
async function commitIn(github: GitHub, repository: Repository, name: string): Promise<string | null> {
  const [owner, branch] = name.split(':')
  if (!owner || branch === undefined) return repository.git.commitOf(name)
  const root = repository.parent ?? repository
  const other = github.repositories.find(
    (candidate) => candidate.owner === owner && (candidate.parent ?? candidate) === root,
  )
  return other ? other.git.commitOf(branch) : null
}

export function restCommit(
  github: GitHub,
  repository: Repository,
  { sha, tree, parents, author, committer, message }: CommitInfo,
): JsonObject {
  const url = `${github.apiUrl}/repos/${repository.fullName}`
  const web = `${github.url}/${repository.fullName}/commit`
  const account = accountFacts(github, github.account('octocat'))
  return {
    sha,
    node_id: `C_${sha}`,
    url: `${url}/commits/${sha}`,
    html_url: `${web}/${sha}`,
    comments_url: `${url}/commits/${sha}/comments`,
    commit: {
      url: `${url}/git/commits/${sha}`,
      author: { ...author },
      committer: { ...committer },
      message,
      tree: { sha: tree, url: `${url}/git/trees/${tree}` },
      comment_count: 0,
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
    },
    author: account,
    committer: account,
    parents: parents.map((parent) => ({ sha: parent, url: `${url}/commits/${parent}`, html_url: `${web}/${parent}` })),
  }
}

const STATUS: Record<string, string> = { A: 'added', D: 'removed', M: 'modified', T: 'changed' }

/** Renames are shown as a removal and an addition, and line counts as 0: nothing here counts on either. */
function changedFile(
  github: GitHub,
  repository: Repository,
  head: string,
  { path, status, sha }: ChangedFile,
): JsonObject {
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  return {
    sha,
    filename: path,
    status: STATUS[status] ?? 'changed',
    additions: 0,
    deletions: 0,
    changes: 0,
    blob_url: `${github.url}/${repository.fullName}/blob/${head}/${encoded}`,
    raw_url: `${github.url}/${repository.fullName}/raw/${head}/${encoded}`,
    contents_url: `${github.apiUrl}/repos/${repository.fullName}/contents/${encoded}?ref=${head}`,
  }
}
