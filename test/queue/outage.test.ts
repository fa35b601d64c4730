import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { startRedis } from '../support/servers/servers.ts'
import { Queues, Runs, until } from './support.ts'

const { TEST_REDIS_URL: redisUrl, TEST_DATABASE_URL: databaseUrl } = process.env

/** A wire to a server that can be cut, or go dead without a sign, and be mended. */
class Wire {
  readonly #target: URL
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  #port = 0
  #dead = false

  constructor(target: string) {
    this.#target = new URL(target)
    this.#server = createServer((near) => {
      const far = connect(Number(this.#target.port), this.#target.hostname)
      for (const [from, to] of [[near, far] as const, [far, near] as const]) {
        this.#sockets.add(from)
        from.on('data', (bytes) => this.#dead || to.write(bytes))
        from.on('close', () => to.destroy())
        from.on('error', () => {})
      }
    })
  }

  async mend(): Promise<string> {
    this.#dead = false
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
    const url = new URL(this.#target)
    url.host = `127.0.0.1:${this.#port}`
    return url.href
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    this.#sockets.clear()
    await closed
  }

  die(): void {
    this.#dead = true
  }
}

async function refusal(adding: Promise<void>): Promise<number> {
  const start = performance.now()
  await expect(adding).rejects.toThrow()
  return performance.now() - start
}

outage('Redis', redisUrl, (url) => ({ redisUrl: url }))
outage('PostgreSQL', databaseUrl, (url) => ({ databaseUrl: url }))

function outage(
  name: string,
  url: string | undefined,
  server: (url: string) => { redisUrl?: string; databaseUrl?: string },
) {
  const suite = url === undefined ? describe.skip : describe
  suite(`A queue whose ${name} goes away`, () => {
    let queues: Queues
    let wire: Wire

    beforeEach(() => {
      queues = new Queues()
      wire = new Wire(url ?? '')
    })
    afterEach(async () => {
      await queues.close()
      await wire.cut()
    })

    it('refuses scans within 2 s, says once that the server is away, and takes scans when it is back', async () => {
      const runs = new Runs()
      const queue = await queues.open(server(await wire.mend()))
      queue.process(runs.handler())
      await queue.add('before')
      await until('it ran', () => runs.ids.includes('before'))

      await wire.cut()
      for (const id of ['a', 'b', 'c']) expect(await refusal(queue.add(id))).toBeLessThan(2200)
      await expect(queue.reachable()).rejects.toThrow()
      const complaints = queues.log.filter((line) => line.msg === 'The queue has trouble with its server')
      expect(complaints).toHaveLength(1)

      await wire.mend()
      for (; !runs.ids.includes('after'); await pause(100)) await queue.add('after').catch(() => {})
      await queue.reachable()
    })

    it('refuses scans within 2 s when the server is silent', async () => {
      const queue = await queues.open(server(await wire.mend()))
      await queue.add('before')
      wire.die()
      const ms = await refusal(queue.add('scan'))
      expect(ms).toBeGreaterThan(1000)
      expect(ms).toBeLessThan(2200)
    })
  })
}

describe('A queue whose Redis never was there', () => {
  it('opens, refuses scans, and closes', async () => {
    const queues = new Queues()
    const queue = await queues.open({ redisUrl: 'redis://127.0.0.1:1' })
    queue.process(new Runs().handler())
    expect(await refusal(queue.add('scan'))).toBeLessThan(2200)
    expect(queues.log.map((line) => line.level)).toEqual(['error'])
    await queues.close()
  })
})

describe('A queue whose Redis has no room', () => {
  it('is not reachable until there is some', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rosie-full-'))
    const redis = await startRedis(folder)
    if (!redis) return
    const queues = new Queues()
    const client = new Redis(redis.url)
    try {
      const queue = await queues.open({ redisUrl: redis.url })
      await queue.reachable()
      await client.config('SET', 'maxmemory', '1')
      await expect(queue.reachable()).rejects.toThrow('OOM')
      await client.config('SET', 'maxmemory', '0')
      await queue.reachable()
    } finally {
      client.disconnect()
      await queues.close()
      await redis.stop()
      await rm(folder, { recursive: true })
    }
  })
})

describe('A queue whose PostgreSQL never was there', () => {
  it('does not open', async () => {
    const queues = new Queues()
    await expect(queues.open({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' })).rejects.toThrow('ECONNREFUSED')
  })
})
