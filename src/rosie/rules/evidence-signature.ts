/** Whether evidence is a JWS that a trusted key signed. RFC-001, "Evidence"; RFC 7515; RFC 8725 (algorithms). */
import { remembered } from '../memo.ts'
import type { Evidence, Verdict } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'
import { severityByAge } from './evidence-age.ts'
import type { Case, Hit, Rule } from './rule.ts'

/** A signed file: a single evidence, or the signature of a package. */
interface Signed {
  /** Where it lies. */
  path: string
  /** What it is the signature of: itself, or the package's directory. */
  of: string
  content: Evidence
  verdict: Verdict
}

const signedFiles = remembered(({ evidence, packages }: ComplianceRecord): readonly Signed[] => [
  ...evidence.map(({ path, content, verdict }) => ({ path, of: path, content, verdict })),
  ...packages.flatMap(({ path: of, signature, signed }) =>
    signature ? [{ path: signature.path, of, content: signature.content, verdict: signed }] : [],
  ),
])

export const malformed: Rule = {
  id: 'evidence/malformed',
  severity: 'error',
  about: 'The file is not a compact or general JWS, or its header or payload is not a JSON object.',
  *check(at) {
    const byAge = severityByAge(at)
    for (const { path, of, content } of signedFiles(at.head)) {
      for (const { cause, message, ...span } of content.problems) {
        if (cause === 'jws') yield { place: { path, ...span }, message, ...byAge(of) }
      }
    }
  },
}

export const algorithm: Rule = {
  id: 'evidence/algorithm',
  severity: 'error',
  about: 'The signature uses `none`, an HMAC or another algorithm outside the allowed asymmetric set.',
  check: (at) => invalidBecause(at, 'algorithm'),
}

export const invalidSignature: Rule = {
  id: 'evidence/invalid-signature',
  severity: 'error',
  about:
    'No trusted key verifies the signature, or only one that was expired or revoked when the evidence was first seen.',
  check: (at) => invalidBecause(at, 'signature'),
}

function* invalidBecause(at: Case, because: 'algorithm' | 'signature'): Generator<Hit> {
  const byAge = severityByAge(at)
  for (const { path, of, content, verdict } of signedFiles(at.head)) {
    if (verdict.result !== 'invalid' || verdict.because !== because) continue
    yield { place: { path, line: 1 }, gxpId: content.gxpId, message: verdict.detail, ...byAge(of) }
  }
}

export const untrusted: Rule = {
  id: 'evidence/untrusted',
  severity: 'warning',
  about: 'No key is trusted for this repository yet, so no evidence can be verified. Told once.',
  *check({ head }) {
    const files = signedFiles(head).filter(({ verdict }) => verdict.result === 'untrusted')
    const first = files[0]
    if (!first) return
    const packages = files.filter(({ path, of }) => path !== of).length
    const counted = [
      ...counting(files.length - packages, 'evidence file'),
      ...counting(packages, 'evidence package'),
    ].join(' and ')
    yield {
      place: { path: first.path, line: 1 },
      general: true,
      message: `${counted} can't be verified: no key is trusted for this repository. Put the public key under \`.gxp/keys/\` on the default branch, or give it to the server.`,
    }
  },
}

const counting = (number: number, what: string): string[] =>
  number === 0 ? [] : [number === 1 ? `1 ${what}` : `${number} ${what}s`]
