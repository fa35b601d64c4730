/** What a file is that is not the whole trail: somebody who took the wrong one should not be told that it was forged. */
import { BEFORE_FIRST, eventOfLine, linkHash } from './chain.ts'
import type { ChainHead, LinkedEvent } from './event.ts'

export interface Looked {
  /** Some line of it is an event with its link, whatever was done to it. */
  events: boolean
  /** The first position that is missing in a part, such as an administrator of an installation exports; null: it is none. */
  missing: number | null
}

/** `lines`: without their ends. Reads no further than it has to. */
export async function lookAt(lines: AsyncIterable<string>): Promise<Looked> {
  const looked: Looked = { events: false, missing: null }
  let before: ChainHead | null = { position: 0, hash: BEFORE_FIRST }
  for await (const line of lines) {
    looked.events ||= hasLink(line)
    const event: LinkedEvent | null = before && eventOfLine(line)
    if (event && before && event.position > before.position + 1) looked.missing ??= before.position + 1
    before = event && before && isOfPart(event, before) ? event : null
    if (!before) looked.missing = null
    if (!before && looked.events) break
  }
  return looked
}

/** In whatever form: an event that was changed is one still. */
function hasLink(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && 'position' in value && 'hash' in value
  } catch {
    return false
  }
}

/**
 * A part has none of the server's own events, of which a whole trail has some, and is in the chain's order. Where two of its
 * events are neighbours in the chain, the second has to be linked to the first.
 */
function isOfPart({ hash, ...event }: LinkedEvent, before: ChainHead): boolean {
  if (event.installationId === null || typeof event.position !== 'number') return false
  if (event.position !== before.position + 1) return event.position > before.position
  const { position, ...bare } = event
  return linkHash(before.hash, position, bare) === hash
}
