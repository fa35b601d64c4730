/** What the sample's tests leave behind: evidence of the source as it was at a commit, signed with a key made for the demo. */
import { CompactSign, exportSPKI, generateKeyPair } from 'jose'
import { DEFAULT_POLICY } from '../src/rosie/policy.ts'
import { stateHashes } from '../src/rosie/state-hash.ts'
import type { Files } from '../test/support/github/index.ts'

const KEY = 'clinical-qa-2026'
const TESTED_AT = '2026-03-02T10:15:00.000Z'

/** The specifications that are tested with signed evidence, and the tests passed for each. */
const RUNS = [
  { spec: 'SPEC-001-001', story: 'US-001-001', passed: 2 },
  { spec: 'SPEC-002-001', story: 'US-002-001', passed: 1 },
]

export interface Signer {
  /** The public key, as the repository keeps it. */
  key: Files
  /** One file for each specification, all claiming the source among `files` and naming the commit that has it. */
  evidenceOf(files: ReadonlyMap<string, Uint8Array>, commit: string): Promise<Files>
}

export async function makeSigner(): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const sign = (claims: object) =>
    new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: KEY })
      .sign(privateKey)
  return {
    key: { [`.gxp/keys/${KEY}.pem`]: await exportSPKI(publicKey) },
    async evidenceOf(files, commit) {
      const source = [...files].map(([path, bytes]) => ({ path, bytes }))
      const { plain } = stateHashes(source, DEFAULT_POLICY.stateScope)
      const signed = RUNS.map(async (run) => {
        const path = `.gxp/evidence/EV-${run.spec}-20260302.jws`
        return [path, await sign(claimsOf(run, `sha256:${plain}`, commit))] as const
      })
      return Object.fromEntries(await Promise.all(signed))
    },
  }
}

function claimsOf({ spec, story, passed }: (typeof RUNS)[number], stateHash: string, commit: string) {
  const iat = Date.parse(TESTED_AT) / 1000
  return {
    '@context': 'https://www.rosie-standard.org/evidence/v1',
    gxp_id: `EV-${spec}`,
    spec_id: spec,
    verification_tier: 'OQ',
    traced_user_story: story,
    test_results: {
      tool: 'node:test',
      version: '20.19.0',
      passed,
      failed: 0,
      skipped: 0,
      duration_ms: 41,
      test_cases: [],
    },
    timestamp: TESTED_AT,
    system_state_hash: stateHash,
    git_commit: commit,
    iat,
    exp: iat + 10 * 365 * 24 * 60 * 60,
  }
}
