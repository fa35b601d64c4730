/** The kinds of artifacts that have lists of their own: where, what of, and what they are filtered by. */
import { STATUSES } from '../../../rosie/model.ts'
import { DECISION_STATUSES } from '../../../rosie/parse/decision-status.ts'
import { TEST_RESULTS } from '../../../rosie/parse/testing-record.ts'
import type { FILTERS } from './schemas.ts'

export interface ArtifactKind {
  /** Below the repository. */
  path: string
  /** As `artifact.kind` has them. */
  kinds: readonly string[]
  /** Parts of operation ids, and the words of summaries. */
  one: string
  many: string
  words: string
  filters: readonly (keyof typeof FILTERS)[]
  /** What its `status` may be; none: it has no such filter. */
  statuses: readonly string[]
  /** There are ids by which one asks for one of them. */
  named: boolean
}

export const ARTIFACT_KINDS: readonly ArtifactKind[] = [
  {
    ...{ path: 'requirements', kinds: ['requirement'], one: 'Requirement', many: 'Requirements', words: 'requirement' },
    ...{ filters: ['risk', 'status', 'parent', 'q'], statuses: STATUSES, named: true },
  },
  {
    ...{ path: 'user-stories', kinds: ['user_story'], one: 'UserStory', many: 'UserStories', words: 'user story' },
    ...{ filters: ['risk', 'status', 'parent', 'q'], statuses: STATUSES, named: true },
  },
  {
    ...{ path: 'specifications', kinds: ['specification'], one: 'Specification', many: 'Specifications' },
    ...{ words: 'specification', filters: ['risk', 'status', 'tier', 'parent', 'q'], statuses: STATUSES, named: true },
  },
  {
    // The signature of a package stands for all of it.
    ...{ path: 'evidence', kinds: ['evidence', 'package_file'], one: 'Evidence', many: 'AllEvidence' },
    ...{ words: 'evidence', filters: ['tier', 'parent', 'verdict', 'q'], statuses: [], named: true },
  },
  {
    ...{ path: 'decisions', kinds: ['decision'], one: 'Decision', many: 'Decisions', words: 'decision' },
    ...{ filters: ['status', 'q'], statuses: DECISION_STATUSES, named: true },
  },
  {
    ...{ path: 'vendor-assessments', kinds: ['vendor_assessment'], one: 'VendorAssessment', many: 'VendorAssessments' },
    ...{ words: 'vendor assessment', filters: ['q'], statuses: [], named: false },
  },
  {
    ...{ path: 'testing-records', kinds: ['testing_record'], one: 'TestingRecord', many: 'TestingRecords' },
    ...{ words: 'record of testing', filters: ['status', 'parent', 'q'], statuses: TEST_RESULTS, named: false },
  },
]

/** All that an artifact may be. */
export const ALL_KINDS: readonly string[] = [
  'system_context',
  'risk_register',
  ...ARTIFACT_KINDS.flatMap(({ kinds }) => kinds),
]

/** Of whatever kind; the system context has one of the first. */
export const ALL_STATUSES: readonly string[] = [...new Set(ARTIFACT_KINDS.flatMap(({ statuses }) => statuses))]
