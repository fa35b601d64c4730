/** Trees, blobs, references, archives. https://docs.github.com/en/rest/git */
// @ts-nocheck

import { notFound, ok, Refusal } from '../answer.ts'
import { type Call, param, type Routes } from '../call.ts'
import type { TreeItem } from '../git-output.ts'
import type { JsonObject } from '../json.ts'
import type { Repository } from '../repository.ts'
import { ofRepository } from './scopes.ts'

/** "Supports blobs up to 100 megabytes in size." https://docs.github.com/en/rest/git/blobs#get-a-blob */
const BLOB_BYTES = 100_000_000

export const gitDataRoutes: Routes = {
  'GET /repos/{owner}/{repo}/git/trees/{tree_sha}': ofRepository(getTree),
  'GET /repos/{owner}/{repo}/git/blobs/{file_sha}': ofRepository(getBlob),
  'GET /repos/{owner}/{repo}/git/ref/{ref}': ofRepository(getRef),
  'GET /repos/{owner}/{repo}/tarball/{ref}': ofRepository(getTarball),
}

async function getTree(repository: Repository, call: Call) {
  const { git } = repository
  const { github } = call
  if (await git.isEmpty()) throw new Refusal(409, 'Git Repository is empty.')
  const sha = await git.treeOf(param(call, 'tree_sha'))
  if (!sha) throw notFound()
  const url = `${github.apiUrl}/repos/${repository.fullName}/git`
  // "Setting this parameter to any value returns the objects or subtrees", 0 and false too.
  const items = await git.tree(sha, call.query.recursive !== undefined)
  const shown = items.map((item) => treeEntry(url, item))
  const kept = withinLimits(shown, github.limits)
  return ok({ sha, url: `${url}/trees/${sha}`, tree: shown.slice(0, kept), truncated: kept < shown.length })
}

function treeEntry(url: string, { path, mode, type, sha, size }: TreeItem): JsonObject {
  const entry = { path, mode, type, sha }
  if (type === 'commit') return entry // a submodule has neither size nor address
  return { ...entry, ...(size !== undefined && { size }), url: `${url}/${type}s/${sha}` }
}

/** "The limit for the tree array is 100,000 entries with a maximum size of 7 MB when using the recursive parameter." https://docs.github.com/en/rest/git/trees#get-a-tree */
function withinLimits(
  entries: readonly JsonObject[],
  { treeEntries, treeBytes }: { treeEntries: number; treeBytes: number },
): number {
  let bytes = 2
  for (const [index, entry] of entries.entries()) {
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1
    if (index >= treeEntries || bytes > treeBytes) return index
  }
  return entries.length
}

async function getBlob(repository: Repository, call: Call) {
  const sha = param(call, 'file_sha')
  const [blob] = /^[0-9a-f]{40}$/.test(sha) ? await repository.git.objects([sha]) : []
  if (blob?.type !== 'blob') throw notFound()
  if (blob.content.length > BLOB_BYTES) throw new Refusal(403, 'This API returns blobs up to 100 MB in size.')
  // "application/vnd.github.raw+json: Returns the raw blob data." https://docs.github.com/en/rest/git/blobs#get-a-blob
  if (/application\/vnd\.github(\.v3)?\.raw/.test(call.headers.accept ?? '')) {
    return { status: 200, headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' }, body: blob.content }
  }
  return ok({
    sha,
    node_id: `B_${sha}`,
    size: blob.content.length,
    url: `${call.github.apiUrl}/repos/${repository.fullName}/git/blobs/${sha}`,
    content: blob.content.toString('base64').replace(/.{1,60}/g, '$&\n'),
    encoding: 'base64',
  })
}

/** https://docs.github.com/en/rest/git/refs#get-a-reference: "formatted as heads/<branch name> for branches and tags/<tag name> for tags". */
async function getRef(repository: Repository, call: Call) {
  const ref = `refs/${param(call, 'ref')}`
  const sha = await repository.git.ref(ref)
  const [object] = sha ? await repository.git.objects([sha]) : []
  if (!sha || !object) throw notFound()
  const url = `${call.github.apiUrl}/repos/${repository.fullName}/git`
  return ok({
    ref,
    node_id: `REF_${Buffer.from(ref).toString('base64url')}`,
    url: `${url}/${ref}`,
    object: { sha, type: object.type, url: `${url}/${object.type}s/${sha}` },
  })
}

/** "Gets a redirect URL to download a tar archive for a repository." https://docs.github.com/en/rest/repos/contents#download-a-repository-archive-tar */
async function getTarball(repository: Repository, call: Call) {
  const sha = await repository.git.commitOf(param(call, 'ref'))
  if (!sha) throw notFound()
  return {
    status: 302,
    headers: { location: `${call.github.codeloadUrl}${call.github.archives.grant(repository, sha)}` },
  }
}
