import { hasEnded, type ScanProgress, type TellProgress } from '../scan/ports/progress.ts'
import { Allowance } from './allowance.ts'

/** Of one scan: enough for the phases of a scan that takes no time at all, and no more than a reader can follow. */
const AT_ONCE = 12
const EVERY_MS = 100
/** Scans whose pace is kept in memory; then the oldest are forgotten. */
const SCANS = 1_000

interface Pace {
  allowance: Allowance
  /** The newest that had to wait. */
  waiting: ScanProgress | null
  timer: NodeJS.Timeout | null
}

/** Twelve at once and ten a second for each scan; of what comes faster, the newest. How a scan ends is told at once. */
export function paced(publish: TellProgress, everyMs = EVERY_MS): TellProgress {
  const paces = new Map<string, Pace>()

  function paceOf(scanId: string): Pace {
    const known = paces.get(scanId)
    if (known) return known
    if (paces.size >= SCANS) leave(paces.keys().next().value ?? '')
    const pace = { allowance: new Allowance(AT_ONCE, everyMs), waiting: null, timer: null }
    paces.set(scanId, pace)
    return pace
  }

  function leave(scanId: string): void {
    const timer = paces.get(scanId)?.timer
    if (timer) clearTimeout(timer)
    paces.delete(scanId)
  }

  function sendWaiting(pace: Pace): void {
    pace.timer = null
    if (!pace.waiting) return
    if (pace.allowance.take()) {
      publish(pace.waiting)
      pace.waiting = null
    } else wait(pace)
  }

  function wait(pace: Pace): void {
    pace.timer ??= setTimeout(sendWaiting, everyMs, pace).unref()
  }

  return (progress) => {
    // Nothing more comes of it from here.
    if (hasEnded(progress) || progress.status === 'queued') {
      leave(progress.scanId)
      return publish(progress)
    }
    const pace = paceOf(progress.scanId)
    if (pace.waiting === null && pace.allowance.take()) return publish(progress)
    pace.waiting = progress
    wait(pace)
  }
}
