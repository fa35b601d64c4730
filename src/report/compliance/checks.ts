/**
 * What a record shows on one clause of a regulation, from findings, evidence and rows: never more than is there. What the
 * policy ignores counts here as well, since ignoring a fault doesn't make it good.
 */
import type { Finding } from '../../rosie/assessment.ts'
import type { ReportedEvidence, ReportSource } from '../../scan/ports/reports.ts'
import { many, number, place } from '../words.ts'

/** What stands behind a row of the regulatory map. */
export interface Link {
  kind: 'finding' | 'evidence' | 'query'
  /** Its number in this report: F1 a finding, I1 an ignored one, E1 an evidence; null for a query. */
  ref: string | null
  text: string
  /** Where it is asked for, relative to the server. */
  href: string
}

/** What speaks for a clause, what is missing, and what speaks against it. */
interface Shown {
  found: Link[]
  missing?: Link[]
  against?: Link[]
}

export interface Looked {
  source: ReportSource
  /** By rule, with their numbers. */
  byRule: ReadonlyMap<string, readonly Link[]>
  /** Valid evidence. */
  valid: readonly Link[]
  invalid: readonly Link[]
  untrusted: readonly Link[]
}

/** Everything that checks look at, indexed once. */
export function look(source: ReportSource): Looked {
  const byRule = new Map<string, Link[]>()
  const add = (finding: Finding, ref: string, note: string) => {
    const link = linkTo(source, finding, ref, note)
    const links = byRule.get(finding.rule)
    if (links) links.push(link)
    else byRule.set(finding.rule, [link])
  }
  source.findings.forEach((finding, at) => {
    add(finding, `F${at + 1}`, '')
  })
  source.assessed?.ignored.forEach(({ finding, expires }, at) => {
    add(finding, `I${at + 1}`, `, ignored until ${expires}`)
  })
  const evidence = source.evidence.map((each, at) => ({ each, link: evidenceLink(source, each, `E${at + 1}`) }))
  const withVerdict = (verdict: ReportedEvidence['verdict']) =>
    evidence.filter(({ each }) => each.verdict === verdict).map(({ link }) => link)
  return {
    ...{ source, byRule },
    ...{ valid: withVerdict('valid'), invalid: withVerdict('invalid'), untrusted: withVerdict('untrusted') },
  }
}

function linkTo({ scan }: ReportSource, finding: Finding, ref: string, note: string): Link {
  const href = `/api/v1/scans/${scan.id}/findings?rule=${encodeURIComponent(finding.rule)}`
  return { kind: 'finding', ref, text: `${finding.rule} at ${place(finding)}${note}`, href }
}

function evidenceLink({ repository }: ReportSource, { path, gxpId, verdict }: ReportedEvidence, ref: string): Link {
  const name = gxpId === null ? path : `${gxpId} (${path})`
  const href = `/api/v1/repositories/${repository.id}/evidence${gxpId === null ? '' : `/${encodeURIComponent(gxpId)}`}`
  return { kind: 'evidence', ref, text: `${name}: ${verdict ?? 'no verdict'}`, href }
}

const query = ({ repository }: ReportSource, path: string, text: string): Link => ({
  ...{ kind: 'query', ref: null, text },
  href: `/api/v1/repositories/${repository.id}${path}`,
})

const told = ({ byRule }: Looked, ...rules: readonly string[]): Link[] =>
  rules.flatMap((rule) => byRule.get(rule) ?? [])

/** Where there is something to be counted. */
const counted = (count: number, link: Link): Link[] => (count === 0 ? [] : [link])

const LOST_OR_CHANGED = [
  ...['evidence/changed', 'evidence/removed', 'evidence/package-tampered', 'evidence/package-missing-file'],
  ...['risk/entry-removed', 'risk/entry-rewritten', 'adr/changed-after-acceptance'],
]

