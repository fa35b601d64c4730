import { reportRenderer } from '../../../src/report/compliance/formats.ts'
import { createWorker } from '../../../src/scan/worker.ts'
import type { Database } from '../../../src/store/database.ts'
import { Reports } from '../../../src/store/reports.ts'
import { Scans } from '../../../src/store/scans.ts'

/** What the queue runs for a report. GitHub is out of reach. */
export async function runReportJob(database: Database, jobId: string) {
  const errors: unknown[] = []
  const run = createWorker({
    store: new Scans(database),
    portsOf: () => Promise.reject(new Error('A report asks GitHub nothing.')),
    reporting: { reports: new Reports(database), render: reportRenderer() },
    onWish: () => {},
    log: { info: () => {}, error: (facts) => void errors.push(facts) },
  })
  const outcome = await run(jobId)
  if (errors.length > 0) throw new Error(`The job failed: ${JSON.stringify(errors)}`)
  return outcome
}
