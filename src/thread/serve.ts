/** The side of the thread that scans: does what the main thread tells it. */
import type { HeldLease, Scanning } from '../scan/ports/queue.ts'
import type { FromThread, RunEnd, ToThread } from './messages.ts'

/** Of a `MessagePort`, what is used here. */
export interface Port {
  postMessage(message: FromThread): void
  on(event: 'message', listener: (message: ToThread) => void): unknown
}

/** `close`: when told to stop, once nothing runs any more. */
export function serve(port: Port, scanning: Scanning, close: () => Promise<void>): void {
  const running = new Set<Promise<void>>()

  async function run(id: number, scanId: string): Promise<void> {
    const onTake = ({ id: scan, token }: HeldLease) =>
      port.postMessage({ kind: 'took', run: id, lease: { id: scan, token } })
    const end: RunEnd = await scanning.run(scanId, onTake).then(
      (outcome) => ({ outcome }),
      (error: unknown) => ({ error: error instanceof Error ? error : new Error(String(error)) }),
    )
    port.postMessage({ kind: 'ran', run: id, end })
  }

  async function stop(): Promise<void> {
    await scanning.stop()
    await Promise.all(running)
    await close()
  }

  port.on('message', (message) => {
    if (message.kind === 'ping') port.postMessage({ kind: 'alive' })
    else if (message.kind === 'run') {
      const work = run(message.run, message.scanId)
      running.add(work)
      void work.finally(() => running.delete(work))
    } else {
      // What can't be put away ends with the thread.
      void stop()
        .catch(() => {})
        .then(() => port.postMessage({ kind: 'stopped' }))
    }
  })
  port.postMessage({ kind: 'ready' })
}
