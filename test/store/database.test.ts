/** What a process takes of a PostgreSQL server is bounded. */
import { openDatabase } from '../../src/store/database.ts'
import { forEachDatabase } from '../support/database.ts'

forEachDatabase('A database that others use too', (databases) => {
  if (databases.embedded) {
    it('is a server', () => expect(databases.embedded).toBe(true))
    return
  }

  const opened = async (share?: { connections: number; statementMs: number }) => {
    const place = await databases.place('empty')
    if (!('url' in place)) throw new Error('This is no server.')
    return openDatabase({ url: place.url, share })
  }

  it('has no more connections of a process than its share', async () => {
    const database = await opened({ connections: 2, statementMs: 10_000 })
    const { client } = database
    await Promise.all(Array.from({ length: 8 }, () => client.$queryRaw`SELECT pg_sleep(0.05)::text`))
    const [row] = await client.$queryRaw<{ used: bigint }[]>`
      SELECT count(*) AS used FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'`
    expect(row?.used).toBe(2n)
    await database.close()
  })

  it('ends a statement that takes too long, but no migration', async () => {
    const database = await opened({ connections: 2, statementMs: 100 })
    await expect(database.client.$queryRaw`SELECT pg_sleep(5)::text`).rejects.toThrow(/statement timeout/)
    await expect(database.session(({ script }) => script('SELECT pg_sleep(0.3)'))).resolves.toBeUndefined()
    await database.close()
  })

  it('lets no transaction lie open for ever, nor a statement run for ever, whoever opens it', async () => {
    const database = await opened()
    const [row] = await database.client.$queryRaw<Record<string, string>[]>`
      SELECT current_setting('statement_timeout') AS statement, current_setting('idle_in_transaction_session_timeout') AS idle,
        current_setting('TimeZone') AS zone`
    expect(row).toEqual({ statement: '5min', idle: '3min', zone: 'UTC' })
    await database.close()
  })
})
