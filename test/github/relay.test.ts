import { createHmac } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhooks } from '@octokit/webhooks'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { createHost } from '../../src/api/host.ts'
import { WEBHOOK_PATH, webhookRoute } from '../../src/api/webhook-route.ts'
import { asGitHubWrites, type Relay, startRelay } from '../../src/github/relay.ts'
import type { Delivery } from '../../src/scan/ports/queue.ts'

const SECRET = 'the webhook secret'
const silent = pino({ level: 'silent' })

let host: FastifyInstance
let target: string
let stored: Delivery[]
let warnings: string[]
let smee: Server
let source: string
/** Answers to connections that came; the last one is the one in use. */
let connections: ServerResponse[]
let refuse: boolean
let relay: Relay | undefined

beforeEach(async () => {
  stored = []
  warnings = []
  connections = []
  refuse = false
  host = createHost({ logger: silent })
  const store = async (delivery: Delivery) => {
    stored.push(delivery)
    return 'stored' as const
  }
  const { verify } = new Webhooks({ secret: SECRET })
  await host.register(webhookRoute, { inbox: { store }, verify, nudge: () => {} })
  target = (await host.listen({ port: 0, host: '127.0.0.1' })) + WEBHOOK_PATH
  smee = createServer((_request, response) => {
    connections.push(response)
    if (refuse) return response.writeHead(503).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 10\nevent: ready\ndata: {}\n\n')
  })
  await new Promise<void>((resolve) => smee.listen(0, '127.0.0.1', resolve))
  source = `http://127.0.0.1:${(smee.address() as AddressInfo).port}/channel`
})
afterEach(async () => {
  await relay?.stop()
  await host.close()
  smee.closeAllConnections()
  await new Promise((resolve) => smee.close(resolve))
})

const log = pino({ level: 'warn' }, { write: (line: string) => warnings.push(line) })
const start = () => {
  relay = startRelay({ source, target, log, reconnectMs: 20 })
}
const until = async (holds: () => boolean) => {
  for (let tries = 0; !holds() && tries < 400; tries++) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(holds()).toBe(true)
}

/** What the channel sends of a delivery with this body: its headers and the parsed body, in one object. */
const relayed = (bytes: string, change: object = {}) => ({
  host: 'smee.io',
  connection: 'close',
  'content-length': '3',
  'x-github-event': 'push',
  'x-github-delivery': 'one',
  'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(bytes).digest('hex')}`,
  body: JSON.parse(bytes),
  query: {},
  timestamp: 1,
  ...change,
})
const emit = (message: unknown) => connections.at(-1)?.write(`data: ${JSON.stringify(message)}\n\n`)

it('brings a delivery to our own route, where its signature holds', async () => {
  start()
  await until(() => connections.length === 1)
  emit(relayed('{"ref":"refs/heads/main"}'))
  await until(() => stored.length === 1)
  expect(stored).toEqual([{ id: 'one', event: 'push', payload: { ref: 'refs/heads/main' } }])
})

it('restores control characters as GitHub escapes them', async () => {
  start()
  await until(() => connections.length === 1)
  emit(relayed('{"message":"\\u001B[34m and a quoted \\\\u001b, tab\\t"}'))
  await until(() => stored.length === 1)
  expect(asGitHubWrites({ a: '\u001b', b: '\\u001b' })).toBe('{"a":"\\u001B","b":"\\\\u001b"}')
})

it('prefers the bytes themselves where the channel sends them', async () => {
  start()
  await until(() => connections.length === 1)
  const bytes = '{ "size" : 1.0 }\n'
  emit(relayed(bytes, { rawbody: bytes }))
  await until(() => stored.length === 1)
})

it('survives whatever else is posted to the channel', async () => {
  start()
  await until(() => connections.length === 1)
  connections.at(-1)?.write('data: not json\n\n')
  emit({})
  emit(relayed('{}', { body: undefined }))
  emit(relayed('{}', { 'x-hub-signature-256': 'sha256=forged' }))
  emit(null)
  await until(() => warnings.length === 5)
  emit(relayed('{}'))
  await until(() => stored.length === 1)
})

it('connects again after the channel closed on it', async () => {
  start()
  await until(() => connections.length === 1)
  refuse = true
  connections[0]?.end()
  await until(() => connections.length >= 2)
  refuse = false
  await until(() => (connections.at(-1)?.statusCode ?? 0) === 200)
  emit(relayed('{}'))
  await until(() => stored.length === 1)
})

it('keeps trying while the channel is not there at first', async () => {
  refuse = true
  start()
  await until(() => connections.length >= 2)
  refuse = false
  await until(() => connections.at(-1)?.statusCode === 200)
  emit(relayed('{}'))
  await until(() => stored.length === 1)
})

it.each(['http://smee.io/abc', 'ftp://smee.io/abc'])(
  'refuses %s: deliveries would be readable on the way',
  (address) => {
    expect(() => startRelay({ source: address, target, log: silent })).toThrow('https')
  },
)
