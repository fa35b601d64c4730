/** What every channel promises, whatever carries it. */
import { randomInt } from 'node:crypto'
import { Redis } from 'ioredis'
import pg from 'pg'
import { nameOf, openChannel } from '../../src/live/channel/index.ts'
import type { ProgressChannel, ScanProgress } from '../../src/scan/ports/progress.ts'
import { aMoment, scanId, until } from './moments.ts'

const { TEST_REDIS_URL, TEST_DATABASE_URL } = process.env

interface Kind {
  name: string
  /** Null: not installed here. */
  place: { redisUrl: string | null; databaseUrl: string | null } | null
  /** Cuts all connections that listen; null: there are none. */
  cut: (() => Promise<unknown>) | null
}

const KINDS: Kind[] = [
  { name: 'in the process', place: { redisUrl: null, databaseUrl: null }, cut: null },
  {
    name: 'Redis',
    place: TEST_REDIS_URL ? { redisUrl: TEST_REDIS_URL, databaseUrl: null } : null,
    cut: async () => {
      const admin = new Redis(TEST_REDIS_URL ?? '')
      await admin.client('KILL', 'TYPE', 'pubsub')
      admin.disconnect()
    },
  },
  {
    name: 'PostgreSQL',
    place: TEST_DATABASE_URL ? { redisUrl: null, databaseUrl: TEST_DATABASE_URL } : null,
    cut: async () => {
      const admin = new pg.Client({ connectionString: TEST_DATABASE_URL })
      await admin.connect()
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'rosie-guard progress' AND datname = current_database()`,
      )
      await admin.end()
    },
  },
]

describe.each(KINDS.filter(({ place }) => place))('The channel by $name', ({ place, cut }) => {
  let channels: ProgressChannel[]
  let listening: number
  let warned: unknown[]
  /** Others of this server are not heard. */
  let appId: number

  function open(app = appId): ProgressChannel {
    const log = { info() {}, warn: (facts: object) => void warned.push(facts) }
    const channel = openChannel({ ...(place as NonNullable<typeof place>), appId: app, log })
    channels.push(channel)
    return channel
  }

  function listen(channel: ProgressChannel): ScanProgress[] {
    const own: ScanProgress[] = []
    channel.subscribe({
      heard: (progress) => void own.push(progress),
      listening() {
        listening += 1
      },
    })
    return own
  }

  /** From the first to the second, both connected. In one process there is one for both. */
  async function pair(): Promise<[ProgressChannel, ScanProgress[]]> {
    const sender = open()
    const own = listen(cut ? open() : sender)
    await connected(sender, own)
    return [sender, own]
  }

  async function connected(sender: ProgressChannel, own: ScanProgress[]): Promise<void> {
    await until(() => {
      sender.publish(aMoment({ scanId: 'probe' }))
      return own.length > 0
    }, 20_000)
    // What was sent meanwhile has come before this.
    sender.publish(aMoment({ scanId: 'last probe' }))
    await until(() => own.at(-1)?.scanId === 'last probe')
    own.length = 0
  }

  beforeEach(() => {
    channels = []
    warned = []
    listening = 0
    appId = randomInt(2 ** 40)
  })
  afterEach(() => Promise.all(channels.map((channel) => channel.close())))

  it('carries what is published, whole and in order', async () => {
    const [sender, own] = await pair()
    const sent = Array.from({ length: 200 }, (_, n) =>
      aMoment({ scanId: scanId(n % 3), progress: n, message: 'ä"\n€' }),
    )
    for (const moment of sent) sender.publish(moment)
    await until(() => own.length >= sent.length)
    expect(own).toEqual(sent)
    expect(listening).toBe(1)
  })

  it('carries the longest that there is', async () => {
    const [sender, own] = await pair()
    const longest = aMoment({ message: '\u0001'.repeat(300), error: '€'.repeat(300) })
    sender.publish(longest)
    await until(() => own.length > 0)
    expect(own).toEqual([longest])
  })

  it('goes on where a listener fails', async () => {
    const channel = open()
    const fails = () => {
      throw new Error('a listener')
    }
    channel.subscribe({ heard: fails, listening: () => {} })
    const own = listen(channel)
    await connected(channel, own)
    expect(warned).toContainEqual({ err: new Error('a listener') })
  })

  it('carries nothing once it is closed, and publishing fails nobody', async () => {
    const [sender, own] = await pair()
    await Promise.all(channels.map((channel) => channel.close()))
    sender.publish(aMoment())
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(own).toEqual([])
  })

  if (cut) {
    it('listens again where the connection breaks, and says that something may have been missed', async () => {
      const [sender, own] = await pair()
      await cut()
      await until(() => listening === 2, 20_000)
      await connected(sender, own)
      sender.publish(aMoment({ progress: 55 }))
      await until(() => own.length > 0)
      expect(own).toEqual([aMoment({ progress: 55 })])
    })
  }
})

it.each([
  ['Redis can not be reached', { redisUrl: 'redis://127.0.0.1:1', databaseUrl: null }],
  ['the connection for live progress is gone', { redisUrl: null, databaseUrl: 'postgres://nobody@127.0.0.1:1/none' }],
])('A server that is away keeps nobody waiting, and is told of once: %s', async (words, place) => {
  const warned: string[] = []
  const log = { info() {}, warn: (_: object, message: string) => void warned.push(message) }
  const channel = openChannel({ ...place, appId: 1, log })
  channel.subscribe({ heard() {}, listening() {} })
  channel.publish(aMoment())
  await new Promise((resolve) => setTimeout(resolve, 700))
  await channel.close()
  // Redis has two connections.
  expect(new Set(warned)).toEqual(new Set([expect.stringContaining(words)]))
  expect(warned.length).toBeLessThanOrEqual(2)
})

it.each([
  ['redis://cache/0', 'redis://cache/1'],
  ['redis://cache/3', 'redis://cache/'],
])('Installations in databases of their own of one Redis (%s, %s) do not hear each other', (one, other) => {
  expect(nameOf(one, 1)).not.toBe(nameOf(other, 1))
  expect(nameOf(one, 1)).not.toBe(nameOf(one, 2))
  expect(nameOf('redis://cache/0', 1)).toBe(nameOf('redis://cache', 1))
})
