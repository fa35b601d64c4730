import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { Webhooks } from '@octokit/webhooks'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { addressesBehind } from '../../src/access/address.ts'
import { createHost } from '../../src/api/host.ts'
import { webhookRoute } from '../../src/api/webhook-route.ts'
import type { Delivery } from '../../src/scan/ports/queue.ts'

const SECRET = 'the webhook secret'
const signature = (body: string) => `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`

let host: FastifyInstance
let base: string
let stored: Delivery[]
let nudges: number
let fail: boolean
let outcomes: string[]

beforeEach(async () => {
  stored = []
  nudges = 0
  fail = false
  outcomes = []
  host = createHost({ logger: pino({ level: 'silent' }), addressOf: addressesBehind(['loopback']) })
  const { verify } = new Webhooks({ secret: SECRET })
  const store = async (delivery: Delivery) => {
    if (fail) throw new Error('connection to postgres://user:hunter2@db refused')
    if (stored.some(({ id }) => id === delivery.id)) return 'repeat' as const
    stored.push(delivery)
    return 'stored' as const
  }
  const measures = { delivery: (outcome: string) => void outcomes.push(outcome) }
  await host.register(webhookRoute, { inbox: { store }, verify, nudge: () => nudges++, measures })
  base = await host.listen({ port: 0, host: '127.0.0.1' })
})
afterEach(() => host.close())

/** A header that is null isn't sent. */
async function deliver(body: string, changed: Record<string, string | null> = {}) {
  const headers = new Headers({
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'x-hub-signature-256': signature(body),
  })
  for (const [name, value] of Object.entries(changed)) value === null ? headers.delete(name) : headers.set(name, value)
  const answer = await fetch(`${base}/api/github/webhooks`, { method: 'POST', body, headers })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as { detail?: string } }
}

describe('a delivery', () => {
  it('is stored as GitHub sent it and answered 202', async () => {
    const answer = await deliver('{"ref": "refs/heads/main", "commits": []}')
    expect([answer.status, answer.body]).toEqual([202, { stored: true }])
    const payload = { ref: 'refs/heads/main', commits: [] }
    expect(stored).toEqual([{ id: '72d3162e-cc78-11e3-81ab-4c9367dc0958', event: 'push', payload }])
    expect(nudges).toBe(1)
  })

  it('is verified over its bytes, not over what they mean', async () => {
    expect((await deliver('{ "text" : "\\u001B[34m – é" }\n')).status).toBe(202)
  })

  it('that comes again is answered 200 and does nothing', async () => {
    await deliver('{}')
    const answer = await deliver('{}')
    expect([answer.status, answer.body]).toEqual([200, { repeated: true }])
    expect([stored.length, nudges]).toEqual([1, 1])
  })

  it('that can not be stored is answered 503, and the reason stays inside', async () => {
    fail = true
    const answer = await deliver('{}')
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('60')
    expect(JSON.stringify(answer.body)).not.toContain('hunter2')
    expect(nudges).toBe(0)
  })

  it.each([
    ['without a signature', { 'x-hub-signature-256': null }],
    ['with the signature of another body', { 'x-hub-signature-256': signature('{"other": 1}') }],
    ['with an old SHA-1 signature', { 'x-hub-signature-256': 'sha1=d03207e4b030cf234e3447bac4d93add4c6643d8' }],
    ['with something else for a signature', { 'x-hub-signature-256': 'trust me' }],
  ])('%s is refused', async (_how, headers) => {
    const answer = await deliver('{}', headers)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.body).toMatchObject({ title: 'Unauthorized', status: 401 })
    expect(stored).toEqual([])
  })

  it.each([
    ['no event', { 'x-github-event': null }, 'x-github-event'],
    ['no id', { 'x-github-delivery': null }, 'x-github-delivery'],
    ['an id with blanks', { 'x-github-delivery': 'a b' }, 'x-github-delivery'],
    ['an id without end', { 'x-github-delivery': 'a'.repeat(101) }, 'x-github-delivery'],
  ])('with %s is refused', async (_what, headers, named) => {
    const answer = await deliver('{}', headers)
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining(named)])
    expect(stored).toEqual([])
  })

  it('without a body is refused', async () => {
    expect((await deliver('')).status).toBe(401)
  })

  it.each(['not JSON', '[]', 'null'])('whose body is %p is refused', async (body) => {
    expect((await deliver(body)).status).toBe(400)
    expect(stored).toEqual([])
  })

  it('as a form is refused with what to do about it', async () => {
    const answer = await deliver('payload=%7B%7D', { 'content-type': 'application/x-www-form-urlencoded' })
    expect([answer.status, answer.body.detail]).toEqual([415, expect.stringContaining('Choose application/json')])
  })

  it('of more than 25 MiB is refused, one of less is not', async () => {
    const ofLength = (length: number) => `{"text":"${'x'.repeat(length - 11)}"}`
    expect((await deliver(ofLength(25 * 2 ** 20))).status).toBe(202)
    expect((await deliver(ofLength(25 * 2 ** 20 + 1), { 'x-github-delivery': 'two' })).status).toBe(413)
    expect(stored).toHaveLength(1)
  })
})

