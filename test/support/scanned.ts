/** Repositories in the database as scans of their default branch leave them: real scans, of files held in memory. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeSigner } from '../../demo/evidence.ts'
import { PARSER_VERSION } from '../../src/rosie/parse/index.ts'
import { NotFound } from '../../src/scan/errors.ts'
import { blobId } from '../../src/scan/git-objects.ts'
import type { RepositoryFacts } from '../../src/scan/ports/intents.ts'
import type { Publisher } from '../../src/scan/ports/publisher.ts'
import type { Blob, BlobRequest, Directory, RepositorySource, TreeEntry } from '../../src/scan/ports/source.ts'
import { createWorker } from '../../src/scan/worker.ts'
import { Contents } from '../../src/store/contents.ts'
import type { Database } from '../../src/store/database.ts'
import { Scans } from '../../src/store/scans.ts'
import { States } from '../../src/store/states.ts'
import { aWish, queue } from '../store/given.ts'

/** Path to text or bytes. */
export type Files = ReadonlyMap<string, string | Uint8Array>

/** Scans these files as the default branch of a repository. Answers the scan's id and the commit. */
export async function scanFiles(
  database: Database,
  { installation, repository, files }: { installation: bigint; repository: RepositoryFacts; files: Files },
): Promise<{ scanId: string; commit: string }> {
  const source = new Memory(files)
  const wish = aWish({ installation, repository, headSha: source.commit, ref: 'main', baseRef: null })
  const scanId = await queue(database, wish)
  const said: unknown[] = []
  const run = createWorker({
    store: new Scans(database),
    portsOf: async () => ({
      source,
      contents: new Contents(database, PARSER_VERSION),
      states: new States(database),
      serverKeys: [],
      now: Date.now,
      publisherOf: () => silent,
    }),
    onWish: () => {},
    log: { info: () => {}, error: (facts) => void said.push(facts) },
  })
  await run(scanId)
  const { status, error } = await database.client.scan.findUniqueOrThrow({ where: { id: scanId } })
  if (status !== 'completed') throw new Error(`The scan is ${status}: ${error} ${JSON.stringify(said)}`)
  return { scanId, commit: source.commit }
}

/** The demo's record, with signed evidence of its source that a key of its own verifies. */
export async function sampleFiles(): Promise<Map<string, Uint8Array>> {
  const root = fileURLToPath(new URL('../../demo/sample', import.meta.url))
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = new Map<string, Uint8Array>()
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name)
    files.set(relative(root, path), await readFile(path))
  }
  const signer = await makeSigner()
  const more = { ...signer.key, ...(await signer.evidenceOf(files, commitOf(treeOf(files)))) }
  for (const [path, text] of Object.entries(more)) files.set(path, bytesOf(text as string | Uint8Array))
  return files
}

const bytesOf = (text: string | Uint8Array) => (typeof text === 'string' ? new TextEncoder().encode(text) : text)

const treeOf = (files: Files): TreeEntry[] =>
  [...files].map(([path, text]) => {
    const bytes = bytesOf(text)
    return { path, sha: blobId(bytes, 'sha1'), size: bytes.byteLength }
  })

/** Another tree, another commit. */
const commitOf = (tree: readonly TreeEntry[]) =>
  createHash('sha1')
    .update(JSON.stringify(tree.map(({ path, sha }) => [path, sha]).sort()))
    .digest('hex')

const silent: Publisher = {
  open: async () => {},
  progress: async () => {},
  conclude: async () => {},
  fail: async () => {},
  cancel: async () => {},
  comment: async () => {},
}

/** A repository of one commit. */
class Memory implements RepositorySource {
  readonly requests = 0
  readonly commit: string
  readonly #tree: TreeEntry[]
  readonly #blobs = new Map<string, Uint8Array>()

  constructor(files: Files) {
    this.#tree = treeOf(files)
    this.commit = commitOf(this.#tree)
    for (const text of files.values()) this.#blobs.set(blobId(bytesOf(text), 'sha1'), bytesOf(text))
  }

  tip = async () => ({ branch: 'main', commit: this.commit })
  head = async () => this.commit
  mergeBase = async () => null
  tree = async (commit: string) => {
    if (commit !== this.commit) throw new NotFound(`No commit ${commit}.`)
    return this.#tree
  }
  async *blobs({ wanted }: BlobRequest): AsyncGenerator<Blob> {
    for (const { sha, maxBytes } of wanted) {
      const bytes = this.#blobs.get(sha) ?? null
      yield { sha, bytes: bytes && bytes.byteLength <= maxBytes ? bytes : null }
    }
  }
  directories = async () => new Map<string, Directory>()
}
