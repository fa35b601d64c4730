/** What is there: the files of a commit, and the default branch as last scanned with what it says is trusted. */
// @ts-nocheck

import { stateIdOf } from '../rosie/state-hash.ts'
import type { KeySet } from '../rosie/verify.ts'
import { type RelevantFile, relevantFiles, snapshotOf, wantedContents } from './files.ts'
import type { ContentStore, Scan, TreeEntry } from './ports.ts'
import { policyIn } from './policy.ts'
import type { JudgingPorts, ScanPorts } from './run.ts'
import { judgedBy, keySet, keysIn } from './trust.ts'

/** The relevant files of a commit, asked of the source once for ever; and its whole tree, as far as it is known. */
export async function listFiles(
  scan: Scan,
  commit: string,
  { contents, source, policy }: ScanPorts,
): Promise<{ files: RelevantFile[]; tree: readonly TreeEntry[] }> {
  const scope = policy.stateScope
  const kept = await contents.tree(scan.repository.id, commit, scope)
  if (kept) return { files: relevantFiles(kept), tree: kept }
  const tree = await source.tree(commit)
  const files = relevantFiles(tree)
  await contents.keepTree(scan.repository.id, commit, files, { scope, id: stateIdOf(tree, scope) })
  return { files, tree }
}

export interface Tracked {
  /** Null when the default branch was never scanned to the end. */
  commit: string | null
  files: RelevantFile[]
  /** The keys of the default branch as last scanned; null when it never was: then a tracked scan trusts its own head. */
  keys: KeySet | null
  /** What a scan judged now would be judged by; null while nothing is known. */
  judgedBy: string | null
}

/** The tracked snapshot as it stands, and what it says is trusted. */
export async function readTracked(scan: Scan, { contents, serverKeys, policy }: ScanPorts): Promise<Tracked> {
  const stored = await contents.tracked(scan.repository.id)
  if (!stored) return { commit: null, files: [], keys: null, judgedBy: null }
  const files = relevantFiles([...stored.files].map(([path, sha]) => ({ path, sha, size: null })))
  const keyFiles = files.filter(({ kind }) => kind === 'key')
  const known = await contents.contents(scan.repository.id, wantedContents(keyFiles))
  const keys = await keySet(keysIn(snapshotOf(null, keyFiles, known)), serverKeys)
  return { commit: stored.commit, files, keys, judgedBy: judgedBy(policy, keys) }
}

/** How a head differs from the tracked snapshot, by path. */
export interface Delta {
  /** New, other bytes, or another kind of file. */
  changed: ReadonlySet<string>
  removed: readonly string[]
}

export function deltaOf(head: readonly RelevantFile[], tracked: readonly RelevantFile[]): Delta {
  const known = new Map(tracked.map((file) => [file.path, file]))
  const now = new Set(head.map(({ path }) => path))
  const differs = ({ path, sha, kind }: RelevantFile) => known.get(path)?.sha !== sha || known.get(path)?.kind !== kind
  return {
    changed: new Set(head.filter(differs).map(({ path }) => path)),
    removed: tracked.map(({ path }) => path).filter((path) => !now.has(path)),
  }
}
