/** A scan, in a list and by itself, and a job, as they are told: views of one row. */
import { z } from 'zod'
import { type ListedScan, SCAN_KINDS, SCAN_STATUSES, type ScanRow } from '../../store/reading/scans.ts'
import { time, timeOf, timeOrNull } from './schemas.ts'

const kind = z
  .enum([...SCAN_KINDS, 'report'])
  .describe(
    '`tracked`: of the default branch; `change`: of any other head; `replay`: looks up the source that evidence names; `report`: renders a report.',
  )

const status = z.enum(SCAN_STATUSES)

const course = {
  id: z.uuid(),
  repositoryId: z.int(),
  installationId: z.int(),
  kind,
  status,
  phase: z.string().nullable().describe('What it does, or did last.'),
  progress: z.int().describe('Percent.'),
  attempts: z.int(),
  error: z.string().nullable().describe('Why it failed or was skipped, or what the last attempt met.'),
  createdAt: time.describe('When it was asked for.'),
  startedAt: time.nullable(),
  completedAt: time.nullable(),
  durationMs: z.int().nullable().describe('From its start to its end; null: it has not ended, or never began.'),
}

const listed = {
  ...course,
  trigger: z.string().describe('The event that asked for it; `api`: a request.'),
  forced: z.boolean().describe('Somebody asked for it: it is not answered from an earlier scan.'),
  head: z.string().nullable().describe('The commit; null: the tip of the default branch when it starts.'),
  ref: z.string().nullable().describe('Where the head was seen.'),
  base: z.string().nullable().describe('The commit it is compared with.'),
  baseRef: z.string().nullable(),
  files: z.object({
    total: z.int().nullable().describe('Relevant files of the head; null: not listed yet.'),
    changed: z.int().nullable().describe('New, other or gone, against the default branch as it was last scanned.'),
    fetched: z
      .int()
      .min(0)
      .nullable()
      .describe('Of all relevant files of the head, those whose content was not known; null: not counted, or not yet.'),
    skipped: z.int().min(0).nullable().describe('The others: nothing had to be fetched for them.'),
  }),
  requests: z.int().describe('Requests to GitHub until the result was kept.'),
  checkRunId: z.int().nullable(),
  conclusion: z.string().nullable().describe('`success`, `failure` or `neutral`; null: there is no result yet.'),
  supersededBy: z.uuid().nullable().describe('The scan of what the branch has moved on to.'),
}

export const listedScan = z
  .object(listed)
  .meta({ id: 'ListedScan', description: 'A scan in a list: all but its phases and counts.' })

export const scan = z
  .object({
    ...listed,
    phases: z
      .array(
        z.object({
          phase: z.string(),
          startedAt: time,
          durationMs: z.int().nullable().describe('Until the next one began, or the scan ended; null: it goes on.'),
        }),
      )
      .describe('Of the last attempt, in the order in which they began.'),
    summary: z.unknown().describe('Counts, as `rosie-guard scan --format json` has them.'),
  })
  .meta({ id: 'Scan' })

export const job = z
  .object({
    ...course,
    result: z
      .string()
      .nullable()
      .describe('The address of what came of it; null: nothing did yet, or there is nothing.'),
  })
  .meta({ id: 'Job', description: 'A piece of work: a row that stays when the queue has forgotten its job.' })

const courseOf = (row: ListedScan) => ({
  id: row.id,
  repositoryId: Number(row.repositoryId),
  installationId: Number(row.installationId),
  kind: row.kind,
  status: row.status,
  phase: row.phase,
  progress: row.progress,
  attempts: row.attempts,
  error: row.error,
  createdAt: timeOf(row.createdAt),
  startedAt: timeOrNull(row.startedAt),
  completedAt: timeOrNull(row.completedAt),
  durationMs: row.startedAt && row.completedAt ? row.completedAt.getTime() - row.startedAt.getTime() : null,
})

/** What is spread comes last: each property that is written after it would cost V8 a microsecond and 0.6 kB. */
export const listedScanOf = (row: ListedScan): z.infer<typeof listedScan> => ({
  trigger: row.trigger,
  forced: row.forced,
  head: row.headSha,
  ref: row.ref,
  base: row.baseSha,
  baseRef: row.baseRef,
  files: filesOf(row),
  requests: row.requests,
  checkRunId: row.checkRunId === null ? null : Number(row.checkRunId),
  conclusion: row.conclusion,
  supersededBy: row.supersededBy,
  ...courseOf(row),
})

function filesOf({ filesTotal: total, filesChanged: changed, filesFetched }: ListedScan) {
  // Versions before this one counted what the base needed as well: of more than there are it isn't known how many are the head's.
  const fetched = total === null || filesFetched === null || filesFetched > total ? null : filesFetched
  return { total, changed, fetched, skipped: total === null || fetched === null ? null : total - fetched }
}

export const scanOf = (row: ScanRow): z.infer<typeof scan> => ({
  phases: phasesOf(row),
  summary: row.summary,
  ...listedScanOf(row),
})

/** A phase lasts until the next one begins. Their times are kept as RFC 3339 in UTC, which sorts as text. */
function phasesOf({ phases, completedAt }: ScanRow): z.infer<typeof scan>['phases'] {
  const begun = Object.entries(phases ?? {}).sort(([, one], [, other]) => (one < other ? -1 : Number(one > other)))
  let end = completedAt?.getTime() ?? null
  return begun
    .reverse()
    .map(([phase, startedAt]) => {
      const start = Date.parse(startedAt)
      const durationMs = end === null ? null : Math.max(0, end - start)
      end = start
      return { phase, startedAt, durationMs }
    })
    .reverse()
}

export const jobOf = (row: ListedScan): z.infer<typeof job> => ({ result: resultOf(row), ...courseOf(row) })

function resultOf({ id, kind, status, repositoryId }: ListedScan): string | null {
  if (status !== 'completed' || kind === 'replay') return null
  return kind === 'report' ? `/api/v1/repositories/${repositoryId}/compliance/reports` : `/api/v1/scans/${id}`
}

/** Where to ask how far an accepted job is, and how soon that makes sense. In s, RFC 9110 section 10.2.3. */
export const jobHeaders = (id: string) => ({ location: `/api/v1/jobs/${id}`, 'retry-after': '2' })
