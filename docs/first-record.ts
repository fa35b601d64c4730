/** docs/first-record.md: the record that the rules' pages begin with, file by file, and how its evidence is made. */
import { readFileSync } from 'node:fs'
import { SAMPLE } from '../src/rosie/rules/examples/sample.ts'

/** The files of the sample but for its evidence, which is signed. */
export const firstRecord = (): Map<string, string> =>
  new Map(Object.entries(SAMPLE).flatMap(([path, file]) => (typeof file === 'string' ? [[path, file]] : [])))

const BEFORE = `# A first record, and its first evidence

The smallest record in which no rule finds anything: one requirement of high risk, down to the line that fulfils it and
the test that shows it. The examples of the [rules](rules.md) are changes to this record. The formats are those of ROSIE
RFC-001 and GxP.MD.

## The record
`

const SIGNING = `## A key

Evidence is signed where the tests run. The private key stays there, as a secret; the public key goes to
\`.gxp/keys/\` on the default branch, and is trusted from the moment it is merged. Its name is the \`kid\` of the evidence.

\`\`\`sh
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ci.key.pem
mkdir -p .gxp/keys
openssl pkey -in ci.key.pem -pubout -out .gxp/keys/ci-2026.pem
\`\`\`

Periods of validity and revocation: [keys](policy.md#keys).

## The evidence

Evidence names a commit and the hash of the source at that commit, so commit first, then run the tests, then sign:

\`\`\`sh
rosie-guard state-hash --json          # "plain" is what goes into the evidence
git rev-parse HEAD                     # the commit that has it
mkdir -p .gxp/evidence
node sign-evidence.mjs --key ci.key.pem --kid ci-2026 --spec SPEC-001-001 --tier OQ --passed 4 \\
  --state-hash HASH --commit COMMIT > .gxp/evidence/EV-SPEC-001-001-OQ.jws
\`\`\`

A requirement of high risk asks for all three tiers: sign one for \`IQ\` and one for \`PQ\` too. Commit them. Evidence is
never edited nor deleted: a new run is a new file, also when the tests fail.

\`\`\`sh
rosie-guard scan --base main                       # with the keys that main has
rosie-guard scan --key .gxp/keys/ci-2026.pem       # with this key
\`\`\`

(\`rosie-guard\` is \`node dist/cli.js\` of a built checkout.) The script that signs, [sign-evidence.mjs](sign-evidence.mjs):
`

export function firstRecordPage(): string {
  const files = [...firstRecord()].map(([path, text]) => `\`${path}\`:\n\n\`\`\`\n${text.trimEnd()}\n\`\`\`\n`)
  const script = readFileSync(new URL('sign-evidence.mjs', import.meta.url), 'utf8')
  return [BEFORE, ...files, SIGNING, `\`\`\`js\n${script.trimEnd()}\n\`\`\`\n`].join('\n')
}
