/** Whether an export is the whole trail as it was linked, up to its last event: nothing of it is asked but its bytes. */

import { BEFORE_FIRST, eventOfLine, linkHash } from './chain.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { LinkedEvent } from './event.ts'

/** Where what is no longer as it was is first seen. */
export interface Fault {
  /** Of the file, from 1; null: of none of its lines. */
  line: number | null
  /** The place in the chain at which something else is expected. */
  position: number
  message: string
}

export interface VerifiedTrail {
  /** Events up to the first fault. */
  events: number
  /** The last of them. */
  last: Pick<LinkedEvent, 'position' | 'hash' | 'at'> | null
  /** Checkpoints that the chain passes through. */
  passed: Checkpoint[]
  fault: Fault | null
}

/** `lines`: without their ends. `checkpoints`: verified. */
export async function verifyTrail(
  lines: AsyncIterable<string>,
  checkpoints: readonly Checkpoint[],
): Promise<VerifiedTrail> {
  const trail: VerifiedTrail = { events: 0, last: null, passed: [], fault: null }
  for await (const text of lines) {
    const position = trail.events + 1
    const event = read(text, position, trail.last?.hash ?? BEFORE_FIRST)
    if (typeof event === 'string') return { ...trail, fault: { line: position, position, message: event } }
    for (const checkpoint of checkpoints.filter((each) => each.position === position)) {
      if (checkpoint.hash !== event.hash) {
        return { ...trail, fault: { line: position, position, message: `The checkpoint of ${checkpoint.at} ${ELSE}` } }
      }
      trail.passed.push(checkpoint)
    }
    trail.events = position
    trail.last = { position, hash: event.hash, at: event.at }
  }
  return { ...trail, fault: missing(trail.events, checkpoints) }
}

const ELSE = 'is of another chain: an event up to here was changed, and all links after it made anew.'

/** The event of a line; as text: what is wrong with it. */
function read(text: string, position: number, previous: string): LinkedEvent | string {
  const event = eventOfLine(text)
  if (event === null) return 'The line is not as an export writes it: something in it was changed.'
  if (event.position !== position) {
    return `The event at position ${position} is missing or in another place: here is ${JSON.stringify(event.position)}.`
  }
  const { hash, position: _, ...bare } = event
  return linkHash(previous, position, bare) === hash
    ? event
    : 'The hash is not that of this event after the one before it: one of the two was changed.'
}

function missing(events: number, checkpoints: readonly Checkpoint[]): Fault | null {
  const position = events + 1
  const beyond = checkpoints.find((checkpoint) => checkpoint.position > events)
  if (beyond) {
    const message = `The end is missing: the checkpoint of ${beyond.at} is at position ${beyond.position}.`
    return { line: null, position, message }
  }
  return events === 0 ? { line: null, position, message: 'There is no event in it.' } : null
}
