import { kindOfId } from '../../ids.ts'
import { brokenReferences, didYouMean, nearestIn } from '../references.ts'
import type { Rule } from '../rule.ts'

/** Every id that a document refers to exists. RFC-001, "Traceability". */
export const brokenReference: Rule = {
  id: 'trace/broken-reference',
  severity: 'error',
  about: 'A document names an id that nothing defines.',
  *check({ head }) {
    const nearest = nearestIn(head)
    for (const { from, to, by, origin } of brokenReferences(head)) {
      const gxpId = kindOfId(from) ? from : null
      const message = `${gxpId ?? 'This document'} names ${to} as its \`${by}\`, but nothing defines ${to}.${didYouMean(nearest(to, from))}`
      yield { place: origin, gxpId, message, detail: `${by} ${to}` }
    }
  },
}
