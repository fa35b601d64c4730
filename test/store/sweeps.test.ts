/** Who is at a sweep: any number of processes ask, one has it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Round } from '../../src/scan/ports/sweeps.ts'
import type { Database } from '../../src/store/database.ts'
import { SweepRows } from '../../src/store/sweeps.ts'
import { forEachDatabase } from '../support/database.ts'

const LEASE = 60_000

forEachDatabase('the rows of sweeps', ({ open }) => {
  let database: Database
  let rows: SweepRows
  let name: string
  let count = 0
  beforeAll(async () => {
    database = await open()
    rows = new SweepRows(database)
  })
  beforeEach(() => {
    name = `sweep-${++count}`
  })

  const begin = async (everyMs = 0, leaseMs = LEASE): Promise<Round> => {
    const round = await rows.begin(name, everyMs, leaseMs)
    if (!round) throw new Error('It could not be begun.')
    return round
  }
  const row = () => database.client.sweep.findUniqueOrThrow({ where: { name } })

  it('give a round to one of several that begin at once, and to nobody while it lasts', async () => {
    const begun = await Promise.all([1, 2, 3, 4].map(() => rows.begin(name, 0, LEASE)))
    expect(begun.filter((round) => round !== null)).toMatchObject([{ name, cursor: null }])
    expect(await rows.begin(name, 0, LEASE)).toBeNull()
  })

  it('keep what a round answers for the next one', async () => {
    await rows.end(await begin(), { cursor: { until: '2026-03-01', left: ['a\0b'] } })
    expect(await begin()).toMatchObject({ cursor: { until: '2026-03-01', left: ['a\uFFFDb'] } })
  })

  it.each([null, undefined])('take %p for an answer: the next round begins from nothing', async (cursor) => {
    await rows.end(await begin(), { cursor: 7 })
    await rows.end(await begin(), { cursor })
    expect(await begin()).toMatchObject({ cursor: null })
  })

  it('count the time between rounds from the end of the last one', async () => {
    await rows.end(await begin(), { cursor: 1 })
    expect(await rows.begin(name, 60_000, LEASE)).toBeNull()
    await database.client.$executeRaw`UPDATE sweep SET ran_at = ran_at - interval '61 seconds' WHERE name = ${name}`
    expect(await rows.begin(name, 60_000, LEASE)).toMatchObject({ cursor: 1 })
  })

  it('keep the cursor of a round that broke off, with the reason', async () => {
    await rows.end(await begin(), { cursor: 1 })
    await rows.end(await begin(), { error: 'GitHub is away\0' })
    expect(await row()).toMatchObject({ cursor: 1, error: 'GitHub is away\uFFFD', leaseUntil: null })
    await rows.end(await begin(), { cursor: 2 })
    expect(await row()).toMatchObject({ cursor: 2, error: null })
  })

  it('forget a round that was given back: it can be begun at once', async () => {
    await rows.release(await begin())
    expect(await row()).toMatchObject({ ranAt: null, leaseUntil: null })
    expect(await rows.begin(name, 60_000, LEASE)).not.toBeNull()
  })

  it('prolong a round that is under way', async () => {
    const round = await begin(0, 100)
    expect(await rows.renew(round, LEASE)).toBe(true)
    await sleep(150)
    expect(await rows.begin(name, 0, LEASE)).toBeNull()
    await rows.end(round, { cursor: 3 })
    expect(await row()).toMatchObject({ cursor: 3, leaseUntil: null })
  })

  it('take nothing from a round that outlived its lease once another has begun', async () => {
    const late = await begin(0, 50)
    await sleep(100)
    const next = await begin()
    expect(await rows.renew(late, LEASE)).toBe(false)
    await rows.end(late, { cursor: 'late' })
    await rows.end(late, { error: 'late' })
    await rows.release(late)
    expect(await row()).toMatchObject({ cursor: null, error: null, ranAt: null, leaseUntil: next.leaseUntil })
    await rows.end(next, { cursor: 'next' })
    expect(await row()).toMatchObject({ cursor: 'next', leaseUntil: null })
  })

  it('let a process that is alone take back what a dead one has begun, and nothing else', async () => {
    await begin()
    const other = await rows.begin('another', 0, LEASE)
    await rows.recover([name])
    expect(await rows.begin(name, 0, LEASE)).not.toBeNull()
    expect(await rows.begin('another', 0, LEASE)).toBeNull()
    if (other) await rows.end(other, { cursor: null })
  })
})
