/** What comes round again: who is connected may still see what they watch, and is told what was missed. */
import { may, type Reader } from '../access/grant.ts'
import { concurrently } from '../scan/concurrently.ts'
import type { Place, ProgressRows } from '../scan/ports/progress.ts'
import { within } from '../scan/within.ts'
import { credentialsOf, type Identify, type LiveNamespace, type LiveSocket } from './caller.ts'
import type { ChannelLog } from './channel/listeners.ts'
import { isFinal } from './refusal.ts'
import type { Rooms } from './rooms.ts'

export interface WatchParts {
  live: LiveNamespace
  rows: ProgressRows
  rooms: Rooms
  identify: Identify
  log: ChannelLog
  /** How long somebody counts as who they were, where it can't be asked; ms. */
  trustedMs: number
  /** How long an answer is waited for; what takes longer can't be asked now. ms. */
  confirmMs: number
}

/** Of those who are asked about: GitHub may have to say, and the database answers others as well. */
const AT_ONCE = 20

/** Rejects where the rows can't be read. */
export async function look(parts: WatchParts): Promise<void> {
  await confirmReaders(parts)
  await confirmPlaces(parts)
  await catchUp(parts)
}

/** A key that was revoked, a session that was ended: gone. What it is known by is asked once, however many bring it along. */
async function confirmReaders(parts: WatchParts): Promise<void> {
  const groups = byCredentials(parts.live).values()
  const answered = concurrently(groups, AT_ONCE, async (sockets) => ({
    sockets,
    reader: await readerOf(sockets, parts),
  }))
  for await (const { sockets, reader } of answered) {
    for (const socket of sockets) confirm(socket, reader, parts.trustedMs)
  }
}

/** As `confirm` takes it. What is answered too late is of no interest: the next look asks again. */
async function readerOf(
  [socket]: LiveSocket[],
  { identify, confirmMs }: WatchParts,
): Promise<Reader | null | undefined> {
  if (!socket) return undefined
  const answer = identify(socket.data.caller).catch((error: unknown) => (isFinal(error) ? null : undefined))
  return (await within(confirmMs, answer)) ? answer : undefined
}

function byCredentials(live: LiveNamespace): Map<string, LiveSocket[]> {
  const groups = new Map<string, LiveSocket[]>()
  for (const socket of live.sockets.values()) {
    const credentials = credentialsOf(socket.data)
    groups.set(credentials, [...(groups.get(credentials) ?? []), socket])
  }
  return groups
}

/** `null`: they are not known any more; `undefined`: it can't be asked now. */
function confirm(socket: LiveSocket, reader: Reader | null | undefined, trustedMs: number): void {
  const now = performance.now()
  if (reader) Object.assign(socket.data, { reader, confirmedAt: now })
  else if (reader === null || now - socket.data.confirmedAt > trustedMs) socket.disconnect(true)
}

/** Repositories move, go, and are taken from people. */
async function confirmPlaces({ live, rows, rooms }: WatchParts): Promise<void> {
  const watched = new Set([...live.sockets.values()].flatMap(({ data }) => repositoriesOf(data.subscriptions)))
  if (watched.size === 0) return
  const places = new Map((await rows.places([...watched])).map((place) => [place.repositoryId, place]))
  for (const socket of live.sockets.values()) {
    for (const [room, { repositoryId }] of socket.data.subscriptions) {
      const place = places.get(repositoryId)
      // What was subscribed to meanwhile was looked up meanwhile.
      if (!watched.has(repositoryId) || (place && may(socket.data.reader, 'read', place))) continue
      rooms.expel(socket, room)
    }
  }
}

const repositoriesOf = (subscriptions: ReadonlyMap<string, Place>) =>
  [...subscriptions.values()].map(({ repositoryId }) => repositoryId)

/** What was told while the channel was away, or never: the rows say how far the scans that are watched have come. */
export async function catchUp({ live, rows, rooms }: Pick<WatchParts, 'live' | 'rows' | 'rooms'>): Promise<void> {
  const names = [...live.adapter.rooms.keys()]
  const idsOf = (kind: string) => names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length))
  const repositories = idsOf('repository:').map(Number)
  const scans = new Set([...idsOf('scan:'), ...rooms.openIn(new Set(repositories))])
  for (const state of await rows.states([...scans], repositories.map(BigInt))) rooms.learn(state)
}
