import { tellConfigured } from '../../src/store/configured.ts'
import type { Database } from '../../src/store/database.ts'
import { forEachDatabase } from '../support/database.ts'

forEachDatabase('what a server is configured with', (databases) => {
  let database: Database
  beforeAll(async () => {
    database = await databases.open()
  })
  let role: string
  beforeEach(() => {
    role = `role-${Math.random()}`
  })
  const told = () =>
    database.client.auditEvent.findMany({ where: { resource: `server/${role}` }, orderBy: { id: 'asc' } })

  it('is told where nothing was told before', async () => {
    await tellConfigured(database, role, { admins: ['octocat'], version: '1' })
    expect(await told()).toMatchObject([
      {
        ...{ actor: 'rosie-guard', action: 'server.configured', previous: null, installationId: null },
        next: { admins: ['octocat'], version: '1' },
      },
    ])
  })

  it('is told again only where it differs, with what it was', async () => {
    await tellConfigured(database, role, { admins: ['octocat'], version: '1' })
    await tellConfigured(database, role, { version: '1', admins: ['octocat'] })
    await tellConfigured(database, role, { admins: ['octocat', 'hubot'], version: '1' })
    await tellConfigured(database, role, { admins: ['octocat'], version: '1' })
    expect((await told()).map(({ previous, next }) => [previous, next])).toEqual([
      [null, { admins: ['octocat'], version: '1' }],
      [
        { admins: ['octocat'], version: '1' },
        { admins: ['octocat', 'hubot'], version: '1' },
      ],
      [
        { admins: ['octocat', 'hubot'], version: '1' },
        { admins: ['octocat'], version: '1' },
      ],
    ])
  })

  it('is told once by processes that start at once, and of each role apart', async () => {
    await Promise.all(Array.from({ length: 8 }, () => tellConfigured(database, role, { version: '1' })))
    await tellConfigured(database, `${role}-other`, { version: '1' })
    expect(await told()).toHaveLength(1)
  })
})
