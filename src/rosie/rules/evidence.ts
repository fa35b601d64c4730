/** Signed test evidence. RFC-001, "Evidence"; RFC 7515; RFC 8725 (algorithms). */
import type { ComplianceRecord, EvidenceFile } from '../record.ts'
import type { Hit, Rule } from './rule.ts'

const malformed: Rule = {
  id: 'evidence/malformed',
  severity: 'error',
  about: 'The file is not a compact or general JWS, or its header or payload is not a JSON object.',
  *check({ head }) {
    for (const { path, content } of head.evidence) {
      for (const { cause, message, ...span } of content.problems) {
        if (cause === 'jws') yield { place: { path, ...span }, message }
      }
    }
  },
}

const algorithm: Rule = {
  id: 'evidence/algorithm',
  severity: 'error',
  about: 'The signature uses `none`, an HMAC or another algorithm outside the allowed asymmetric set.',
  check: ({ head }) => invalidBecause(head, 'algorithm'),
}

const invalidSignature: Rule = {
  id: 'evidence/invalid-signature',
  severity: 'error',
  about: 'No trusted key verifies the signature.',
  check: ({ head }) => invalidBecause(head, 'signature'),
}

function* invalidBecause(head: ComplianceRecord, because: 'algorithm' | 'signature'): Generator<Hit> {
  for (const { path, content, verdict } of head.evidence) {
    if (verdict.result !== 'invalid' || verdict.because !== because) continue
    yield { place: { path, line: 1 }, gxpId: content.gxpId, message: verdict.detail }
  }
}

const untrusted: Rule = {
  id: 'evidence/untrusted',
  severity: 'warning',
  about: 'No key is trusted for this repository yet, so no evidence can be verified. Told once.',
  *check({ head }) {
    const files = head.evidence.filter(({ verdict }) => verdict.result === 'untrusted')
    const first = files[0]
    if (!first) return
    const number = files.length === 1 ? '1 evidence file' : `${files.length} evidence files`
    yield {
      place: { path: first.path, line: 1 },
      general: true,
      message: `${number} can't be verified: no key is trusted for this repository. Put the public key under \`.gxp/keys/\` on the default branch, or give it to the server.`,
    }
  },
}

/** Claims without which an evidence says nothing. `system_state` is the oldest records' word for the state. */
const REQUIRED_CLAIMS = ['spec_id', 'system_state_hash', 'test_results', 'timestamp']

const missingClaim: Rule = {
  id: 'evidence/missing-claim',
  severity: 'error',
  about:
    'A required claim is missing: `spec_id`, `system_state_hash`, `test_results` or `timestamp`. The old `system_state` is accepted, with a notice.',
  *check({ head }) {
    const tests = head.evidence.filter(({ content }) => content.form === 'test' && content.claims !== null)
    for (const { path, content } of tests) {
      const missing = REQUIRED_CLAIMS.filter(
        (claim) => !has({ content }, claim) && !(claim === 'system_state_hash' && has({ content }, 'system_state')),
      )
      if (missing.length === 0) continue
      const names = missing.map((claim) => `\`${claim}\``).join(', ')
      yield {
        place: { path, line: 1 },
        gxpId: content.gxpId,
        message: `The payload lacks ${names}.`,
        detail: missing.join(' '),
      }
    }
    const old = tests.filter((file) => !has(file, 'system_state_hash') && has(file, 'system_state'))
    const first = old[0]
    if (!first) return
    const number = old.length === 1 ? '1 evidence file carries' : `${old.length} evidence files carry`
    yield {
      place: { path: first.path, line: 1 },
      general: true,
      severity: 'notice',
      message: `${number} the old claim \`system_state\` in place of \`system_state_hash\`: the commit is named, its content is not fixed.`,
      detail: 'old form',
    }
  },
}

/** Results are an object or a list, everything else a text; a value of another type says nothing. */
function has({ content }: Pick<EvidenceFile, 'content'>, claim: string): boolean {
  const value = content.claims?.[claim]
  if (claim === 'test_results') return typeof value === 'object' && value !== null
  return typeof value === 'string' && value.trim() !== ''
}

export const evidenceRules: readonly Rule[] = [malformed, algorithm, invalidSignature, untrusted, missingClaim]
