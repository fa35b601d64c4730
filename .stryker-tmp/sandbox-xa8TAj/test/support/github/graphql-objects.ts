/** Git objects as GraphQL shows them, read in batches. https://docs.github.com/en/graphql/reference/interfaces#gitobject */
// @ts-nocheck


import type { GitObject } from './git-output.ts'
import type { GitHub } from './github.ts'
import type { Repository } from './repository.ts'

/** Git's own test for binary content looks this far for a NUL. */
const BINARY_PROBE = 8000

type Waiting = { name: string; resolve: (object: GitObject | null) => void; reject: (error: Error) => void }

/** All `object(…)` fields of a query, looked up through one git process for each repository. */
export class BlobLoader {
  readonly #waiting = new Map<Repository, Waiting[]>()

  load = (repository: Repository, name: string): Promise<GitObject | null> => {
    const waiting = this.#waiting.get(repository) ?? []
    if (waiting.length === 0) {
      this.#waiting.set(repository, waiting)
      setImmediate(() => this.#flush(repository))
    }
    return new Promise((resolve, reject) => {
      waiting.push({ name, resolve, reject })
    })
  }

  async #flush(repository: Repository): Promise<void> {
    const waiting = this.#waiting.get(repository) ?? []
    this.#waiting.delete(repository)
    try {
      const objects = await repository.git.objects(waiting.map(({ name }) => name))
      for (const [index, { resolve }] of waiting.entries()) resolve(objects[index] ?? null)
    } catch (error) {
      for (const { reject } of waiting) reject(error as Error)
    }
  }
}

export function objectNode(object: GitObject, repository: Repository, github: GitHub): Record<string, unknown> {
  const { oid, type } = object
  const web = `${github.url}/${repository.fullName}`
  const common = { id: `O_${oid}`, oid, abbreviatedOid: oid.slice(0, 7), commitUrl: `${web}/commit/${oid}` }
  if (type === 'blob') return { ...common, __typename: 'Blob', ...blobFields(object.content, github.limits.blobText) }
  if (type === 'commit') return { ...common, __typename: 'Commit', ...commitFields(object, repository, github) }
  if (type === 'tag') return { ...common, __typename: 'Tag' }
  return { ...common, __typename: 'Tree', entries: () => treeEntries(oid, repository, github) }
}

/**
 * `text` is "UTF8 text data or null if the Blob is binary", and `isTruncated` "indicates whether the contents is
 * truncated": GitHub cuts near 500 KB. https://docs.github.com/en/graphql/reference/objects#blob
 * Text that isn't UTF-8 comes back altered, its bytes can't be had this way.
 */
function blobFields(content: Buffer, limit: number) {
  const isBinary = content.subarray(0, BINARY_PROBE).includes(0)
  const isTruncated = !isBinary && content.length > limit
  // A decoder in streaming mode leaves out a character that the cut went through.
  const text = () =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(content.subarray(0, limit), { stream: isTruncated })
  return { byteSize: content.length, isBinary, isTruncated, text: isBinary ? null : text() }
}

function commitFields({ oid, content }: GitObject, repository: Repository, github: GitHub) {
  const [, tree = ''] = /^tree ([0-9a-f]+)$/m.exec(content.toString()) ?? []
  const info = () => repository.git.commitInfo(oid)
  return {
    tree: { __typename: 'Tree', id: `O_${tree}`, oid: tree, entries: () => treeEntries(tree, repository, github) },
    committedDate: async () => (await info()).committer.date,
    authoredDate: async () => (await info()).author.date,
    message: async () => (await info()).message,
  }
}

async function treeEntries(oid: string, repository: Repository, github: GitHub) {
  const items = await repository.git.tree(oid, false)
  return items.map(({ path, mode, type, sha, size = 0 }) => ({
    name: path,
    path,
    mode: Number.parseInt(mode, 8),
    type,
    oid: sha,
    size,
    object: async (_: unknown, { load }: { load: BlobLoader['load'] }) => {
      const object = await load(repository, sha)
      return object && objectNode(object, repository, github)
    },
  }))
}
