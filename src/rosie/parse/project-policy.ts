/**
 * `GxP.MD`: the project's risk matrix, enforcement and profile, in its front matter. It has much that is not ours: other
 * keys are no one's mistake, and only what is read here must be right. GxP.MD 2.1 and 3.0, "Configuration".
 */
import { isScalar } from 'yaml'
import { z } from 'zod'
import { RISKS, TIERS } from '../model.ts'
import { DEFAULT_POLICY, type Policy, type RiskDemands } from '../policy.ts'
import { scopeOf } from '../state-hash.ts'
import { splitFrontMatter } from './front-matter.ts'
import type { PolicyProblem } from './policy-file.ts'
import { explain, type Path, pathOf, quoted, valueAt } from './policy-issues.ts'
import { scope } from './policy-schema.ts'
import { PROFILES } from './profiles.ts'
import { placeIn, readYaml, type YamlMapping } from './yaml.ts'

export interface ProjectPolicy {
  kind: 'project_policy'
  version: string | null
  profile: string | null
  /** What it sets; what it leaves out stays as it was. */
  settings: Partial<Policy>
  problems: PolicyProblem[]
}

export function readProjectPolicy(text: string): ProjectPolicy {
  const nothing = { kind: 'project_policy', version: null, profile: null, settings: {} } as const
  const refused = (problem: Omit<PolicyProblem, 'cause'>) => {
    const message = `${problem.message} The standard's defaults are used instead.`
    return { ...nothing, problems: [{ cause: 'policy' as const, ...problem, message }] }
  }
  // Nothing is claimed by a file that is empty, and guidance without configuration is allowed.
  if (text.trim() === '') return { ...nothing, problems: [] }
  const parts = splitFrontMatter(text)
  if ('message' in parts) return refused(text.startsWith('---') ? parts : { ...parts, severity: 'notice' })
  const yaml = readYaml(parts.yaml, 1, 'the front matter')
  if ('message' in yaml) return refused(yaml)
  const reader = new Reader(yaml)
  const version = reader.text(['gxpmd_version'])
  const profile = reader.read(['regulatory', 'profile'], profileName, "The standard's risk matrix is used instead.")
  const settings = {
    ...riskMatrixOf(reader, profile ?? null),
    ...enforcementOf(reader),
    ...annotationsOf(reader),
    ...stateHashOf(reader),
  }
  checkTheRest(reader, version)
  return { kind: 'project_policy', version, profile: profile ?? null, settings, problems: reader.problems }
}

/** `custom` names no numbers of its own. */
const profileName = z.enum([...PROFILES.keys(), 'custom'])

/** Reads values one by one, and collects what is wrong with them. */
class Reader {
  readonly problems: PolicyProblem[] = []
  readonly #yaml: YamlMapping

  constructor(yaml: YamlMapping) {
    this.#yaml = yaml
  }

