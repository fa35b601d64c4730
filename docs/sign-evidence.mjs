#!/usr/bin/env node
/**
 * Signs what a test run showed, as evidence of ROSIE RFC-001: a compact JWS, ES256. Needs nothing but Node. Run it where the
 * tests ran, on a committed state, and commit what it prints as `.gxp/evidence/NAME.jws`.
 *
 *   node sign-evidence.mjs --key ci.key.pem --kid ci-2026 --spec SPEC-001-001 --tier OQ --passed 4 \
 *     --state-hash HASH --commit COMMIT
 */
import { sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const text = { type: 'string' }
const { values } = parseArgs({
  options: {
    key: text, // the private key, as PEM; it stays out of the repository
    kid: text, // the name of the public key, as under .gxp/keys/
    spec: text,
    tier: text, // IQ, OQ or PQ
    passed: text,
    failed: { ...text, default: '0' }, // a run that failed is evidence too
    'state-hash': text, // "plain" of: rosie-guard state-hash --json
    commit: text, // git rev-parse HEAD
  },
})
for (const name of ['key', 'kid', 'spec', 'tier', 'passed', 'state-hash', 'commit'])
  if (values[name] === undefined) throw new Error(`--${name} is missing`)

const header = { alg: 'ES256', typ: 'JWT', kid: values.kid }
const payload = {
  gxp_id: `EV-${values.spec}-${values.tier}`,
  spec_id: values.spec,
  verification_tier: values.tier,
  test_results: { passed: Number(values.passed), failed: Number(values.failed), skipped: 0 },
  timestamp: new Date().toISOString(),
  system_state_hash: `sha256:${values['state-hash']}`,
  git_commit: values.commit,
}
const signed = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
// RFC 7518, section 3.4: r and s one after the other, 64 bytes. What most tools make by default is DER, which is refused.
const key = { key: readFileSync(values.key), dsaEncoding: 'ieee-p1363' }
process.stdout.write(`${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}\n`)
