/** docs/policy.md and docs/rosie.schema.json, from the declaration of the settings. */
import { z } from 'zod'
import { policySchema, ruleId, SETTING_KEYS, SETTINGS } from './parse/policy-schema.ts'
import { PROFILES } from './parse/profiles.ts'
import { RULES } from './rules/index.ts'

/** JSON Schema 2020-12, for editors: stricter than the reader in one thing, since it knows which rules there are. */
export function policyJsonSchema(): string {
  const schema = z.toJSONSchema(policySchema, {
    target: 'draft-2020-12',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== ruleId) return
      delete jsonSchema.pattern
      jsonSchema.enum = RULES.map(({ id }) => id)
    },
  })
  return `${JSON.stringify(schema, null, 2)}\n`
}

const EXAMPLE = `# yaml-language-server: $schema=https://raw.githubusercontent.com/OWNER/rosie-guard/main/docs/rosie.schema.json
fail_on: error
severities:
  annotation/untagged-source: warning
  annotation/risk-concern: off
ignore:
  - paths: [src/legacy/**]
    rules: [annotation/missing-tag, trace/orphan]
    reason: The old calculator is replaced in May, see ADR-007
    expires: 2026-05-31
sources: ['src/**/*.ts']
tests: [qualification/**]
limits:
  file_bytes: 2097152
comment: on_findings
annotation_schema: v3
evidence:
  state_hash:
    scope: /packages/engine/src`

/** Keys of RFC 7517, appendix A.1, and RFC 7515, appendix A.3: no one signs with them. */
const KEYS_EXAMPLE = `{
  "keys": [
    {
      "kid": "qa-2027",
      "kty": "EC",
      "crv": "P-256",
      "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
      "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
      "alg": "ES256",
      "use": "sig",
      "key_ops": ["verify"],
      "nbf": 1798761600,
      "exp": 1830297600
    },
    {
      "kid": "qa-2026",
      "kty": "EC",
      "crv": "P-256",
      "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
      "revoked": { "revoked_at": 1782864000, "reason": "the laptop that held it was lost" }
    }
  ]
}`

/** Of one setting: what it takes, in a line. */
function takes(key: string, schema: { enum?: unknown[]; type?: string; properties?: object; items?: unknown }): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ')
  if (key === 'severities') return 'rule ids, each with `error`, `warning`, `notice` or `off`'
  if (key === 'ignore') return 'entries of `paths`, `rules`, `reason`, `expires`'
  if (schema.type === 'boolean') return '`true`, `false`'
  if (schema.type === 'array') return 'a list of globs'
  return Object.keys(schema.properties ?? {})
    .map((name) => `\`${name}\``)
    .join(', ')
}

function settingsTable(): string {
  const rows = SETTING_KEYS.map((key) => {
    const schema = z.toJSONSchema(SETTINGS[key], { io: 'input' })
    return `| \`${key}\` | ${takes(key, schema as Parameters<typeof takes>[1])} | ${SETTINGS[key].description} |`
  })
  return ['| setting | takes | what it does |', '| --- | --- | --- |', ...rows].join('\n')
}

function profilesTable(): string {
  const rows = [...PROFILES].map(
    ([name, { HIGH, MEDIUM, LOW }]) => `| \`${name}\` | ${HIGH.coverage} | ${MEDIUM.coverage} | ${LOW.coverage} |`,
  )
  return ['| profile | HIGH | MEDIUM | LOW |', '| --- | ---: | ---: | ---: |', ...rows].join('\n')
}

