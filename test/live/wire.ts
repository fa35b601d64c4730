/** A connection as bytes on a socket, which does what no client of Socket.IO would do. */
import { randomBytes } from 'node:crypto'
import { type IncomingMessage, request } from 'node:http'
import type { Duplex } from 'node:stream'

export class Wire {
  /** What it was told, packet by packet. */
  readonly heard: string[] = []
  /** The other side has closed it: it may be that this one has not answered. */
  closed = false
  readonly #stream: Duplex
  #rest: Buffer

  private constructor(stream: Duplex, head: Buffer) {
    this.#stream = stream
    this.#rest = head
    stream.on('data', (bytes: Buffer) => this.#read(bytes))
    stream.on('error', () => {})
    stream.on('close', () => {
      this.closed = true
    })
    this.#read(Buffer.alloc(0))
  }

  /** Null: it was refused. */
  static open(url: string, { query = '', address = 'here' } = {}): Promise<Wire | null> {
    const headers = { upgrade: 'websocket', connection: 'Upgrade', 'sec-websocket-version': '13' }
    const asked = request(`${url}/socket.io/?EIO=4&transport=websocket${query}`, {
      headers: { ...headers, 'sec-websocket-key': randomBytes(16).toString('base64'), 'x-forwarded-for': address },
    })
    return new Promise((resolve, reject) => {
      asked.on('upgrade', (_: IncomingMessage, stream, head) => resolve(new Wire(stream, head)))
      asked.on('response', (answer) => resolve(answer.resume() && null))
      asked.on('error', reject)
      asked.end()
    })
  }

  /** One packet of Engine.IO: `4` is a message, `0/ws,` in it joins the namespace and `1/ws,` leaves it. */
  say(packet: string): void {
    const mask = randomBytes(4)
    const masked = Buffer.from(packet).map((byte, at) => byte ^ (mask[at % 4] ?? 0))
    const { length } = masked
    const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff]
    this.#stream.write(Buffer.concat([Buffer.from([0x81, ...size]), mask, masked]))
  }

  /** From now on nothing is read. */
  deafen = (): void => void this.#stream.pause()

  /** Without a word. */
  cut = (): void => void this.#stream.destroy()

  /** Frames of a server have no mask; those heard here are shorter than 64 kB. */
  #read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes])
    while (this.#rest.length >= 4 || (this.#rest.length >= 2 && (this.#rest[1] ?? 0) < 126)) {
      const [kind = 0, short = 0] = this.#rest
      const start = short === 126 ? 4 : 2
      const end = start + (short === 126 ? this.#rest.readUInt16BE(2) : short)
      if (this.#rest.length < end) return
      if (kind === 0x88) this.closed = true
      else this.heard.push(this.#rest.toString('utf8', start, end))
      this.#rest = this.#rest.subarray(end)
    }
  }
}
