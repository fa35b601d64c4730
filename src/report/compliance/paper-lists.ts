/**
 * The sections that list what there is: requirements, evidence, findings, what is ignored, events. Where a list is longer than
 * anybody reads, it is cut and says so: the report as JSON goes on.
 */
import { many, number, place } from '../words.ts'
import { type Block, type Cell, heading, paragraph, table } from './blocks.ts'
import { type MatrixRow, nameOf } from './matrix.ts'
import type { ComplianceReport, NumberedEvidence, TierQuality } from './report.ts'

/** Rows of one table: 500 pages, or so. */
export const MOST_ROWS = 5_000

/** Whether the finding, ignored finding or evidence of this number (`F1`) has a row. */
export const isListed = (ref: string): boolean => Number(ref.slice(1)) <= MOST_ROWS

/** What there is room for, and a sentence where that is not all. */
function cut<Row>(rows: readonly Row[], total = rows.length): { shown: readonly Row[]; said: Block[] } {
  const shown = rows.slice(0, MOST_ROWS)
  const sentence = `The first ${number(shown.length)} of ${number(total)}; the report as JSON has more of them.`
  return { shown, said: total > shown.length ? [paragraph(sentence)] : [] }
}

export function matrixSection({ traceability }: ComplianceReport): Block[] {
  if (traceability.length === 0) return [heading('Traceability matrix'), paragraph('The record has no requirements.')]
  const { shown, said } = cut(traceability)
  return [
    heading('Traceability matrix'),
    paragraph(
      'Traced: a typed path leads from the requirement to a test, or to valid, passing evidence. Proven: by the newest ' +
        'evidence, made for the current state of the source. Of what leads to a requirement, the nearest few are named; ' +
        'the JSON form of this report has more.',
    ),
    ...said,
    table(
      'Requirements, and what leads to each',
      [
        ['Requirement', 2],
        ['Risk', 0.9],
        ['Level', 1.1],
        ['Stories and specifications', 2.4],
        ['Tests and evidence', 3],
        ['Tiers', 1.1],
      ],
      shown.map(matrixCells),
    ),
    heading('Path proofs', 2),
    table(
      'For each traced requirement, a path from a test or evidence to it',
      [
        ['Requirement', 1],
        ['Path', 4],
      ],
      shown.filter(({ path }) => path.length > 0).map(({ id, path }) => [id, path.map(nameOf).join(' → ')]),
    ),
  ]
}

/** Named in one cell of the matrix. */
const NAMED = 6

function few(names: readonly string[]): string[] {
  const more = names.length - NAMED
  return more > 0 ? [...names.slice(0, NAMED), `and ${number(more)} more`] : [...names]
}

function matrixCells(row: MatrixRow): Cell[] {
  const { id, title, risk, linked, traced, proven, tiers, missingTiers } = row
  const level = proven ? 'proven' : traced ? 'traced' : linked ? 'linked only' : 'not covered'
  const missing = missingTiers.length > 0 ? [`missing ${missingTiers.join(', ')}`] : []
  return [
    title === null ? id : `${id}\n${title}`,
    risk ?? 'no rating',
    { text: level, tone: traced || proven ? 'good' : 'bad' },
    [...few(row.userStories), ...few(row.specifications)].join('\n'),
    [...few(row.tests), ...few(row.evidence)].join('\n'),
    [...(tiers.length > 0 ? [tiers.join(', ')] : []), ...missing].join('\n'),
  ]
}

export function evidenceSection({ evidence: { byTier, files } }: ComplianceReport): Block[] {
  if (files.length === 0) return [heading('Evidence quality'), paragraph('The record has no signed evidence.')]
  const { shown, said } = cut(files)
  return [
    heading('Evidence quality'),
    table(
      'Signed evidence by verification tier',
      [['Tier', 1.1], ...TIER_COUNTS.map(([title]) => [title, title.length > 10 ? 1.35 : 1] as const)],
      byTier.map((counts) => [counts.tier, ...TIER_COUNTS.map(([, key]) => number(counts[key]))]),
    ),
    ...said,
    table(
      'Each signed evidence',
      [
        ['No.', 0.6],
        ['Evidence', 3.7],
        ['For', 1.6],
        ['Tier', 0.8],
        ['Signed by', 2.1],
        ['Result', 1.3],
        ['Signature', 1.2],
      ],
      shown.map(evidenceCells),
      true,
    ),
  ]
}