/** Each a function of what was looked at; its name is what regulations.ts refers to. */
export const CHECKS = {
  validation(looked: Looked): Shown {
    const { source } = looked
    const { requirements } = source
    const traced = requirements.filter((requirement) => requirement.traced).length
    const gaps = requirements.length - traced
    const proven = requirements.filter((requirement) => requirement.proven).length
    const all = many(requirements.length, 'requirement')
    const says = `${number(traced)} of ${all} traced to a test or evidence, ${number(proven)} proven`
    return {
      found: counted(traced, query(source, '/traceability/matrix', says)),
      missing: [
        ...counted(gaps, query(source, '/traceability/matrix', `${many(gaps, 'requirement')} not traced`)),
        ...told(looked, 'trace/uncovered-requirement', 'trace/missing-tier', 'trace/unverified-specification'),
        ...told(looked, 'trace/unimplemented-specification', 'trace/orphan', 'trace/missing-parent'),
        ...told(looked, 'evidence/missing', 'evidence/stale', 'evidence/expired', 'release/incomplete'),
      ],
      against: told(looked, 'evidence/failed', 'evidence/state-mismatch', 'trace/broken-reference'),
    }
  },

  copies(looked: Looked): Shown {
    const { source } = looked
    return {
      found: counted(
        source.artifacts,
        query(source, '/artifacts.csv', `${many(source.artifacts, 'artifact')} to export`),
      ),
      missing: told(looked, 'artifact/too-large', 'artifact/malformed-front-matter', 'evidence/malformed'),
      against: told(looked, 'artifact/encoding'),
    }
  },

  protection: (looked: Looked): Shown => ({ found: [...looked.valid], against: told(looked, ...LOST_OR_CHANGED) }),

  access: ({ source }: Looked): Shown => ({
    found: events(source.audit.onApiKeys, 'on API keys in the audit trail'),
  }),

  authority: ({ source }: Looked): Shown => ({
    found: events(source.audit.onSigningKeys, 'on who may sign in the audit trail'),
  }),

  auditTrail: (looked: Looked): Shown => ({
    found: revisions(looked.source),
    missing: told(looked, 'risk/unrecorded-change'),
    against: told(looked, 'evidence/changed', 'evidence/removed', 'risk/entry-removed', 'risk/entry-rewritten'),
  }),

  control: (looked: Looked): Shown => ({
    found: revisions(looked.source),
    missing: told(looked, 'context/missing', 'context/version-not-raised', 'risk/unrecorded-change'),
    against: told(looked, 'adr/changed-after-acceptance', 'context/unwarranted-status'),
  }),

  manifestation(looked: Looked): Shown {
    const { source, valid } = looked
    const refs = new Set(source.evidence.flatMap((each, at) => (isNamed(each) ? [] : [`E${at + 1}`])))
    return {
      found: valid.filter(({ ref }) => !refs.has(ref ?? '')),
      missing: [...valid.filter(({ ref }) => refs.has(ref ?? '')), ...told(looked, 'evidence/missing-claim')],
      against: told(looked, 'evidence/future'),
    }
  },

  linking: (looked: Looked): Shown => ({
    found: [...looked.valid],
    missing: [...looked.untrusted, ...told(looked, 'evidence/untrusted')],
    against: [
      ...looked.invalid,
      ...told(looked, 'evidence/invalid-signature', 'evidence/algorithm', 'evidence/package-tampered'),
    ],
  }),

  risk(looked: Looked): Shown {
    const { source } = looked
    const { risks, requirements } = source
    const rated = requirements.filter(({ risk }) => risk !== null).length
    const unrated = requirements.length - rated
    return {
      found: [
        ...counted(
          risks.length,
          query(source, '/risk/register', `${many(risks.length, 'entry', 'entries')} in the register`),
        ),
        ...counted(rated, query(source, '/risk/assessment', `${many(rated, 'requirement')} rated`)),
      ],
      missing: [
        ...counted(unrated, query(source, '/risk/assessment', `${many(unrated, 'requirement')} without a rating`)),
        ...told(looked, 'risk/log-missing', 'risk/malformed-entry', 'risk/open-high', 'annotation/risk-concern'),
      ],
      against: told(looked, 'risk/unrecorded-change', 'annotation/risk-mismatch', 'context/rating-too-low'),
    }
  },

  suppliers(looked: Looked): Shown {
    const { source } = looked
    const says = many(source.vendors.length, 'vendor assessment')
    return {
      found: counted(source.vendors.length, query(source, '/vendor-assessments', says)),
      missing: told(looked, 'vendor/expired', 'vendor/malformed'),
    }
  },
} satisfies Record<string, (looked: Looked) => Shown>

export type CheckName = keyof typeof CHECKS

const events = (count: number, about: string): Link[] =>
  counted(count, { kind: 'query', ref: null, text: `${many(count, 'event')} ${about}`, href: '/api/v1/audit-events' })

const revisions = (source: ReportSource): Link[] =>
  counted(
    source.revisions.total,
    query(source, '/compliance/audit-trail', `${many(source.revisions.total, 'recorded revision')} of the record`),
  )

const isNamed = ({ signers, claimedAt }: ReportedEvidence) => signers.length > 0 && claimedAt !== null
