import { createHost } from '../../../src/api/host.ts'
import { toldOnce } from '../../../src/api/v1/told-once.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'

it('What does not change is written once, and not sent again to whoever has it', async () => {
  let written = 0
  const host = createHost({ logger: createLogger('silent') })
  host.get(
    '/',
    toldOnce(() => {
      written += 1
      return { nth: written }
    }),
  )
  const [first, second] = [await host.inject('/'), await host.inject('/')]
  expect([first.statusCode, first.json(), first.headers['content-type']]).toEqual([
    ...[200, { nth: 1 }, 'application/json; charset=utf-8'],
  ])
  expect([second.body, second.headers.etag]).toEqual([first.body, first.headers.etag])
  const ask = (etag: string) => host.inject({ url: '/', headers: { 'if-none-match': etag } })
  const known = await ask(String(first.headers.etag))
  expect([known.statusCode, known.body, known.headers.etag]).toEqual([304, '', first.headers.etag])
  expect((await ask('"another"')).statusCode).toBe(200)
  expect(written).toBe(1)
  await host.close()
})
