/** Moments of scans, as they are told. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ScanProgress } from '../../src/scan/ports/progress.ts'

export const scanId = (seed: number) => `00000000-0000-4000-8000-${String(seed).padStart(12, '0')}`

export function aMoment(moment: Partial<ScanProgress> = {}): ScanProgress {
  return {
    ...{ scanId: scanId(1), kind: 'change', repositoryId: 7, token: 1 },
    ...{ status: 'running', phase: 'Fetch', progress: 30 },
    ...{ message: '3 of 9 files are new', filesProcessed: 0, totalFiles: 3 },
    ...{ timestamp: '2026-01-01T00:00:00.000Z', result: null, error: null },
    ...moment,
  }
}

export const completed = (moment: Partial<ScanProgress> = {}): ScanProgress =>
  aMoment({
    ...{ status: 'completed', phase: 'Complete', progress: 100, message: 'It is complete.' },
    result: { status: 'success', artifactsCreated: 2, durationMs: 900 },
    ...moment,
  })

/** Looks every few ms. */
export async function until(happened: () => unknown, timeoutMs = 5_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await happened())) {
    if (Date.now() > deadline) throw new Error(`It did not happen within ${timeoutMs} ms: ${happened}`)
    await sleep(5)
  }
}
