/** Where an artifact is defined, for findings about it as a whole. */
// @ts-nocheck

import type { Place } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'

/** The line of its document's id, else the first place that names it; null: there is neither. */
export function placeOf(id: string, { documentsById, graph }: ComplianceRecord): Place | null {
  const document = documentsById.get(id)?.[0]
  if (document) return { path: document.path, line: document.content.fields.gxp_id?.line ?? 1 }
  return graph.into(id)[0]?.origin ?? null
}