const TIER_COUNTS = [
  ['Total', 'total'],
  ['Valid', 'valid'],
  ['Untrusted', 'untrusted'],
  ['Invalid', 'invalid'],
  ['Unverified', 'unverified'],
  ['Stale', 'stale'],
  ['Expired', 'expired'],
  ['Failed', 'failed'],
  ['Contradicted', 'contradicted'],
] as const satisfies readonly (readonly [string, keyof TierQuality])[]

function evidenceCells({
  ref,
  path,
  gxpId,
  specId,
  tier,
  form,
  signers,
  claimedAt,
  results,
  verdict,
  findings,
}: NumberedEvidence): Cell[] {
  const run = results
    ? `${number(results.passed)} passed, ${number(results.failed)} failed, ${number(results.skipped)} skipped`
    : form
  return [
    ref,
    [...(gxpId === null ? [] : [gxpId]), path, ...findings].join('\n'),
    specId ?? '',
    tier ?? '',
    [...signers, ...(claimedAt === null ? [] : [claimedAt.replace('.000Z', 'Z')])].join('\n'),
    run,
    { text: verdict ?? 'not kept', tone: verdict === 'valid' ? 'good' : verdict === null ? 'open' : 'bad' },
  ]
}

export function findingsSection({ findings, findingsTotal }: ComplianceReport): Block[] {
  if (findings.length === 0) return [heading('Findings'), paragraph('None.')]
  const { shown, said } = cut(findings, findingsTotal)
  return [
    heading('Findings'),
    ...said,
    table(
      'Findings, most serious first',
      [
        ['No.', 0.7],
        ['Severity', 1],
        ['Rule and place', 3.4],
        ['What was found', 5],
      ],
      shown.map((finding) => [
        finding.ref,
        { text: finding.severity, tone: finding.severity === 'error' ? 'bad' : 'open' },
        `${finding.rule}\n${place(finding)}`,
        finding.message,
      ]),
      true,
    ),
  ]
}

export function ignoredSection({ ignored: { total, findings } }: ComplianceReport): Block[] {
  const title = heading('Ignored by the policy')
  if (total === null)
    return [title, paragraph('What the policy ignored was not kept for this scan: it is from an older version.')]
  if (findings.length === 0) return [title, paragraph('Nothing.')]
  const { shown, said } = cut(findings, total)
  return [
    title,
    ...said,
    table(
      'Findings that the policy ignores, with the reason it gives',
      [
        ['No.', 0.7],
        ['Rule and place', 3],
        ['What was found', 3.6],
        ['Reason', 3],
        ['Until', 1.2],
      ],
      shown.map(({ ref, finding, reason, expires }) => [
        ref,
        `${finding.rule}\n${place(finding)}`,
        finding.message,
        reason,
        expires,
      ]),
      true,
    ),
  ]
}

export function auditSection({ audit: { total, events }, scan }: ComplianceReport): Block[] {
  const title = heading('Audit extract')
  if (total === 0) return [title, paragraph(`There is no event of this repository until ${scan.completedAt}.`)]
  const newest = total > events.length ? `, the newest ${number(events.length)} of them` : ''
  return [
    title,
    paragraph(`${many(total, 'event')} of this repository until ${scan.completedAt}${newest}, in order of time.`),
    table(
      'Events of the audit trail',
      [
        ['Time', 2.3],
        ['Actor', 2],
        ['Action', 2],
        ['Resource', 2.6],
        ['Reason', 2.4],
      ],
      events.map(({ at, actor, action, resource, reason }) => [at, actor, action, resource, reason ?? '']),
    ),
  ]
}
