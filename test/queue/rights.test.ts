/** A database role that may not make the queue's tables: whoever starts the server is told what to do. */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { Queues } from './support.ts'

const { TEST_DATABASE_URL: databaseUrl } = process.env
const suite = databaseUrl === undefined ? describe.skip : describe

suite('A queue in a PostgreSQL whose role may make no schema', () => {
  it('does not open, and says in one message what to do', async () => {
    const admin = new pg.Client({ connectionString: databaseUrl })
    await admin.connect()
    const role = `app_${randomUUID().slice(-12)}`
    await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'change-me'`)
    const queues = new Queues()
    try {
      const url = Object.assign(new URL(databaseUrl ?? ''), { username: role, password: 'change-me' })
      await expect(queues.open({ databaseUrl: url.href })).rejects.toMatchObject({
        name: 'QueueRefused',
        message: expect.stringMatching(/^REDIS_URL is not set.*\(permission denied for database \w+\)\. Set REDIS_URL/),
      })
      expect(queues.log).toEqual([])
      const open = async () => (await admin.query('SELECT FROM pg_stat_activity WHERE usename = $1', [role])).rowCount
      // The server notices within moments that a connection has ended.
      for (let looks = 0; looks < 40 && (await open()) !== 0; looks++) await pause(50)
      expect(await open()).toBe(0)
    } finally {
      await admin.query(`DROP ROLE ${role}`)
      await admin.end()
    }
  })
})
