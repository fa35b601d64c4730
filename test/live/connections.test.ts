/** Connections of live progress: who may have one, and what it is good for. */
import type { Grant } from '../../src/access/grant.ts'
import { aMoment, scanId, until } from './moments.ts'
import { type Client, LiveStage, readerWith } from './stage.ts'

const ACME = { scopes: ['read'], installationId: 1n, repositoryIds: [] } as const
const ZETA = { scopes: ['read'], installationId: 2n, repositoryIds: [] } as const

let stage: LiveStage
beforeEach(() => {
  stage = new LiveStage()
  stage.readers.set('Bearer acme', readerWith('acme', ACME))
  stage.readers.set('Bearer zeta', readerWith('zeta', ZETA))
  stage.readers.set('session=ann', readerWith('ann', ACME))
  stage.installations.set(7n, 1n)
})
afterEach(() => stage.close())

const ONE = scanId(1)

describe('Who connects', () => {
  it.each<[string, Parameters<LiveStage['client']>]>([
    ['a key in auth.token', ['acme']],
    ['a key in the header', [null, { extraHeaders: { authorization: 'Bearer acme' } }]],
    ['a session', [null, { extraHeaders: { cookie: 'session=ann' } }]],
    ['a page of this server', ['acme', { extraHeaders: { origin: 'https://guard.example.com' } }]],
    [
      'a page of an origin that was named, with a key',
      ['acme', { extraHeaders: { origin: 'https://board.example.com' } }],
    ],
  ])('may: %s', async (_, [token, options]) => {
    await stage.open({}, { publicUrl: 'https://guard.example.com', others: ['https://board.example.com'] })
    await expect(stage.client(token, options).connected()).resolves.toBeDefined()
  })

  it('may: a page of the very server that it asks', async () => {
    await stage.open()
    const page = stage.client(null, { extraHeaders: { origin: stage.url, cookie: 'session=ann' } })
    await expect(page.connected()).resolves.toBeDefined()
  })

  it.each<[string, Parameters<LiveStage['client']>, string]>([
    ['nobody', [null], 'Nobody is known'],
    ['a wrong key', ['guess'], 'Nobody is known'],
    ['what is no key', [null, { auth: { token: { toString: 'acme' } } }], 'Nobody is known'],
    ['a foreign page', ['acme', { extraHeaders: { origin: 'https://evil.example' } }], 'websocket error'],
    ['a page without an origin', ['acme', { extraHeaders: { origin: 'null' } }], 'websocket error'],
    [
      'one that looks alike',
      ['acme', { extraHeaders: { origin: 'https://board.example.com.evil.example' } }],
      'websocket error',
    ],
    [
      'a page of another server, with the cookie of whoever looks at it',
      [null, { extraHeaders: { origin: 'https://board.example.com', cookie: 'session=ann' } }],
      'Nobody is known',
    ],
    ['by polling', ['acme', { transports: ['polling'] }], 'poll'],
  ])('may not: %s', async (_, [token, options], words) => {
    await stage.open({}, { others: ['https://board.example.com'] })
    await expect(stage.client(token, options).connected()).rejects.toThrow(words)
  })

  it('finds nothing beside the namespace, and the API where it was', async () => {
    await stage.open()
    const { io } = await import('socket.io-client')
    const socket = io(stage.url, { transports: ['websocket'], reconnection: false, auth: { token: 'acme' } })
    const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve))
    socket.disconnect()
    expect(error.message).toContain('the namespace is /ws')
    expect(await (await fetch(`${stage.url}/api`)).text()).toBe('the API')
  })

  it('is told nothing of what is wrong inside', async () => {
    await stage.open()
    stage.away = true
    await expect(stage.client('acme').connected()).rejects.toThrow('Something went wrong on this server.')
    expect(stage.warned).toEqual([{ err: new Error('no database') }])
  })

  it('has so many connections at most', async () => {
    await stage.open({ ofReader: 2 })
    const first = await stage.as('acme')
    await stage.as('acme')
    await expect(stage.client('acme').connected()).rejects.toThrow('2 connections of acme already')
    await stage.as('zeta')
    first.socket.disconnect()
    await until(() => stage.as('acme').then(Boolean, () => false))
  })
})

