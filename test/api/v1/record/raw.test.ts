import Fastify from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { sendProblem, toProblem } from '../../../../src/api/problem.ts'
import { type RawText, rawArtifact } from '../../../../src/api/v1/record/raw.ts'
import { Corrupt, Forbidden, NotFound, RateLimited, Unreachable } from '../../../../src/scan/errors.ts'
import type { RecordReading } from '../../../../src/store/reading/record/index.ts'

const ID = '00000000-0000-4000-8000-000000000001'

async function aHost(rawText: RawText) {
  const host = Fastify()
  host.setValidatorCompiler(validatorCompiler)
  host.setSerializerCompiler(serializerCompiler)
  host.setErrorHandler((error, request, reply) => sendProblem(reply, toProblem(error, request)))
  host.addHook('preHandler', async (request) => {
    Object.assign(request, { repository: { id: 1n, installationId: 2n, owner: 'acme', name: 'pump' } })
  })
  const artifacts = {
    withId: async (_repository: bigint, id: string) => ({ id, path: 'a.md', sha: shaOf(id), kind: 'requirement' }),
  }
  const record = { artifacts, evidenceReads: {} } as unknown as RecordReading
  await host.register(rawArtifact, { record, rawText, prefix: '/repositories/:repositoryId' })
  return (id = ID) => host.inject({ url: `/repositories/1/artifacts/${id}/raw` })
}
const idOf = (n: number) => ID.slice(0, -1) + n
const shaOf = (id: string) => `abc${id.at(-1)}`

describe('The text of an artifact', () => {
  it.each([
    [404, new NotFound('gone')],
    [502, new Unreachable('away')],
    [502, new Forbidden('no')],
    [502, new Corrupt('other')],
    [503, new RateLimited(new Date(Date.now() + 30_000), 'wait')],
    [500, new Error('secret words')],
  ])('is answered with %d where GitHub gives %s', async (status, error) => {
    const ask = await aHost(async () => {
      throw error
    })
    const answer = await ask()
    expect(answer.statusCode).toBe(status)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.body).not.toContain('secret')
    if (status === 503) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(25)
  })

  it('is asked of GitHub once, also by several at a time, and again where it failed', async () => {
    let asked = 0
    const ask = await aHost(async () => {
      asked++
      if (asked === 1) throw new Unreachable('away')
      return new TextEncoder().encode('text')
    })
    expect((await ask()).statusCode).toBe(502)
    const answers = await Promise.all([ask(), ask(), ask()])
    expect(answers.map(({ body }) => body)).toEqual(['text', 'text', 'text'])
    expect((await ask()).body).toBe('text')
    expect(asked).toBe(2)
  })

  it('is answered also where so much came meanwhile that it is not kept', async () => {
    let arrive = () => {}
    const slow = new Promise<void>((resolve) => {
      arrive = resolve
    })
    const ask = await aHost(async (_repository, sha) => {
      if (sha !== shaOf(idOf(1))) return new Uint8Array(7.9 * 2 ** 20)
      await slow
      return new TextEncoder().encode('text')
    })
    const first = ask(idOf(1))
    for (const n of [2, 3, 4, 5, 6, 7]) expect((await ask(idOf(n))).statusCode).toBe(200)
    arrive()
    const { statusCode, body } = await first
    expect({ statusCode, body }).toEqual({ statusCode: 200, body: 'text' })
  })
})
