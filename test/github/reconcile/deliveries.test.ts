/** What GitHub could not deliver comes all the same, once. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sweepDeliveries } from '../../../src/github/reconcile/deliveries.ts'
import { RateLimited } from '../../../src/scan/errors.ts'
import type { Database } from '../../../src/store/database.ts'
import { Deliveries } from '../../../src/store/deliveries.ts'
import { forEachDatabase } from '../../support/database.ts'
import { type Delivery, GitHub } from '../../support/github/index.ts'
import { type Given, given, MINUTE, rounds } from './given.ts'

const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const ATTEMPTS = 'POST /app/hook/deliveries/{delivery_id}/attempts'

forEachDatabase('missed deliveries', ({ open }) => {
  let github: GitHub
  let database: Database
  let parts: Given
  let round: () => Promise<void>
  /** Stores what comes, as the webhook route does. */
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const [id, event] = [String(request.headers['x-github-delivery']), String(request.headers['x-github-event'])]
    await new Deliveries(database).store({ id, event, payload: JSON.parse(Buffer.concat(chunks).toString()) })
    response.writeHead(202).end()
  })
  let receiverUrl: string

  beforeAll(async () => {
    github = await GitHub.start({ checksAnswers: true })
    database = await open()
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
  })
  beforeEach(async () => {
    await database.client.webhookDelivery.deleteMany()
    github.webhookUrl = null
    parts = given(github, database)
    round = rounds(sweepDeliveries(parts))
  })
  afterEach(async () => {
    await settled()
    expect(github.violations).toEqual([])
    github.reset()
  })
  afterAll(async () => {
    await github.close()
    await new Promise((resolve) => receiver.close(resolve))
  })

  /** A delivery that came to nothing, so long ago. */
  async function missed(event = 'push', agoMs = 0, body: object = { ref: 'refs/heads/main' }): Promise<Delivery> {
    const delivery = await github.deliver(event, { ...body })
    delivery.deliveredAt = new Date(delivery.deliveredAt.getTime() - agoMs)
    return delivery
  }
  const asked = () => github.requests.filter(({ route }) => route === ATTEMPTS).map(({ path }) => path)
  const pathOf = ({ id }: Delivery) => `/app/hook/deliveries/${id}/attempts`
  /** Every attempt that was asked for has been made. */
  const settled = () =>
    github.waitFor(() => github.deliveries.filter(({ redelivery }) => redelivery).length >= accepted())
  const accepted = () => github.requests.filter(({ route, status }) => route === ATTEMPTS && status === 202).length
  const stored = async () => (await database.client.webhookDelivery.findMany()).map(({ id }) => id).sort()

  it('are sent again, the oldest first, once each, and stored under their own ids', async () => {
    const later = await missed('push', MINUTE)
    const earlier = await missed('pull_request', HOUR, { action: 'opened' })
    github.webhookUrl = receiverUrl
    await round()
    await settled()
    expect(asked()).toEqual([earlier, later].map(pathOf))
    expect(await stored()).toEqual([earlier.guid, later.guid].sort())
    parts.after(10 * MINUTE)
    await round()
    expect(asked()).toHaveLength(2)
  })

  it('are not asked for again while the one that was asked for is on its way', async () => {
    await missed()
    await round()
    await round()
    expect(asked()).toHaveLength(1)
  })

  it('that come to nothing again are asked for after 1, 2, 4 minutes, until GitHub forgets them', async () => {
    await missed()
    const at: number[] = []
    for (let minutes = 0; minutes <= 66; minutes++) {
      const before = asked().length
      await round()
      if (asked().length > before) at.push(minutes)
      parts.after(MINUTE)
    }
    expect(at).toEqual([0, 1, 3, 7, 15, 31, 63])
    parts.after(3 * DAY)
    await round()
    expect(asked()).toHaveLength(at.length)
  })

  it('that nobody waits for are left: events without intents, whatever their outcome', async () => {
    await missed('ping', HOUR)
    await missed('check_run', HOUR, { action: 'completed' })
    await missed('star', HOUR, { action: 'created' })
    await round()
    expect(asked()).toEqual([])
  })

  it('that are in the inbox are left, also where GitHub gave up waiting for the answer', async () => {
    const { guid } = await missed('push', HOUR)
    await new Deliveries(database).store({ id: guid, event: 'push', payload: {} })
    await round()
    expect(asked()).toEqual([])
  })

  it('that GitHub has delivered, but the inbox has lost, are asked for once they must have arrived', async () => {
    github.webhookUrl = receiverUrl
    const lost = await missed('push', HOUR)
    const young = await missed('push', 0)
    await database.client.webhookDelivery.deleteMany()
    await round()
    expect(asked()).toEqual([pathOf(lost)])
    parts.after(MINUTE)
    await round()
    expect(asked()).toEqual([lost, young].map(pathOf))
  })

  it('of more than three days ago are not asked for: GitHub has forgotten them', async () => {
    await missed('push', 3 * DAY + MINUTE)
    const kept = await missed('push', 3 * DAY - HOUR)
    await round()
    expect(asked()).toEqual([pathOf(kept)])
  })

  it('on many pages are all found, and each page is read once', async () => {
    for (let n = 0; n < 250; n++) await missed('ping', HOUR)
    const oldest = await missed('push', 2 * HOUR)
    const newest = await missed('push', MINUTE)
    const lists = () => github.count({ matching: 'GET /app/hook/deliveries' })
    await round()
    expect(asked()).toEqual([oldest, newest].map(pathOf))
    expect(lists()).toBe(3)
    parts.after(10 * MINUTE)
    await round()
    expect(lists()).toBe(4)
  })

  it('of a long outage come at our pace: 300 a round', async () => {
    for (let n = 0; n < 302; n++) await missed()
    await round()
    expect(asked()).toHaveLength(300)
    await round()
    expect(asked()).toHaveLength(302)
  })

  it('that GitHub does not send again keep no other waiting', async () => {
    const [refused, other] = [await missed('push', HOUR), await missed('push', MINUTE)]
    github.fault(new RegExp(`/${refused.id}/attempts`), { status: 422, body: { message: 'Delivery is too old' } })
    await round()
    expect(asked()).toEqual([refused, other].map(pathOf))
    expect(parts.warnings).toMatchObject([{ delivery: refused.guid }])
  })

  it('of which GitHub is asked without an answer are asked for once more, and keep no other waiting', async () => {
    const [first, second] = [await missed('push', HOUR), await missed('push', MINUTE)]
    github.loseAnswer(ATTEMPTS)
    await round()
    expect(asked()).toEqual([first, first, second].map(pathOf))
  })

  it('wait where GitHub asks to', async () => {
    await missed()
    github.fault(ATTEMPTS, { status: 403, headers: { 'retry-after': '60' } })
    await expect(round()).rejects.toThrow(RateLimited)
    await round()
    expect(asked()).toHaveLength(2)
  })

  it('are left to the next start when the process stops', async () => {
    await missed()
    const stopped = AbortSignal.abort(new Error('stopping'))
    await expect(sweepDeliveries(parts).run(null, stopped)).rejects.toThrow('stopping')
    expect(asked()).toEqual([])
  })
})

/** "id": an integer of 64 bits; JavaScript's own numbers end at 2^53. */
it('a delivery whose number JavaScript can not hold is asked for by that number', async () => {
  const id = '9007199254740993'
  const asked: string[] = []
  const server = createServer((request, response) => {
    if (request.method === 'POST') asked.push(request.url ?? '')
    const delivery = `{"id":${id},"guid":"a-guid","delivered_at":"${new Date().toISOString()}","redelivery":false,
      "duration":0.1,"status":"timed out","status_code":504,"event":"push","action":null}`
    response.writeHead(request.method === 'POST' ? 202 : 200, { 'content-type': 'application/json' })
    response.end(request.method === 'POST' ? '{}' : `[${delivery}]`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { app } = await GitHub.start().then(async (github) => {
    await github.close()
    return github
  })
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const parts = given({ app, apiUrl }, null as never)
  parts.inbox = { missing: async (ids) => new Set(ids) }
  await rounds(sweepDeliveries(parts))()
  server.closeAllConnections()
  server.close()
  expect(asked).toEqual([`/app/hook/deliveries/${id}/attempts`])
})
