/** Specifications against tests and source. RFC-001, "Specifications"; GxP.MD, "Traceability graph". */
import { isRetired } from '../../coverage.ts'
import { definedOf } from '../../graph.ts'
import { remembered } from '../../memo.ts'
import { type Reached, walk } from '../../network.ts'
import type { ComplianceRecord } from '../../record.ts'
import { pathInTree } from '../../sayings.ts'
import { startsOf, testStarts } from '../../tracing.ts'
import { placeOf } from '../places.ts'
import { didYouMean, lookalike } from '../references.ts'
import type { Rule } from '../rule.ts'
import { lostTests, mendedNetwork, standsFor } from './causes.ts'
import { toldAsUncovered, uncovered } from './uncovered.ts'
import { isToldAsUnread } from './unread.ts'

/**
 * A specification that nothing verifies. Any evidence counts, also a failed or untrusted one, which has findings of its
 * own; so does a record of testing. What lies under a requirement that nothing tests is told there.
 */
export const unverifiedSpecification: Rule = {
  id: 'trace/unverified-specification',
  severity: 'warning',
  about: 'A specification has no test, no evidence and no record of testing.',
  *check({ head, base }) {
    const named = naming(head).testFiles
    const open = specifications(head).filter((id) => !named.has(id))
    if (open.length === 0) return
    const told = [verified(head, base), underUncovered(head, base)]
    for (const id of open) {
      if (told.some((reached) => reached.has(id))) continue
      const neither = implementedIn(head).has(id) ? '' : ' Nor does any source file implement it.'
      yield {
        place: placeOf(id, head),
        gxpId: id,
        message: `Nothing verifies ${id}: it has no test, no evidence and no record of testing.${neither}${misspelt(id, head)}`,
      }
    }
  },
}

/** Specifications that exist only as annotations are implemented by definition. */
export const unimplementedSpecification: Rule = {
  id: 'trace/unimplemented-specification',
  severity: 'notice',
  about: 'A specification is verified, but no source file implements it.',
  *check({ head, base }) {
    const named = naming(head).sourceFiles
    const open = specifications(head).filter((id) => head.documentsById.has(id) && !named.has(id))
    if (open.length === 0) return
    const implemented = implementedIn(head)
    // One that nothing verifies either is told once, as unverified or by its requirement.
    const looked = [verified(head, base), naming(head).testFiles]
    for (const id of open) {
      if (implemented.has(id)) continue
      const place = placeOf(id, head)
      const told = { rule: unverifiedSpecification, path: place?.path ?? null }
      const hidden = standsFor(told, { rule: unimplementedSpecification }, head)
      if (hidden && !looked.some((reached) => reached.has(id))) continue
      yield {
        place,
        gxpId: id,
        message: `No source file implements ${id}: none is annotated with it, and its \`source_files\` names none.`,
      }
    }
  },
}

/** A specification exists where the code names it: a slip of the finger makes a new one. */
const misspelt = (id: string, head: ComplianceRecord): string =>
  head.documentsById.has(id) ? '' : didYouMean(lookalike(id, head))

const specifications = remembered((head: ComplianceRecord): readonly string[] =>
  definedOf('specification', head.graph).filter(
    (id) => !isToldAsUnread(id, { rule: unverifiedSpecification }, head) && !isRetired(id, head),
  ),
)

/**
 * The specifications that name such files, read or not: files that are not there are told by trace/missing-file, and those
 * in languages that are not read can't be judged.
 */
const naming = remembered(({ documents, sourcesByPath }: ComplianceRecord) => {
  const found = { testFiles: new Set<string>(), sourceFiles: new Set<string>() }
  const isTest = (file: string) => sourcesByPath.get(pathInTree(file))?.test
  for (const { id, content } of documents) {
    if (id === null) continue
    if (content.testFiles.some((file) => isTest(file) !== false)) found.testFiles.add(id)
    if (content.sourceFiles.some((file) => isTest(file) !== true)) found.sourceFiles.add(id)
  }
  return found
})

/** What any test, evidence or record of testing reaches, or would reach without a broken reference. */
const verified = remembered((head: ComplianceRecord, base: ComplianceRecord | null): Reached => {
  const starts = [
    ...testStarts(head).map(({ node }) => node),
    ...startsOf(head.testEvidence).map(({ node }) => node),
    ...head.testingRecords.flatMap(({ content }) => content.specId ?? []),
    ...lostTests(head, base).map(({ node }) => node),
  ]
  return walk(mendedNetwork(head, base), 'out', starts)
})

/** What lies under a requirement that is told as uncovered, unless the policy makes less of that. */
function underUncovered(head: ComplianceRecord, base: ComplianceRecord | null): Reached {
  const told = uncovered(head, base).filter((each) => {
    // By the rules' own severities: what a requirement of LOW risk asks for is a notice, and enough.
    const { rule, path } = toldAsUncovered(each, head)
    return standsFor({ rule, path }, { rule: unverifiedSpecification }, head)
  })
  return walk(
    head.graph.typed,
    'into',
    told.map(({ id }) => id),
  )
}

/** What source implements, directly or through a specification below it. */
const implementedIn = remembered(({ graph, sources }: ComplianceRecord): Reached => {
  const starts: string[] = []
  for (const { test, node } of sources) if (!test && graph.typed.numbers.has(node)) starts.push(node)
  for (const { test, id } of graph.blocks.values()) if (!test) starts.push(id)
  return walk(graph.typed, 'out', starts)
})
