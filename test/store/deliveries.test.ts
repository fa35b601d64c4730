import type { Database } from '../../src/store/database.ts'
import { Deliveries } from '../../src/store/deliveries.ts'
import { forEachDatabase } from '../support/database.ts'
import { aWish } from './given.ts'

forEachDatabase('the inbox', (databases) => {
  let database: Database
  let inbox: Deliveries
  beforeAll(async () => {
    database = await databases.open()
    inbox = new Deliveries(database)
  })
  beforeEach(() => database.client.webhookDelivery.deleteMany())

  const delivery = (id: string, payload: unknown = {}) => ({ id, event: 'push', payload })
  const stored = (id: string) => database.client.webhookDelivery.findUniqueOrThrow({ where: { id } })
  /** What was waited for has come. */
  const makeDue = () => database.client.$executeRaw`UPDATE webhook_delivery SET not_before = now() - interval '1 ms'`

  it('stores a delivery once, whatever the repeat says', async () => {
    const payload = { action: 'opened', installation: { id: 5 }, repository: { id: 6, name: 'pump' } }
    expect(await inbox.store(delivery('a', payload))).toBe('stored')
    expect(await inbox.store(delivery('a', { other: true }))).toBe('repeat')
    expect(await stored('a')).toMatchObject({
      event: 'push',
      action: 'opened',
      installationId: 5n,
      repositoryId: 6n,
      payload,
    })
    expect(await database.client.webhookDelivery.count()).toBe(1)
  })

  it.each([
    ['null', null],
    ['a list', [1]],
    ['fields of other types', { action: 7, installation: 'x', repository: { id: 'seven' } }],
    ['text that PostgreSQL cannot store', { action: 'a\0b', repository: { name: '\uD800 \0 \\u0000' } }],
  ])('stores a payload that is %s', async (_what, payload) => {
    expect(await inbox.store(delivery('odd', payload))).toBe('stored')
    expect(await inbox.next()).not.toBeNull()
  })

  it('hands out the oldest first', async () => {
    for (const id of ['first', 'second', 'third']) await inbox.store(delivery(id, { id }))
    expect(await inbox.next()).toEqual(delivery('first', { id: 'first' }))
    expect(await inbox.next()).toEqual(delivery('second', { id: 'second' }))
  })

  it('hands out each delivery to one worker', async () => {
    for (let round = 1; round <= 5; round++) {
      const ids = Array.from({ length: 8 }, (_, index) => `round ${round}, ${index}`)
      for (const id of ids) await inbox.store(delivery(id))
      const taken = await Promise.all(ids.map(() => inbox.next()))
      expect(taken.map((next) => next?.id).sort()).toEqual(ids)
    }
  })

  it('hands out again what a worker claimed and never finished', async () => {
    await inbox.store(delivery('claimed'))
    await inbox.next()
    expect(await inbox.next()).toBeNull()
    expect((await stored('claimed')).notBefore?.getTime()).toBeGreaterThan(Date.now() + 10_000)
    await makeDue()
    expect(await inbox.next()).toMatchObject({ id: 'claimed' })
  })

  it('claims for as long as it is told', async () => {
    const brief = new Deliveries(database, 50)
    await brief.store(delivery('brief'))
    await brief.next()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await brief.next()).toMatchObject({ id: 'brief' })
  })

  it('waits longer after each failure, and gives up after ten attempts', async () => {
    await inbox.store(delivery('bad'))
    const delays: number[] = []
    for (let attempt = 1; attempt <= 10; attempt++) {
      expect(await inbox.next()).not.toBeNull()
      await inbox.failed('bad', `attempt ${attempt}\0`)
      const { notBefore } = await stored('bad')
      delays.push(Math.round(((notBefore?.getTime() ?? 0) - Date.now()) / 1000))
      await makeDue()
    }
    expect(delays).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560])
    expect(await inbox.next()).toBeNull()
    expect(await stored('bad')).toMatchObject({ attempts: 10, error: 'attempt 10\uFFFD', processedAt: null })
  })

  it('applies the intents of a delivery once', async () => {
    await inbox.store(delivery('once'))
    expect(await inbox.done('once', [aWish()])).toBe(true)
    const again = aWish()
    expect(await inbox.done('once', [again])).toBe(false)
    expect(await database.client.repository.findUnique({ where: { id: again.repository.id } })).toBeNull()
    expect(await inbox.next()).toBeNull()
    expect((await stored('once')).processedAt).not.toBeNull()
  })

  it('marks nothing processed when an intent cannot be applied', async () => {
    await inbox.store(delivery('half'))
    const fine = aWish()
    const broken = { ...aWish(), repository: { ...aWish().repository, id: 2n ** 70n } }
    await expect(inbox.done('half', [fine, broken])).rejects.toThrow()
    expect((await stored('half')).processedAt).toBeNull()
    expect(await database.client.repository.findUnique({ where: { id: fine.repository.id } })).toBeNull()
  })
})
