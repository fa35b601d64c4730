/** Whoever may not have a stream any more gets no more of it. */
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Grant } from '../../src/access/grant.ts'
import { createHost } from '../../src/api/host.ts'
import { lastingStreams } from '../../src/api/lasting.ts'
import { Problem } from '../../src/api/problem.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

describe('A stream under way', () => {
  let host: FastifyInstance
  let url: string
  let asked: number
  let answer: () => { actor: string; grants: Grant[] }
  const GRANT: Grant = { scopes: ['read'], installationId: 7n, repositoryIds: [] }
  const THEM = { actor: 'api-key/1', grants: [GRANT] }

  beforeEach(async () => {
    ;[asked, answer] = [0, () => THEM]
    host = createHost({ logger: createLogger('silent') })
    const authenticate = async () => {
      asked += 1
      return { name: 'one', ...structuredClone(answer()) }
    }
    host.addHook('onRequest', async (request) => {
      request.reader = await authenticate()
    })
    lastingStreams(host, authenticate, 20)
    host.get('/stream', async (_request, reply) => reply.send(Readable.from(parts())))
    url = await host.listen({ host: '127.0.0.1', port: 0 })
  })
  afterEach(async () => {
    host.server.closeAllConnections()
    await host.close()
  })

  async function* parts() {
    for (let n = 0; n < 60; n++) {
      yield `${n}\n`
      await sleep(10)
    }
  }
  const read = async () => (await (await fetch(`${url}/stream`)).text()).split('\n').length - 1

  it('goes on for whoever may still have it, and is asked about no more once it has ended', async () => {
    expect(await read()).toBe(60)
    expect(asked).toBeGreaterThan(3)
    const then = asked
    await sleep(100)
    expect(asked).toBe(then)
  })

  it.each<[string, () => ReturnType<typeof answer>]>([
    ['whose key was revoked', () => raise(new Problem(401, 'This API key is revoked.'))],
    ['who may see less', () => ({ ...THEM, grants: [] })],
    ['who is somebody else now', () => ({ ...THEM, actor: 'api-key/2' })],
  ])('breaks off for somebody %s', async (_who, later) => {
    const reading = read()
    setTimeout(() => {
      answer = later
    }, 50)
    await expect(reading).rejects.toThrow()
  })

  it('goes on while it can not be found out', async () => {
    const reading = read()
    setTimeout(() => {
      answer = () => raise(new Problem(503, 'GitHub does not answer.'))
    }, 50)
    expect(await reading).toBe(60)
  })

  const raise = (problem: Problem): never => {
    throw problem
  }
})
