/**
 * `.github/rosie.yml`: how findings are judged. RULES, "Policy". Strict: what is not known or not valid is a problem at
 * its line; that setting, entry or rule is then left out, and all others hold.
 */
import type { Problem } from '../contents.ts'
import type { Json, Severity, Span } from '../model.ts'
import type { Ignore, Policy } from '../policy.ts'
import { scopeOf } from '../state-hash.ts'
import { explain, type Issue, type Path, pathOf } from './policy-issues.ts'
import { KNOWN_KEYS, type PolicySettings, policySchema, type SettingKey } from './policy-schema.ts'
import { placeIn, readYaml, type YamlMapping } from './yaml.ts'

/** A problem of a policy; an error unless it says otherwise. */
export interface PolicyProblem extends Problem {
  severity?: Severity
}

export interface PolicyFile {
  kind: 'policy'
  /** What it sets; what it leaves out stays as it was. */
  settings: Partial<Policy>
  /** Keys that a repository below the organisation can't change. */
  locked: SettingKey[]
  /** Where each key that it has stands. */
  lines: Record<string, number>
  /** Where it sets the scope of `system_state_hash`; absent where it does not. */
  scopeAt?: Span
  /** Where each severity stands, by rule id, and each rule of an ignore: which rules there are is asked later. */
  rules: (Span & { id: string })[]
  problems: PolicyProblem[]
}

const NOTHING: PolicyFile = { kind: 'policy', settings: {}, locked: [], lines: {}, rules: [], problems: [] }

