/**
 * The sections that list what there is: requirements, evidence, events; findings are in paper-findings.ts. Where a list is
 * longer than anybody reads, it is cut and says so: the report as JSON goes on.
 */
import type { ReportedEvent } from '../../scan/ports/reports.ts'
import { many, number } from '../words.ts'
import { type Block, type Cell, heading, paragraph, table } from './blocks.ts'
import type { NumberedEvidence, TierQuality } from './evidence-quality.ts'
import { cutSentence } from './listed.ts'
import { type MatrixRow, nameOf } from './matrix.ts'
import type { ComplianceReport } from './report.ts'
import { rowsSentence } from './requirement-documents.ts'

/** Rows of one table: 500 pages, or so. */
export const MOST_ROWS = 5_000

/** Whether the finding, ignored finding or evidence of this number (`F1`) has a row. */
export const isListed = (ref: string): boolean => Number(ref.slice(1)) <= MOST_ROWS

/** What there is room for, and a sentence where that is not all. */
export function cut<Row>(rows: readonly Row[], total = rows.length): { shown: readonly Row[]; said: Block[] } {
  const shown = rows.slice(0, MOST_ROWS)
  const more = rows.length > shown.length ? `; the report as JSON has ${number(rows.length)}` : ''
  const sentence = `The first ${number(shown.length)} of ${number(total)}${more}.`
  return { shown, said: total > shown.length ? [paragraph(sentence)] : [] }
}

export function matrixSection({ traceability, requirementDocuments }: ComplianceReport): Block[] {
  if (traceability.length === 0) {
    const { total } = requirementDocuments
    const none = total === 0 ? 'The record has no requirements.' : rowsSentence(requirementDocuments)
    return [heading('Traceability matrix'), paragraph(none)]
  }
  const { shown, said } = cut(traceability)
  return [
    heading('Traceability matrix'),
    paragraph(
      'Traced: a typed path leads from the requirement to a test, or to valid, passing evidence. Proven: by the newest ' +
        'evidence, made for the current state of the source. Of what leads to a requirement, the nearest few are named; ' +
        'the JSON form of this report has more.',
    ),
    paragraph(rowsSentence(requirementDocuments)),
    ...said,
    table(
      'Requirements, and what leads to each',
      [
        ['Requirement', 2],
        ['Risk', 1],
        ['Level', 1.2],
        ['Stories and specifications', 2],
        ['Source files', 2.4],
        ['Tests and evidence', 2.8],
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
    few(row.code).join('\n'),
    [...few(row.tests), ...few(row.evidence)].join('\n'),
    [...(tiers.length > 0 ? [tiers.join(', ')] : []), ...missing].join('\n'),
  ]
}

export function evidenceSection(report: ComplianceReport): Block[] {
  const { byTier, files } = report.evidence
  if (files.length === 0) return [heading('Evidence quality'), paragraph('The record has no signed evidence.')]
  const { shown, said } = cut(files)
  const lookedAt = cutSentence(report)
  return [
    heading('Evidence quality'),
    paragraph(
      'Failed and expired: what an evidence says itself, at the time of the scan; older runs count too. Stale and ' +
        'contradicted: by findings, those that the policy ignores too. A specification is found stale once; each of its ' +
        'newest evidence of a tier counts here that was made for another state of the source.',
    ),
    ...(lookedAt === null ? [] : [paragraph(lookedAt)]),
    table(
      'Signed evidence by verification tier',
      [['Tier', 1.1], ...TIER_COUNTS.map(([title]) => [title, title.length > 10 ? 1.35 : 1] as const)],
      byTier.map((counts) => [counts.tier, ...TIER_COUNTS.map(([, key]) => number(counts[key]))]),
    ),
    ...said,
    table(
      'Each signed evidence, with the rules of its findings, ignored ones too',
      [
        ['No.', 0.6],
        ['Evidence', 3.5],
        ['For', 1.6],
        ['Form, tier', 1.2],
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
  expires,
  results,
  verdict,
  findings,
}: NumberedEvidence): Cell[] {
  return [
    ref,
    [...(gxpId === null ? [] : [gxpId]), path, ...findings].join('\n'),
    specId ?? '',
    tier === null ? form : `${form}\n${tier}`,
    [
      ...signers,
      ...(claimedAt === null ? [] : [timeIn(claimedAt)]),
      ...(expires === null ? [] : [`until ${timeIn(expires)}`]),
    ].join('\n'),
    results ? runIn(results) : '',
    { text: verdict ?? 'not kept', tone: verdict === 'valid' ? 'good' : verdict === null ? 'open' : 'bad' },
  ]
}

const timeIn = (time: string): string => time.replace('.000Z', 'Z')

function runIn({ passed, failed, skipped, failedAsWhole }: NonNullable<NumberedEvidence['results']>): string {
  const counted = `${number(passed)} passed, ${number(failed)} failed, ${number(skipped)} skipped`
  return failedAsWhole ? `${counted}; the run as a whole failed` : counted
}

export function auditSection({ audit, scan }: ComplianceReport): Block[] {
  const { total, events, onApiKeys, onSigningKeys } = audit
  const title = heading('Audit extract')
  const account = paragraph(
    `The trail of the whole account has ${many(onApiKeys, 'event')} on API keys until then, and ${number(onSigningKeys)} ` +
      'on who may sign; administrators can read them.',
  )
  if (total === 0) return [title, paragraph(`There is no event of this repository until ${scan.completedAt}.`), account]
  const newest = total > events.length ? `, the newest ${number(events.length)} of them` : ''
  return [
    title,
    paragraph(`${many(total, 'event')} of this repository until ${scan.completedAt}${newest}, in order of time.`),
    account,
    table(
      'Events of the audit trail',
      [
        ['Event', 1],
        ['Time', 2.3],
        ['Actor', 2],
        ['Action', 2],
        ['Resource', 2.3],
        ['Change and reason', 3.4],
      ],
      events.map(({ id, at, actor, action, resource, changes, reason }) => [
        ...[id, at, actor, action, resource],
        [...changes.map(changeOf), ...(reason === null ? [] : [reason])].join('\n'),
      ]),
    ),
  ]
}

/** `private: false → true` */
const changeOf = ({ name, before, since }: ReportedEvent['changes'][number]): string =>
  `${name}: ${before === null ? '' : `${before} → `}${since ?? 'nothing'}`
