/**
 * A report job: the newest report of a repository, in every format that isn't kept yet, made of what is stored. GitHub is
 * asked nothing. Where the default branch was scanned again since somebody asked, the report is of that scan.
 */
import { createHash } from 'node:crypto'
import type { JobOutcome } from './ports/queue.ts'
import { type MadeReport, REPORT_FORMATS, type RenderReport, type ReportStore } from './ports/reports.ts'
import type { Scan, ScanStore } from './ports/store.ts'

export interface ReportPorts {
  store: Pick<ScanStore, 'finishReport' | 'release' | 'skip' | 'update'>
  reports: ReportStore
  render: RenderReport
  /** Aborted when the lease is lost. */
  signal: AbortSignal
}

/** How soon it looks again whether the scan that it would report is told. */
const LOOK_AGAIN_MS = 1_000
/** Percent, when the data is read; rendering takes the rest. */
const READ = 20

export async function runReport(scan: Scan, { store, reports, render, signal }: ReportPorts): Promise<JobOutcome> {
  const found = await reports.source(scan.repository.id)
  if (found === null) {
    await store.skip(scan, 'The default branch was never scanned.')
    return undefined
  }
  if (found === 'wait') {
    await store.release(scan, LOOK_AGAIN_MS, null, false)
    return { again: LOOK_AGAIN_MS }
  }
  const { source, kept } = found
  const formats = REPORT_FORMATS.filter((format) => !kept.has(format))
  const made: MadeReport[] = []
  for (const format of formats) {
    signal.throwIfAborted()
    await store.update(scan, { progress: READ + Math.floor(((100 - READ) * made.length) / formats.length) })
    const content = await render(source, format)
    made.push({ format, sha256: sha256Of(content), content })
  }
  await store.finishReport(scan, source.scan.id, made)
  return undefined
}

export const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')
