/** Whether anybody waits for what a scan has to say, and whether it is anything new. */
import { isDeepStrictEqual } from 'node:util'
import type { AssessedFinding, Assessment } from '../rosie/assessment.ts'
import type { CompletedScan, Scan } from './ports/store.ts'

/** Triggers that name no head: the scan looks what is there, and opens a check run only where there is a record. */
const HEADLESS = ['installation', 'installation_repositories', 'repository']

/** Triggers that nobody waits for: a check run is opened only where there is something new to say. */
const UNASKED = ['provenance', 'due']

/** Triggers whose scans may rightly end without a check run. */
export const UNAWAITED: readonly string[] = [...HEADLESS, ...UNASKED]

/** Its head was named: it gets a check run whatever is found. */
export const isAnnounced = ({ trigger }: Pick<Scan, 'trigger'>): boolean => !HEADLESS.includes(trigger)

/** A person's wish may have joined it. */
export const isUnasked = ({ trigger, forced }: Pick<Scan, 'trigger' | 'forced'>): boolean =>
  UNASKED.includes(trigger) && !forced

/** It is judged from what is stored: what may be looked up besides is left to the next push. */
export const isDue = (scan: Pick<Scan, 'trigger' | 'forced'>): boolean => isUnasked(scan) && scan.trigger === 'due'

/** Whether what a scan that nobody waits for has to say is new. What falls due is told where the conclusion is another. */
export function isNews(
  assessment: Assessment,
  scan: Pick<Scan, 'trigger' | 'baseRef'>,
  earlier: readonly CompletedScan[],
): boolean {
  const before = earlier.find(({ baseRef }) => baseRef === scan.baseRef)
  if (scan.trigger === 'due') return before?.conclusion !== assessment.conclusion
  return before === undefined || !saysAll(before, assessment)
}

function saysAll(before: CompletedScan, { conclusion, summary, findings }: Assessment): boolean {
  const said = (found: readonly AssessedFinding[]) =>
    found.map(({ fingerprint, severity, status }) => `${fingerprint} ${severity} ${status}`).sort()
  return (
    before.conclusion === conclusion &&
    isDeepStrictEqual(before.summary, summary) &&
    isDeepStrictEqual(said(before.findings), said(findings))
  )
}
