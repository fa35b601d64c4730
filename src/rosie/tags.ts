/**
 * The tags of all three generations of annotations: what each carries and what it means.
 * v3 = GxP.MD 3.0; v2 = RFC-001 draft-03; v1 = draft-02. GxP.MD, "Annotations"; RFC-001, "In-code annotations".
 */
import type { Tag, TagName } from './contents.ts'
import type { DocumentKind, EdgeType, Risk } from './model.ts'
import { RISKS, TIERS } from './model.ts'

export interface TagForm {
  generation: 1 | 2 | 3
  /** `ids`: one or more ids; `text`: anything, quoted where `quoted`; otherwise one word of the set. */
  carries: 'ids' | 'text' | readonly string[]
  quoted?: boolean
  /** Ordinary documentation uses the same word: it counts only beside a `@gxp-` tag, or with an id after it. */
  shared?: boolean
  /** An example for messages. */
  example: string
}

const V1_TEST_TYPES = ['unit', 'integration', 'e2e'] as const

export const TAGS: Record<TagName, TagForm> = {
  'gxp-satisfies': { generation: 3, carries: 'ids', example: '@gxp-satisfies REQ-001' },
  'gxp-implements': { generation: 3, carries: 'ids', example: '@gxp-implements SPEC-001-001' },
  'gxp-verifies': { generation: 3, carries: 'ids', example: '@gxp-verifies SPEC-001-001' },
  'gxp-derives-from': { generation: 3, carries: 'ids', example: '@gxp-derives-from REQ-001' },
  'gxp-risk': { generation: 3, carries: RISKS, example: '@gxp-risk HIGH' },
  'gxp-risk-concern': {
    generation: 3,
    carries: 'text',
    quoted: true,
    example: '@gxp-risk-concern "dose is rounded twice"',
  },
  'test-type': { generation: 3, carries: [...TIERS, ...V1_TEST_TYPES], shared: true, example: '@test-type OQ' },
  'gxp-req': { generation: 2, carries: 'ids', example: '@gxp-req REQ-001 "Title"' },
  'gxp-spec': { generation: 2, carries: 'ids', example: '@gxp-spec SPEC-001-001 "Title"' },
  trace: { generation: 2, carries: 'ids', shared: true, example: '@trace US-001-001' },
  'gxp-tag': { generation: 1, carries: 'ids', example: '@gxp-tag SPEC-001-001' },
  'gxp-criticality': { generation: 1, carries: RISKS, example: '@gxp-criticality HIGH' },
  requirement: { generation: 1, carries: 'ids', shared: true, example: '@requirement REQ-001' },
  description: { generation: 1, carries: 'text', shared: true, example: '@description What it does' },
}

export const TAG_NAMES = Object.keys(TAGS) as TagName[]

/** The edge that a tag draws to an id, in source or in a test; null when it draws none. */
export function edgeOf(name: TagName, idKind: DocumentKind, inTest: boolean): EdgeType | null {
  switch (name) {
    case 'gxp-satisfies':
    case 'gxp-req':
    case 'requirement':
      return 'satisfies'
    case 'gxp-implements':
      return 'implements'
    case 'gxp-verifies':
    case 'trace':
      return 'verifies'
    case 'gxp-derives-from':
      return 'derives_from'
    case 'gxp-spec':
    case 'gxp-tag':
      if (idKind === 'requirement') return 'satisfies'
      return inTest ? 'verifies' : 'implements'
    default:
      return null
  }
}

/** The risk that a block's tags claim, each with its tag. */
export const riskTags = (tags: readonly Tag[]): { risk: Risk; tag: Tag }[] =>
  tags.flatMap((tag) => {
    const risk =
      tag.name === 'gxp-risk' || tag.name === 'gxp-criticality' ? RISKS.find((level) => level === tag.value) : undefined
    return risk ? [{ risk, tag }] : []
  })
