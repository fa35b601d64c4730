/** Pages of other servers, at all that is below /api/v1: also where there is nothing, or not that, or nobody has to be known. */
import type { FastifyInstance, InjectOptions } from 'fastify'
import { createHost } from '../../../src/api/host.ts'
import { Problem } from '../../../src/api/problem.ts'
import { HEADERS } from '../../../src/api/v1/document-headers.ts'
import { apiV1 } from '../../../src/api/v1/index.ts'
import type { Reading } from '../../../src/store/reading/index.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'

const ORIGIN = 'https://dashboard.example.com'

/** Nobody is let in, so nothing is read. */
async function aHost(origins: string[]): Promise<FastifyInstance> {
  const host = createHost({ logger: createLogger('silent') })
  const authenticate = () => Promise.reject(new Problem(401, 'Who are you?'))
  await host.register(apiV1, { authenticate, origins, store: { record: {} } as Reading })
  await host.ready()
  return host
}

describe('A page of another server', () => {
  let host: FastifyInstance
  let closed: FastifyInstance
  beforeAll(async () => {
    host = await aHost([ORIGIN])
    closed = await aHost([])
  })
  afterAll(async () => {
    await host.close()
    await closed.close()
  })

  const ask = async (asked: InjectOptions, server = host) => {
    const { statusCode, headers, body } = await server.inject(asked)
    return { status: statusCode, headers, body }
  }

  it.each([
    ['GET', '/nothing', 404],
    ['PUT', '/me', 405],
    ['GET', '/me', 401],
    ['GET', '/openapi.json', 200],
  ] as const)('is told: %s %s, %i', async (method, path, status) => {
    const asked = (origin: string) => ({ method, url: `/api/v1${path}`, headers: { origin } })
    const allowed = { status, headers: { 'access-control-allow-origin': ORIGIN, vary: 'Origin' } }
    expect(await ask(asked(ORIGIN))).toMatchObject(allowed)
    for (const answer of [await ask(asked('https://evil.example')), await ask(asked(ORIGIN), closed)]) {
      expect(answer.status).toBe(status)
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    }
  })

  it.each(['/me', '/nothing', '/openapi.json'])('may ask first what it may: %s', async (path) => {
    const headers = { origin: ORIGIN, 'access-control-request-method': 'GET' }
    expect(await ask({ method: 'OPTIONS', url: `/api/v1${path}`, headers })).toMatchObject({
      ...{ status: 204, headers: { 'access-control-allow-origin': ORIGIN } },
    })
  })

  it('may read every header that is described', async () => {
    const { headers } = await ask({ method: 'PUT', url: '/api/v1/me', headers: { origin: ORIGIN } })
    const exposed = String(headers['access-control-expose-headers']).split(', ')
    expect(exposed.sort()).toEqual(Object.keys(HEADERS).sort())
  })

  it.each([{}, { origin: ORIGIN }, { 'access-control-request-method': 'GET' }])(
    'is told with %j what it would be told without: that nothing takes OPTIONS',
    async (headers) => {
      for (const server of [host, closed]) {
        const { status, headers: told } = await ask({ method: 'OPTIONS', url: '/api/v1/me', headers }, server)
        expect([status, told.allow, told['content-type']]).toEqual([
          ...[405, 'GET, HEAD', expect.stringContaining('application/problem+json')],
        ])
        expect((await ask({ method: 'OPTIONS', url: '/api/v1/nothing', headers }, server)).status).toBe(404)
      }
    },
  )
})