describe('An installation', () => {
  const full = '3 connections of the keys of this installation already'
  const asOf = (actor: string, grant: Grant) => {
    stage.readers.set(`Bearer ${actor}`, readerWith(actor, grant))
    return stage.as(actor)
  }
  const key = (n: number) => `api-key/${scanId(n)}`

  beforeEach(() => stage.open({ ofReader: 2, ofInstallation: 3 }))

  it('has so many connections with all of its keys together, until one ends', async () => {
    const first = await asOf(key(1), ACME)
    await asOf(key(2), { ...ACME, repositoryIds: [7n] })
    await asOf(key(3), { ...ACME, scopes: ['admin'] })
    await expect(asOf(key(4), ACME)).rejects.toThrow(full)
    // Of what it was refused nothing counts.
    await expect(asOf(key(4), ACME)).rejects.toThrow(full)
    expect(stage.counted['refused reader']).toBe(2)
    for (let n = 0; n < 2; n++) await asOf(key(5), ZETA)
    await expect(asOf(key(5), ZETA)).rejects.toThrow('2 connections of api-key/')
    first.socket.disconnect()
    await until(() => asOf(key(4), ACME).then(Boolean, () => false))
    await expect(asOf(key(6), ACME)).rejects.toThrow(full)
  })

  it('takes nothing from people, nor from keys of the whole server, who count for themselves', async () => {
    for (let n = 1; n <= 3; n++) await asOf(key(n), ACME)
    for (const person of ['github/ann', 'github/bob']) await asOf(person, ACME)
    const whole: Grant = { ...ACME, scopes: ['admin'], installationId: null }
    for (let n = 4; n <= 7; n++) await asOf(key(n), whole)
    for (let n = 4; n <= 5; n++) await asOf(key(n), whole)
    await expect(asOf(key(4), whole)).rejects.toThrow('2 connections of api-key/')
    await expect(asOf(key(8), ACME)).rejects.toThrow(full)
  })
})

describe('What can not be answered', () => {
  it.each([
    undefined,
    null,
    'scan',
    {},
    { scan: ONE, repository: 7 },
    { scan: ONE, more: 1 },
    { scan: "1' OR 'a'='a" },
    { scan: ['a'] },
    { repository: '7' },
    { repository: -7 },
    { repository: 7.5 },
    { repository: 2 ** 60 },
  ])('is refused: %j', async (asked) => {
    await stage.open()
    const client = await stage.as('acme')
    expect(await client.subscribe(asked)).toMatchObject({ ok: false, error: expect.stringContaining('This needs') })
  })

  it('is answered, whatever it is, to who waits for an answer', async () => {
    await stage.open()
    const { socket } = await stage.as('acme')
    const ask = (...asked: [string, ...unknown[]]) => socket.timeout(5_000).emitWithAck(...asked)
    const refused = (words: string) => ({ ok: false, error: expect.stringContaining(words) })
    expect(await ask('subscribe')).toEqual(refused('This needs {scan: the UUID of one}'))
    expect(await ask('subscribee', { scan: ONE })).toEqual(
      refused('Only these are answered here: subscribe, unsubscribe.'),
    )
  })

  it('does no harm without anybody to answer', async () => {
    await stage.open()
    stage.rows.set(ONE, aMoment())
    const client = await stage.as('acme')
    client.socket.emit('subscribe', { scan: ONE })
    client.socket.emit('subscribe')
    client.socket.emit('whatever', 1)
    expect(await client.subscribe({ scan: ONE })).toMatchObject({ ok: true })
  })

  it('is bounded: subscriptions of a connection, and the size of a message', async () => {
    await stage.open({ subscriptions: 2, message: 1_000 })
    for (const n of [1, 2, 3]) stage.rows.set(scanId(n), aMoment({ scanId: scanId(n) }))
    const client = await stage.as('acme')
    const answers = []
    for (const n of [1, 2, 3, 2]) answers.push(await client.subscribe({ scan: scanId(n) }))
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, false, true])
    expect(answers[2]?.error).toContain('2 subscriptions')
    await client.ask('unsubscribe', { scan: scanId(1) })
    expect((await client.subscribe({ scan: scanId(3) })).ok).toBe(true)
    client.socket.emit('subscribe', 'x'.repeat(2_000))
    await until(() => client.socket.disconnected)
  })

  it('is bounded: what is asked at once', async () => {
    await stage.open()
    const client = await stage.as('acme')
    const answers = await Promise.all(Array.from({ length: 230 }, () => client.subscribe({ repository: 7 })))
    expect(answers.some(({ error }) => error?.includes('too much at once'))).toBe(true)
    expect(answers[0]?.ok).toBe(true)
  })

  it('is bounded: what is asked on all connections of a reader, also on those that they open next', async () => {
    await stage.open({ asks: 4, askEveryMs: 60_000 })
    const asked = async (client: Client) => (await client.subscribe({ repository: 7 })).error ?? 'answered'
    const [one, two, other] = [await stage.as('acme'), await stage.as('acme'), await stage.as('zeta')]
    for (const client of [one, two, one]) expect(await asked(client)).toBe('answered')
    for (const { socket } of [one, two]) socket.disconnect()
    await until(() => stage.counted['connections known'] === 1)
    const next = await stage.as('acme')
    expect(await asked(next)).toBe('answered')
    for (const client of [next, await stage.as('acme')]) expect(await asked(client)).toContain('too much at once')
    expect(stage.read.filter((what) => what === 'places')).toHaveLength(4)
    expect(await asked(other)).toContain('There is no such repository')
  })
})

it('A process that stops sends everybody away to connect elsewhere, and lets nobody in', async () => {
  await stage.open()
  const client = await stage.as('acme')
  const reason = new Promise((resolve) => client.socket.once('disconnect', resolve))
  stage.closeLive()
  // Of these two words only the first makes clients connect again by themselves.
  expect(await reason).toBe('transport close')
  await expect(stage.client('acme').connected()).rejects.toThrow('websocket error')
})