export const policyPage = (): string => `# The policy

How findings are judged: which severity a rule has, what makes a check fail, what is set aside and until when. It is
written in \`.github/rosie.yml\`; the project's own numbers come from the front matter of \`GxP.MD\`. Without either, the
defaults below hold.

\`\`\`yaml
${EXAMPLE}
\`\`\`

An editor that knows [rosie.schema.json](rosie.schema.json) (JSON Schema 2020-12) completes and checks the file.

## Settings

${settingsTable()}

Globs are written from the root of the repository: \`*\` and \`?\` stand for signs within one segment of a path, \`**\` for
any number of segments, \`{a,b}\` for either; \`src/\` is all that lies in \`src\`. There is no negation.

## What is wrong with it

The file has this name and no other: one that is called \`rosie.yaml\`, say, is told as an error, since nothing in it holds.
It is strict: an unknown key, an unknown rule or a value out of range is an error, [policy/invalid](rules.md#policy),
at its line, with the nearest known name. That setting is left out and its default holds; of \`severities\`, \`limits\`,
\`ignore\` and \`locked\` only the entry at fault. Everything else holds. YAML that can't be read sets nothing at all. Rules
about the policy itself (\`policy/…\`) can get another severity, but can't be turned off or ignored.

A scope of \`system_state_hash\` in which the tree has no file is an error too. It is not replaced by the default, which may be
as wrong: until it is corrected, no evidence is compared with the source.

## Ignores

A finding is ignored where an entry's \`paths\` and \`rules\` meet it; one without \`rules\` sets all rules aside for its
paths. It is then not counted, fails nothing and gets no annotation, but every report lists it with the reason and the last
day. \`paths: ['**']\` also meets findings about the
repository as a whole. After its last day (UTC) an entry holds no more: what it named counts again, and the entry itself
is a warning until it is taken out or decided anew. An entry that ends more than 366 days ahead does not hold either.

## GxP.MD

Read from its front matter, versions 2 and 3; all other keys are the project's own business.

| key | what it does |
| --- | --- |
| \`regulatory.profile\` | the thresholds of the profile (below), its tiers, and signed evidence for HIGH and MEDIUM; \`custom\`: the numbers are the project's own |
| \`risk.matrix.HIGH\`, \`MEDIUM\`, \`LOW\` | \`coverage_threshold\`, \`required_tiers\`, \`signing_required\`: each beats the profile's |
| \`artifacts.traceability_enforcement\` | \`strict\`, the default: as \`fail_on\` says; \`warn\` and \`off\`: findings are shown and nothing fails |
| \`agent.mode\` | \`risk_proportionate\`, the default: by each requirement's own risk; \`strict\`: every requirement is judged as HIGH; \`advisory\`: nothing fails |
| \`annotations.schema_version\` | \`1.0\`: annotations of generation 2; \`2.0\`: of generation 3 |
| \`evidence.state_hash.scope\` | the directory that \`system_state_hash\` is taken over |

${profilesTable()}

Reports say where the numbers come from. Of coverage thresholds they show what is reached and what is demanded, as they
show the [score](score.md): neither fails a check by itself. What fails one is a finding, such as an uncovered requirement.

Under \`risk.matrix\`, a risk that is none of the three is an error, as is a misspelt or shortened key of theirs: nothing is
set by it. \`signing_required: false\` for HIGH holds, and is a warning as long as it stands: the standard asks for signed
evidence there.
A file without front matter sets nothing, which is a notice.

## Which one holds

From the weakest to the strongest:

1. the defaults;
2. the organisation's \`.github/rosie.yml\`, in the repository named \`.github\` of the same owner;
3. the project's \`GxP.MD\`;
4. the repository's own \`.github/rosie.yml\`;
5. what the organisation's file lists under \`locked\`: there its own value holds, or the default where it sets none. What a
   repository sets of it is a warning.

A setting is taken as a whole, but \`severities\` rule by rule and \`limits\` one by one.

The organisation's file is the one that was last scanned of that repository's default branch, so the app must be
installed there; no request is spent on it. It holds for each repository from its next scan on. A fault in it is annotated
there, and noted in every report. The repository itself needs no record; its check stays neutral.

## When a change edits it

A change is judged by the policy of the default branch, never by its own. One that edits the policy gets a notice,
[policy/changed](rules.md#policy), and a preview: what the check would come to, and each setting that differs. Once merged,
the push is judged by the policy from before, then once more by the new one. The first scan of a default branch is judged
by its own, as it trusts its own keys.

The risk of a requirement does come from the change, since a requirement may be assessed anew. But one of HIGH risk that a
change rates lower, retires or deletes is an error until the risk register has a new entry
([risk/unrecorded-change](rules.md#risk)), and so is one that it makes unreadable ([artifact/encoding](rules.md#artifact)).

On the command line, \`rosie-guard scan --base main\` judges by the policy of \`main\`; without \`--base\` by that of the
scanned files, and says so. The organisation's policy is not known there.

## Keys

There is no setting for keys, by intent: a policy that could name further key files would be a second way to trust. Keys
that count are those under \`.gxp/keys/\` of the default branch and the server's own: public keys as PEM (\`*.pem\`) or as a
set of JWKs (\`*.jwks.json\`, RFC 7517). Only a JWK can say when it counts:

\`\`\`json
${KEYS_EXAMPLE}
\`\`\`

| member | what it says |
| --- | --- |
| \`kty\`, \`crv\`, \`x\`, \`y\`, \`n\`, \`e\` | the key itself: on P-256, P-384, P-521 or Ed25519, or RSA of 2048 bits or more |
| \`kid\` | its name; a signature that names it is tried with this key first, and trusted no more than any other |
| \`alg\` | what it signs with, if it says so: it must fit the key, as \`ES256\` fits P-256 |
| \`use\`, \`key_ops\` | if they are there, \`sig\`, and a list with \`verify\` in it |
| \`nbf\` | it counts for evidence that was first seen at this time or later |
| \`exp\` | it counts for evidence that was first seen before this time |
| \`revoked.revoked_at\` | from this time on it counts no more, whatever else is said of it, and wherever else it is kept |

Times are **seconds** since 1970-01-01 (UTC), as \`date -d 2026-07-01T00:00:00Z +%s\` prints them. What decides is when the
evidence was first seen by this server, never the time that it claims. So to take back a key that is no longer safe, add
\`revoked\` to it and leave it in the file: evidence from before stays valid, and what turns up later is invalid. To take
back all that it ever signed, remove it, or set \`revoked_at\` to a time before its first use. A server that starts anew,
and the command line, see all evidence for the first time, so that nothing which a revoked key has signed is valid there.

A member that is \`null\` is as if it were not there, and \`"revoked": false\` says that the key is in force. A key that
contradicts itself, or whose times can't be read (milliseconds, a date in words, \`revoked_at\` beside \`revoked\`), is never
trusted: [policy/invalid](rules.md#policy) says at its line what would be right. The other keys of the file hold.
`
