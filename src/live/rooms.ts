/** One room for each scan and each repository that somebody watches. Each process serves those who are connected to it. */
import type { LiveEvent, LiveMeasures } from '../scan/ports/measures.ts'
import { hasEnded, isListed, type ProgressListener, type ScanProgress } from '../scan/ports/progress.ts'
import type { LiveNamespace, LiveSocket } from './caller.ts'
import { Newest } from './newest.ts'
import { dropIfSlow } from './slow.ts'

export const scanRoom = (scanId: string) => `scan:${scanId}`
export const repositoryRoom = (repositoryId: number | bigint) => `repository:${repositoryId}`

export class Rooms {
  readonly #live: LiveNamespace
  readonly #measures: LiveMeasures
  readonly #newest = new Newest()

  constructor(live: LiveNamespace, measures: LiveMeasures) {
    this.#live = live
    this.#measures = measures
    this.#countRooms()
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
    const rooms = [scanRoom(progress.scanId), ...(isListed(progress) ? [repositoryRoom(progress.repositoryId)] : [])]
    for (const { conn } of rooms.flatMap((room) => this.#in(room))) dropIfSlow(conn)
    const [event, payload] = eventOf(progress)
    // Who is in both is told once.
    const told = new Set(rooms.flatMap((room) => [...(this.#live.adapter.rooms.get(room) ?? [])])).size
    if (told > 0) {
      this.#live.to(rooms).emit(`scan:${progress.scanId}:${event}`, payload)
      this.#measures.liveSent(event, told)
    }
    if (hasEnded(progress)) this.#dissolve(scanRoom(progress.scanId))
  }

  /** It is not there any more, or not for them. */
  expel(socket: LiveSocket, room: string): void {
    socket.data.subscriptions.delete(room)
    void socket.leave(room)
    socket.emit('unsubscribed', { ...subjectOf(room), error: 'It is not there any more, or not for you.' })
    this.#measures.liveSent('unsubscribed', 1)
  }

  /** The adapter has a room of its own for each connection, too. */
  #countRooms(): void {
    const counts = { scan: 0, repository: 0 }
    const change = (by: number) => (room: string) => {
      const kind = room.slice(0, room.indexOf(':'))
      if (kind !== 'scan' && kind !== 'repository') return
      counts[kind] += by
      this.#measures.liveRooms(kind, counts[kind])
    }
    this.#live.adapter.on('create-room', change(1))
    this.#live.adapter.on('delete-room', change(-1))
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
function eventOf(state: ScanProgress): [event: LiveEvent, payload: object] {
  const { scanId, timestamp, result, error } = state
  if (result !== null) return ['complete', { scanId, result, timestamp }]
  if (error !== null) return ['failed', { scanId, error, timestamp }]
  return ['progress', progressOf(state)]
}

function subjectOf(room: string): object {
  const [kind = '', id = ''] = room.split(':')
  return kind === 'scan' ? { scan: id } : { repository: Number(id) }
}

function progressOf(state: ScanProgress) {
  const { scanId, progress, status, phase, message, timestamp, filesProcessed, totalFiles } = state
  return { scanId, progress, status, phase, message, timestamp, filesProcessed, totalFiles }
}

/** A state as clients are answered: what its events would have told. */
export const shown = (state: ScanProgress) => ({ ...progressOf(state), result: state.result, error: state.error })
