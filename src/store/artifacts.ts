/** What a file of the record is as an artifact: the columns one looks for it by, and what it says. */

import type { Field } from '../rosie/contents.ts'
import { decisionInFileName } from '../rosie/ids.ts'
import type { Json, SnapshotFile } from '../rosie/model.ts'
import type { RiskRegister } from '../rosie/parse/risk-register.ts'
import { indexable } from './indexable.ts'

export interface ArtifactRow {
  path: string
  kind: string
  sha: string
  gxpId: string | null
  title: string | null
  risk: string | null
  status: string | null
  data: object
}

/** Documents, evidence, decisions, the risk register, assessments and the system context; null for other files. */
export function artifactOf({ path, kind, sha, content }: SnapshotFile): ArtifactRow | null {
  const file = { path, kind, sha, gxpId: null, title: null, risk: null, status: null }
  switch (content?.kind) {
    case 'requirement':
    case 'user_story':
    case 'specification': {
      const { gxpId, title, risk, status } = content
      return { ...file, gxpId: gxpId && indexable(gxpId), title, risk, status, data: content }
    }
    case 'evidence':
      return { ...file, gxpId: content.gxpId && indexable(content.gxpId), data: content }
    case 'system_context': {
      const { project_name, gxp_risk_rating, validation_status } = content.fields
      const [title, risk, status] = [word(project_name), word(gxp_risk_rating), word(validation_status)]
      return { ...file, title, risk, status, data: content }
    }
    case 'decision': {
      const { title, status } = content
      return { ...file, gxpId: decisionInFileName(path), title, status, data: content }
    }
    case 'risk_register':
      return { ...file, data: withoutTexts(content) }
    case 'testing_record':
      // Its specification is no id of its own: two records of one specification are two artifacts.
      return { ...file, title: content.specId, status: content.result, data: content }
    case 'vendor_assessment':
      return { ...file, title: word(content.fields.product), data: content }
    default:
      return null
  }
}

const word = (field: Field | undefined): string | null => (typeof field?.value === 'string' ? field.value : null)

/** The register only grows, and each of its states is kept: what the entries say is in the blob. */
function withoutTexts({ kind, entries }: RiskRegister): { [key: string]: Json } {
  const kept = entries.map(({ id, title, date, risk, status, line }) => ({ id, title, date, risk, status, line }))
  return { kind, entries: kept }
}
