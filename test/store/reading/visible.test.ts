/** What lists show is what `may` allows, said in SQL. */
import { type Grant, may, SCOPES, type Target } from '../../../src/access/grant.ts'
import { Prisma } from '../../../src/generated/prisma/client.ts'
import type { Database } from '../../../src/store/database.ts'
import { belonging, ofWhole } from '../../../src/store/reading/visible.ts'
import { all, any } from '../../../src/store/reading/where.ts'
import { forEachDatabase } from '../../support/database.ts'

/** Whose rows are: installation and repository. */
const PLACES: readonly (readonly [bigint | null, bigint | null])[] = [
  [1n, 10n],
  [1n, 11n],
  [1n, null],
  [2n, 20n],
  [2n, null],
  [null, null],
]

const grant = (installationId: bigint | null, repositoryIds: bigint[], scopes: Grant['scopes'] = ['read']): Grant => ({
  ...{ installationId, repositoryIds, scopes },
})

const HELD: readonly [string, Grant[]][] = [
  ['nothing', []],
  ['an installation', [grant(1n, [])]],
  ['some of its repositories', [grant(1n, [10n])]],
  ['a repository of one and all of another', [grant(1n, [11n]), grant(2n, [])]],
  ['a repository that is elsewhere now', [grant(1n, [20n])]],
  ['the whole server', [grant(null, [])]],
  ['repositories anywhere', [grant(null, [10n, 20n])]],
  ['an installation to administer', [grant(2n, [], ['admin'])]],
  ['an installation to scan, another to read', [grant(1n, [], ['scan']), grant(2n, [], ['read'])]],
]

const targetOf = ([installationId, repositoryId]: (typeof PLACES)[number]): Target => {
  if (installationId === null) return 'server'
  return repositoryId === null ? { installationId } : { installationId, repositoryId }
}

forEachDatabase('rows for a reader', (databases) => {
  let database: Database
  beforeAll(async () => {
    database = await databases.open()
  })

  const shown = async (condition: Prisma.Sql) => {
    const values = Prisma.join(PLACES.map(([one, other]) => Prisma.sql`(${one}::bigint, ${other}::bigint)`))
    const rows = await database.client.$queryRaw<{ installation: bigint | null; repository: bigint | null }[]>`
      SELECT * FROM (VALUES ${values}) AS x (installation, repository) WHERE ${condition}`
    return rows.map(({ installation, repository }) => [installation, repository])
  }

  it.each(HELD)('are those that may be seen with a grant of %s', async (_, grants) => {
    for (const scope of SCOPES) {
      const theirs = belonging(grants, scope, Prisma.sql`x.installation`, Prisma.sql`x.repository`)
      expect(await shown(theirs)).toEqual(PLACES.filter((place) => may({ grants }, scope, targetOf(place))))
    }
  })

  it.each(HELD)('of whole installations are those of which all may be seen with %s', async (_, grants) => {
    const named = PLACES.filter(([installation]) => installation !== null)
    const whole = ofWhole(grants, 'read', Prisma.sql`x.installation`)
    expect(await shown(Prisma.sql`x.installation IS NOT NULL AND ${whole}`)).toEqual(
      named.filter(([installation]) => may({ grants }, 'read', targetOf([installation, null]))),
    )
  })

  it('are all where nothing is asked for, and none where nothing allows them', async () => {
    expect(await shown(all([false, null]))).toHaveLength(PLACES.length)
    expect(await shown(any([]))).toEqual([])
  })

  it('must fit every condition, and any of several', async () => {
    const [one, ten, eleven] = [
      Prisma.sql`x.installation = 1`,
      Prisma.sql`x.repository = 10`,
      Prisma.sql`x.repository = 11`,
    ]
    expect(await shown(all([one, false, ten]))).toEqual([[1n, 10n]])
    expect(await shown(all([any([ten, eleven]), Prisma.sql`x.repository > 10`]))).toEqual([[1n, 11n]])
  })
})
