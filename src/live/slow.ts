/** Whoever reads more slowly than is told, or asks without reading the answers: what waits for them is held in memory. */
import type { LiveSocket } from './caller.ts'

/** More packets than these are waiting for nobody who keeps up. */
const PACKETS_WAITING = 500

/** Sent away to come again. Nothing is waited for: it would have to be read. */
export function dropIfSlow(conn: LiveSocket['conn']): void {
  const { length } = (conn as unknown as { writeBuffer: unknown[] }).writeBuffer
  if (length <= PACKETS_WAITING) return
  conn.close(true)
  conn.request.socket.destroy()
}
