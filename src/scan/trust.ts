/**
 * What a scan trusts: the keys of the default branch as last scanned, and the server's own. Never those of the change.
 * Verdicts are kept per blob and key set, so an evidence is verified once for each set of keys.
 */
import { createHash } from 'node:crypto'
import type { Evidence } from '../rosie/contents.ts'
import type { Snapshot, Verdict } from '../rosie/model.ts'
import { packageSignatures } from '../rosie/packages.ts'
import { PARSER_VERSION } from '../rosie/parse/index.ts'
import type { Policy } from '../rosie/policy.ts'
import { type KeySet, keysOf, readyKeys, type TrustedKey, verify } from '../rosie/verify.ts'
import type { ContentStore } from './ports/store.ts'

/** The keys that a snapshot's own key files hold. */
export const keysIn = ({ files }: Pick<Snapshot, 'files'>): TrustedKey[] =>
  files.flatMap(({ path, content }) => (content?.kind === 'key' ? keysOf(path, content) : []))

export const keySet = (repositoryKeys: readonly TrustedKey[], serverKeys: readonly TrustedKey[]): Promise<KeySet> =>
  readyKeys([...serverKeys, ...repositoryKeys])

/** What a verdict rests on besides head and base: a completed scan stands in for another only when this is equal. */
export function judgedBy(policy: Policy, keys: KeySet): string {
  return createHash('sha256')
    .update(JSON.stringify([policy, keys.hash, PARSER_VERSION]))
    .digest('hex')
    .slice(0, 32)
}

/**
 * Verdicts on every evidence of the snapshots, from memory where they were reached with the same keys before. What is
 * judged for the first time is noted as seen `now` (ms since 1970): a key counts or not by that time, for ever.
 */
export async function verdictsOn(
  snapshots: readonly Snapshot[],
  keys: KeySet,
  repositoryId: bigint,
  contents: ContentStore,
  now: number,
): Promise<Map<string, Verdict>> {
  const evidence = evidenceIn(snapshots)
  if (evidence.size === 0) return new Map()
  const verdicts = await contents.verdicts(repositoryId, [...evidence.keys()], keys.hash)
  const unjudged = [...evidence].filter(([sha]) => !verdicts.has(sha))
  if (unjudged.length === 0) return verdicts
  const shas = unjudged.map(([sha]) => sha)
  const seen = await contents.firstSeen(repositoryId, shas, now)
  const fresh = await verifyAll(unjudged, keys, (sha) => seen.get(sha) ?? now)
  await contents.keepVerdicts(repositoryId, fresh, keys.hash)
  return new Map([...verdicts, ...fresh])
}

/**
 * Every evidence of the snapshots once, by its blob SHA. A detached signature of a package is known by its manifest's SHA
 * as well, since its verdict is about both: such a verdict is not kept, which goes by blob.
 */
export function evidenceIn(snapshots: readonly Snapshot[]): Map<string, Evidence> {
  const evidence = new Map<string, Evidence>()
  for (const { files } of snapshots) {
    for (const { sha, content } of files)
      if (content?.kind === 'evidence' && content.form !== 'package') evidence.set(sha, content)
    for (const [key, signature] of packageSignatures(files)) evidence.set(key, signature)
  }
  return evidence
}

/** Signatures verified at once: WebCrypto works off the main thread (94 µs each in parallel, 253 µs one by one). */
const AT_ONCE = 64

/** `seenAt`: when an evidence was first seen, ms since 1970, by its blob SHA. */
export async function verifyAll(
  evidence: readonly (readonly [string, Evidence])[],
  keys: KeySet,
  seenAt: (sha: string) => number,
): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>()
  for (let from = 0; from < evidence.length; from += AT_ONCE) {
    const batch = evidence.slice(from, from + AT_ONCE)
    const reached = await Promise.all(
      batch.map(async ([sha, content]) => [sha, await verify(content, keys, seenAt(sha))] as const),
    )
    for (const [sha, verdict] of reached) verdicts.set(sha, verdict)
  }
  return verdicts
}
