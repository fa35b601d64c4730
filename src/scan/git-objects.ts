/** How git names content: the parts that don't need git. gitformat-pack(5) and the Git book, "Git Objects". */
import { createHash, type Hash } from 'node:crypto'

/** The hash function that names a repository's objects. */
export type ObjectFormat = 'sha1' | 'sha256'

/** 40 hex digits (SHA-1) or 64 (SHA-256), as git prints them. */
export const isObjectId = (text: string) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)

/** The same, or an abbreviation of it: as many of its digits as git takes for one in a repository of some size, or more. */
export const isObjectName = (text: string) => /^[0-9a-f]{7,64}$/.test(text)

export const formatOf = (id: string): ObjectFormat => (id.length === 64 ? 'sha256' : 'sha1')

/** A hash that has already taken in a blob's header; feed it the content, exactly `size` bytes. */
export const blobHash = (size: number, format: ObjectFormat): Hash => createHash(format).update(`blob ${size}\0`)

/** The id that git gives these bytes as a blob. */
export const blobId = (bytes: Uint8Array, format: ObjectFormat) =>
  blobHash(bytes.byteLength, format).update(bytes).digest('hex')

/** Whether these bytes are the blob with this id. */
export const isBlob = (bytes: Uint8Array, id: string) => blobId(bytes, formatOf(id)) === id

/** An entry of a tree object. */
export interface TreeChild {
  /** Of the file or directory in its directory. */
  name: string
  /** As in `100644`; a zero in front, as in `040000`, is not git's. */
  mode: string
  sha: string
}

/** Whether these are all entries of the tree with this id, in git's order. */
export function isTreeOf(children: readonly TreeChild[], id: string): boolean {
  const parts = children.flatMap(({ name, mode, sha }) => [
    Buffer.from(`${mode.replace(/^0/, '')} ${name}\0`),
    Buffer.from(sha, 'hex'),
  ])
  const bytes = Buffer.concat(parts)
  return createHash(formatOf(id)).update(`tree ${bytes.byteLength}\0`).update(bytes).digest('hex') === id
}

/**
 * Whether a path from a tree object names a file below the root. Git refuses others on checkout, but a tree object can be
 * made by hand.
 */
export const isFilePath = (path: string) => !path.includes('\0') && !NO_SEGMENT.test(path)

/** An empty segment, `.` or `..`. */
const NO_SEGMENT = /(?:^|\/)\.{0,2}(?:\/|$)/

/** Modes of regular files. The others are links (120000), submodules (160000) and directories (040000). */
export const isRegularMode = (mode: string) => mode === '100644' || mode === '100755' || mode === '100664'
