/**
 * `GxP.MD`: the project's risk matrix, enforcement and profile, in its front matter. It has much that is not ours: other
 * keys are no one's mistake, and only what is read here must be right. GxP.MD 2.1 and 3.0, "Configuration".
 */
import { z } from 'zod'
import type { Span } from '../model.ts'
import type { Policy } from '../policy.ts'
import { scopeOf } from '../state-hash.ts'
import { splitFrontMatter } from './front-matter.ts'
import { type PolicyProblem, SCOPE } from './policy-file.ts'
import { quoted } from './policy-issues.ts'
import { SettingsReader } from './policy-reader.ts'
import { scope } from './policy-schema.ts'
import { PROFILES } from './profiles.ts'
import { riskMatrixOf } from './risk-matrix.ts'
import { placeIn, readYaml } from './yaml.ts'

export interface ProjectPolicy {
  kind: 'project_policy'
  version: string | null
  profile: string | null
  /** What it sets; what it leaves out stays as it was. */
  settings: Partial<Policy>
  /** Where it sets the scope of `system_state_hash`; absent where it does not. */
  scopeAt?: Span
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
  const reader = new SettingsReader(yaml)
  const version = reader.text(['gxpmd_version'])
  const profile = reader.read(['regulatory', 'profile'], profileName, "The standard's risk matrix is used instead.")
  const settings: Partial<Policy> = {
    ...riskMatrixOf(reader, profile ?? null),
    ...enforcementOf(reader),
    ...annotationsOf(reader),
    ...stateHashOf(reader),
  }
  checkTheRest(reader, version)
  const found = { kind: 'project_policy', version, profile: profile ?? null, settings } as const
  const scopeAt = settings.stateScope !== undefined && { scopeAt: placeIn(yaml, SCOPE) }
  return { ...found, ...scopeAt, problems: reader.problems }
}

/** `custom` names no numbers of its own. */
const profileName = z.enum([...PROFILES.keys(), 'custom'])

/** Where findings are shown and nothing is enforced, nothing fails. */
function enforcementOf(reader: SettingsReader): Partial<Policy> {
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

function annotationsOf(reader: SettingsReader): Partial<Policy> {
  const written = reader.text(['annotations', 'schema_version'])
  if (written === null) return {}
  const annotationSchema = GENERATIONS.get(written)
  if (annotationSchema) return { annotationSchema }
  const message = `\`annotations.schema_version\` is ${quoted(written)}; \`1.0\` and \`2.0\` are known. Annotations of every generation are taken.`
  reader.say(['annotations', 'schema_version'], message)
  return {}
}

function stateHashOf(reader: SettingsReader): Partial<Policy> {
  reader.read(['evidence', 'state_hash', 'algorithm'], z.enum(['SHA-256']), 'State hashes are computed with SHA-256.')
  const directory = reader.read(SCOPE, scope, 'The default is used instead: `/src`.')
  const stateScope = directory === undefined ? null : scopeOf(directory)
  return stateScope === null ? {} : { stateScope }
}

/** The newest major version whose configuration is read. */
const NEWEST = 3

/** What would make this reading of the project another than its own. */
function checkTheRest(reader: SettingsReader, version: string | null): void {
  if (version !== null && Number(/^\d+/.exec(version)?.[0] ?? 0) > NEWEST) {
    const message = `GxP.MD ${quoted(version)} is newer than ${NEWEST}.x, the newest that is known here: it is read as if it were that.`
    reader.say(['gxpmd_version'], message, 'warning')
  }
  const directory = z.string().regex(/^(?:\.?\/)?\.gxp\/?$/, 'is not where a record is looked for')
  reader.read(['artifacts', 'directory'], directory, 'Only `.gxp` is read.')
}
