/** A repository that went to another account: its record goes along, what others did and call it does not. */
import { deliver } from '../../store/given.ts'
import { forEachDatabase } from '../../support/database.ts'
import { aKey, Stage } from './stage.ts'

forEachDatabase('A repository that was transferred', (databases) => {
  let stage: Stage
  let path: string
  /** Of that repository alone. */
  let key: string
  /** Made before it went. */
  let reportId: string
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
    const { acme, zeta, database } = stage
    path = `/repositories/${acme.pump.id}`
    key = await aKey(database, { installationId: acme.installationId, repositoryIds: [acme.pump.id] })
    const { headers } = await stage.ask(key, `${path}/compliance/report`)
    reportId = headers['x-report-id'] ?? ''
    expect((await stage.ask(key, `${path}/compliance/reports/${reportId}`)).status).toBe(200)
    const moved = { ...acme.pump, owner: 'zeta', name: 'secret-pump' }
    await deliver(database, { type: 'repositories', installation: zeta.installationId, added: [moved], removed: [] })
  })
  afterAll(() => stage.close())

  it('is there for the one, and not for the other any more', async () => {
    const { acme, zeta } = stage
    expect((await stage.ask(zeta.keys.read, path)).body).toMatchObject({ owner: 'zeta', name: 'secret-pump' })
    for (const holder of [key, acme.keys.admin]) expect((await stage.ask(holder, path)).status).toBe(404)
  })

  it('is called by a name that who had it is not told', async () => {
    const { acme, zeta } = stage
    const { body } = await stage.ask(key, '/me')
    expect(body.grants[0].repositories).toEqual([{ id: Number(acme.pump.id), owner: null, name: null }])
    for (const holder of [key, acme.keys.admin]) {
      expect(JSON.stringify(await stage.all(holder, '/audit-events'))).not.toContain('secret-pump')
    }
    expect(JSON.stringify(await stage.all(zeta.keys.admin, '/audit-events'))).toContain('secret-pump')
  })

  it('leaves behind the reports that were made while it was theirs', async () => {
    const { zeta } = stage
    expect((await stage.ask(zeta.keys.read, `${path}/compliance/reports/${reportId}`)).status).toBe(404)
    expect(await stage.all(zeta.keys.read, `${path}/compliance/reports`)).toEqual([])
  })

  it('has a report that tells nothing of what was done while it was theirs', async () => {
    const { zeta, database } = stage
    const before = await database.client.auditEvent.findMany({ where: { repositoryId: stage.acme.pump.id } })
    expect(before.map(({ action }) => action)).toContain('repository.added')
    const { status, body } = await stage.ask(zeta.keys.read, `${path}/compliance/report`)
    expect(status).toBe(200)
    expect(body.audit).toMatchObject({ total: 0, events: [] })
  })
})
