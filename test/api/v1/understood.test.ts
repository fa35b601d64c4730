/** What is told of a request that is not as described: each fault by the name its sender knows, with what is expected. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { createHost } from '../../../src/api/host.ts'
import { gitHubId, line, text } from '../../../src/api/v1/schemas.ts'
import { validatorCompiler } from '../../../src/api/v1/understood.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'

describe('A request that is not as described', () => {
  let host: FastifyInstance
  beforeAll(() => {
    host = createHost({ logger: createLogger('silent') })
    host.setValidatorCompiler(validatorCompiler)
    const querystring = z.object({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      format: z.enum(['csv', 'jsonl']).optional(),
      from: z.iso.datetime().optional(),
      path: text(5).optional(),
      serial: z
        .string()
        .regex(/^\d{1,18}$/)
        .optional(),
    })
    const body = z.strictObject({
      name: line,
      installationId: gitHubId,
      scopes: z.array(z.enum(['read', 'scan'])).min(1),
      gtin: z
        .string()
        .refine((gtin) => gtin.length === 8, 'A GTIN has 8 digits.')
        .optional(),
      key: z.union([z.string().max(5), z.record(z.string(), z.json())]).optional(),
      place: z.union([z.object({ lane: z.string() }), z.object({ street: z.string() })]).optional(),
    })
    host.get(
      '/one/:repositoryId',
      { schema: { params: z.object({ repositoryId: gitHubId }), querystring } },
      async () => 'ok',
    )
    host.post('/all', { schema: { body } }, async (request) => request.body)
  })
  afterAll(() => host.close())

  it.each([
    ['/one/pump', '`repositoryId` in the path must be a whole number in digits.'],
    ['/one/0x3ea', '`repositoryId` in the path must be a whole number in digits.'],
    ['/one/1.002e3', '`repositoryId` in the path must be a whole number in digits.'],
    ['/one/%201002', '`repositoryId` in the path must be a whole number in digits.'],
    ['/one/9007199254740993', '`repositoryId` in the path must be at most 9007199254740991.'],
    ['/one/0', '`repositoryId` in the path must be at least 1.'],
    ['/one/1?limit=201', '`limit` in the query must be at most 200.'],
    ['/one/1?limit=1.5', '`limit` in the query must be a whole number.'],
    ['/one/1?format=pdf', '`format` in the query must be one of `csv`, `jsonl`.'],
    ['/one/1?from=monday', '`from` in the query must be a time as in RFC 3339, such as `2026-01-31T12:00:00Z`.'],
    ['/one/1?path=longer', '`path` in the query must have at most 5 characters.'],
    ['/one/1?path=%00', '`path` in the query holds U+0000, which is in no name.'],
    ['/one/1?limit=1&limit=2', '`limit` in the query is given twice.'],
    ['/one/1?format=csv&format=csv&format=csv', '`format` in the query is given 3 times.'],
    ['/one/1?path=a&path=longer', '`path` in the query is given twice.'],
    ['/one/1?serial=x', '`serial` in the query must match `/^\\d{1,18}$/`.'],
    ['/one/x?limit=0', '`repositoryId` in the path must be a whole number in digits.'],
  ])('is told so: %s', async (url, detail) => {
    const answer = await host.inject({ url })
    expect([answer.statusCode, answer.json().detail]).toEqual([400, detail])
  })

  const good = { name: 'Pump', installationId: 7, scopes: ['read'] }
  it.each([
    [{ ...good, name: undefined }, '`name` in the body is missing: it must be text.'],
    [{ ...good, installationId: undefined }, '`installationId` in the body is missing: it must be a number.'],
    [{ ...good, name: '' }, '`name` in the body must be one line of 1 to 500 characters.'],
    [{ ...good, scopes: [] }, '`scopes` in the body must have at least 1 item.'],
    [{ ...good, scopes: ['read', 'all'] }, '`scopes[1]` in the body must be one of `read`, `scan`.'],
    [{ ...good, gtin: '1' }, '`gtin` in the body: A GTIN has 8 digits.'],
    [{ ...good, key: 7 }, '`key` in the body must be text or be an object.'],
    [{ ...good, key: 'longer' }, '`key` in the body must have at most 5 characters.'],
    [{ ...good, place: {} }, '`place` in the body must be as the schema at /api/docs says.'],
    [
      { ...good, title: 'x' },
      'The body has `title`, which is not taken here: it takes `name`, `installationId`, `scopes`, `gtin`, `key`, `place`.',
    ],
    [
      { ...good, title: 'x', lane: 'y' },
      'The body has `title`, `lane`, which are not taken here: it takes `name`, `installationId`, `scopes`, `gtin`, `key`, `place`.',
    ],
    [{ ...good, name: ['Pump', 'Valve'] }, '`name` in the body must be text.'],
    [{ ...good, name: 7, scopes: 'read' }, '`name` in the body must be text. `scopes` in the body must be a list.'],
    [undefined, 'The body is missing: it must be an object.'],
  ])('is told so: %j', async (body, detail) => {
    const answer = await host.inject({ method: 'POST', url: '/all', ...(body && { payload: body }) })
    expect([answer.statusCode, answer.json().detail]).toEqual([400, detail])
  })

  it('is taken where it is, as its schema reads it', async () => {
    const answer = await host.inject({
      method: 'POST',
      url: '/all',
      payload: { ...good, name: ' Pump ', installationId: '7' },
    })
    expect([answer.statusCode, answer.json()]).toEqual([200, good])
  })

  it('is told how to send a body that is not JSON', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await host.inject({ method: 'POST', url: '/all', headers, payload: 'name=Pump' })
    expect(answer.statusCode).toBe(415)
    expect(answer.json().detail).toContain('send JSON, with the header `content-type: application/json`')
  })
})
