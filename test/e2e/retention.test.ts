/** What is removed while the app runs, and that it goes on as before. */
import { type Database, openDatabase } from '../../src/store/database.ts'
import { RECORD, SPECIFICATION, specification } from './record.ts'
import { purposes, useWorld } from './world.ts'

describe('after a year', () => {
  const world = useWorld()
  const version = (n: number) => ({ [SPECIFICATION]: specification('SPEC-001-001', 'US-001-001', `Version ${n}`) })

  it('old scans and deliveries are gone, the state that stands is kept, and a push costs no more than ever', async () => {
    const repository = await world.scanned(RECORD)
    for (const n of [2, 3]) await world.pushed(repository, 'main', version(n))
    await world.app.stop()
    const before = await inDatabase(world.app.dataDir, async (database) => {
      await age(database)
      return counts(database)
    })
    expect(before).toEqual({ scans: 3, trees: 3, deliveries: expect.any(Number) })
    expect(before.deliveries).toBeGreaterThanOrEqual(3)

    await world.startApp()
    await world.until(() => world.app.log().includes('what was kept long enough is removed'))
    await world.quiet(1_000)
    const requests = await world.requests(() => world.pushed(repository, 'main', version(4)))
    // What reconciliation asks for after a start comes first, or not at all.
    const asked = purposes(requests)
    expect(asked.slice(asked.indexOf('open check'))).toEqual(['open check', 'tree', 'query', 'update check'])

    await world.app.stop()
    // The scan of the snapshot that stood and the new one, with their heads and what each was compared with.
    expect(await inDatabase(world.app.dataDir, counts)).toMatchObject({ scans: 2, trees: 3 })
  }, 240_000)
})

async function inDatabase<Result>(dataDir: string, work: (database: Database) => Promise<Result>): Promise<Result> {
  const database = await openDatabase({ dataDir })
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

/** As if all of it had happened 400 days ago. */
async function age({ client }: Database): Promise<void> {
  await client.$executeRaw`
    UPDATE scan SET created_at = now() - interval '400 days', completed_at = now() - interval '400 days'`
  await client.$executeRaw`UPDATE tree SET stored_at = now() - interval '400 days'`
  await client.$executeRaw`
    UPDATE webhook_delivery SET received_at = now() - interval '400 days', processed_at = now() - interval '400 days'`
  await client.$executeRaw`DELETE FROM sweep WHERE name = 'retention'`
}

async function counts({ client }: Database) {
  const [scans, trees] = [await client.scan.count(), await client.tree.count()]
  return { scans, trees, deliveries: await client.webhookDelivery.count() }
}
