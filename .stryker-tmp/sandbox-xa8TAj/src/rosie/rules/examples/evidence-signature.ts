/** The pages of the rules about the signature of evidence. */
// @ts-nocheck

import type { RulePage } from './example.ts'
import { lines, sampleClaims } from './sample.ts'

const OQ = '.gxp/evidence/EV-SPEC-001-001-OQ.jws'
const good = { [OQ]: { claims: sampleClaims() } }

/** A compact JWS of this header, as a tool would write it that does not sign. */
const unsigned = (header: string): string =>
  lines(`${encoded(header)}.${encoded(JSON.stringify(sampleClaims()))}.c2lnbmF0dXJl`)
const encoded = (text: string): string => btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

export const EVIDENCE_SIGNATURE_PAGES: Record<string, RulePage> = {
  'evidence/malformed': {
    clause: 'RFC-001, "Evidence"; RFC 7515, sections 7.1 and 7.2',
    why: 'What is no JWS carries no signature, so that nobody can tell who said what. Most often the file is the unsigned JSON, or was cut off: write the evidence again with the tool that signs it.',
    bad: { [OQ]: lines(JSON.stringify(sampleClaims(), null, 2)) },
    good,
  },
  'evidence/algorithm': {
    clause: 'RFC 8725, sections 2.1 and 3.1; RFC 7518, section 3.1',
    why: '`none` is no signature, and whoever can verify an HMAC can also make one: neither shows who signed. Sign with ES256.',
    bad: { [OQ]: unsigned('{"alg":"none"}') },
    good,
  },
  'evidence/invalid-signature': {
    clause: 'RFC-001, "Evidence"; 21 CFR 11.70 (signature bound to its record)',
    why: 'The file was altered after it was signed, or signed by somebody whose key nobody trusts, or with a key that was expired or revoked when the evidence was first seen. Restore the file as it was; or have the key put under `.gxp/keys/` on the default branch, if it is right.',
    bad: { [OQ]: { claims: sampleClaims(), by: 'unknown' } },
    good,
  },
  'evidence/untrusted': {
    clause: 'STANDARD "Evidence", trust; 21 CFR 11.10(d)',
    why: 'Without a trusted key nobody can tell whose signatures these are, so none of them is shown as valid. Put the public key under `.gxp/keys/` on the default branch, or give it to the server.',
    noKeys: true,
    bad: good,
    good: {
      '.gxp/evidence/EV-SPEC-001-001-IQ.jws': null,
      [OQ]: null,
      '.gxp/evidence/EV-SPEC-001-001-PQ.jws': null,
    },
  },
}
