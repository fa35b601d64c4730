/**
 * Every setting of `.github/rosie.yml`, declared once: what it takes, what it does, what holds without it. The reader,
 * the JSON Schema for editors and the page of settings come from here. RULES, "Policy".
 */
import { z } from 'zod'
import { SEVERITIES } from '../model.ts'
import { scopeOf } from '../state-hash.ts'

/** Bounds keep a policy from making a scan slow: paths are held against each glob. */
const MOST_GLOBS = 50
const MOST_IGNORES = 100
const MOST_GLOBS_OF_AN_IGNORE = 20
const MOST_SEVERITIES = 500
const KiB = 1024
const MiB = 1024 * KiB

/** Which rules there are is not known here: a file is read once, and rules are added. */
export const ruleId = z.string().regex(/^[a-z]+\/[a-z-]+$/, 'is no rule id; write one as in `trace/orphan`')

const glob = z
  .string()
  .max(200)
  .regex(
    /^[^!/\\\n][^\\\n]*$/,
    'is no glob from the root of the repository; write it without a leading `/` or `!`, and without `\\`',
  )
  .describe('A glob from the root of the repository: `*`, `?`, `**`, `{a,b}`.')

const ignore = z.strictObject({
  paths: z.array(glob).min(1).max(MOST_GLOBS_OF_AN_IGNORE).describe('Globs of paths; `**` for all of them.'),
  rules: z.array(ruleId).min(1).max(200).optional().describe('Rule ids; all rules where it is left out.'),
  reason: z.string().trim().min(1).max(500).describe('Why these findings do not count.'),
  expires: z.iso
    .date('is no date; write it as in `2026-12-31`')
    .describe('The last day on which it holds (UTC), `YYYY-MM-DD`, at most 366 days ahead.'),
})

const bytes = (most: number) => z.int().min(KiB).max(most).optional()

const limits = z.strictObject({
  file_bytes: bytes(4 * MiB).describe('Files over this many bytes are not read. Default: `1048576` (1 MiB).'),
  package_file_bytes: bytes(100 * MiB).describe(
    'The same for the files of an evidence package, which are hashed. Default: `33554432` (32 MiB).',
  ),
})

export const scope = z
  .string()
  .refine((directory) => scopeOf(directory) !== null, 'is no directory of the repository; write it as in `/src`')

const stateHash = z.strictObject({
  scope: scope.describe('The directory that `system_state_hash` is taken over. Default: `/src`.').optional(),
})

const evidence = z.strictObject({ state_hash: stateHash.optional() })

/** What a policy may set, and an organisation lock. */
export const SETTINGS = {
  fail_on: z
    .enum(['error', 'warning', 'never'])
    .describe(
      'The least severity that makes the check fail; `never`: findings are shown and nothing fails. Default: `error`.',
    ),
  introduced_only: z
    .boolean()
    .describe('Whether only findings that the change introduces make the check fail. Default: `false`.'),
  severities: z
    .record(ruleId, z.enum([...SEVERITIES, 'off']))
    .refine((severities) => Object.keys(severities).length <= MOST_SEVERITIES, `has over ${MOST_SEVERITIES} entries`)
    .superRefine((severities, { addIssue }) => {
      for (const [id, severity] of Object.entries(severities)) {
        if (severity !== 'off' || !id.startsWith('policy/')) continue
        addIssue({ code: 'custom', path: [id], message: "can't be `off`: what is wrong with a policy is always told" })
      }
    })
    .describe("Severities by rule id; `off`: the rule rests. Default: each rule's own."),
  ignore: z
    .array(ignore)
    .max(MOST_IGNORES)
    .describe('Findings that are set aside, with a reason and for a time; every report lists them. Default: none.'),
  sources: z
    .array(glob)
    .max(MOST_GLOBS)
    .describe(
      'Globs of source that must be annotated; see `annotation/untagged-source`. That rule is off until `severities` turns it on. Default: none.',
    ),
  tests: z
    .array(glob)
    .max(MOST_GLOBS)
    .describe('Globs of files that are tests, besides those that are by their path or name. Default: none.'),
  limits: limits.describe(
    'The sizes up to which files are read, in bytes: `file_bytes` (default `1048576`, at most 4 MiB) and `package_file_bytes` for the files of an evidence package (default `33554432`, at most 100 MiB).',
  ),
  comment: z
    .enum(['always', 'on_findings', 'never'])
    .describe(
      'Whether a pull request gets a comment; `on_findings`: only when the change introduces or fixes findings. Default: `always`.',
    ),
  annotation_schema: z
    .enum(['v1', 'v2', 'v3'])
    .describe('The generation of annotations that the project has settled on; older ones are noticed. Default: none.'),
  evidence: evidence.describe(
    'How evidence is compared with the source: `state_hash.scope` is the directory that `system_state_hash` is taken over. Default: `/src`.',
  ),
} as const

export type SettingKey = keyof typeof SETTINGS

const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(SETTINGS, key)
/** In the order of their declaration. */
export const SETTING_KEYS: readonly SettingKey[] = Object.keys(SETTINGS).filter(isSettingKey)

export const policySchema = z
  .strictObject({
    ...SETTINGS,
    locked: z
      .array(z.enum(SETTING_KEYS))
      .max(SETTING_KEYS.length)
      .describe("In an organisation's file: settings that its repositories can't change. Default: none."),
  })
  .partial()
  .meta({
    title: 'The policy of rosie-guard',
    description: 'How the findings of a repository are judged: `.github/rosie.yml` on its default branch.',
  })

export type PolicySettings = z.output<typeof policySchema>

/** The keys that a mapping takes, by its path. */
export const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(policySchema.shape),
  ignore: Object.keys(ignore.shape),
  limits: Object.keys(limits.shape),
  evidence: Object.keys(evidence.shape),
  'evidence.state_hash': Object.keys(stateHash.shape),
}
