/** What a scan knows of the source that evidence was made for, and how a listing becomes a hash. */
import type { Snapshot, SourceState } from '../../src/rosie/model.ts'
import { read } from '../../src/rosie/parse/index.ts'
import { stateHashes, stateIdOf } from '../../src/rosie/state-hash.ts'
import { Corrupt } from '../../src/scan/errors.ts'
import { blobId } from '../../src/scan/git-objects.ts'
import type { Blob, TreeEntry, WantedBlob } from '../../src/scan/ports/source.ts'
import { hashTree, knownStates } from '../../src/scan/states.ts'

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

describe('What a scan asks to be replayed', () => {
  const hex = (n: number, digits = 40) => n.toString(16).padStart(digits, '0')
  const HEAD = hex(1)
  const HASH = 'a'.repeat(64)

  /** A head whose evidence makes these claims. */
  const head = (claims: { git_commit?: string; system_state_hash?: string }[]): Snapshot => ({
    commit: HEAD,
    state: null,
    files: claims.map((claim, n) => {
      const jws = `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.${Buffer.from(JSON.stringify(claim)).toString('base64url')}.AA`
      const content = read('evidence', Buffer.from(jws), 1e6)
      return { path: `.gxp/evidence/${n}.jws`, sha: hex(n), kind: 'evidence', reader: 'evidence', content }
    }),
  })

  /** A store that knows these states. */
  function store(
    known: Record<string, SourceState | null> = {},
    listed: Record<string, SourceState> = {},
    lost: string[] = [],
  ) {
    const never = () => Promise.reject(new Error('A scan only reads.'))
    return {
      ...{ keepDirectories: never, keepState: never, hashed: never },
      listed: async () => new Map(Object.entries(listed)),
      replayed: async () => new Map(Object.entries(known)),
      lostSince: async () => lost,
    }
  }
  const ask = async (snapshot: Snapshot, from = store(), scope = 'src') =>
    (await knownStates({ repository: REPOSITORY, headSha: HEAD }, [snapshot], scope, from)).replay
  const REPOSITORY = {
    id: 1n,
    installationId: 1n,
    owner: 'acme',
    name: 'lab',
    defaultBranch: 'main',
    trackedHead: null,
  }
  const state = (digit: string): SourceState => ({ id: digit.repeat(64), plain: HASH, separated: HASH })

  it('is nothing without evidence that names a commit or a hash', async () => {
    expect(await ask(head([]))).toBeNull()
    expect(await ask(head([{}]))).toBeNull()
  })

  it('is each commit that is not known, once', async () => {
    const claims = [hex(2), hex(3), hex(2), hex(4)].map((commit) => ({ git_commit: commit, system_state_hash: HASH }))
    const replay = await ask(head(claims), store({ [hex(3)]: state('3') }))
    expect(replay).toEqual({ scope: 'src', unknown: [hex(2), hex(4)], unavailable: [] })
  })

  it('is nothing when all is known, also that a commit is not there and what the head is like', async () => {
    const claims = [{ git_commit: hex(2), system_state_hash: HASH }]
    expect(await ask(head(claims), store({ [hex(2)]: state('2') }))).toBeNull()
    expect(await ask(head(claims), store({ [hex(2)]: null }, { [HEAD]: state('1') }))).toBeNull()
    expect(await ask(head(claims), store({ [hex(2)]: null, [HEAD]: state('1') }))).toBeNull()
  })

  it('is the head where evidence can be held against nothing else', async () => {
    const bare = { [HEAD]: { ...state('1'), plain: null, separated: null } }
    const expected = { scope: 'src', unknown: [HEAD], unavailable: [] }
    expect(await ask(head([{ system_state_hash: HASH }]), store({}, bare))).toEqual(expected)
    const gone = [{ git_commit: hex(2), system_state_hash: HASH }]
    expect(await ask(head(gone), store({ [hex(2)]: null }, bare))).toEqual(expected)
    expect(await ask(head([{ git_commit: hex(2) }]), store({ [hex(2)]: null }, bare))).toBeNull()
  })

  it('is what was lost, when it is time to ask again', async () => {
    const claims = [{ git_commit: hex(2), system_state_hash: HASH }]
    const from = store({ [hex(2)]: null }, { [HEAD]: state('1') }, [hex(2)])
    expect(await ask(head(claims), from)).toEqual({ scope: 'src', unknown: [], unavailable: [hex(2)] })
  })

  it('is a thousand commits at most', async () => {
    const claims = Array.from({ length: 1_001 }, (_, n) => ({ git_commit: hex(n + 2), system_state_hash: HASH }))
    expect((await ask(head(claims)))?.unknown).toHaveLength(1_000)
  })

  it('is nothing where the scope is none', async () => {
    expect(await ask(head([{ git_commit: hex(2), system_state_hash: HASH }]), store(), '../x')).toBeNull()
  })
})
