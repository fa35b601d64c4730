/** Requests to the API take turns, and no turn is lost, however a request ends. */
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { gate } from '../../src/api/gate.ts'
import { createHost } from '../../src/api/host.ts'
import { Problem } from '../../src/api/problem.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

/** At once, of all; of one reader half of them. */
const AT_ONCE = 4

describe('Turns', () => {
  let host: FastifyInstance
  let url: string
  /** Handlers at work, by who asked, and what opens each door they stand behind. */
  let atWork: { as: string; open(): void }[]
  let handled: number
  /** Streams that have begun, and not ended. */
  let streams: number

  beforeEach(async () => {
    ;[atWork, handled, streams] = [[], 0, 0]
    host = createHost({ logger: createLogger('silent') })
    await host.register(async (api) => {
      await gate(api, {
        authenticate: async ({ headers }) => ({ actor: String(headers['x-as']), name: 'one', grants: [] }),
        turns: { atOnce: AT_ONCE, countedAs: async ({ actor }) => actor.split('/')[0] ?? actor },
      })
      api.get('/quick', async () => 'ok')
      api.post('/quick', async () => 'ok')
      api.get('/behind-a-door', async ({ reader }) => {
        handled += 1
        await new Promise<void>((open) => atWork.push({ as: reader.actor, open }))
        return 'ok'
      })
      api.get('/wrong', async () => {
        throw new Problem(404, 'nothing')
      })
      api.get('/broken', async () => {
        throw new Error('broken')
      })
      const refuse = async () => {
        throw new Problem(403, 'no')
      }
      api.get('/refused', { preHandler: refuse }, async () => 'ok')
      api.get('/short-stream', async (_request, reply) => reply.send(Readable.from(['x', 'y'])))
      api.get('/broken-stream', async (_request, reply) => reply.send(Readable.from(breaking())))
      api.get('/stream', async (_request, reply) =>
        reply.header('content-disposition', 'attachment').send(Readable.from(parts())),
      )
    })
    url = await host.listen({ host: '127.0.0.1', port: 0 })
  })
  afterEach(async () => {
    host.server.closeAllConnections()
    await host.close()
    await until(() => streams === 0)
  })

  /** More than any buffer on the way takes: it goes on as long as somebody reads. */
  async function* parts() {
    streams += 1
    try {
      for (;;) yield 'x'.repeat(2 ** 16)
    } finally {
      streams -= 1
    }
  }

  async function* breaking() {
    yield 'x'
    throw new Error('broken')
  }

  const ask = (as: string, path = '/behind-a-door', init: RequestInit = {}) =>
    fetch(url + path, { ...init, headers: { 'x-as': as, ...init.headers } })
  /** That are answered some time, or not at all. */
  const askMany = (as: string, count: number, path?: string) =>
    Array.from({ length: count }, () => {
      const leaving = new AbortController()
      const answer = ask(as, path, { signal: leaving.signal })
      answer.catch(() => {})
      return { answer, leave: () => leaving.abort() }
    })
  const until = async (holds: () => boolean) => {
    for (const end = Date.now() + 5_000; !holds(); await sleep(5)) if (Date.now() > end) throw new Error('in vain')
  }
  const settled = () => sleep(50)
  const working = () => atWork.map(({ as }) => as).sort()
  const openAll = async () => {
    for (let rest = 20; rest > 0; rest = atWork.length > 0 ? 20 : rest - 1) {
      for (const { open } of atWork.splice(0)) open()
      await sleep(5)
    }
  }
  /** All turns are there: as many of two readers begin as may. */
  async function expectNoneLost() {
    await openAll()
    const asked = [...askMany('late', AT_ONCE), ...askMany('later', AT_ONCE)]
    await until(() => atWork.length === AT_ONCE)
    await settled()
    expect(working()).toEqual(['late', 'late', 'later', 'later'])
    const opening = openAll()
    expect((await Promise.all(asked.map(({ answer }) => answer))).map(({ status }) => status)).toEqual(
      Array(2 * AT_ONCE).fill(200),
    )
    await opening
  }

  it('are half of all of one reader at most, and another needs not wait for them', async () => {
    askMany('busy', 50)
    await until(() => atWork.length > 0)
    await settled()
    expect(working()).toEqual(['busy', 'busy'])
    expect((await ask('other', '/quick')).status).toBe(200)
    askMany('second', 50)
    await until(() => atWork.length === AT_ONCE)
    askMany('third', 1)
    await settled()
    expect(working()).toEqual(['busy', 'busy', 'second', 'second'])
    atWork.shift()?.open()
    // Before the others' hundred, since it had no turn yet.
    await until(() => working().includes('third'))
    await expectNoneLost()
  })

  it('are of all that count together', async () => {
    askMany('root', 2)
    askMany('root/made', 2)
    await until(() => atWork.length > 0)
    await settled()
    expect(atWork).toHaveLength(2)
    await expectNoneLost()
  })

  it('are not waited for by more than a hundred of one reader: 429, and when to come again', async () => {
    const asked = askMany('busy', 2 + 100)
    await until(() => atWork.length === 2)
    await settled()
    const refused = await ask('busy')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    expect((await ask('other', '/quick')).status).toBe(200)
    const opening = openAll()
    expect((await Promise.all(asked.map(({ answer }) => answer))).every(({ status }) => status === 200)).toBe(true)
    await opening
    await expectNoneLost()
  })

  it('are not taken for those who have gone while they waited', async () => {
    const [, , ...waiting] = askMany('busy', 12)
    await until(() => atWork.length === 2)
    await settled()
    for (const { leave } of waiting) leave()
    await settled()
    await openAll()
    expect(handled).toBe(2)
    await expectNoneLost()
  })

  it('last until the work is done, though whoever asked has gone', async () => {
    const asked = askMany('busy', 2)
    await until(() => atWork.length === 2)
    for (const { leave } of asked) leave()
    askMany('busy', 2)
    await settled()
    expect(atWork).toHaveLength(2)
    for (const { open } of atWork.splice(0)) open()
    await until(() => atWork.length === 2)
    await expectNoneLost()
  })

  it.each(['/wrong', '/broken', '/refused', '/short-stream', '/broken-stream', '/quick?head'])(
    'are given back after %s',
    async (path) => {
      const method = path.endsWith('head') ? 'HEAD' : 'GET'
      for (let nth = 0; nth < 3 * AT_ONCE; nth += 1) {
        const answer = await ask('busy', path, { method })
        await answer.text().catch(() => {})
      }
      await expectNoneLost()
    },
  )

  it('are given back where a connection with many requests on it breaks', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    const request = 'GET /behind-a-door HTTP/1.1\r\nhost: guard\r\nx-as: busy\r\n\r\n'
    socket.write(request.repeat(20))
    await until(() => atWork.length === 2)
    await settled()
    socket.destroy()
    await settled()
    await openAll()
    expect(handled).toBe(2)
    const again = askMany('busy', 4)
    const opening = openAll()
    expect((await Promise.all(again.map(({ answer }) => answer))).map(({ status }) => status)).toEqual(
      Array(4).fill(200),
    )
    await opening
    await expectNoneLost()
  })

  it('are not spent on waiting for a body', async () => {
    const head =
      'POST /quick HTTP/1.1\r\nhost: guard\r\nx-as: busy\r\ncontent-type: application/json\r\ncontent-length: 9'
    for (let nth = 0; nth < AT_ONCE; nth += 1) connect(Number(new URL(url).port), '127.0.0.1').write(`${head}\r\n\r\n{`)
    await settled()
    expect((await ask('busy', '/quick')).status).toBe(200)
  })

  describe('of streams', () => {
    it('are two of one reader, whose other requests go on meanwhile', async () => {
      const asked = askMany('busy', 5, '/stream')
      await until(() => streams === 2)
      await settled()
      expect(streams).toBe(2)
      for (let nth = 0; nth < 5; nth += 1) expect((await ask('busy', '/quick')).status).toBe(200)
      askMany('other', 5, '/stream')
      await settled()
      expect(streams).toBe(2)
      for (const { leave } of asked) leave()
      await until(() => streams === 2)
      await expectNoneLost()
    })

    it('are given back where one ends, or fails', async () => {
      for (let nth = 0; nth < 5; nth += 1) {
        expect(await (await ask('busy', '/short-stream')).text()).toBe('xy')
        await expect(ask('busy', '/broken-stream').then((answer) => answer.text())).rejects.toThrow()
      }
      askMany('busy', 2, '/stream')
      await until(() => streams === 2)
    })

    it('are given back where whoever reads breaks off, or waits no longer', async () => {
      for (let nth = 0; nth < 5; nth += 1) {
        const asked = askMany('busy', 5, '/stream')
        await until(() => streams === 2)
        for (const { leave } of asked) leave()
        await until(() => streams === 0)
      }
      await expectNoneLost()
    })

    it('are none where only the head of one is asked for, of which nothing is made', async () => {
      for (let nth = 0; nth < 5; nth += 1) {
        const head = await ask('busy', '/stream', { method: 'HEAD' })
        expect([head.status, head.headers.get('content-disposition'), streams]).toEqual([200, 'attachment', 0])
      }
      askMany('busy', 2, '/stream')
      await until(() => streams === 2)
    })
  })
})
