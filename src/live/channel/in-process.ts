import type { ProgressChannel, ProgressListener, ScanProgress } from '../../scan/ports/progress.ts'
import { type ChannelLog, Listeners } from './listeners.ts'

/** One process scans and answers: the embedded database. */
export class InProcessChannel implements ProgressChannel {
  readonly #listeners: Listeners

  constructor(log: ChannelLog) {
    this.#listeners = new Listeners(log)
  }

  publish = (progress: ScanProgress): void => this.#listeners.heard(progress)

  subscribe(listener: ProgressListener): void {
    this.#listeners.add(listener)
    listener.listening()
  }

  async close(): Promise<void> {
    this.#listeners.clear()
  }
}
