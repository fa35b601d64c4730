import type { Database } from '../../src/store/database.ts'
import { OpenChecks } from '../../src/store/open-checks.ts'
import { forEachDatabase } from '../support/database.ts'
import { aWish, queue } from './given.ts'

forEachDatabase('external ids of check runs', ({ open }) => {
  let database: Database
  beforeAll(async () => {
    database = await open()
  })

  it('are strangers unless they are the id of a scan, whatever their form', async () => {
    const ours = await queue(database, aWish())
    const strangers = ['', 'build-7', '\u0000', `${ours}x`, `{${ours}}`, '00000000-0000-4000-8000-000000000000']
    const told = await new OpenChecks(database).strangers([ours, ...strangers])
    expect(told.has(ours)).toBe(false)
    expect(told.size).toBe(strangers.length)
  })
})
