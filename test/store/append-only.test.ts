import type { Database } from '../../src/store/database.ts'
import { forEachDatabase } from '../support/database.ts'
import { aRepository, aWish, deliver, sha } from './given.ts'

forEachDatabase('what only grows', (databases) => {
  let database: Database
  beforeAll(async () => {
    database = await databases.open()
    await database.client.auditEvent.create({
      data: { actor: 'ada', action: 'key.add', resource: 'key/1', link: { create: { hash: 'h' } } },
    })
  })
  const run = (sql: string) => database.client.$executeRawUnsafe(sql)

  it.each([
    `UPDATE audit_event SET actor = 'eve'`,
    `UPDATE audit_event SET actor = 'eve' WHERE false`,
    'DELETE FROM audit_link',
    'DELETE FROM audit_event',
    'TRUNCATE audit_event CASCADE',
    'TRUNCATE audit_link',
    `UPDATE audit_link SET hash = 'x'`,
    `UPDATE audit_checkpoint SET hash = 'x'`,
    'DELETE FROM audit_checkpoint',
    'TRUNCATE audit_checkpoint',
    `UPDATE artifact_revision SET change = 'added'`,
    `UPDATE compliance_report SET content = ''`,
    `UPDATE compliance_report SET sha256 = 'x' WHERE false`,
  ])('refuses %s', async (sql) => {
    await expect(run(sql)).rejects.toThrow(/append-only: (UPDATE|DELETE|TRUNCATE) is refused/)
    expect(await database.client.auditEvent.findMany({ include: { link: true } })).toMatchObject([
      { actor: 'ada', link: { hash: 'h' } },
    ])
  })

  it('lets the history of a repository go with the repository', async () => {
    const repository = aRepository()
    await deliver(database, aWish({ repository }))
    const revision = { path: 'a', kind: 'requirement', change: 'added', commit: sha(1), scanId: crypto.randomUUID() }
    await database.client.artifactRevision.create({ data: { ...revision, repositoryId: repository.id } })
    await database.client.repository.delete({ where: { id: repository.id } })
    expect(await database.client.artifactRevision.count()).toBe(0)
  })
})
