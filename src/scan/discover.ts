/** What is there: the files of a commit, and the default branch as last scanned with what it says is trusted. */

import type { PolicyFile } from '../rosie/parse/policy-file.ts'
import { DEFAULT_POLICY, type Policy } from '../rosie/policy.ts'
import { stateIdOf } from '../rosie/state-hash.ts'
import type { KeySet } from '../rosie/verify.ts'
import { NotFound } from './errors.ts'
import { NOTHING_READ, readContents } from './fetch.ts'
import { type RelevantFile, relevantFiles, snapshotOf } from './files.ts'
import { policyIn } from './policy.ts'
import type { TreeEntry } from './ports/source.ts'
import type { Scan } from './ports/store.ts'
import type { HeadedScan, JudgingPorts, ScanPorts } from './run.ts'
import { judgedBy, keySet, keysIn } from './trust.ts'

/** The relevant files of a commit, asked of the source once for ever; and its whole tree, as far as it is known. */
export async function listFiles(
  scan: Scan,
  commit: string,
  { contents, source, policy }: JudgingPorts,
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
  /** The policy of the default branch as last scanned; null when it never was: then its own head's holds. */
  policy: Policy | null
  /** The organisation's policy as last scanned; null without one. */
  organisation: PolicyFile | null
  /** What a scan judged now would be judged by; null while nothing is known. */
  judgedBy: string | null
}

/** The tracked snapshot as it stands, and what it says is trusted. */
export async function readTracked(scan: HeadedScan, ports: ScanPorts): Promise<Tracked> {
  const { contents, serverKeys } = ports
  const organisation = await contents.organisationPolicy(scan.repository)
  const stored = await contents.tracked(scan.repository.id)
  if (!stored) return { commit: null, files: [], keys: null, policy: null, organisation, judgedBy: null }
  const files = relevantFiles([...stored.files].map(([path, sha]) => ({ path, sha, size: null })))
  const judging = files.filter(({ kind }) => kind === 'key' || kind === 'policy')
  const snapshot = snapshotOf(null, judging, await contentsOf(judging, scan, ports))
  const [keys, policy] = [await keySet(keysIn(snapshot), serverKeys), policyIn(snapshot, organisation)]
  return { commit: stored.commit, files, keys, policy, organisation, judgedBy: judgedBy(policy, keys) }
}

/**
 * What the tracked keys and policies say. It is known, since they were scanned; after an upgrade that reads such files in
 * another way it is fetched once more. What is gone from GitHub by then counts for nothing, and does not end the scan.
 */
async function contentsOf(files: readonly RelevantFile[], scan: HeadedScan, ports: ScanPorts) {
  try {
    const limits = { ...ports, policy: DEFAULT_POLICY }
    return (await readContents(scan, files, [], NOTHING_READ, limits, async () => {})).contents
  } catch (error) {
    if (error instanceof NotFound) return NOTHING_READ.contents
    throw error
  }
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
