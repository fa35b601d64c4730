/** What the API reads, by resource. */
import type { Database } from '../database.ts'
import { Repositories } from './repositories.ts'

export const readingOf = (database: Database) => ({
  repositories: new Repositories(database),
})

export type Reading = ReturnType<typeof readingOf>
