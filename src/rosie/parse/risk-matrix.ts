/** The risk matrix of GxP.MD: what each risk demands. GxP.MD 2.1 and 3.0, "Risk matrix". */
import { z } from 'zod'
import { closest } from '../ids.ts'
import { RISKS, TIERS } from '../model.ts'
import { DEFAULT_POLICY, type Policy, type RiskDemands } from '../policy.ts'
import { type Path, quoted } from './policy-issues.ts'
import type { SettingsReader } from './policy-reader.ts'
import { PROFILES } from './profiles.ts'

const coverage = z.int().min(0).max(100)
const tiers = z.array(z.enum(TIERS)).min(1)

/** An explicit value beats the profile, and the profile the standard's defaults. */
export function riskMatrixOf(reader: SettingsReader, profile: string | null): Partial<Policy> {
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
    if (signed === false && risk === 'HIGH') reader.say(of('signing_required'), UNSIGNED_HIGH, 'warning')
  }
  checkMatrixKeys(reader)
  if (!published && explicit === 0) return {}
  return { riskMatrix, riskMatrixFrom: sourceOf(published ? profile : null, explicit) }
}

/** STANDARD, "Evidence", by risk. A project may decide so, since GxP.MD supplies the matrix, but never unseen. */
const UNSIGNED_HIGH =
  '`risk.matrix.HIGH.signing_required` is `false`: a record of testing is then enough for HIGH, for which the standard asks for signed evidence. This holds; write `true` unless it is meant.'

/** What somebody writes who leaves half of a key away. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['coverage', 'coverage_threshold'],
  ['threshold', 'coverage_threshold'],
  ['tiers', 'required_tiers'],
  ['signing', 'signing_required'],
])

const OF_A_RISK = ['coverage_threshold', 'required_tiers', 'signing_required']

/**
 * What stands in the matrix and is not read sets nothing, whatever its author believes: there are no other risks than the
 * three. What else a project says of one of them is its own business, unless it is one of ours misspelt.
 */
function checkMatrixKeys(reader: SettingsReader): void {
  const matrix = ['risk', 'matrix']
  for (const key of reader.keys(matrix)) {
    if (RISKS.some((risk) => risk === key)) {
      for (const name of reader.keys([...matrix, key])) misspelt(reader, [...matrix, key, name], OF_A_RISK, SHORT)
      continue
    }
    const near = RISKS.find((risk) => risk === key.toUpperCase()) ?? closest(key.toUpperCase(), RISKS)
    const right = near ? `Did you mean ${quoted(near)}?` : 'There are `HIGH`, `MEDIUM` and `LOW`.'
    reader.say([...matrix, key], `${quoted(`risk.matrix.${key}`)} is no risk, so nothing is set by it. ${right}`)
  }
  for (const key of reader.keys(['risk'])) misspelt(reader, ['risk', key], ['matrix'])
}

function misspelt(
  reader: SettingsReader,
  path: readonly string[],
  known: readonly string[],
  short: ReadonlyMap<string, string> = new Map(),
): void {
  const [name = '', ...above] = path.toReversed()
  if (known.includes(name)) return
  const plain = name.toLowerCase().replaceAll('-', '_')
  const near = known.includes(plain) ? plain : (short.get(plain) ?? closest(plain, known))
  if (near === null) return
  const right = quoted([...above.toReversed(), near].join('.'))
  reader.say(path, `${quoted(path.join('.'))} is not read, so nothing is set by it. Did you mean ${right}?`)
}

/** What the matrix has for all risks: threshold, tiers, signing. */
const ALL_VALUES = RISKS.length * OF_A_RISK.length

/** Where the numbers come from, as a phrase. */
function sourceOf(profile: string | null, explicit: number): string {
  if (explicit === ALL_VALUES) return 'GxP.MD'
  if (explicit === 0) return `GxP.MD, profile ${profile}`
  return `GxP.MD, and ${profile ? `its profile ${profile}` : "the standard's defaults"} for what it leaves out`
}
