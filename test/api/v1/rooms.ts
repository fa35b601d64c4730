/** Live progress beside the stage, for those whom its API knows. */
import type { Sender } from '../../../src/api/key-access.ts'
import { InProcessChannel } from '../../../src/live/channel/in-process.ts'
import { startLive } from '../../../src/live/index.ts'
import { ProgressOfScans } from '../../../src/store/progress.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { Client } from '../../live/stage.ts'
import { PUBLIC_URL } from '../sign-in-stage.ts'
import type { Holder, Stage } from './stage.ts'

export class RoomsOf {
  readonly channel: InProcessChannel
  readonly #url: string
  readonly #clients: Client[] = []
  readonly #close: () => void

  constructor({ host, database, authenticate, url }: Stage) {
    const log = createLogger('silent')
    this.channel = new InProcessChannel(log)
    this.#url = url
    this.#close = startLive({
      ...{ server: host.server, channel: this.channel, rows: new ProgressOfScans(database), log },
      identify: (caller) => authenticate({ ...caller, log: log as Sender['log'] }),
      origins: { publicUrl: PUBLIC_URL, others: [] },
      address: () => 'here',
      measures: { liveConnections() {}, liveRooms() {}, liveSent() {}, liveRefused() {} },
    }).close
  }

  async connected(holder: Exclude<Holder, null>): Promise<Client> {
    const known = typeof holder === 'string' ? { auth: { token: holder } } : { extraHeaders: { cookie: holder.cookie } }
    const client = new Client(this.#url, known)
    this.#clients.push(client)
    return client.connected()
  }

  close(): void {
    for (const { socket } of this.#clients) socket.disconnect()
    this.#close()
  }
}
