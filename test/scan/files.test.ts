/** What is asked for of a tree, and how what comes is read. */
import type { Content } from '../../src/rosie/contents.ts'
import type { Reader } from '../../src/rosie/model.ts'
import { readBlobs, relevantFiles, wantedBlobs } from '../../src/scan/files.ts'
import type { Blob } from '../../src/scan/ports/source.ts'

const PACKAGE = '.gxp/evidence/OQ-SPEC-1-2026-02-05'
const LIMITS = { maxFileBytes: 100, maxPackageFileBytes: 1000 }
const sha = (seed: string) => seed.repeat(40)
const tree = (files: Record<string, string>, size = 1) =>
  relevantFiles(Object.entries(files).map(([path, seed]) => ({ path, sha: sha(seed), size })))

const isUnread = (content: Content | undefined) => content?.problems.some(({ cause }) => cause === 'too-large')

describe('What is asked for', () => {
  it('has a limit by what it is: what is hashed may be larger than what is read', () => {
    const files = tree({
      [`${PACKAGE}/manifest.json`]: '1',
      [`${PACKAGE}/signature.jws`]: '2',
      [`${PACKAGE}/metadata.json`]: '3',
      [`${PACKAGE}/artifacts/test-results.json`]: '4',
      [`${PACKAGE}/screenshots/1.png`]: '5',
      'src/a.ts': '6',
      '.gxp/README.md': '7',
    })
    expect(Object.fromEntries(wantedBlobs(files, LIMITS).map(({ path, maxBytes }) => [path, maxBytes]))).toEqual({
      [`${PACKAGE}/manifest.json`]: 100,
      [`${PACKAGE}/signature.jws`]: 100,
      [`${PACKAGE}/metadata.json`]: 100,
      [`${PACKAGE}/artifacts/test-results.json`]: 1000,
      [`${PACKAGE}/screenshots/1.png`]: 1000,
      'src/a.ts': 100,
    })
  })

  it('is each blob once, with the largest limit of those who read it', () => {
    for (const files of [
      tree({ [`${PACKAGE}/a/manifest.json`]: '1', [`${PACKAGE}/manifest.json`]: '1', 'src/a.ts': '1' }),
    ])
      for (const ordered of [files, files.toReversed()])
        expect(wantedBlobs(ordered, LIMITS)).toMatchObject([{ sha: sha('1'), size: 1, maxBytes: 1000 }])
  })
})

describe('What comes', () => {
  it("is read by each of its readers up to that one's limit", async () => {
    const readers: Reader[] = ['package/file', 'package/metadata', 'evidence']
    const unread = async (bytes: number | null) => {
      const blobs = async function* (): AsyncGenerator<Blob> {
        yield { sha: sha('1'), bytes: bytes === null ? null : Buffer.alloc(bytes, 'x') }
      }
      const found: Reader[] = []
      const wanted = readers.map((reader) => ({ sha: sha('1'), reader }))
      for await (const { reader, content } of readBlobs(blobs(), wanted, LIMITS))
        if (isUnread(content)) found.push(reader)
      return found
    }
    expect(await unread(100)).toEqual([])
    expect(await unread(101)).toEqual(['package/metadata', 'evidence'])
    expect(await unread(1000)).toEqual(['package/metadata', 'evidence'])
    expect(await unread(1001)).toEqual(readers)
    expect(await unread(null)).toEqual(readers)
  })
})

describe('Reading', () => {
  const { now: real } = performance
  afterEach(() => {
    performance.now = real
  })

  /** Turns that others had while so many files were read, each of which took so many ms. */
  async function turns(files: number, ms: number): Promise<number> {
    let now = 0
    performance.now = () => {
      now += ms
      return now
    }
    const shas = Array.from({ length: files }, (_, n) => n.toString(16).padStart(40, '0'))
    const blobs = async function* (): AsyncGenerator<Blob> {
      for (const id of shas) yield { sha: id, bytes: Buffer.from('---\nversion: 1.0.0\n---\n') }
    }
    const wanted = shas.map((id) => ({ sha: id, reader: 'system_context' as Reader }))
    let others = 0
    let done = false
    const count = () => {
      others++
      if (!done) setImmediate(count)
    }
    setImmediate(count)
    for await (const _ of readBlobs(blobs(), wanted, LIMITS));
    done = true
    return others
  }

  it('of many files lets others have their turn in between, not after each', async () => {
    expect(await turns(100, 25)).toBeGreaterThanOrEqual(90)
    const some = await turns(100, 5)
    expect(some).toBeGreaterThanOrEqual(15)
    expect(some).toBeLessThan(40)
    expect(await turns(100, 0)).toBeLessThanOrEqual(1)
  })
})
