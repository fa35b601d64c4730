/** Scans of few repositories and of many are looked up in two ways, and are the same list. */
import type { Grant } from '../../../src/access/grant.ts'
import { type ScanPosition, ScanRows } from '../../../src/store/reading/scans.ts'
import { forEachDatabase } from '../../support/database.ts'

/** More than the repositories that are few. */
const REPOSITORIES = 60

forEachDatabase('Scans', (databases) => {
  it.each([
    ['few', [7n, 9n, 60n]],
    ['all of many', []],
  ])('of %s repositories come newest first, each once, and of no others', async (_, repositoryIds) => {
    const database = await databases.open()
    for (const statement of [
      `INSERT INTO installation (id, account, account_type) VALUES (1, 'acme', 'Organization'), (2, 'zeta', 'Organization')`,
      `INSERT INTO repository (id, installation_id, owner, name)
       SELECT n, CASE WHEN n > ${REPOSITORIES} THEN 2 ELSE 1 END, 'owner', 'r' || n FROM generate_series(1, ${REPOSITORIES + 5}) n`,
      `INSERT INTO scan (repository_id, kind, trigger, lane, status, head_sha, created_at)
       SELECT r.id, 'tracked', 'push', r.id || '-' || n, 'completed', n::text, now() - (n % 2) * interval '1 hour'
       FROM repository r, generate_series(1, 4) n`,
    ]) {
      await database.client.$executeRawUnsafe(statement)
    }
    const rows = new ScanRows(database)
    const grants: Grant[] = [{ scopes: ['read'], installationId: 1n, repositoryIds }]
    const listed: { id: string; repositoryId: bigint; createdAt: Date }[] = []
    for (let after: ScanPosition | null = null; ; ) {
      const { items, next } = await rows.list(grants, { status: 'completed' }, 50, after)
      listed.push(...items)
      if (next === null) break
      after = next
    }
    const expected = await database.client.scan.findMany({
      where: { repository: { installationId: 1n, ...(repositoryIds.length > 0 && { id: { in: repositoryIds } }) } },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    })
    expect(listed.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
    expect(listed).toHaveLength(4 * (repositoryIds.length || REPOSITORIES))
  })
})
