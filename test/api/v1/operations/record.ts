import type { Operation, Operations } from './operation.ts'
import type { Things } from './things.ts'

const inRepository = ({ repositoryId }: Things) => ({ params: { repositoryId } })
const badPage = { query: { limit: 101 } }
const nowhere = { params: { repositoryId: 'pump' } }
const noText = { params: { gxpId: '\0' } }

const list = (bad: Operation['bad'] = badPage): Operation => ({ good: inRepository, bad })
const whole: Operation = { good: inRepository, bad: nowhere }
const artifact: Operation = {
  good: ({ repositoryId, artifactId }) => ({ params: { repositoryId, artifactId } }),
  bad: { params: { artifactId: '17' } },
}
/** Of the first of that kind that has an id. */
const ofKind = (kind: string, bad: Operation['bad'] = noText): Operation => ({
  good: ({ repositoryId, gxpIdOf }) => ({ params: { repositoryId, gxpId: gxpIdOf(kind) } }),
  bad,
})

export const record: Operations = {
  getSystemContext: whole,
  listArtifacts: list({ query: { kind: 'a b' } }),
  getArtifact: artifact,
  listArtifactRevisions: artifact,
  getArtifactText: artifact,
  listRequirements: list(),
  getRequirement: ofKind('requirement'),
  listRequirementRevisions: ofKind('requirement', badPage),
  listUserStories: list(),
  getUserStory: ofKind('user_story'),
  listUserStoryRevisions: ofKind('user_story', badPage),
  listSpecifications: list({ query: { tier: 'XQ' } }),
  getSpecification: ofKind('specification'),
  listSpecificationRevisions: ofKind('specification', badPage),
  listAllEvidence: list({ query: { verdict: 'good' } }),
  getEvidence: ofKind('evidence'),
  listEvidenceRevisions: ofKind('evidence', badPage),
  listDecisions: list(),
  getDecision: ofKind('decision'),
  listDecisionRevisions: ofKind('decision', badPage),
  listVendorAssessments: list(),
  listTestingRecords: list(),
  listAnnotations: list({ query: { kind: 'document' } }),
  getChain: ofKind('requirement', { query: { direction: 'sideways' } }),
  getPathProof: ofKind('requirement'),
  listBrokenLinks: list(),
  getMatrix: whole,
  exportMatrix: whole,
  exportArtifacts: whole,
  listRisks: list(),
  getRisk: {
    good: ({ repositoryId }) => ({ params: { repositoryId, riskId: 'RISK-001' } }),
    bad: { params: { riskId: '\0' } },
  },
  getRiskRegister: whole,
  getRiskAssessment: whole,
}
