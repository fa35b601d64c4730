/**
 * How far scans have come, told as it happens: from the process that scans to every one that answers. The rows remain what
 * counts; what is lost on the way is found there.
 */
import type { Phase, ScanKind } from './store.ts'

/** As `scan.status`. */
export type ScanStatus = 'queued' | 'running' | 'completed' | 'failed' | 'skipped' | 'superseded'

/** What only whoever scans knows. */
export interface ProgressDetail {
  /** For people, as plain text. */
  message: string
  /** Of the files that are new, the base's too; null before their number is known. */
  filesProcessed: number | null
  totalFiles: number | null
}

/** One moment of a scan, as data that can be sent as JSON. */
export interface ScanProgress extends ProgressDetail {
  scanId: string
  kind: ScanKind
  /** GitHub's id. */
  repositoryId: number
  /** Of the lease: a later attempt has a greater one. */
  token: number
  status: ScanStatus
  phase: Phase | null
  /** Percent. Within an attempt it never falls. */
  progress: number
  /** RFC 3339, UTC. */
  timestamp: string
  /** Null until the scan has completed, or was found not to be needed. */
  result: ScanResult | null
  /** Why it came to nothing; null for all others. */
  error: string | null
}

export interface ScanResult {
  /** The conclusion; `skipped`; `completed` for scans that judge nothing. */
  status: 'success' | 'failure' | 'neutral' | 'skipped' | 'completed'
  /** New ones of the tracked snapshot. */
  artifactsCreated: number
  /** From its first attempt to its end; ms. */
  durationMs: number
}

/** Never throws, and nobody waits for it. */
export type TellProgress = (progress: ScanProgress) => void

export interface ProgressListener {
  heard(progress: ScanProgress): void
  /** From now on it hears, for the first time or again: what was told before may have been missed. */
  listening(): void
}

/**
 * From every process to all that listen, this one included. What one process publishes of a scan is heard in that order, or
 * not at all: nothing is kept for those who are away.
 */
export interface ProgressChannel {
  /** Never throws and never waits; without a connection nothing is sent. */
  publish: TellProgress
  subscribe(listener: ProgressListener): void
  close(): Promise<void>
}

/** Where something belongs: who may read it follows from that. */
export interface Place {
  installationId: bigint
  repositoryId: bigint
}

/** What the rows say. Repositories that the app can't see any more, and their scans, are not there. */
export interface ProgressRows {
  scan(id: string): Promise<ScanProgress | null>
  /** Of a repository, the newest 50; no reports. */
  openScans(repositoryId: bigint): Promise<ScanProgress[]>
  /** These, reports too, and the open scans of these repositories. */
  states(scanIds: readonly string[], repositoryIds: readonly bigint[]): Promise<ScanProgress[]>
  /** Of a scan. */
  placeOf(scanId: string): Promise<Place | null>
  /** Of these repositories, those that are there. */
  places(repositoryIds: readonly bigint[]): Promise<Place[]>
}

const ENDED: ReadonlySet<ScanStatus> = new Set(['completed', 'failed', 'skipped', 'superseded'])

export const hasEnded = ({ status }: Pick<ScanProgress, 'status'>): boolean => ENDED.has(status)

/** Among the scans of its repository, as the API lists them. A report is a job, asked about by its id. */
export const isListed = ({ kind }: Pick<ScanProgress, 'kind'>): boolean => kind !== 'report'
