/** What the verbs of the command line scan: the working files of a checkout or a folder, and the base they name. */
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Checkout, openCheckout } from '../local/checkout.ts'
import { type Assessed, assess } from '../rosie/assess.ts'
import { hasRecord } from '../rosie/classify.ts'
import type { Content } from '../rosie/contents.ts'
import type { FileKind, Snapshot } from '../rosie/model.ts'
import { readKeys } from '../rosie/parse/keys.ts'
import { DEFAULT_POLICY, type Policy } from '../rosie/policy.ts'
import { keysOf, type TrustedKey } from '../rosie/verify.ts'
import { type Limits, readBlobs, relevantFiles, snapshotOf, wantedBlobs, wantedContents } from '../scan/files.ts'
import { policyIn, proposedPolicy } from '../scan/policy.ts'
import type { Blob, TreeEntry, WantedBlob } from '../scan/ports/source.ts'
import { contentKey } from '../scan/ports/store.ts'
import { evidenceIn, keySet, keysIn, verifyAll } from '../scan/trust.ts'
import { checkedScope, replayLocally, scopeWithFiles } from './local-states.ts'

export interface LocalScanOptions {
  /** Branch, tag or commit to compare with. */
  base?: string
  /** Key files to trust. */
  key: string[]
  /** The directory that `system_state_hash` is taken over, instead of the policy's. */
  stateScope?: string
}

export interface LocalScan extends Assessed {
  /** Sentences about how the scan was done. */
  notes: string[]
}

/** Assesses the working files of `dir`. Throws with words for the person at the terminal. */
export async function scanLocal(dir: string, options: LocalScanOptions): Promise<LocalScan> {
  const given = (await Promise.all(options.key.map(readKeyFile))).flat()
  const checkout = await openCheckout(dir)
  const { stateScope } = options
  const wanted = stateScope === undefined ? null : scopeWithFiles(stateScope, checkout.files.tree, '--state-scope')
  const working: LocalTree = {
    commit: checkout.head,
    tree: checkout.files.tree,
    blobs: checkout.files.blobs.bind(checkout.files),
  }
  const base = options.base === undefined ? null : await readBase(checkout, options.base)
  const policy = base?.policy ?? (await readPolicy(working))
  const head = await readSnapshot(working, policy)
  if (!base?.hasRecord) await refuseBelowRecord(dir, head)
  const keys = await keySet(base?.keys ?? [], given)
  const snapshots = base?.snapshot ? [head, base.snapshot] : [head]
  // A local scan has no memory: it sees everything for the first time.
  const now = Date.now()
  const verdicts = await verifyAll([...evidenceIn(snapshots)], keys, () => now)
  const scope = wanted ?? checkedScope(policy.stateScope)
  const replayed = await replayLocally(checkout, { head, base: base?.snapshot ?? null }, scope)
  const assessed = assess(replayed.head, replayed.base, {
    policy,
    proposed: proposedPolicy(head, base?.snapshot ?? null, null),
    verdicts,
    states: replayed.states,
    keys: keys.keys.length,
    now,
    trackedRecord: base?.hasRecord ?? false,
  })
  const shallow = [...replayed.states.values()].includes(null) && (await checkout.source?.isShallow())
  return { ...assessed, notes: [...notesOf(options, base, head), ...(shallow ? [SHALLOW] : [])] }
}

const SHALLOW =
  'This clone is shallow: a commit that evidence names may be there in full history (in GitHub Actions, `fetch-depth: 0`).'

function notesOf({ base: ref, key }: LocalScanOptions, base: LocalBase | null, head: Snapshot): string[] {
  if (base) return base.snapshot ? [] : [`No common history with ${ref}: rules that compare with a base rested.`]
  const has = (wanted: FileKind) => head.files.some(({ kind }) => kind === wanted)
  const notes: string[] = []
  if (has('policy'))
    notes.push(
      'Without --base, the policy of the scanned files themselves holds; a pull request is judged by that of its base.',
    )
  if (has('key') && key.length === 0)
    notes.push(
      'The keys under .gxp/keys/ are trusted as a base has them: name it with --base, or a key file with --key.',
    )
  return notes
}

/** A folder below the record's is scanned by mistake, and would be found good. */
async function refuseBelowRecord(dir: string, head: Snapshot): Promise<void> {
  if (hasRecord(head.files)) return
  let at = await realpath(dir)
  while (dirname(at) !== at && !(await stat(join(at, '.git')).catch(() => null))) {
    at = dirname(at)
    const record = await stat(join(at, '.gxp')).catch(() => null)
    if (record?.isDirectory()) throw new Error(`There is no GxP record in ${dir}, but one in ${at}: scan that.`)
  }
}

export async function readKeyFile(path: string): Promise<TrustedKey[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`The key file ${path} can't be read: ${error.code ?? error.message}.`)
  })
  const file = readKeys(text)
  if (file.problems[0]) throw new Error(`${path}: ${file.problems[0].message}`)
  return keysOf(path, file)
}

/** The files of a commit or of the work tree. */
export interface LocalTree {
  commit: string | null
  tree: readonly TreeEntry[]
  blobs: (wanted: readonly WantedBlob[]) => AsyncIterable<Blob>
}

interface LocalBase {
  /** The merge base; null without common history. */
  snapshot: Snapshot | null
  /** These three are what the base branch has now. */
  policy: Policy
  keys: TrustedKey[]
  hasRecord: boolean
}

/** The base to compare with, and what the branch that is named says is trusted. */
async function readBase({ source }: Checkout, ref: string): Promise<LocalBase> {
  if (!source) throw new Error('--base needs a git checkout: the folder is not the top of a work tree.')
  const at = async (commit: string): Promise<LocalTree> => {
    const tree = await source.tree(commit)
    return { commit, tree, blobs: (wanted) => source.blobs({ commit, tree, wanted }) }
  }
  const [tip, mergeBase] = [await source.resolve(ref), await source.mergeBase(ref, 'HEAD')]
  const branch = await at(tip)
  const policy = await readPolicy(branch)
  const trusted = await readSnapshot(branch, policy)
  const snapshot =
    mergeBase === null ? null : mergeBase === tip ? trusted : await readSnapshot(await at(mergeBase), policy)
  return { snapshot, policy, keys: keysIn(trusted), hasRecord: hasRecord(trusted.files) }
}

/** Read first: it says how large a file may be. The organisation's is not known here. */
export async function readPolicy({ tree, ...rest }: LocalTree): Promise<Policy> {
  const files = relevantFiles(tree).filter(({ kind }) => kind === 'policy')
  return policyIn(await readSnapshot({ ...rest, tree: files }, DEFAULT_POLICY), null)
}

export async function readSnapshot({ commit, tree, blobs }: LocalTree, limits: Limits): Promise<Snapshot> {
  const files = relevantFiles(tree)
  const wanted = wantedBlobs(files, limits)
  const contents = new Map<string, Content>()
  for await (const { sha, reader, content } of readBlobs(blobs(wanted), wantedContents(files), limits)) {
    contents.set(contentKey(sha, reader), content)
  }
  return snapshotOf(commit, files, contents)
}