export function readPolicyFile(text: string): PolicyFile {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  if (source.split('\n').every((line) => /^\s*(?:#|$)/.test(line))) return NOTHING
  const yaml = readYaml(source, 0, 'the policy')
  if ('message' in yaml) {
    const { message, ...span } = yaml
    return {
      ...NOTHING,
      problems: [
        { cause: 'policy', ...span, message: `${message.replace(/[^.]$/, '$&.')} The defaults are used instead.` },
      ],
    }
  }
  const { settings, dropped, problems } = validated(yaml)
  const set = policyOf(settings, linesOfIgnores(yaml, dropped))
  return {
    kind: 'policy',
    settings: set,
    locked: settings.locked ?? [],
    lines: Object.fromEntries(Object.keys(yaml.values).map((key) => [key, placeIn(yaml, [key]).line])),
    ...(set.stateScope !== undefined && { scopeAt: placeIn(yaml, SCOPE) }),
    rules: rulesIn(yaml, settings, dropped),
    problems,
  }
}

/** The same in GxP.MD, which the key is taken from. */
export const SCOPE = ['evidence', 'state_hash', 'scope'] as const

/** No one mends more of these before the next scan. */
const MOST_PROBLEMS = 100

interface Validated {
  /** Without what is at fault. */
  settings: PolicySettings
  /** What is left out, each as a path in JSON. */
  dropped: ReadonlySet<string>
  problems: PolicyProblem[]
}

/** A key without a value sets nothing, as where all that belongs to it is commented out. */
function validated(yaml: YamlMapping): Validated {
  const given = Object.fromEntries(Object.entries(yaml.values).filter(([, value]) => value !== null))
  const first = policySchema.safeParse(given)
  if (first.success) return { settings: first.data, dropped: new Set(), problems: [] }
  const issues = first.error.issues.flatMap(eachKey)
  const dropped = new Set(issues.map((issue) => JSON.stringify(unitOf(issuePath(issue)))))
  const rest = policySchema.safeParse(without(given, dropped))
  const problems = issues.slice(0, MOST_PROBLEMS).map((issue): PolicyProblem => {
    const path = issuePath(issue)
    const message = `${explain(issue, given, knownAt(pathOf(issue)))} ${insteadOf(unitOf(path))}`
    return { cause: 'policy', ...placeIn(yaml, path), message }
  })
  return { settings: rest.success ? rest.data : {}, dropped, problems }
}

/** Unknown keys come as one issue for each mapping; each has a line of its own. */
function eachKey(issue: Issue): Issue[] {
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => ({ ...issue, keys: [key] })) : [issue]
}

const issuePath = (issue: Issue): Path =>
  issue.code === 'unrecognized_keys' ? [...pathOf(issue), ...issue.keys] : pathOf(issue)

/** Settings whose parts stand by themselves: a fault in one of them leaves the others as they are. */
const IN_PARTS: ReadonlySet<unknown> = new Set(['severities', 'limits', 'ignore', 'locked'])

/** What is left out for a fault at this path: an ignore as a whole, since without a part of it, it would ignore more. */
const unitOf = (path: Path): Path => path.slice(0, IN_PARTS.has(path[0]) ? 2 : 1)

function without(given: { [key: string]: Json }, dropped: ReadonlySet<string>): Json {
  const stays = (...path: Path) => !dropped.has(JSON.stringify(path))
  const kept = Object.entries(given).filter(([key]) => stays(key))
  return Object.fromEntries(
    kept.map(([key, value]) => {
      if (Array.isArray(value)) return [key, value.filter((_, index) => stays(key, index))]
      if (typeof value !== 'object' || value === null) return [key, value]
      return [key, Object.fromEntries(Object.entries(value).filter(([member]) => stays(key, member)))]
    }),
  )
}

const knownAt = (path: Path): readonly string[] =>
  KNOWN_KEYS[path.filter((step) => typeof step === 'string').join('.')] ?? []

/** In words, by the path of the setting. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['fail_on', '`error`'],
  ['introduced_only', '`false`'],
  ['severities', "the rules' own severities"],
  ['sources', 'that no source must be annotated'],
  ['tests', 'to know tests by their paths and names'],
  ['limits', '1 MiB for files and 32 MiB for those of an evidence package'],
  ['limits.file_bytes', '`1048576`'],
  ['limits.package_file_bytes', '`33554432`'],
  ['comment', '`always`'],
  ['annotation_schema', 'to take every generation'],
  ['evidence', 'the scope `/src`'],
])

function insteadOf(unit: Path): string {
  const [key] = unit
  if (key === 'ignore') return 'Nothing is ignored by it.'
  if (key === 'locked') return 'Nothing is locked by it.'
  const fallback = DEFAULTS.get(unit.join('.'))
  if (fallback) return `The default is used instead: ${fallback}.`
  return key === 'severities' ? "The default is used instead: the rule's own severity." : 'It sets nothing.'
}

// ── from the file's words to the policy's ───────────────────────────────────────────────────────────────────────────

const GENERATIONS = { v1: 1, v2: 2, v3: 3 } as const

function policyOf(settings: PolicySettings, ignoreLines: readonly number[]): Partial<Policy> {
  const { fail_on, introduced_only, severities, ignore, sources, tests, limits, comment, annotation_schema, evidence } =
    settings
  const { file_bytes, package_file_bytes } = limits ?? {}
  const scope = evidence?.state_hash?.scope
  const set: Partial<Policy> = {
    failOn: fail_on,
    introducedOnly: introduced_only,
    severities,
    ignore: ignore?.map(({ paths, rules = [], reason, expires }, index): Ignore => {
      return { paths, rules, reason, expires, line: ignoreLines[index] ?? 1 }
    }),
    sources,
    tests,
    maxFileBytes: file_bytes,
    maxPackageFileBytes: package_file_bytes,
    comment,
    annotationSchema: annotation_schema && GENERATIONS[annotation_schema],
    stateScope: (scope === undefined ? null : scopeOf(scope)) ?? undefined,
  }
  return Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined))
}

/** The entries of `ignore` that are not left out, by their numbers from 0. */
function ignoresKept({ values }: YamlMapping, dropped: ReadonlySet<string>): number[] {
  const entries = Array.isArray(values.ignore) ? [...values.ignore.keys()] : []
  return entries.filter((index) => !dropped.has(JSON.stringify(['ignore', index])))
}

const linesOfIgnores = (yaml: YamlMapping, dropped: ReadonlySet<string>): number[] =>
  ignoresKept(yaml, dropped).map((index) => placeIn(yaml, ['ignore', index]).line)

function rulesIn(yaml: YamlMapping, { severities, ignore }: PolicySettings, dropped: ReadonlySet<string>) {
  const named = Object.keys(severities ?? {}).map((id) => ({ id, ...placeIn(yaml, ['severities', id]) }))
  const kept = ignoresKept(yaml, dropped)
  const ignored = (ignore ?? []).flatMap(({ rules = [] }, nth) =>
    rules.map((id, index) => ({ id, ...placeIn(yaml, ['ignore', kept[nth] ?? 0, 'rules', index]) })),
  )
  return [...named, ...ignored]
}
