/** The one comment of a pull request. https://docs.github.com/en/rest/issues/comments */
import { createHash } from 'node:crypto'
import { MARKER } from '../report/comment.ts'
import { NotFound } from '../scan/errors.ts'
import type { PullRequest } from '../scan/ports/store.ts'
import type { Purpose } from './governor.ts'
import { retrying } from './octokit.ts'
import type { PublisherOptions } from './publisher.ts'

/** Comments a page, GitHub's maximum. */
const PAGE = 100

const REQUEST: { purpose: Purpose } = { purpose: 'comment' }

/**
 * Edits the comment we know, finds one that we may have written without hearing of it, or creates it. Sends nothing when
 * the text is what it was.
 */
export async function publishComment(options: PublisherOptions, pull: PullRequest, markdown: string): Promise<void> {
  const hash = createHash('sha256').update(markdown).digest('hex')
  if (pull.commentId !== null && pull.commentHash === hash) return
  let known = pull.commentId
  let unsure = !pull.fromOpening || pull.commentUnsure
  await retrying(async () => {
    const id = known ?? (unsure ? await find(options, pull.number) : null)
    if (id !== null && (await edit(options, pull, id, markdown, hash))) return
    // There is none, or somebody deleted it. A creation may be applied without an answer.
    known = null
    unsure = true
    await create(options, pull, markdown, hash)
  })
}

/** False: there is no such comment any more. */
async function edit(
  { octokit, scan, store }: PublisherOptions,
  pull: PullRequest,
  id: bigint,
  markdown: string,
  hash: string,
): Promise<boolean> {
  const { id: repositoryId, owner, name: repo } = scan.repository
  try {
    await octokit.rest.issues.updateComment({ owner, repo, comment_id: Number(id), body: markdown, request: REQUEST })
  } catch (error) {
    if (error instanceof NotFound) return false
    throw error
  }
  await store.updatePull(repositoryId, pull.number, { commentId: id, commentHash: hash, commentUnsure: false })
  return true
}

async function create({ octokit, scan, store }: PublisherOptions, pull: PullRequest, markdown: string, hash: string) {
  const { id: repositoryId, owner, name: repo } = scan.repository
  // Written down before it is asked for: if no answer comes, the next attempt looks before it creates a second one.
  await store.updatePull(repositoryId, pull.number, { commentId: null, commentHash: null, commentUnsure: true })
  const target = { owner, repo, issue_number: pull.number }
  const { data } = await octokit.rest.issues.createComment({ ...target, body: markdown, request: REQUEST })
  await store.updatePull(repositoryId, pull.number, {
    commentId: BigInt(data.id),
    commentHash: hash,
    commentUnsure: false,
  })
}

async function find({ octokit, scan, app }: PublisherOptions, number: number): Promise<bigint | null> {
  const { owner, name: repo } = scan.repository
  for (let page = 1; ; page++) {
    const target = { owner, repo, issue_number: number }
    const { data } = await octokit.rest.issues.listComments({ ...target, per_page: PAGE, page, request: REQUEST })
    const ours = data.find((comment) => isOurs(comment, app))
    if (ours) return BigInt(ours.id)
    if (data.length < PAGE) return null
  }
}

/** As far as we read it. */
interface Comment {
  body?: string
  user: { type: string; login: string } | null
  performed_via_github_app?: { id: number } | null
}

/** People may quote or copy the marker, other apps too. GitHub doesn't always name the app that wrote a comment. */
function isOurs(comment: Comment, { id, slug }: PublisherOptions['app']): boolean {
  if (!comment.body?.startsWith(MARKER)) return false
  const via = comment.performed_via_github_app
  if (via) return via.id === id
  return comment.user?.type === 'Bot' && (slug === null || comment.user.login === `${slug}[bot]`)
}
