/** The kinds of artifacts that have lists of their own: where, what of, and what they are filtered by. */
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
  /** There are ids by which one asks for one of them. */
  named: boolean
}

export const ARTIFACT_KINDS: readonly ArtifactKind[] = [
  {
    ...{ path: 'requirements', kinds: ['requirement'], one: 'Requirement', many: 'Requirements', words: 'requirement' },
    ...{ filters: ['risk', 'status', 'parent', 'q'], named: true },
  },
  {
    ...{ path: 'user-stories', kinds: ['user_story'], one: 'UserStory', many: 'UserStories', words: 'user story' },
    ...{ filters: ['risk', 'status', 'parent', 'q'], named: true },
  },
  {
    ...{ path: 'specifications', kinds: ['specification'], one: 'Specification', many: 'Specifications' },
    ...{ words: 'specification', filters: ['risk', 'status', 'tier', 'parent', 'q'], named: true },
  },
  {
    // The signature of a package stands for all of it.
    ...{ path: 'evidence', kinds: ['evidence', 'package_file'], one: 'Evidence', many: 'AllEvidence' },
    ...{ words: 'evidence', filters: ['tier', 'parent', 'verdict', 'q'], named: true },
  },
  {
    ...{ path: 'decisions', kinds: ['decision'], one: 'Decision', many: 'Decisions', words: 'decision' },
    ...{ filters: ['status', 'q'], named: true },
  },
  {
    ...{ path: 'vendor-assessments', kinds: ['vendor_assessment'], one: 'VendorAssessment', many: 'VendorAssessments' },
    ...{ words: 'vendor assessment', filters: ['q'], named: false },
  },
  {
    ...{ path: 'testing-records', kinds: ['testing_record'], one: 'TestingRecord', many: 'TestingRecords' },
    ...{ words: 'record of testing', filters: ['status', 'parent', 'q'], named: false },
  },
]
