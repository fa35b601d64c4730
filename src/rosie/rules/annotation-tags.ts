/** What a block of annotations must say. GxP.MD, "Required tags"; RFC-001, "In-code annotations". */

import type { Block, Tag } from '../contents.ts'
import { kindOfId } from '../ids.ts'
import type { Place, Severity } from '../model.ts'
import { type SourceFile, sourcesOf } from '../record.ts'
import { edgeOf, riskTags, TAGS } from '../tags.ts'
import { highestRisk } from '../vocabulary.ts'
import { type Hit, inEach, type Rule } from './rule.ts'
import { listed } from './words.ts'

export const missingTag: Rule = {
  id: 'annotation/missing-tag',
  severity: 'error',
  about:
    'A source block does not say what it fulfils or its risk; a test block does not say what it verifies or its `@test-type`. A test block without a risk is a warning; one of an older generation without `@trace`, and LOW source that fulfils nothing, are notices.',
  check: inEach(sourcesOf, function* (file) {
    for (const block of outermost(file.content.blocks.filter(declares))) yield* missingFrom(block, file)
  }),
}

/** Remarks that stand anywhere in code and declare nothing. */
const REMARKS = new Set(['gxp-risk-concern', 'description'])

const declares = ({ tags }: Block): boolean => tags.some(({ name }) => !REMARKS.has(name))

/** A sign of nesting, in columns: less is a matter of style (`// @…` beside `/** @…`). */
const DEEPER = 2

/**
 * Blocks that stand inside no other's code, told by how far they are indented. A block inside another (a case in its
 * suite, a method in its class) takes from that what it does not say itself.
 */
function* outermost(blocks: readonly Block[]): Generator<Block> {
  const around: number[] = []
  for (const block of blocks) {
    // Not spread: a block may have a hundred thousand tags.
    const column = block.tags.reduce((least, tag) => Math.min(least, tag.column ?? 1), Number.POSITIVE_INFINITY)
    while (around.length > 0 && (around.at(-1) ?? 0) + DEEPER > column) around.pop()
    if (around.length === 0) yield block
    around.push(column)
  }
}

/** How each generation says these things, for messages. */
const WORDS = {
  fulfils: {
    3: ['`@gxp-satisfies`', '`@gxp-implements`', '`@gxp-derives-from`'],
    2: ['`@gxp-req`', '`@gxp-spec`'],
    1: ['`@gxp-tag`', '`@requirement`'],
  },
  verifies: { 3: ['`@gxp-verifies`'], 2: ['`@gxp-spec`'], 1: ['`@gxp-tag`'] },
  risk: { 3: ['`@gxp-risk`'], 2: ['`@gxp-risk`'], 1: ['`@gxp-criticality`'] },
  type: { 3: ['`@test-type`'], 2: ['`@test-type`'], 1: ['`@test-type`'] },
  trace: { 3: ['`@trace`'], 2: ['`@trace`'], 1: ['`@trace`'] },
} as const

interface Lack {
  what: keyof typeof WORDS
  severity: Severity
  message: (tags: string) => string
}

function* missingFrom(block: Block, { path, test, content }: SourceFile): Generator<Hit> {
  // A tag that does not parse may be the one that is missed.
  const misspelt = content.problems.some(({ line }) => line >= block.line && line <= block.endLine)
  if (misspelt) return
  const generation = generationOf(block)
  const gxpId = block.tags.flatMap(({ ids }) => ids)[0]?.id ?? null
  for (const { what, severity, message } of test ? lacksOfTest(block, generation) : lacksOfSource(block)) {
    const tags = listed(WORDS[what][generation], 'or')
    yield { place: placeOf(block, path), gxpId, severity, message: message(tags), detail: what }
  }
}

function* lacksOfSource({ tags }: Block): Generator<Lack> {
  const risk = highestRisk(riskTags(tags).map((claim) => claim.risk))
  // GxP.MD lets LOW code stand without a requirement, story or specification.
  const severity = risk === 'LOW' ? 'notice' : 'error'
  if (tags.every(({ ids }) => ids.length === 0))
    yield { what: 'fulfils', severity, message: (tag) => `This block does not say what its code fulfils. Add ${tag}.` }
  if (!risk)
    yield {
      what: 'risk',
      severity: 'error',
      message: (tag) =>
        `This block does not say how high the risk of its code is. Add ${tag} with HIGH, MEDIUM or LOW.`,
    }
}

function* lacksOfTest({ tags }: Block, generation: 1 | 2 | 3): Generator<Lack> {
  const has = (name: Tag['name']) => tags.some((tag) => tag.name === name)
  if (!tags.some(verifies))
    yield {
      what: 'verifies',
      severity: 'error',
      message: (tag) => `This block does not say which specification its test verifies. Add ${tag}.`,
    }
  if (!has('test-type'))
    yield {
      what: 'type',
      severity: 'error',
      message: (tag) => `This block does not say of which tier its test is. Add ${tag} with IQ, OQ or PQ.`,
    }
  if (riskTags(tags).length === 0)
    yield {
      what: 'risk',
      severity: 'warning',
      message: (tag) =>
        `This block does not say how high the risk is of what its test verifies. Add ${tag} with HIGH, MEDIUM or LOW.`,
    }
  if (generation < 3 && !has('trace'))
    yield {
      what: 'trace',
      severity: 'notice',
      message: (tag) =>
        `This block does not say which user story its test traces to. Add ${tag}, as in \`${TAGS.trace.example}\`.`,
    }
}

/** The first generation's `@gxp-tag` names whatever a test is for, requirements too. */
const verifies = ({ name, ids }: Tag): boolean =>
  ids.some(({ id }) => {
    const kind = kindOfId(id)
    return kind !== null && (name === 'gxp-tag' || edgeOf(name, kind, true) === 'verifies')
  })

/** Whose words a block uses: those of its edges, since values are written alike in several generations. */
function generationOf({ tags }: Block): 1 | 2 | 3 {
  const edges = tags.filter(({ ids }) => ids.length > 0).map(({ generation }) => generation)
  if (edges.includes(3)) return 3
  if (tags.some(({ name, generation }) => generation === 1 && !REMARKS.has(name))) return 1
  return edges.includes(2) ? 2 : 3
}

/** From the first tag to the last: a comment may begin with pages of licence. */
const placeOf = ({ line, endLine, tags }: Block, path: string): Place => ({
  path,
  line: tags[0]?.line ?? line,
  endLine: tags.at(-1)?.line ?? endLine,
})
