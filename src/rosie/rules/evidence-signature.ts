/** Whether evidence is a JWS that a trusted key signed. RFC-001, "Evidence"; RFC 7515; RFC 8725 (algorithms). */

import type { Evidence, KeyFile } from '../contents.ts'
import { remembered } from '../memo.ts'
import type { Verdict } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'
import { keysOf } from '../trusted-keys.ts'
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

/** Told once, and once more for each key that is kept and must not be used: of the default branch, or of the server. */
export const untrusted: Rule = {
  id: 'evidence/untrusted',
  severity: 'warning',
  about:
    'No key is trusted for this repository yet, or only one that must not be used, so evidence can not be verified. Told once. Where `policy/invalid` says what is wrong with the key, that is the one finding.',
  *check(at) {
    const told = toldOfKeys(at)
    const bySigner = new Map<string, Signed[]>()
    for (const file of signedFiles(at.head)) {
      if (file.verdict.result !== 'untrusted') continue
      const { key, why } = file.verdict.by ?? { key: null, why: null }
      if (told(key)) continue
      const signer = JSON.stringify([key, why])
      const known = bySigner.get(signer)
      if (known) known.push(file)
      else bySigner.set(signer, [file])
    }
    for (const files of bySigner.values()) yield* notVerified(files)
  },
}

function* notVerified(files: readonly Signed[]): Generator<Hit> {
  const [first] = files
  if (first?.verdict.result !== 'untrusted') return
  const { by } = first.verdict
  const packages = files.filter(({ path, of }) => path !== of).length
  const counted = [
    ...counting(files.length - packages, 'evidence file'),
    ...counting(packages, 'evidence package'),
  ].join(' and ')
  const why = by
    ? `what signed ${files.length === 1 ? 'it' : 'them'} is the key \`${by.key}\`, which must not be used. That key ${by.why}. Correct it where it is kept: on the default branch, or on the server.`
    : 'no key is trusted for this repository. Put the public key under `.gxp/keys/` on the default branch, or give it to the server.'
  const place = { path: first.path, line: 1 }
  yield { place, general: true, message: `${counted} can't be verified: ${why}`, ...(by && { detail: by.key }) }
}

/**
 * Whether policy/invalid tells of a key, or (null) of why there is none: one cause, one finding. What the change itself
 * puts right, or is the first to bring, is not why evidence was not verified.
 */
function toldOfKeys({ head, base, policy }: Case): (key: string | null) => boolean {
  if (policy.severities['policy/invalid'] === 'notice') return () => false
  const faulty = ({ keyFiles }: ComplianceRecord) => keyFiles.filter(({ content }) => content.problems.length > 0)
  const both = [head, base ?? head].map(faulty)
  const refused = both.map((files) => new Set(files.flatMap(({ path, content }) => namesOfRefused(path, content))))
  return (key) => (key === null ? both.every((files) => files.length > 0) : refused.every((names) => names.has(key)))
}

const namesOfRefused = (path: string, content: KeyFile): string[] =>
  keysOf(path, content).flatMap(({ name, refused }) => (refused === undefined ? [] : [name]))

const counting = (number: number, what: string): string[] =>
  number === 0 ? [] : [number === 1 ? `1 ${what}` : `${number} ${what}s`]
