/** What a scan is judged by. It comes from the default branch or the server, never from the change. RULES, "Policy". */
import type { Risk, Severity, Tier } from './model.ts'

export interface Policy {
  /** The least severity that makes a check fail; `never`: findings are shown and nothing fails. */
  failOn: 'error' | 'warning' | 'never'
  /** Only findings that the change introduces can make it fail. */
  introducedOnly: boolean
  /** Severities that differ from the rules' own; `off`: the rule rests. */
  severities: Readonly<Record<string, Severity | 'off'>>
  /** Findings that are set aside, with a reason and for a time. */
  ignore: readonly Ignore[]
  comment: 'always' | 'on_findings' | 'never'
  /** Files over this many bytes are not read. */
  maxFileBytes: number
  /** The same for the files of an evidence package, which are hashed and not kept. */
  maxPackageFileBytes: number
  /** Globs of source that must be annotated; empty: none must. */
  sources: readonly string[]
  /** Globs of files that are tests besides those that are by their path or name. */
  tests: readonly string[]
  /** The generation of annotations that the project has settled on; older ones are noticed. Null: it has not said. */
  annotationSchema: 1 | 2 | 3 | null
  /** What each risk demands: tiers, percent of requirements covered, independent signatures on evidence. */
  riskMatrix: Readonly<Record<Risk, RiskDemands>>
  /** Where the matrix comes from, as a phrase for reports. */
  riskMatrixFrom: string
  /** GxP.MD, agent mode `strict`: every requirement is judged as HIGH. */
  allHigh: boolean
  /** The directory that `system_state_hash` is taken over; no slash at either end, empty for the root. */
  stateScope: string
  /** Nobody but the organisation has set that. */
  organisationScope: boolean
  /** Keys of `.github/rosie.yml` that the organisation has locked: the repository's own values don't hold. */
  locked: readonly string[]
}

export interface RiskDemands {
  tiers: readonly Tier[]
  coverage: number
  /** 0: a record of testing is enough. */
  signatures: 0 | 1 | 2
}

export interface Ignore {
  /** Globs of paths; a finding without a path is met by `**`. */
  paths: readonly string[]
  /** Rule ids; empty: all rules. */
  rules: readonly string[]
  reason: string
  /** `YYYY-MM-DD`, the last day on which it holds (UTC). */
  expires: string
  /** Where it is written: `.github/rosie.yml`, from 1. */
  line: number
  /** It is written in the organisation's file, not in the repository's own. */
  organisation?: true
}

/** Rules that rest until a policy gives them a severity. */
const OFF = { 'annotation/untagged-source': 'off', 'evidence/second-signature': 'off' } as const

export const DEFAULT_POLICY: Policy = {
  failOn: 'error',
  introducedOnly: false,
  severities: OFF,
  ignore: [],
  comment: 'always',
  maxFileBytes: 1024 * 1024,
  maxPackageFileBytes: 32 * 1024 * 1024,
  sources: [],
  tests: [],
  annotationSchema: null,
  riskMatrix: {
    HIGH: { tiers: ['IQ', 'OQ', 'PQ'], coverage: 95, signatures: 1 },
    MEDIUM: { tiers: ['OQ', 'PQ'], coverage: 80, signatures: 0 },
    LOW: { tiers: ['OQ'], coverage: 60, signatures: 0 },
  },
  riskMatrixFrom: "the standard's defaults",
  allHigh: false,
  stateScope: 'src',
  organisationScope: false,
  locked: [],
}

/** What a policy says of its own that decides how a check ends; `severities`: those that it sets, `off`: the rule rests. */
export type AppliedPolicy = Pick<Policy, 'failOn' | 'introducedOnly' | 'severities'>

/** What reports say of a policy: of its severities those that are not so without it. */
export const appliedOf = ({ failOn, introducedOnly, severities }: Policy): AppliedPolicy => ({
  ...{ failOn, introducedOnly },
  severities: Object.fromEntries(
    Object.entries(severities).filter(([rule, severity]) => DEFAULT_POLICY.severities[rule] !== severity),
  ),
})

/** Rules that nobody looked by, because the policy says so. */
export const restingRules = (policy: AppliedPolicy | null): string[] =>
  Object.entries(policy?.severities ?? {}).flatMap(([rule, severity]) => (severity === 'off' ? [rule] : []))
