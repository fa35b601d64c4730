/** What git prints, read. All of it NUL-separated, so that any path comes through. */
// @ts-nocheck


export interface ChangedFile {
  path: string
  /** Git's letter: A, M, D, T. Renames are an addition and a deletion. */
  status: string
  /** Blob after the change; before it, for a deletion. */
  sha: string
}

export interface TreeItem {
  path: string
  mode: string
  type: string
  sha: string
  /** Bytes; blobs only. */
  size?: number
}

export interface GitObject {
  oid: string
  type: string
  content: Buffer
}

export interface CommitInfo {
  sha: string
  tree: string
  parents: string[]
  author: { name: string; email: string; date: string }
  committer: { name: string; email: string; date: string }
  message: string
}

/** `git ls-tree -l -z`. */
export function treeItems(listed: Buffer): TreeItem[] {
  return partsOf(listed).map((line) => {
    const tab = line.indexOf('\t')
    const [mode = '', type = '', sha = '', size = '-'] = line.slice(0, tab).split(/ +/)
    return { path: line.slice(tab + 1), mode, type, sha, ...(size !== '-' && { size: Number(size) }) }
  })
}

/** `git cat-file --batch`: one object, or null, for each of `count` names. */
export function objectsOf(out: Buffer, count: number): (GitObject | null)[] {
  let at = 0
  return Array.from({ length: count }, () => {
    const end = out.indexOf(10, at)
    const [oid = '', type = '', size] = out.toString('utf8', at, end).split(' ')
    at = end + 1
    if (size === undefined || !/^\d+$/.test(size)) return null
    const content = out.subarray(at, at + Number(size))
    at += Number(size) + 1
    return { oid, type, content }
  })
}

/** The format `commitsOf` reads. */
export const COMMIT_FORMAT = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x1f')

/** `git log -z` in `COMMIT_FORMAT`. */
export function commitsOf(out: Buffer): CommitInfo[] {
  return partsOf(out).map((line) => {
    const [sha = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', message = ''] =
      line.split('\x1f')
    return {
      sha,
      tree,
      parents: parents.split(' ').filter((parent) => parent !== ''),
      author: { name: an, email: ae, date: ad },
      committer: { name: cn, email: ce, date: cd },
      message: message.trimEnd(),
    }
  })
}

/** `git diff-tree -z`, by the commit each list stands under (`''` where two trees were compared). */
export function changesOf(out: Buffer): Map<string, ChangedFile[]> {
  const changes = new Map<string, ChangedFile[]>()
  let commit = ''
  const parts = partsOf(out).values()
  for (const part of parts) {
    if (!part.startsWith(':')) {
      commit = part
      continue
    }
    const [, , before = '', after = '', status = ''] = part.split(' ')
    const path = parts.next().value ?? ''
    const listed = changes.get(commit) ?? []
    listed.push({ path, status, sha: status === 'D' ? before : after })
    changes.set(commit, listed)
  }
  return changes
}

const partsOf = (out: Buffer) => {
  const parts = out.toString().split('\0')
  return parts.at(-1)?.trim() === '' ? parts.slice(0, -1) : parts
}
