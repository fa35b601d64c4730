import type { RulePage } from './example.ts'
import { lines } from './sample.ts'

const POLICY = '.github/rosie.yml'
const KEYS = '.gxp/keys/qa.jwks.json'

/** An example key of RFC 7517, appendix A.1: no one signs with it. */
const JWK = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
}
const jwks = (...kids: string[]) => lines(JSON.stringify({ keys: kids.map((kid) => ({ kid, ...JWK })) }))

export const policyPages: Readonly<Record<string, RulePage>> = {
  'policy/invalid': {
    clause: 'GxP.MD, "Configuration"; 21 CFR 11.10(k): control over documents that govern the system',
    why: 'A setting that is misspelt or out of range does not do what its author meant, and nobody notices. The finding names the line and what holds instead; all other settings hold. Mend it as the message says; where an ignore has expired, mend what it named or decide anew. A key that contradicts itself, or whose revocation can not be read, is not trusted until it is put right.',
    bad: { [POLICY]: lines('fail_on: warnings', 'ignore:', '  - paths: [src/legacy/**]', '    expires: 2026-06-30') },
    good: {
      [POLICY]: lines(
        'fail_on: warning',
        'ignore:',
        '  - paths: [src/legacy/**]',
        '    reason: Is being replaced, see ADR-001',
        '    expires: 2026-06-30',
      ),
    },
  },
  'policy/keys-changed': {
    clause: '21 CFR 11.10(d), (g): who may sign; 21 CFR 11.100: one key, one identity',
    why: 'Whoever has a trusted key can make evidence that counts. A change trusts none of the keys that it brings along, so this asks of its reviewers what no software knows: whose key it is, and whether that person should have one.',
    base: { [KEYS]: jwks('qa-2026') },
    bad: { [KEYS]: jwks('qa-2026-b') },
    good: { [KEYS]: jwks('qa-2026') },
  },
  'policy/changed': {
    clause: '21 CFR 11.10(k): changes of documents that govern the system are controlled',
    why: 'A change is judged by the policy of the default branch, never by its own, or it could excuse itself. This shows what its own would make of it, so that a loosened policy is seen by whoever approves it.',
    base: { [POLICY]: lines('fail_on: warning') },
    policy: { failOn: 'warning' },
    proposed: { failOn: 'never' },
    bad: { [POLICY]: lines('fail_on: never') },
    good: { [POLICY]: lines('fail_on: warning') },
  },
}
