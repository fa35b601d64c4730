/**
 * Many blobs in one request: the commit's archive, unpacked as it comes.
 *
 * An archive obeys the commit's own `.gitattributes` (`export-ignore`, `export-subst`, line endings) and may hold LFS
 * content, so a file counts only if its bytes are the blob the tree names. What is missing is for others to fetch.
 */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import tar from 'tar-stream'
import { Unreachable } from '../scan/errors.ts'
import { isBlob } from '../scan/git-objects.ts'
import type { Blob, TreeEntry } from '../scan/ports/source.ts'
import { openArchive } from './download.ts'
import type { BytesInFlight } from './in-flight.ts'
import type { GitHubClient } from './octokit.ts'
import type { RepositoryName } from './read.ts'

export interface UnpackLimits {
  /** Of all bytes that come out of the compressed stream, tar headers included. */
  bytes: number
  /** Files, directories and links. */
  entries: number
}

export const UNPACK_LIMITS: UnpackLimits = { bytes: 2 * 2 ** 30, entries: 2_000_000 }

/** Node's own 16 kB would go through its thread pool, and every stream here, eight times as often. In bytes. */
const CHUNK = 128 * 1024

/** The archive is larger than we are ready to unpack. Stays in this file: reading ends, the rest is fetched otherwise. */
class OverLimit extends Error {}

/**
 * Yields the wanted blobs that the archive has unchanged, each once, one in memory at a time; ends early when it has all
 * of them or a limit is reached. `files` names every path that has a wanted blob. Throws `Unreachable` when the archive
 * breaks off.
 */
export async function* readArchive(
  client: GitHubClient,
  repository: RepositoryName,
  commit: string,
  files: Iterable<TreeEntry>,
  inFlight: BytesInFlight,
  limits: UnpackLimits = UNPACK_LIMITS,
): AsyncGenerator<Blob> {
  const byPath = new Map<string, TreeEntry>()
  for (const file of files) byPath.set(file.path, file)
  const missing = new Set([...byPath.values()].map(({ sha }) => sha))
  const cancel = new AbortController()
  const compressed = await openArchive(client, repository, commit, cancel.signal)
  const unpack = tar.extract()
  const unpacked = pipeline(Readable.from(compressed), createGunzip({ chunkSize: CHUNK }), capped(limits.bytes), unpack)
  unpacked.catch(() => undefined) // The error reaches us through `unpack`.
  try {
    let entries = 0
    for await (const entry of unpack) {
      if (++entries > limits.entries) return
      const { name, type, size } = entry.header
      const file = type === 'file' ? byPath.get(name.slice(name.indexOf('/') + 1)) : undefined
      if (!file || !missing.has(file.sha) || file.size !== size) {
        entry.resume()
        continue
      }
      // While this waits, the download does.
      const release = await inFlight.take(size)
      try {
        const bytes = await collect(entry)
        if (!isBlob(bytes, file.sha)) continue
        missing.delete(file.sha)
        yield { sha: file.sha, bytes }
      } finally {
        release()
      }
      if (missing.size === 0) return
    }
    await unpacked
  } catch (error) {
    if (error instanceof OverLimit) return
    throw new Unreachable(`The archive of ${commit} broke off: ${String(error)}`, { cause: error })
  } finally {
    cancel.abort()
    unpack.destroy()
  }
}

const capped = (limit: number) =>
  async function* (source: AsyncIterable<Uint8Array>) {
    let bytes = 0
    for await (const chunk of source) {
      bytes += chunk.byteLength
      if (bytes > limit) throw new OverLimit()
      yield chunk
    }
  }

async function collect(entry: AsyncIterable<unknown>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of entry) parts.push(part as Uint8Array)
  return Buffer.concat(parts)
}
