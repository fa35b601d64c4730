/** Evidence packages. Each rule tells one step of the protocol (package/protocol.ts). RFC-001, "Evidence packages". */
import type { PackageStep } from '../package/protocol.ts'
import { severityByAge } from './evidence-age.ts'
import type { Case, Hit, Rule } from './rule.ts'

const step = (name: PackageStep, severity: Rule['severity'], about: string): Rule => ({
  id: `evidence/package-${name}`,
  severity,
  about,
  check: (at) => faultsOf(at, name),
})

function* faultsOf(at: Case, step: PackageStep): Generator<Hit> {
  const byAge = severityByAge(at)
  for (const { path, metadata, faults } of at.head.packages) {
    const gxpId = metadata?.content.specId ?? null
    for (const fault of faults) {
      if (fault.step !== step) continue
      const { place, message, detail } = fault
      yield { place, gxpId, message, detail, ...byAge(path) }
    }
  }
}

const incomplete: Rule = {
  id: 'evidence/package-incomplete',
  severity: 'error',
  about:
    "A package lacks its manifest or its signature, or these can't be used. A signature of draft-02's form is accepted, with a notice.",
  *check(at) {
    const { head } = at
    yield* faultsOf(at, 'incomplete')
    const old = head.packages.flatMap(({ signature }) =>
      signature && (signature.path.endsWith('/manifest.jws') || isToken(signature.content.claims)) ? [signature] : [],
    )
    const first = old[0]
    if (!first) return
    const number = old.length === 1 ? '1 evidence package is' : `${old.length} evidence packages are`
    yield {
      place: { path: first.path, line: 1 },
      general: true,
      severity: 'notice',
      message: `${number} signed in the form of draft-02: as \`manifest.jws\`, or as a token with \`iat\` and \`exp\`. It is accepted; the current form is \`signature.jws\` over the manifest as it stands.`,
      detail: 'old form',
    }
  },
}

/** Not the manifest as it stands, but a token that repeats it. RFC 7519, section 4.1. */
const isToken = (claims: Record<string, unknown> | null) => claims !== null && ('iat' in claims || 'exp' in claims)

export const packageRules: readonly Rule[] = [
  incomplete,
  step('missing-file', 'error', 'The manifest lists a file that the package does not have, or a path that is none.'),
  step('tampered', 'error', "The signature is over another manifest, or a file's SHA-256 is not the listed one."),
  step('unlisted-file', 'error', 'The package has a file that its manifest does not list, so that nobody signed it.'),
  step('totals', 'warning', '`file_count`, `total_size_bytes` or a `size_bytes` is not what the files have.'),
  step(
    'name',
    'warning',
    'The directory is not called `{TIER}-{SPEC}-{TIMESTAMP}`, or otherwise than its metadata says.',
  ),
  step('tier-content', 'warning', 'A file is missing that packages of this tier must contain. One finding for each.'),
]
