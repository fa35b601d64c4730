/** Evidence packages: their parts, what the protocol found in them, and the verdict on each. RFC-001, "Evidence packages". */
import type { Evidence } from './contents.ts'
import type { SnapshotFile, Verdict, Verdicts } from './model.ts'
import { isUnread, type PackageParts, partsOf } from './package/parts.ts'
import { checkPackage, FATAL_STEPS, type PackageFault } from './package/protocol.ts'

export interface EvidencePackage extends PackageParts {
  /** The signature's own verdict. */
  signed: Verdict
  /** Of the whole protocol. */
  verdict: Verdict
  /** What the protocol found, in its order. */
  faults: readonly PackageFault[]
}

export function packagesOf(files: readonly SnapshotFile[], verdicts: Verdicts): EvidencePackage[] {
  return partsOf(files).map((parts) => {
    const { signature, manifest } = parts
    const signed = (signature && verdicts.get(verdictKey(signature, manifest))) ?? UNTRUSTED
    const faults = [...checkPackage(parts)]
    return { ...parts, signed, faults, verdict: overall(signed, faults, parts) }
  })
}

const UNTRUSTED: Verdict = { result: 'untrusted' }

/** What could not be read is not shown to be altered, and not valid either. */
function overall(signed: Verdict, faults: readonly PackageFault[], { files }: PackageParts): Verdict {
  if (signed.result === 'invalid') return signed
  const fatal = faults.find(({ step }) => FATAL_STEPS.includes(step))
  if (fatal) return { result: 'invalid', because: 'package', detail: fatal.message }
  return [...files.values()].some(isUnread) ? UNTRUSTED : signed
}

/**
 * The signatures of packages to be verified, by the key under which `packagesOf` looks for their verdicts. A detached one
 * comes with its manifest as payload: what it signs is that text and no other.
 */
export function packageSignatures(files: readonly SnapshotFile[]): Map<string, Evidence> {
  const found = new Map<string, Evidence>()
  for (const { signature, manifest } of partsOf(files)) {
    if (!signature) continue
    const { content } = signature
    const whole = isDetached(content) && manifest ? attach(content, manifest.content.text) : content
    found.set(verdictKey(signature, manifest), whole)
  }
  return found
}

/** RFC 7515, appendix F. */
const isDetached = ({ payload, problems }: Evidence): boolean => payload === null && problems.length === 0

/** The git blob SHA; of a detached signature, whose verdict is about its manifest as well, together with that one's. */
const verdictKey = (signature: { sha: string; content: Evidence }, manifest: PackageParts['manifest']): string =>
  isDetached(signature.content) ? `${signature.sha} ${manifest?.sha ?? ''}` : signature.sha

function attach(signature: Evidence, manifest: string): Evidence {
  const payload = Buffer.from(manifest).toString('base64url')
  const { jws } = signature
  if (jws.startsWith('{')) return { ...signature, jws: JSON.stringify({ ...JSON.parse(jws), payload }) }
  const [header, , signed] = jws.split('.')
  return { ...signature, jws: [header, payload, signed].join('.') }
}

/** What a package says of its test run: the worse of its metadata and its test report, where they disagree. */
export function resultsOf({ metadata, files }: PackageParts): Evidence['results'] {
  const report = files.get('artifacts/test-results.json')?.content
  const reported = report?.kind === 'package_file' ? (report.results ?? null) : null
  const stated = metadata?.content.results ?? null
  if (!stated || !reported) return stated ?? reported
  const failed = Math.max(stated.failed, reported.failed)
  const asWhole = failed === 0 && [stated, reported].some(({ failedAsWhole }) => failedAsWhole)
  return { passed: stated.passed, failed, skipped: stated.skipped, ...(asWhole && { failedAsWhole: true }) }
}
