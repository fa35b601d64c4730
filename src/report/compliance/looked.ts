/** What checks look at: findings, evidence and rows of a report, each as a link with its number, indexed once. */
import type { Finding } from '../../rosie/assessment.ts'
import { restingRules } from '../../rosie/policy.ts'
import type { ReportedEvidence, ReportSource } from '../../scan/ports/reports.ts'
import { place } from '../words.ts'

/** What stands behind a row of the regulatory map. */
export interface Link {
  /** `policy`: a rule that rests, so that nothing was looked at by it. */
  kind: 'finding' | 'evidence' | 'query' | 'policy'
  /** Its number in this report: F1 a finding, I1 an ignored one, E1 an evidence; null for the others. */
  ref: string | null
  text: string
  /** Where it is asked for, relative to the server. */
  href: string
}

export interface Looked {
  source: ReportSource
  /** By rule, with their numbers. */
  byRule: ReadonlyMap<string, readonly Link[]>
  /** Valid evidence. */
  valid: readonly Link[]
  invalid: readonly Link[]
  untrusted: readonly Link[]
  resting: ReadonlySet<string>
}

/** Everything that checks look at, indexed once. */
export function look(source: ReportSource): Looked {
  const byRule = new Map<string, Link[]>()
  const add = (finding: Finding, link: Link) => {
    const links = byRule.get(finding.rule)
    if (links) links.push(link)
    else byRule.set(finding.rule, [link])
  }
  source.findings.forEach((finding, at) => {
    add(finding, findingLink(source, finding, `F${at + 1}`))
  })
  source.assessed?.ignored.forEach(({ finding, expires }, at) => {
    add(finding, ignoredLink(source, finding, `I${at + 1}`, expires))
  })
  const evidence = source.evidence.map((each, at) => ({ each, link: evidenceLink(source, each, `E${at + 1}`) }))
  const withVerdict = (verdict: ReportedEvidence['verdict']) =>
    evidence.filter(({ each }) => each.verdict === verdict).map(({ link }) => link)
  return {
    ...{ source, byRule, resting: new Set(restingRules(source.assessed?.policy ?? null)) },
    ...{ valid: withVerdict('valid'), invalid: withVerdict('invalid'), untrusted: withVerdict('untrusted') },
  }
}

const findingLink = ({ scan }: ReportSource, finding: Finding, ref: string): Link => ({
  ...{ kind: 'finding', ref, text: `${finding.rule} at ${place(finding)}` },
  href: `/api/v1/scans/${scan.id}/findings?rule=${encodeURIComponent(finding.rule)}`,
})

/** A scan's list of findings has none that are ignored: the report itself lists them. */
const ignoredLink = ({ repository }: ReportSource, finding: Finding, ref: string, expires: string): Link => ({
  ...{ kind: 'finding', ref, text: `${finding.rule} at ${place(finding)}, ignored until ${expires}` },
  href: `/api/v1/repositories/${repository.id}/compliance/report`,
})

function evidenceLink({ repository }: ReportSource, { path, gxpId, verdict }: ReportedEvidence, ref: string): Link {
  const name = gxpId === null ? path : `${gxpId} (${path})`
  const href = `/api/v1/repositories/${repository.id}/evidence${gxpId === null ? '' : `/${encodeURIComponent(gxpId)}`}`
  return { kind: 'evidence', ref, text: `${name}: ${verdict ?? 'no verdict'}`, href }
}

export const query = ({ repository }: ReportSource, path: string, text: string): Link => ({
  ...{ kind: 'query', ref: null, text },
  href: `/api/v1/repositories/${repository.id}${path}`,
})

/** What rules found, and those of them that could not find anything. */
export const told = ({ source, byRule, resting }: Looked, ...rules: readonly string[]): Link[] =>
  rules.flatMap((rule) => (resting.has(rule) ? [restingLink(source, rule)] : (byRule.get(rule) ?? [])))

const restingLink = ({ repository }: ReportSource, rule: string): Link => ({
  ...{ kind: 'policy', ref: null, text: rule },
  href: `/api/v1/repositories/${repository.id}/settings`,
})
