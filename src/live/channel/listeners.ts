import type { ProgressListener, ScanProgress } from '../../scan/ports/progress.ts'

export interface ChannelLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
}

/** Who listens in this process. */
export class Listeners {
  readonly #listeners: ProgressListener[] = []
  readonly #log: ChannelLog

  constructor(log: ChannelLog) {
    this.#log = log
  }

  add(listener: ProgressListener): void {
    this.#listeners.push(listener)
  }

  heard(progress: ScanProgress): void {
    this.#each((listener) => listener.heard(progress))
  }

  /** What somebody else sent; what can't be read is of another version of this app. */
  heardText(text: string): void {
    try {
      this.heard(JSON.parse(text) as ScanProgress)
    } catch (err) {
      this.#log.warn({ err }, 'progress that can not be read was passed over')
    }
  }

  listening(): void {
    this.#each((listener) => listener.listening())
  }

  clear(): void {
    this.#listeners.length = 0
  }

  #each(tell: (listener: ProgressListener) => void): void {
    for (const listener of this.#listeners) {
      try {
        tell(listener)
      } catch (err) {
        this.#log.warn({ err }, 'progress could not be passed on')
      }
    }
  }
}
