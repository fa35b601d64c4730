/** One room for each scan and each repository that somebody watches. Each process serves those who are connected to it. */
import { hasEnded, type ProgressListener, type ScanProgress } from '../scan/ports/progress.ts'
import type { LiveNamespace, LiveSocket } from './caller.ts'
import { Newest } from './newest.ts'

export const scanRoom = (scanId: string) => `scan:${scanId}`
export const repositoryRoom = (repositoryId: number | bigint) => `repository:${repositoryId}`

/** Whoever has so many packets waiting reads slower than scans go on, and is sent away to come again. */
const PACKETS_WAITING = 500

export class Rooms {
  readonly #live: LiveNamespace
  readonly #newest = new Newest()

  constructor(live: LiveNamespace) {
    this.#live = live
  }

  /** What a channel tells. `onListening`: something may have been missed. */
  listener = (onListening: () => void): ProgressListener => ({
    heard: (progress) => {
      if (this.#newest.told(progress)) this.#emit(progress)
    },
    listening: onListening,
  })

  /** What rows say, which may be ahead of what was heard. Answers the newest of both. */
  learn(state: ScanProgress): ScanProgress {
    if (this.#newest.read(state)) this.#emit(state)
    return this.#newest.of(state.scanId) ?? state
  }

  /** Scans that go on in these repositories, as far as this process has heard. */
  openIn = (repositories: ReadonlySet<number>): string[] => this.#newest.openIn(repositories)

  #emit(progress: ScanProgress): void {
    const rooms = [scanRoom(progress.scanId), repositoryRoom(progress.repositoryId)]
    for (const room of rooms) this.#dropSlow(room)
    const [name, payload] = eventOf(progress)
    this.#live.to(rooms).emit(name, payload)
    if (hasEnded(progress)) this.#dissolve(scanRoom(progress.scanId))
  }

  #dropSlow(room: string): void {
    for (const { conn } of this.#in(room)) {
      const { length } = (conn as unknown as { writeBuffer: unknown[] }).writeBuffer
      if (length > PACKETS_WAITING) conn.close(true)
    }
  }

  #dissolve(room: string): void {
    for (const socket of this.#in(room)) {
      socket.data.subscriptions.delete(room)
      void socket.leave(room)
    }
  }

  #in(room: string): LiveSocket[] {
    const ids = this.#live.adapter.rooms.get(room) ?? []
    return [...ids].flatMap((id) => this.#live.sockets.get(id) ?? [])
  }
}

/** As clients hear it. */
function eventOf(state: ScanProgress): [name: string, payload: object] {
  const { scanId, timestamp, result, error } = state
  if (result !== null) return [`scan:${scanId}:complete`, { scanId, result, timestamp }]
  if (error !== null) return [`scan:${scanId}:failed`, { scanId, error, timestamp }]
  return [`scan:${scanId}:progress`, progressOf(state)]
}

function progressOf(state: ScanProgress) {
  const { scanId, progress, status, phase, message, timestamp, filesProcessed, totalFiles } = state
  return { scanId, progress, status, phase, message, timestamp, filesProcessed, totalFiles }
}

/** A state as clients are answered: what its events would have told. */
export const shown = (state: ScanProgress) => ({ ...progressOf(state), result: state.result, error: state.error })
