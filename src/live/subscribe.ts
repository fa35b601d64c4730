/** What clients ask for: to be told of a scan, or of all scans of a repository. */
import { may } from '../access/grant.ts'
import { hasEnded, type Place, type ProgressRows, type ScanProgress } from '../scan/ports/progress.ts'
import type { Asks } from './asks.ts'
import type { LiveSocket } from './caller.ts'
import { Refused } from './refusal.ts'
import { type Rooms, repositoryRoom, scanRoom, shown } from './rooms.ts'

export interface SubscribeParts {
  rows: ProgressRows
  rooms: Rooms
  asks: Asks
  /** For one connection. */
  mostSubscriptions: number
}

type Subject = { scan: string } | { repository: number }

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

export type Answer = (answer: object) => void

/**
 * Answers the state, which is at least as new as all that was told before; nothing older is told afterwards. What there isn't
 * and what is not for them looks the same, and is the same work: one look at whose it is. Throws `Refused`.
 */
export async function subscribe(
  socket: LiveSocket,
  asked: unknown,
  { rows, rooms, asks, mostSubscriptions }: SubscribeParts,
  answer: Answer,
): Promise<void> {
  const subject = subjectIn(asked)
  if (!asks.take(socket.data.reader.actor)) throw new Refused('That is too much at once. Wait a little.')
  const place = await placeOf(subject, rows)
  const found = place && may(socket.data.reader, 'read', place) ? await statesOf(subject, rows) : null
  if (!place || !found) {
    throw new Refused(`There is no such ${'scan' in subject ? 'scan' : 'repository'}, or it is not for you.`)
  }
  // Nothing comes between this and the answer: what is heard next is told to the room.
  const states = found.map((state) => rooms.learn(state))
  const { subscriptions } = socket.data
  const room = roomOf(subject)
  if (!subscriptions.has(room) && subscriptions.size >= mostSubscriptions) {
    throw new Refused(
      `A connection may have ${mostSubscriptions} subscriptions. End one first, or open another connection.`,
    )
  }
  const open = states.filter((state) => !hasEnded(state))
  // Of a scan that has ended nothing more is told.
  if (socket.connected && ('repository' in subject || open.length > 0)) {
    subscriptions.set(room, place)
    void socket.join(room)
  }
  const state = 'scan' in subject ? states.map(shown)[0] : { repository: subject.repository, scans: open.map(shown) }
  answer({ ok: true, state })
}

/** Answers whether there was anything to end. Throws `Refused`. */
export function unsubscribe(socket: LiveSocket, asked: unknown): boolean {
  const room = roomOf(subjectIn(asked))
  void socket.leave(room)
  return socket.data.subscriptions.delete(room)
}

function subjectIn(asked: unknown): Subject {
  const { scan, repository, ...others } = typeof asked === 'object' && asked !== null ? (asked as Partial<Asked>) : {}
  const isOne = (scan === undefined) !== (repository === undefined) && Object.keys(others).length === 0
  if (isOne && typeof scan === 'string' && UUID.test(scan.toLowerCase())) return { scan: scan.toLowerCase() }
  if (isOne && typeof repository === 'number' && Number.isSafeInteger(repository) && repository > 0)
    return { repository }
  throw new Refused("This needs {scan: the UUID of one}, or {repository: GitHub's number of it}.")
}

type Asked = Record<'scan' | 'repository', unknown>

const roomOf = (subject: Subject) => ('scan' in subject ? scanRoom(subject.scan) : repositoryRoom(subject.repository))

async function placeOf(subject: Subject, rows: ProgressRows): Promise<Place | null> {
  if ('scan' in subject) return rows.placeOf(subject.scan)
  const [place = null] = await rows.places([BigInt(subject.repository)])
  return place
}

/** Null: the scan has gone meanwhile. */
async function statesOf(subject: Subject, rows: ProgressRows): Promise<ScanProgress[] | null> {
  if ('repository' in subject) return rows.openScans(BigInt(subject.repository))
  const state = await rows.scan(subject.scan)
  return state && [state]
}
