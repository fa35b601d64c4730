/** Requirements are counted as documents in one table and by their ids in others: where those differ, a report says why. */
import { kindOfId } from '../../rosie/ids.ts'
import type { ReportSource } from '../../scan/ports/reports.ts'
import { many, number } from '../words.ts'

export interface RequirementDocumentCounts {
  total: number
  /** In no row of coverage and matrix: their id is missing, is none, or can't be read. */
  withoutId: number
  /** What was found on those: F1, or I1 where the policy ignores it. */
  findings: string[]
  /** In no row either. */
  retired: number
  /** Those that have no row of their own, since others have the same id. */
  sharing: number
  /** Rows of ids that only annotations name. */
  onlyNamed: number
}

export function requirementDocuments(source: ReportSource): RequirementDocumentCounts {
  const { covered, ids, others } = source.requirementDocuments
  const withoutId = others.filter(({ gxpId }) => gxpId === null || kindOfId(gxpId) !== 'requirement')
  return {
    total: covered + others.length,
    withoutId: withoutId.length,
    findings: foundOn(new Set(withoutId.map(({ path }) => path)), source),
    retired: others.length - withoutId.length,
    sharing: covered - ids,
    onlyNamed: source.requirements.length - ids,
  }
}

function foundOn(paths: ReadonlySet<string>, { findings, assessed }: ReportSource): string[] {
  const isOn = ({ rule, path }: { rule: string; path: string | null }) =>
    rule.startsWith('artifact/') && path !== null && paths.has(path)
  return [
    ...findings.flatMap((finding, at) => (isOn(finding) ? [`F${at + 1}`] : [])),
    ...(assessed?.ignored ?? []).flatMap(({ finding }, at) => (isOn(finding) ? [`I${at + 1}`] : [])),
  ]
}

/** Named in one sentence. */
const NAMED = 6

/** How many documents are in the rows below, and why there are not as many of both. */
export function rowsSentence(counts: RequirementDocumentCounts): string {
  const { total, withoutId, retired, sharing, onlyNamed } = counts
  const left = [
    ...(withoutId > 0 ? [`${number(withoutId)} of them without a usable id${refs(counts)}`] : []),
    ...(retired > 0 ? [`${number(retired)} of them retired`] : []),
  ]
  const are = withoutId + retired === 1 ? 'it is' : 'they are'
  const where = left.length > 0 ? `${left.join(', ')}: ${are} in no row below.` : 'each in a row below.'
  const covered = total - withoutId - retired
  const named = onlyNamed === 1 ? '1 row is of an id' : `${number(onlyNamed)} rows are of ids`
  return [
    `${many(total, 'requirement document')}, ${where}`,
    ...(sharing > 0
      ? [`${number(covered)} documents share ${many(covered - sharing, 'id')}: one row for each id.`]
      : []),
    ...(onlyNamed > 0 ? [`${named} that only annotations name, without a document.`] : []),
  ].join(' ')
}

function refs({ findings }: RequirementDocumentCounts): string {
  if (findings.length === 0) return ''
  const more = findings.length - NAMED
  return ` (${findings.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${number(more)} more` : ''})`
}
