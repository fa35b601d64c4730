import { z } from 'zod'
import type { EndedScans, OpenScans, ScanStatistics } from '../../scan/ports/statistics.ts'

const count = z.int().min(0)

const ended = z.object({ completed: count, failed: count, skipped: count, superseded: count })

/** How the work stands in an installation. */
export const jobStatistics = z
  .object({
    waiting: count.describe('A worker may take them now.'),
    delayed: count.describe("Not due yet, or held back by GitHub's limits."),
    running: count,
    oldestWaitingMs: z.number().nullable().describe('How long the oldest of the waiting ones waits; null: none waits.'),
    lastHour: ended.describe('Ended within an hour, by how.'),
    lastDay: ended.describe('Ended within a day, by how.'),
  })
  .meta({ id: 'JobStatistics', description: 'Scans and other jobs of the repositories that the reader may read.' })

const NONE: OpenScans = { waiting: 0, delayed: 0, running: 0, oldestWaitingMs: null }
const NONE_ENDED: EndedScans = { completed: 0, failed: 0, skipped: 0, superseded: 0 }

export const statisticsOf = (scans: ScanStatistics | null): z.infer<typeof jobStatistics> => ({
  ...(scans?.open ?? NONE),
  lastHour: scans?.lastHour ?? NONE_ENDED,
  lastDay: scans?.lastDay ?? NONE_ENDED,
})
