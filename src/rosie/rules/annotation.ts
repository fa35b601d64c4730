/** Annotations in source and tests. GxP.MD, "Annotations". */
import type { ComplianceRecord } from '../record.ts'
import { didYouMean, nearestIn } from './references.ts'
import type { Hit, Rule } from './rule.ts'

const malformed: Rule = {
  id: 'annotation/malformed',
  severity: 'error',
  about: 'A tag of the family does not parse: no id, a value in the wrong case, a misspelt tag.',
  *check({ head }) {
    for (const { path, content } of head.sources) {
      for (const { cause, message, ...span } of content.problems) {
        if (cause === 'annotation') yield { place: { path, ...span }, message, detail: message }
      }
    }
  },
}

const unknownId: Rule = {
  id: 'annotation/unknown-id',
  severity: 'error',
  about: 'A tag names a requirement or story without an artifact, or a specification that nothing defines.',
  *check({ head }) {
    const nearest = nearestIn(head)
    for (const file of head.sources) yield* unknownIds(file, head, nearest)
  },
}

function* unknownIds(
  { path, content }: ComplianceRecord['sources'][number],
  { graph }: ComplianceRecord,
  nearest: ReturnType<typeof nearestIn>,
): Generator<Hit> {
  for (const { tags } of content.blocks) {
    for (const { name, ids } of tags) {
      for (const { id, ...span } of ids) {
        if (graph.defined.has(id)) continue
        yield {
          place: { path, ...span },
          gxpId: id,
          message: `\`@${name}\` names ${id}, but nothing defines ${id}.${didYouMean(nearest(id, id))}`,
          detail: name,
        }
      }
    }
  }
}

export const annotationRules: readonly Rule[] = [malformed, unknownId]
