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

The file is strict: an unknown key, an unknown rule or a value out of range is an error, [policy/invalid](rules.md#policy),
at its line, with the nearest known name. That setting is left out and its default holds; of \`severities\`, \`limits\`,
\`ignore\` and \`locked\` only the entry at fault. Everything else holds. YAML that can't be read sets nothing at all. Rules
about the policy itself (\`policy/…\`) can get another severity, but can't be turned off or ignored.

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
| \`regulatory.profile\` | the thresholds of the profile (below), its tiers, and signed evidence for HIGH and MEDIUM |
| \`risk.matrix.HIGH\`, \`MEDIUM\`, \`LOW\` | \`coverage_threshold\`, \`required_tiers\`, \`signing_required\`: each beats the profile's |
| \`artifacts.traceability_enforcement\` | \`warn\` and \`off\`: findings are shown and nothing fails |
| \`agent.mode\` | \`strict\`: every requirement is judged as HIGH; \`advisory\`: nothing fails |
| \`annotations.schema_version\` | \`1.0\`: annotations of generation 2; \`2.0\`: of generation 3 |
| \`evidence.state_hash.scope\` | the directory that \`system_state_hash\` is taken over |

${profilesTable()}

Reports say where the numbers come from. A file without front matter sets nothing, which is a notice.

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

On the command line, \`rosie-guard scan --base main\` judges by the policy of \`main\`; without \`--base\` by that of the
scanned files, and says so. The organisation's policy is not known there.

## Keys

There is no setting for keys, by intent: a policy that could name further key files would be a second way to trust. Keys
that count are those under \`.gxp/keys/\` of the default branch and the server's own.
`
