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
