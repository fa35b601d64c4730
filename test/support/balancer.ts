/**
 * In front of several web processes, as a load balancer is: each delivery goes to the next of them, past those that take no
 * connection. It can lose deliveries, and answers.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** `dropped`: nobody hears of it; `unanswered`: a web process took it, and GitHub isn't told. */
export type Fate = 'passed' | 'dropped' | 'unanswered'

export class Balancer {
  readonly url: string
  /** What becomes of a delivery. */
  fate: () => Fate = () => 'passed'
  /** How many deliveries met each fate. */
  readonly fates: Record<Fate, number> = { passed: 0, dropped: 0, unanswered: 0 }
  readonly #server: ReturnType<typeof createServer>
  #turn = 0

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  /** `targets`: the addresses of those that may be asked now. */
  static async start(targets: () => readonly string[]): Promise<Balancer> {
    let balancer: Balancer | null = null
    const server = createServer((incoming, answer) => void balancer?.pass(incoming, answer, targets()))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    balancer = new Balancer(server)
    return balancer
  }

  async close(): Promise<void> {
    await new Promise((done) => {
      this.#server.close(done)
      this.#server.closeAllConnections()
    })
  }

  async pass(incoming: IncomingMessage, answer: ServerResponse, targets: readonly string[]): Promise<void> {
    try {
      const body = await bytesOf(incoming)
      const fate = this.fate()
      this.fates[fate] += 1
      const passed = fate === 'dropped' ? null : await this.#post(incoming, body, targets)
      if (fate === 'unanswered') return void answer.destroy()
      answer.writeHead(passed?.status ?? 502).end(passed?.text ?? 'Nobody is there.')
    } catch {
      // It was cut off in the middle.
      answer.writeHead(502).end()
    }
  }

  async #post({ headers, url }: IncomingMessage, body: Buffer, targets: readonly string[]) {
    this.#turn += 1
    for (let n = 0; n < targets.length; n++) {
      const target = targets[(this.#turn + n) % targets.length]
      const sent = fetch(`${target}${url}`, {
        method: 'POST',
        headers: ownHeaders(headers),
        body: new Uint8Array(body),
      })
      const passed = await sent.catch((error: Error & { cause?: { code?: string } }) => {
        if (error.cause?.code === 'ECONNREFUSED') return null
        throw error
      })
      if (passed) return { status: passed.status, text: await passed.text() }
    }
    return null
  }
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Those that are the sender's, not the connection's. */
const ownHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      /^(content-type|user-agent|x-github-.*|x-hub-.*)$/.test(name) && typeof value === 'string' ? [[name, value]] : [],
    ),
  )