it('What becomes of deliveries is counted', async () => {
  await deliver('{}')
  await deliver('{}')
  await deliver('{"other": 1}', { 'x-hub-signature-256': null })
  await deliver('[]')
  fail = true
  await deliver('{"other": 2}', { 'x-github-delivery': 'another' })
  await host.close()
  expect(outcomes).toEqual(['stored', 'repeated', 'refused', 'refused', 'not_stored'])
})

it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('Whoever asks with %s is told what belongs there', async (method) => {
  const answer = await fetch(`${base}/api/github/webhooks`, { method })
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  const text = await answer.text()
  if (method !== 'HEAD') expect(JSON.parse(text).detail).toContain('This address is for GitHub')
  await host.close()
  expect(outcomes).toEqual([])
})

describe('bodies that nobody has vouched for', () => {
  const MIB = 2 ** 20
  const sockets: Socket[] = []
  const hangUp = () => {
    for (const socket of sockets.splice(0)) socket.destroy()
  }
  afterEach(hangUp)

  /** A delivery of which the body has only begun, by a socket of its own. `from`: as our proxy tells it. */
  async function begin(from: string, length: number | null, sent = ''): Promise<Socket> {
    const socket = connect(Number(new URL(base).port), '127.0.0.1')
    sockets.push(socket)
    await once(socket, 'connect')
    const head = [
      'POST /api/github/webhooks HTTP/1.1',
      'host: here',
      'content-type: application/json',
      'x-github-event: push',
      `x-forwarded-for: ${from}`,
      `x-hub-signature-256: sha256=${'0'.repeat(64)}`,
      length === null ? 'transfer-encoding: chunked' : `content-length: ${length}`,
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n${sent}`)
    return socket
  }
  /** The head of what it is answered, at once or not at all. */
  const answered = async (socket: Socket) =>
    Promise.race([once(socket, 'data').then(([data]) => String(data)), setTimeout(300, 'nothing yet')])
  const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`
  const full = /^HTTP\/1\.1 503 .*\r\nretry-after: 60\r\n/is

  it('are four of the largest of one network, and the next is to come again, before it is read', async () => {
    const four = [1, 2, 3, 4].map(() => begin('203.0.113.7', 25 * MIB))
    for (const socket of await Promise.all(four)) expect(await answered(socket)).toBe('nothing yet')
    expect(await answered(await begin('203.0.113.7', 25 * MIB))).toMatch(full)
    expect(await answered(await begin('203.0.113.8', 25 * MIB))).toBe('nothing yet')
    hangUp()
    await host.close()
    expect(outcomes).toContain('not_stored')
  })

  it('are 200 MiB of all networks together, and small ones are taken all the same', async () => {
    for (let n = 0; n < 8; n++)
      expect(await answered(await begin(`203.0.113.${Math.floor(n / 4)}`, 25 * MIB))).toBe('nothing yet')
    expect(await answered(await begin('203.0.113.9', MIB))).toMatch(full)
    expect((await deliver(JSON.stringify({ text: 'x'.repeat(MIB - 20) }))).status).toBe(202)
    expect(stored).toHaveLength(1)
  })

  it('leave room for others as soon as they are answered, or their senders gone', async () => {
    const [first, ...others] = await Promise.all([1, 2, 3, 4].map(() => begin('203.0.113.7', 25 * MIB)))
    expect(await answered(await begin('203.0.113.7', 25 * MIB))).toMatch(full)
    first?.destroy()
    const fifth = await begin('203.0.113.7', MIB)
    expect(await answered(fifth)).toBe('nothing yet')
    fifth.write('x'.repeat(MIB))
    expect(await answered(fifth)).toMatch(/^HTTP\/1\.1 401 /)
    expect(await answered(await begin('203.0.113.7', 25 * MIB))).toBe('nothing yet')
    expect(others).toHaveLength(3)
  })

  it('count as they come where nobody says how long they are', async () => {
    for (const _ of [1, 2, 3, 4]) await begin('203.0.113.7', 25 * MIB)
    const growing = await begin('203.0.113.7', null, chunk(MIB / 2))
    expect(await answered(growing)).toBe('nothing yet')
    growing.write(chunk(MIB / 2))
    expect(await answered(growing)).toMatch(full)
    const ended = await begin('203.0.113.7', null, `${chunk(MIB / 2)}0\r\n\r\n`)
    expect(await answered(ended)).toMatch(/^HTTP\/1\.1 401 /)
  })

  it('count no more once GitHub has vouched for them', async () => {
    const large = `{"text":"${'x'.repeat(24 * MIB)}"}`
    for (let n = 0; n < 5; n++) expect((await deliver(large, { 'x-github-delivery': `large-${n}` })).status).toBe(202)
  })
})
