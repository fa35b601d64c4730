/** Annotations in source and tests: what each tag says. GxP.MD, "Annotations"; what a block must say is in annotation-tags.ts. */
import { matches } from '../globs.ts'
import { sourcesOf } from '../record.ts'
import { mixedRisk, riskMismatch } from './annotation-risk.ts'
import { missingTag } from './annotation-tags.ts'
import { legacyTag } from './legacy-tag.ts'
import { didYouMean, nearestIn } from './references.ts'
import { inEach, type Rule } from './rule.ts'
import { shown } from './words.ts'

export const malformed: Rule = {
  id: 'annotation/malformed',
  severity: 'error',
  about: 'A tag of the family does not parse: no id, a value in the wrong case, a misspelt tag.',
  check: inEach(sourcesOf, function* ({ path, content }) {
    for (const { cause, message, ...span } of content.problems) {
      if (cause === 'annotation') yield { place: { path, ...span }, message, detail: message }
    }
  }),
}

export const unknownId: Rule = {
  id: 'annotation/unknown-id',
  severity: 'error',
  about: 'A tag names a requirement or story without an artifact, or a specification that nothing defines.',
  *check({ head }) {
    const nearest = nearestIn(head)
    const { defined, unknown } = head.graph
    if (unknown.size === 0 && head.graph.unread === null) return
    for (const { path, content } of head.sources) {
      for (const { tags } of content.blocks) {
        for (const { name, ids } of tags) {
          for (const named of ids) {
            if (defined.has(named.id)) continue
            const { id, ...span } = named
            const message = `\`@${name}\` names ${id}, but nothing defines ${id}.${didYouMean(nearest(id, id))}`
            yield { place: { path, ...span }, gxpId: id, message, detail: name }
          }
        }
      }
    }
  },
}

/** GxP.MD, "Risk": a doubt about a rating, left in the code for a person to decide. */
const riskConcern: Rule = {
  id: 'annotation/risk-concern',
  severity: 'notice',
  about: 'Somebody left a doubt about the risk in the code: `@gxp-risk-concern "…"`. A person has to look at it.',
  check: inEach(sourcesOf, function* ({ path, content }) {
    for (const { tags } of content.blocks) {
      for (const { name, value = '', line, endLine, column, endColumn } of tags) {
        if (name !== 'gxp-risk-concern') continue
        const gxpId = tags.flatMap(({ ids }) => ids)[0]?.id ?? null
        const message = `A doubt about the risk of this code waits for somebody's decision: “${shown(value, 300)}”`
        yield { place: { path, line, endLine, column, endColumn }, gxpId, message, detail: value }
      }
    }
  }),
}

/** For projects that demand an annotation of all their source. GxP.MD, "Required tags". */
const untaggedSource: Rule = {
  id: 'annotation/untagged-source',
  severity: 'warning',
  about: "A source file that matches the policy's globs carries no annotation.",
  *check({ head, policy }) {
    if (policy.sources.length === 0) return
    for (const { path, test, content } of head.sources) {
      if (test || content.blocks.length > 0 || content.problems.length > 0 || !matches(policy.sources, path)) continue
      yield {
        place: { path, line: 1 },
        message:
          "The policy wants this file annotated, and it is not. Say what it fulfils and its risk, as in `@gxp-implements SPEC-001-001` and `@gxp-risk HIGH`, or change the policy's `sources`.",
      }
    }
  },
}

export const annotationRules: readonly Rule[] = [
  malformed,
  unknownId,
  missingTag,
  mixedRisk,
  riskMismatch,
  legacyTag,
  riskConcern,
  untaggedSource,
]
