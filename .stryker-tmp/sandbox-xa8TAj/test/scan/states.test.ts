/** What a scan knows of the source that evidence was made for, and how a listing becomes a hash. */
// @ts-nocheck

import { stateHashes, stateIdOf } from '../../src/rosie/state-hash.ts'
import { Corrupt } from '../../src/scan/errors.ts'
import { blobId } from '../../src/scan/git-objects.ts'
import type { Blob, TreeEntry, WantedBlob } from '../../src/scan/ports.ts'
import { hashTree } from '../../src/scan/states.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const shaOf = (text: string) => blobId(bytes(text), 'sha1')

/** A listing, and the hashes its files must have. */
function given(contents: Record<string, string>, sizes = true) {
  const tree = Object.entries(contents).map(([path, text]) => ({
    path,
    sha: shaOf(text),
    size: sizes ? text.length : null,
  }))
  const files = Object.entries(contents).map(([path, text]) => ({ path, bytes: bytes(text) }))
  return { tree, expected: { id: stateIdOf(tree, 'src'), ...stateHashes(files, 'src') } }
}

/** Blobs in the order of these texts; remembers what was asked for. */
function arriving(...texts: (string | null)[]) {
  const asked: WantedBlob[] = []
  let given = 0
  async function* blobs(wanted: readonly WantedBlob[]): AsyncGenerator<Blob> {
    asked.push(...wanted)
    for (const text of texts) {
      given++
      yield text === null ? { sha: wanted[0]?.sha ?? '', bytes: null } : { sha: shaOf(text), bytes: bytes(text) }
    }
  }
  return { asked, blobs, given: () => given }
}

const hash = (tree: readonly TreeEntry[], from: ReturnType<typeof arriving>, maxBytes?: number) =>
  hashTree(tree, 'src', from.blobs, maxBytes)

describe('A listed tree is hashed', () => {
  const contents = { 'src/a': 'one', 'src/b': 'two', 'src/c': 'one', 'src/d/e': 'three', 'README.md': 'words' }

  it.each([
    ['the order of the paths', ['one', 'two', 'three']],
    ['the opposite order', ['three', 'two', 'one']],
    ['any other', ['two', 'three', 'one']],
  ])('when its blobs arrive in %s', async (_order, texts) => {
    const { tree, expected } = given(contents)
    expect(await hash(tree, arriving(...texts))).toEqual(expected)
  })

  it('asking for each blob of the scope once, and for none beside', async () => {
    const { tree } = given(contents)
    const from = arriving('one', 'two', 'three')
    await hash(tree, from)
    expect(from.asked.map(({ sha }) => sha).sort()).toEqual(['one', 'two', 'three'].map(shaOf).sort())
  })

  it('of an empty file, too', async () => {
    const { tree, expected } = given({ 'src/empty': '', 'src/a': 'x' })
    expect(await hash(tree, arriving('', 'x'))).toEqual(expected)
  })

  it('and a blob that never comes is an error, not another hash', async () => {
    const { tree } = given(contents)
    await expect(hash(tree, arriving('one', 'three'))).rejects.toThrow(Corrupt)
  })
})

describe('A tree is not hashed', () => {
  const unknown = ({ id }: { id: string }) => ({ id, plain: null, separated: null })

  it('when its files are larger than the limit together, before anything is fetched', async () => {
    const { tree, expected } = given({ 'src/a': '12345', 'src/b': '67890' })
    expect(await hash(tree, arriving('12345', '67890'), 10)).toEqual(expected)
    const from = arriving('12345', '67890')
    expect(await hash(tree, from, 9)).toEqual(unknown(expected))
    expect(from.given()).toBe(0)
  })

  it('when that shows only as they arrive', async () => {
    const { tree, expected } = given({ 'src/a': '12345', 'src/b': '67890', 'src/c': 'x' }, false)
    expect(await hash(tree, arriving('12345', '67890', 'x'), 11)).toEqual(expected)
    const from = arriving('12345', '67890', 'x')
    expect(await hash(tree, from, 9)).toEqual(unknown(expected))
    expect(from.given()).toBe(2)
  })

  it('when the source leaves out the bytes of one', async () => {
    const { tree, expected } = given({ 'src/a': '12345' }, false)
    expect(await hash(tree, arriving(null))).toEqual(unknown(expected))
  })

  it('when nothing is in the scope', async () => {
    const { tree, expected } = given({ 'lib/a': 'x' })
    expect(await hash(tree, arriving())).toEqual(unknown(expected))
  })
})
