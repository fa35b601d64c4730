/** Rows are the truth: whatever the queue lost or never heard of comes to it again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startDispatcher } from '../../src/scan/dispatch.ts'
import type { Database } from '../../src/store/database.ts'
import { Scans } from '../../src/store/scans.ts'
import { ScanWishes } from '../../src/store/wishes.ts'
import { aRepository, aWish, expireLease, queue, row, take } from '../store/given.ts'
import { forEachDatabase } from '../support/database.ts'

forEachDatabase('the dispatcher', ({ open }) => {
  let database: Database
  beforeEach(async () => {
    database = await open()
  })

  const heard: string[] = []
  const complaints: unknown[] = []
  const start = (add: (scanId: string) => Promise<void>, alone = false, staleMs = 60_000) =>
    startDispatcher(
      {
        wishes: new ScanWishes(database),
        queue: { add },
        log: { info: () => {}, error: (facts) => void complaints.push(facts) },
        pollMs: 50,
        staleMs,
      },
      alone,
    )
  const until = async (holds: () => boolean | Promise<boolean>) => {
    for (let n = 0; n < 200 && !(await holds()); n++) await sleep(25)
    expect(await holds()).toBe(true)
  }
  const aScan = () => queue(database, aWish({ repository: aRepository() }))

  it('hands over what was queued before it started, and what is queued later, once each', async () => {
    heard.length = 0
    const early = await aScan()
    const dispatcher = start(async (id) => void heard.push(id))
    await until(() => heard.includes(early))
    const late = await aScan()
    dispatcher.nudge()
    await until(() => heard.includes(late))
    await sleep(200)
    await dispatcher.stop()
    expect(heard).toEqual([early, late])
  })

  it('hands a scan over again when the queue lost it, or could not be reached', async () => {
    const id = await aScan()
    let calls = 0
    const dispatcher = start(
      async () => {
        if (++calls === 1) throw new Error('ECONNREFUSED')
      },
      false,
      100,
    )
    await until(() => calls >= 3)
    await dispatcher.stop()
    expect(complaints.length).toBeGreaterThan(0)
    expect(await row(database, id)).toMatchObject({ status: 'queued' })
  })

  it('takes back a scan whose worker is gone', async () => {
    const id = await aScan()
    await take(database, id)
    await expireLease(database, id)
    const again: string[] = []
    const dispatcher = start(async (scanId) => void again.push(scanId))
    await until(() => again.includes(id))
    await dispatcher.stop()
  })

  it('alone on its database, takes back at its start what an earlier process left running', async () => {
    const id = await aScan()
    await take(database, id)
    const again: string[] = []
    const dispatcher = start(async (scanId) => void again.push(scanId), true)
    await until(() => again.includes(id))
    await take(database, id)
    await sleep(200)
    await dispatcher.stop()
    expect(again).toEqual([id])
    expect(await row(database, id)).toMatchObject({ status: 'running' })
  })

  it('gives all of a hundred scans of one installation their turn, while the queue never holds many of them', async () => {
    const ids: string[] = []
    for (let i = 0; i < 100; i++)
      ids.push(await queue(database, aWish({ installation: 7n, repository: aRepository() })))
    const waiting: string[] = []
    const ran: string[] = []
    let most = 0
    const dispatcher = start(async (id) => {
      most = Math.max(most, waiting.push(id))
    })
    // As a worker: what ends nudges the dispatcher.
    await until(() => waiting.length === 20)
    const other = await queue(database, aWish({ installation: 8n, repository: aRepository() }))
    await until(async () => {
      for (const id of waiting.splice(0, 3)) {
        await new Scans(database).skip(await take(database, id), 'The repository has no commits.')
        ran.push(id)
      }
      dispatcher.nudge()
      return ran.length === 101
    })
    await dispatcher.stop()
    expect(ran.filter((id) => id !== other)).toEqual(ids)
    expect(most).toBeLessThanOrEqual(21)
    expect(ran.indexOf(other)).toBeLessThan(40)
  })
})
