/** A PostgreSQL of its own that goes away: what failed because of that is told apart, and answered as what passes. */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { toProblem } from '../../src/api/problem.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { isDatabaseAway } from '../../src/store/errors.ts'
import { migrate } from '../../src/store/migrate.ts'
import { type Server, startPostgres } from '../support/servers/servers.ts'

const { TEST_DATABASE_URL, TEST_FOLDER = '' } = process.env
const describeWith = TEST_DATABASE_URL ? describe : describe.skip

describeWith('A database', () => {
  let folder: string
  let server: Server | null
  let database: Database

  beforeAll(async () => {
    folder = await mkdtemp(join(TEST_FOLDER, 'away-'))
    server = await startPostgres(folder)
    database = await openDatabase({ url: server?.url ?? '' })
    await migrate(database)
  }, 60_000)
  afterAll(async () => {
    await database.close()
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const failed = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: unknown) => error,
    )
  const asked = () =>
    Promise.all([
      failed(database.client.installation.count()),
      failed(database.client.$queryRaw`SELECT 1`),
      failed(database.client.$transaction((transaction) => transaction.$queryRaw`SELECT 1`)),
    ])
  const answer = (error: unknown) => {
    const { statusCode, headers } = toProblem(error, { id: 'one', log: pino({ level: 'silent' }) })
    return [statusCode, headers['retry-after']]
  }

  it('that answers, with an error of ours or not, is not away', async () => {
    expect(await asked()).toEqual([null, null, null])
    const wrong = await failed(database.client.$queryRaw`SELECT 1/0`)
    expect([isDatabaseAway(wrong), ...answer(wrong)]).toEqual([false, 500, undefined])
  })

  it('that is stopped, or goes away meanwhile, is', async () => {
    const meanwhile = failed(database.client.$queryRaw`SELECT pg_sleep(60)::text`)
    await database.client.$queryRaw`SELECT 1`
    await server?.stop()
    for (const error of [await meanwhile, ...(await asked())]) {
      expect([isDatabaseAway(error), ...answer(error)]).toEqual([true, 503, '10'])
    }
    await server?.start()
    expect(await asked()).toEqual([null, null, null])
  })

  it('that was killed is', async () => {
    const meanwhile = failed(database.client.$queryRaw`SELECT pg_sleep(60)::text`)
    await database.client.$queryRaw`SELECT 1`
    await server?.kill()
    expect([await meanwhile, ...(await asked())].map(isDatabaseAway)).toEqual([true, true, true, true])
    await server?.start()
  })
})
