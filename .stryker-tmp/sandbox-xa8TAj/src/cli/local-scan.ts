/** What the verbs of the command line scan: the working files of a checkout or a folder, and the base they name. */
// @ts-nocheck

import { readFile } from 'node:fs/promises'
import { type Checkout, openCheckout } from '../local/checkout.ts'
import { type Assessed, assess } from '../rosie/assess.ts'
import { hasRecord } from '../rosie/classify.ts'
import type { Content, Snapshot } from '../rosie/model.ts'
import { readKeys } from '../rosie/parse/keys.ts'
import { DEFAULT_POLICY, type Policy } from '../rosie/policy.ts'
import { keysOf, type TrustedKey } from '../rosie/verify.ts'
import { readBlobs, relevantFiles, snapshotOf, wantedBlobs, wantedContents } from '../scan/files.ts'
import { type Blob, contentKey, type TreeEntry, type WantedBlob } from '../scan/ports.ts'
import { evidenceIn, keySet, keysIn, verifyAll } from '../scan/trust.ts'
import { checkedScope, replayLocally } from './local-states.ts'

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
export async function scanLocal(
  dir: string,
  options: LocalScanOptions,
  policy: Policy = DEFAULT_POLICY,
): Promise<LocalScan> {
  const given = (await Promise.all(options.key.map(readKeyFile))).flat()
  const checkout = await openCheckout(dir)
  const head = await readSnapshot(checkout.head, checkout.files.tree, (wanted) => checkout.files.blobs(wanted), policy)
  const base = options.base === undefined ? null : await readBase(checkout, options.base, policy)
  const keys = await keySet(base?.keys ?? [], given)
  const snapshots = base?.snapshot ? [head, base.snapshot] : [head]
  // A local scan has no memory: it sees everything for the first time.
  const now = Date.now()
  const verdicts = await verifyAll([...evidenceIn(snapshots)], keys, () => now)
  const scope = checkedScope(options.stateScope ?? policy.stateScope)
  const replayed = await replayLocally(checkout, { head, base: base?.snapshot ?? null }, scope)
  const assessed = assess(replayed.head, replayed.base, {
    policy,
    proposed: null,
    verdicts,
    states: replayed.states,
    keys: keys.keys.length,
    now,
    trackedRecord: base?.hasRecord ?? false,
  })
  return {
    ...assessed,
    notes:
      base?.snapshot === null ? [`No common history with ${options.base}: rules that compare with a base rested.`] : [],
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

/** The base to compare with: the merge base; its keys, and whether a record is kept: what the base branch has now. */
async function readBase(
  checkout: Checkout,
  ref: string,
  policy: Policy,
): Promise<{ snapshot: Snapshot | null; keys: TrustedKey[]; hasRecord: boolean }> {
  const { source } = checkout
  if (!source) throw new Error('--base needs a git checkout: the folder is not the top of a work tree.')
  const read = async (commit: string) => {
    const tree = await source.tree(commit)
    const blobs = (wanted: readonly WantedBlob[]) => source.blobs({ commit, tree, wanted })
    return readSnapshot(commit, tree, blobs, policy)
  }
  const [tip, mergeBase] = [await source.resolve(ref), await source.mergeBase(ref, 'HEAD')]
  const trusted = await read(tip)
  const snapshot = mergeBase === null ? null : mergeBase === tip ? trusted : await read(mergeBase)
  return { snapshot, keys: keysIn(trusted), hasRecord: hasRecord(trusted.files) }
}

export async function readSnapshot(
  commit: string | null,
  tree: readonly TreeEntry[],
  blobs: (wanted: readonly WantedBlob[]) => AsyncIterable<Blob>,
  policy: Policy,
): Promise<Snapshot> {
  const files = relevantFiles(tree)
  const wanted = wantedBlobs(files, policy)
  const contents = new Map<string, Content>()
  for await (const { sha, reader, content } of readBlobs(blobs(wanted), wantedContents(files), policy)) {
    contents.set(contentKey(sha, reader), content)
  }
  return snapshotOf(commit, files, contents)
}
