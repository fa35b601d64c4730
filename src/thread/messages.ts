/**
 * What the main thread and the one that scans tell each other, as data that can be cloned.
 *
 *     main ──run──▶ thread ──took──▶ … ──ran──▶ main        a job, and the lease on the scan that it works on
 *     main ──ping──▶ thread ──alive──▶ main                 it isn't stuck
 *     main ──stop──▶ thread ──stopped──▶ main               nothing runs any more
 */
import type { RequestMeasures, ScanMeasures } from '../scan/ports/measures.ts'
import type { ScanProgress } from '../scan/ports/progress.ts'
import type { HeldLease, JobOutcome } from '../scan/ports/queue.ts'

export type ToThread = { kind: 'run'; run: number; scanId: string } | { kind: 'ping' } | { kind: 'stop' }

export type FromThread =
  | { kind: 'ready' }
  | { kind: 'alive' }
  | { kind: 'took'; run: number; lease: HeldLease }
  | { kind: 'ran'; run: number; end: RunEnd }
  /** There are new wishes for scans. */
  | { kind: 'wish' }
  | ({ kind: 'measured' } & Measured)
  /** A scan has come further. */
  | { kind: 'progress'; progress: ScanProgress }
  /** One of its log, whole. */
  | { kind: 'line'; line: string }
  | { kind: 'stopped' }

export type RunEnd = { outcome: JobOutcome } | { error: unknown }

/** What is counted where the work is done. The numbers are kept in the main thread, so that none goes with the other. */
export type Measures = ScanMeasures & RequestMeasures

/** A call of one of them. */
export type Measured = { [Name in keyof Measures]: { name: Name; of: Parameters<Measures[Name]> } }[keyof Measures]

/** Measures that are told to the main thread. */
export function toldMeasures(tell: (call: Measured) => void): Measures {
  return {
    attempt: (...of) => tell({ name: 'attempt', of }),
    phase: (...of) => tell({ name: 'phase', of }),
    ended: (...of) => tell({ name: 'ended', of }),
    givenBack: (...of) => tell({ name: 'givenBack', of }),
    superseded: (...of) => tell({ name: 'superseded', of }),
    // Findings are large, and only these two words of each are counted.
    found: (findings) => tell({ name: 'found', of: [findings.map(({ severity, status }) => ({ severity, status }))] }),
    request: (...of) => tell({ name: 'request', of }),
  }
}

/** The call as it was meant. */
export function measure(measures: Measures, { name, of }: Measured): void {
  const call = measures[name] as (...of: unknown[]) => void
  call.apply(measures, of)
}
