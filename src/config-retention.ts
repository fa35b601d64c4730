/** The variables that say how long what is stored is kept. */
import { whole } from './config-forms.ts'
import type { Keep } from './scan/ports/retention.ts'

/** GitHub redelivers what failed for three days: what is forgotten sooner would be taken for missing, or come back. */
const REDELIVERED_DAYS = 4
const CENTURY_DAYS = 36_500

export const retentionVariables = {
  RETENTION_DELIVERIES_DAYS: whole(REDELIVERED_DAYS, CENTURY_DAYS)
    .default(30)
    .describe('Webhook deliveries that were processed are removed after so many days, 4 at least.'),
  RETENTION_SCANS_DAYS: whole(1, CENTURY_DAYS)
    .default(365)
    .describe(
      'Scans and their findings are removed so many days after they ended; never those of the state that stands. See [operations.md](operations.md#retention).',
    ),
  RETENTION_SCANS_COUNT: whole(1, 1_000_000)
    .default(1000)
    .describe('Of the scans of a repository that have ended, the newest so many are kept at most.'),
  RETENTION_INSTALLATIONS_DAYS: whole(REDELIVERED_DAYS, CENTURY_DAYS)
    .default(90)
    .describe(
      'The data of an account that uninstalled the app, or of a repository that was deleted or taken from it, is erased after so many days, 4 at least, its history of artifacts too.',
    ),
  JOBS_COMPLETED_HOURS: whole(1, 168)
    .default(1)
    .describe('The queue forgets completed jobs after so many hours, 168 at most. Scans are kept apart from it.'),
  JOBS_FAILED_HOURS: whole(1, 336)
    .default(24)
    .describe('The queue forgets failed jobs after so many hours, 336 at most.'),
}

/** Hours that the queue keeps what has ended. */
export interface JobHours {
  readonly completed: number
  readonly failed: number
}

type Variables = { readonly [Name in keyof typeof retentionVariables]: number }

export const keepOf = (vars: Variables): Keep => ({
  deliveriesDays: vars.RETENTION_DELIVERIES_DAYS,
  scansDays: vars.RETENTION_SCANS_DAYS,
  scansCount: vars.RETENTION_SCANS_COUNT,
  installationsDays: vars.RETENTION_INSTALLATIONS_DAYS,
})

export const jobHoursOf = (vars: Variables): JobHours => ({
  completed: vars.JOBS_COMPLETED_HOURS,
  failed: vars.JOBS_FAILED_HOURS,
})
