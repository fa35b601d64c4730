/**
 * What a record shows on one clause of a regulation, from findings, evidence and rows: never more than is there, and nothing
 * that speaks to another clause, or that who reads the report may not follow. What the policy ignores counts here as well,
 * since ignoring a fault doesn't make it good.
 */
import type { ReportedEvidence, ReportSource } from '../../scan/ports/reports.ts'
import { many, number } from '../words.ts'
import { type Link, type Looked, query, told } from './looked.ts'

/** What speaks for a clause, what is missing, and what speaks against it. */
export interface Shown {
  /** None: nothing here could speak for it. */
  found?: readonly Link[]
  /** What was found, where that is files; a query says it itself. */
  says?: string
  missing?: readonly Link[]
  against?: readonly Link[]
  /** Of these, what a query counts already. */
  twice?: readonly Link[]
  /** To be looked at by people, whatever it comes to. */
  open?: readonly Link[]
}

/** Where there is something to be counted. */
const counted = (count: number, link: Link): Link[] => (count === 0 ? [] : [link])

/** Signed files and files that only grow, of which the scan found that they are no longer what they were. */
const LOST_OR_CHANGED = [
  ...['evidence/changed', 'evidence/removed', 'evidence/package-tampered', 'evidence/package-missing-file'],
  ...['risk/entry-removed', 'risk/entry-rewritten'],
]

/** Documents that no id leads to: whatever is traced, they are not. */
const WITHOUT_ID = [
  ...['artifact/invalid-id', 'artifact/missing-id', 'artifact/duplicate-id', 'artifact/malformed-front-matter'],
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
    const uncovered = told(looked, 'trace/uncovered-requirement')
    return {
      found: counted(traced, query(source, '/traceability/matrix', says)),
      missing: [
        ...counted(gaps, query(source, '/traceability/matrix', `${many(gaps, 'requirement')} not traced`)),
        ...told(looked, ...WITHOUT_ID),
        ...uncovered,
        ...told(looked, 'trace/missing-tier', 'trace/unverified-specification'),
        ...told(looked, 'trace/unimplemented-specification', 'trace/orphan', 'trace/missing-parent'),
        ...told(looked, 'evidence/missing', 'evidence/stale', 'evidence/expired', 'release/incomplete'),
      ],
      against: [
        ...told(looked, 'evidence/failed', 'evidence/state-mismatch', 'trace/broken-reference'),
        ...told(looked, 'context/unwarranted-status'),
      ],
      twice: gaps === 0 ? [] : uncovered,
    }
  },

  /** The list is a copy of what is known of each file, not of its text. */
  copies(looked: Looked): Shown {
    const { source } = looked
    const says = `${many(source.artifacts, 'file')} of the record listed as CSV, with path and hash`
    return {
      found: counted(source.artifacts, query(source, '/artifacts.csv', says)),
      missing: told(looked, 'artifact/too-large', 'artifact/malformed-front-matter', 'evidence/malformed'),
      against: told(looked, 'artifact/encoding'),
    }
  },

  integrity: (looked: Looked): Shown => ({
    found: looked.valid,
    says: signedFiles(looked.valid, 'unchanged since it was signed', 'unchanged since they were signed'),
    missing: looked.untrusted,
    against: [...looked.invalid, ...told(looked, ...LOST_OR_CHANGED)],
    open: altered(looked.source),
  }),

  /** What is well kept shows no backup: only what speaks against it is looked for. */
  storage: (looked: Looked): Shown => ({
    missing: told(looked, 'artifact/encoding', 'artifact/too-large'),
    against: told(looked, ...LOST_OR_CHANGED),
    open: altered(looked.source),
  }),

  authority: (looked: Looked): Shown => ({
    found: looked.valid,
    says: signedFiles(
      looked.valid,
      'verified with a key that is trusted here',
      'verified with keys that are trusted here',
    ),
    missing: [...looked.untrusted, ...told(looked, 'evidence/untrusted')],
    against: [...looked.invalid, ...told(looked, 'evidence/invalid-signature')],
  }),

  trail: (looked: Looked): Shown => ({
    found: revisions(looked.source),
    against: told(looked, 'evidence/changed', 'evidence/removed', 'risk/entry-removed', 'risk/entry-rewritten'),
    open: altered(looked.source),
  }),

  documentation: (looked: Looked): Shown => ({
    found: revisions(looked.source),
    missing: told(looked, 'context/missing', 'context/version-not-raised', 'artifact/duplicate-id'),
    against: told(looked, 'adr/changed-after-acceptance'),
  }),

  /** That there are changes doesn't show that they were controlled. */
  changes: (looked: Looked): Shown => ({
    missing: told(looked, 'context/version-not-raised', 'risk/unrecorded-change'),
    against: told(looked, 'adr/changed-after-acceptance'),
    open: altered(looked.source),
  }),

  manifestation(looked: Looked): Shown {
    const [found, lacking] = split(looked, ({ signers, claimedAt }) => signers.length > 0 && claimedAt !== null)
    return {
      found,
      says: signedFiles(found, 'naming its key and a time', 'naming their keys and a time'),
      missing: [...lacking, ...told(looked, 'evidence/missing-claim')],
      against: told(looked, 'evidence/future'),
    }
  },

  linking: (looked: Looked): Shown => ({
    found: looked.valid,
    says: signedFiles(looked.valid, 'whose signature is over what it says', 'whose signatures are over what they say'),
    ...unlinked(looked),
  }),

  /** Linked, and with a time. */
  dated(looked: Looked): Shown {
    const [found, lacking] = split(looked, ({ claimedAt }) => claimedAt !== null)
    const { missing, against } = unlinked(looked)
    return {
      found,
      says: signedFiles(
        found,
        'whose signature is over what it says, a time among it',
        'whose signatures are over what they say, a time among it',
      ),
      missing: [...lacking, ...missing],
      against: [...against, ...told(looked, 'evidence/future')],
    }
  },

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

/** `2 signed files, unchanged since they were signed` */
const signedFiles = (found: readonly Link[], one: string, more: string): string =>
  `${many(found.length, 'signed file')}, ${found.length === 1 ? one : more}`

/** Valid evidence of which something is so, and the other. */
function split({ source, valid }: Looked, isSo: (evidence: ReportedEvidence) => boolean): [Link[], Link[]] {
  const refs = new Set(source.evidence.flatMap((each, at) => (isSo(each) ? [`E${at + 1}`] : [])))
  return [valid.filter(({ ref }) => refs.has(ref ?? '')), valid.filter(({ ref }) => !refs.has(ref ?? ''))]
}

const unlinked = (looked: Looked) => ({
  missing: [...looked.untrusted, ...told(looked, 'evidence/untrusted')],
  against: [
    ...looked.invalid,
    ...told(looked, 'evidence/invalid-signature', 'evidence/algorithm', 'evidence/package-tampered'),
  ],
})

/** Who made them is not in it. */
const revisions = (source: ReportSource): Link[] => {
  const says = `${many(source.revisions.total, 'revision')} of files of the record, each with its commit and when a scan met it`
  return counted(source.revisions.total, query(source, '/compliance/audit-trail', says))
}

/** The scan of such a change has findings of it, later ones have none. To replace a signature by a newer one is usual. */
const altered = (source: ReportSource): Link[] => {
  const { altered: count } = source.revisions
  const says = `${many(count, 'evidence file')} ${count === 1 ? 'was' : 'were'} changed, moved or removed since the first scan`
  return counted(count, query(source, '/compliance/audit-trail', says))
}
