/**
 * What became of each signed evidence, and how much there is of what by verification tier. Runs that failed and times that
 * have passed are read off the evidence itself, since findings speak of the newest alone; the rest is by findings, those that
 * the policy ignores among them.
 */
import { dirname } from 'node:path/posix'
import type { Finding } from '../../rosie/assessment.ts'
import { packageOf } from '../../rosie/classify.ts'
import { hasFailed } from '../../rosie/test-evidence.ts'
import type { ReportedEvidence, ReportSource } from '../../scan/ports/reports.ts'

export interface NumberedEvidence extends Omit<ReportedEvidence, 'outdated'> {
  ref: string
  /** Rules of findings on this file, of a package on any of its files, ignored ones too; and those that mean it from another's. */
  findings: string[]
}

export interface TierQuality {
  /** `IQ`, `OQ`, `PQ`; else what it is: `package`, `release`, `no tier`. */
  tier: string
  total: number
  valid: number
  untrusted: number
  invalid: number
  /** No verdict is kept of it. */
  unverified: number
  /** The source has changed since, by findings: the newest valid ones of a specification that is told as such. */
  stale: number
  /** Its `exp` had passed when the scan was completed. */
  expired: number
  /** Its results say so, also where a newer run passed. */
  failed: number
  /** The source was not what it claims, by findings. */
  contradicted: number
}

type Source = Pick<ReportSource, 'evidence' | 'findings' | 'assessed' | 'scan'>

export function evidenceQuality(source: Source): { byTier: TierQuality[]; files: NumberedEvidence[] } {
  const files = numbered(source)
  return { byTier: qualityByTier(files, source.scan.completedAt), files }
}

const STALE = 'evidence/stale'

function numbered({ evidence, findings, assessed }: Source): NumberedEvidence[] {
  const told = [...findings, ...(assessed?.ignored ?? []).map(({ finding }) => finding)]
  const rulesOf = rulesByFile(evidence, told)
  // Told once of a specification, at the first of its evidence, it speaks of the newest of every tier.
  const stale = new Set(told.flatMap(({ rule, gxpId }) => (rule === STALE && gxpId !== null ? [gxpId] : [])))
  return evidence.map(({ outdated, ...each }, at) => {
    const rules = new Set(rulesOf.get(holderOf(each)))
    if (outdated && each.specId !== null && stale.has(each.specId)) rules.add(STALE)
    return { ref: `E${at + 1}`, ...each, findings: [...rules].sort() }
  })
}

/** The file, or the package's directory. */
const holderOf = ({ form, path }: Pick<ReportedEvidence, 'form' | 'path'>): string =>
  form === 'package' ? dirname(path) : path

function rulesByFile(evidence: Source['evidence'], told: readonly Finding[]): Map<string, Set<string>> {
  const packages = new Set(evidence.filter(({ form }) => form === 'package').map(holderOf))
  const rules = new Map<string, Set<string>>()
  for (const { path, rule } of told) {
    if (path === null) continue
    const holder = packageOf(path, packages) ?? path
    const known = rules.get(holder)
    if (known) known.add(rule)
    else rules.set(holder, new Set([rule]))
  }
  return rules
}

const ORDER = ['IQ', 'OQ', 'PQ', 'package', 'release', 'no tier']

function qualityByTier(files: readonly NumberedEvidence[], completedAt: string): TierQuality[] {
  const tiers = new Map<string, TierQuality>()
  for (const each of files) {
    const { tier, form, verdict, findings, expires } = each
    const name = tier ?? (form === 'test' ? 'no tier' : form)
    const counts = tiers.get(name) ?? { tier: name, ...NOTHING }
    tiers.set(name, counts)
    counts.total += 1
    counts[verdict ?? 'unverified'] += 1
    if (findings.includes(STALE)) counts.stale += 1
    if (findings.includes('evidence/state-mismatch')) counts.contradicted += 1
    if (hasFailed(each)) counts.failed += 1
    if (expires !== null && expires <= completedAt) counts.expired += 1
  }
  return [...tiers.values()].sort((a, b) => ORDER.indexOf(a.tier) - ORDER.indexOf(b.tier))
}

const NOTHING = {
  ...{ total: 0, valid: 0, untrusted: 0, invalid: 0, unverified: 0 },
  ...{ stale: 0, expired: 0, failed: 0, contradicted: 0 },
}