  /** The value at the path; undefined where there is none, or one that is wrong: then `instead` says what is used. */
  read<T>(path: Path, schema: z.ZodType<T>, instead: string): T | undefined {
    const above = path.slice(0, -1)
    // A section that is no mapping has no keys: said once, of the section.
    if (above.length > 0 && this.read(above, z.looseObject({}), 'Nothing is taken from it.') === undefined)
      return undefined
    const value = valueAt(this.#yaml.values, path)
    if (value === undefined || value === null) return undefined
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    if (issue) {
      const inValue = [...path, ...pathOf(issue)]
      this.say(inValue, `${explain({ ...issue, path: inValue }, this.#yaml.values)} ${instead}`)
    }
    return undefined
  }

  /** A scalar as it was written: `3.0` is no number here. */
  text(path: Path): string | null {
    const node = this.#yaml.document.getIn(path, true)
    if (!isScalar(node) || node.value === null) return null
    return typeof node.value === 'string' ? node.value.trim() : (node.source ?? '').trim()
  }

  say(path: Path, message: string, severity?: PolicyProblem['severity']): void {
    const place = placeIn(this.#yaml, path)
    if (this.problems.some((known) => known.line === place.line && known.message === message)) return
    this.problems.push({ cause: 'policy', ...place, message, ...(severity && { severity }) })
  }
}

const coverage = z.int().min(0).max(100)
const tiers = z.array(z.enum(TIERS)).min(1)

/** An explicit value beats the profile, and the profile the standard's defaults. */
function riskMatrixOf(reader: Reader, profile: string | null): Partial<Policy> {
  const published = PROFILES.get(profile ?? '')
  const instead = published
    ? `The value of the profile ${quoted(profile)} is used instead.`
    : 'The default is used instead.'
  const riskMatrix = { ...(published ?? DEFAULT_POLICY.riskMatrix) }
  let explicit = 0
  for (const risk of RISKS) {
    const of = (key: string): Path => ['risk', 'matrix', risk, key]
    const threshold = reader.read(of('coverage_threshold'), coverage, instead)
    const required = reader.read(of('required_tiers'), tiers, instead)
    const signed = reader.read(of('signing_required'), z.boolean(), instead)
    const before = riskMatrix[risk]
    riskMatrix[risk] = {
      tiers: required ? TIERS.filter((tier) => required.includes(tier)) : before.tiers,
      coverage: threshold ?? before.coverage,
      signatures: signed === undefined ? before.signatures : signed ? 1 : 0,
    } satisfies RiskDemands
    explicit += [threshold, required, signed].filter((value) => value !== undefined).length
  }
  if (!published && explicit === 0) return {}
  return { riskMatrix, riskMatrixFrom: sourceOf(published ? profile : null, explicit) }
}

/** What the matrix has for all risks: threshold, tiers, signing. */
const ALL_VALUES = RISKS.length * 3

/** Where the numbers come from, as a phrase. */
function sourceOf(profile: string | null, explicit: number): string {
  if (explicit === ALL_VALUES) return 'GxP.MD'
  if (explicit === 0) return `GxP.MD, profile ${profile}`
  return `GxP.MD, and ${profile ? `its profile ${profile}` : "the standard's defaults"} for what it leaves out`
}

/** Where findings are shown and nothing is enforced, nothing fails. */
function enforcementOf(reader: Reader): Partial<Policy> {
  const enforcement = reader.read(
    ['artifacts', 'traceability_enforcement'],
    z.enum(['strict', 'warn', 'off']),
    'The default is used instead: `strict`.',
  )
  const mode = reader.read(
    ['agent', 'mode'],
    z.enum(['strict', 'risk_proportionate', 'advisory']),
    'The default is used instead: `risk_proportionate`.',
  )
  const lenient = enforcement === 'warn' || enforcement === 'off' || mode === 'advisory'
  return { ...(lenient && { failOn: 'never' }), ...(mode === 'strict' && { allHigh: true }) }
}

/** GxP.MD counts its schemas from 1.0, with the tags of generation 2, and 2.0, with those of generation 3. */
const GENERATIONS: ReadonlyMap<string, 2 | 3> = new Map([
  ['1', 2],
  ['1.0', 2],
  ['2', 3],
  ['2.0', 3],
])

function annotationsOf(reader: Reader): Partial<Policy> {
  const written = reader.text(['annotations', 'schema_version'])
  if (written === null) return {}
  const annotationSchema = GENERATIONS.get(written)
  if (annotationSchema) return { annotationSchema }
  const message = `\`annotations.schema_version\` is ${quoted(written)}; \`1.0\` and \`2.0\` are known. Annotations of every generation are taken.`
  reader.say(['annotations', 'schema_version'], message)
  return {}
}

function stateHashOf(reader: Reader): Partial<Policy> {
  const path = ['evidence', 'state_hash']
  reader.read([...path, 'algorithm'], z.enum(['SHA-256']), 'State hashes are computed with SHA-256.')
  const directory = reader.read([...path, 'scope'], scope, 'The default is used instead: `/src`.')
  const stateScope = directory === undefined ? null : scopeOf(directory)
  return stateScope === null ? {} : { stateScope }
}

/** The newest major version whose configuration is read. */
const NEWEST = 3

/** What would make this reading of the project another than its own. */
function checkTheRest(reader: Reader, version: string | null): void {
  if (version !== null && Number(/^\d+/.exec(version)?.[0] ?? 0) > NEWEST) {
    const message = `GxP.MD ${quoted(version)} is newer than ${NEWEST}.x, the newest that is known here: it is read as if it were that.`
    reader.say(['gxpmd_version'], message, 'warning')
  }
  const directory = z.string().regex(/^(?:\.?\/)?\.gxp\/?$/, 'is not where a record is looked for')
  reader.read(['artifacts', 'directory'], directory, 'Only `.gxp` is read.')
}
