/**
 * Requests that get no answer: the error says why and of whom, and the client's own log does not call it an answer. Nor does it
 * call answers errors that are none.
 */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NotModified } from '../../src/github/errors.ts'
import { GuardOctokit } from '../../src/github/octokit.ts'
import { NotFound, Unreachable } from '../../src/scan/errors.ts'

const lines: [level: string, line: string][] = []
const say = (level: string) => (line: unknown) => void (typeof line === 'string' && lines.push([level, line]))
const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }

const servers: Server[] = []
beforeEach(() => {
  lines.length = 0
})
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

/** Where it listens, as an address has it. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function ask(host: string, timeout = 10_000): Promise<unknown> {
  const client = new GuardOctokit({ auth: { token: 'secret' }, baseUrl: `http://${host}`, log })
  return client.request('GET /app', { request: { timeout } }).catch((error: unknown) => error)
}

/** At one level; a request is tried three times. */
const told = (level: string) => lines.filter(([at, line]) => at === level && line.startsWith('GET /app'))

it.each<[string, string, RequestListener | null]>([
  ['nobody listens', 'ECONNREFUSED', null],
  ['nobody answers', 'TimeoutError', () => {}],
  ['it hangs up', 'UND_ERR_SOCKET', (request) => request.socket.destroy()],
])('says why where %s', async (_, code, answer) => {
  const host = await serve(answer ?? (() => {}))
  if (answer === null) servers.pop()?.close()
  const error = await ask(host, code === 'TimeoutError' ? 100 : undefined)
  expect(error).toBeInstanceOf(Unreachable)
  expect(error).toMatchObject({ fault: { code, host } })
  expect(told('error')).toEqual([])
  expect(told('debug')).toHaveLength(3)
})

it('names no fault where there was an answer, and has each in its log', async () => {
  const host = await serve((_, response) => response.writeHead(502, { 'x-github-request-id': 'AB:1' }).end())
  const error = await ask(host)
  expect(error).toBeInstanceOf(Unreachable)
  expect(error).toMatchObject({ fault: null })
  expect(told('error')).toHaveLength(3)
  expect(told('error')[0]?.[1]).toContain('502 with id AB:1')
})

it.each([
  ['nothing has changed', 304, NotModified],
  ['there is no such thing', 404, NotFound],
] as const)('is no error in its log that %s', async (_, status, error) => {
  const host = await serve((_, response) => response.writeHead(status, { 'x-github-request-id': 'AB:1' }).end())
  expect(await ask(host)).toBeInstanceOf(error)
  expect(told('error')).toEqual([])
  expect(told('debug')).toEqual([['debug', expect.stringContaining(`${status} with id AB:1`)]])
})
