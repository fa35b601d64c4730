import { Deliveries, MAX_ATTEMPTS } from '../../../src/store/deliveries.ts'
import { forEachDatabase } from '../../support/database.ts'
import { aKey, Stage } from './stage.ts'

forEachDatabase('Webhook deliveries', (databases) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
    const { acme, zeta, database } = stage
    await database.client.webhookDelivery.deleteMany({})
    const inbox = new Deliveries(database)
    const send = (id: string, event: string, { installationId, pump }: typeof acme, named = true) =>
      inbox.store({
        ...{ id, event },
        payload: {
          secret: id,
          installation: { id: Number(installationId) },
          ...(named && { repository: { id: Number(pump.id) } }),
        },
      })
    await send('a-1', 'push', acme)
    await send('a-2', 'installation', acme, false)
    await send('a-3', 'push', acme)
    await send('z-1', 'push', zeta)
    await inbox.store({ id: 'server', event: 'ping', payload: {} })
    for (const [second, id] of ['a-1', 'a-2', 'a-3', 'z-1', 'server'].entries()) {
      await database.client.webhookDelivery.update({ where: { id }, data: { receivedAt: new Date(second * 1000) } })
    }
    await inbox.done('a-1', [])
    await database.client.webhookDelivery.update({ where: { id: 'a-3' }, data: { attempts: MAX_ATTEMPTS } })
  })
  afterAll(() => stage.close())

  const ids = async (key: string, query = '') =>
    ((await stage.all(key, `/webhook-deliveries${query}`, 1)) as { id: string }[]).map(({ id }) => id)

  it('are listed newest first, to those whose they are', async () => {
    const { acme } = stage
    expect(await ids(acme.keys.read)).toEqual(['a-3', 'a-2', 'a-1'])
    expect(await ids(stage.root)).toEqual(['server', 'z-1', 'a-3', 'a-2', 'a-1'])
    const repositoryIds = [acme.pump.id]
    const onlyPump = await aKey(stage.database, {
      installationId: acme.installationId,
      scopes: ['read'],
      repositoryIds,
    })
    expect(await ids(onlyPump)).toEqual(['a-3', 'a-1'])
    expect((await stage.ask(onlyPump, '/webhook-deliveries/a-2')).status).toBe(404)
    expect((await stage.ask(acme.keys.admin, '/webhook-deliveries/server')).status).toBe(404)
  })

  it.each([
    ['?event=installation', ['a-2']],
    ['?state=processed', ['a-1']],
    ['?state=waiting', ['a-2']],
    ['?state=given_up', ['a-3']],
    ['?from=2100-01-01T00:00:00Z', []],
  ])('are filtered by %s', async (query, expected) => {
    expect(await ids(stage.acme.keys.read, query)).toEqual(expected)
  })

  it('show what was sent to administrators only, who leave a trace', async () => {
    const { acme, database } = stage
    const path = '/webhook-deliveries/a-1'
    expect((await stage.ask(acme.keys.admin, path)).body).not.toHaveProperty('payload')
    expect((await stage.ask(acme.keys.scan, `${path}/payload`)).status).toBe(403)
    const { body } = await stage.ask(acme.keys.admin, `${path}/payload`)
    expect(body).toMatchObject({ secret: 'a-1' })
    const events = await database.client.auditEvent.findMany({ where: { resource: 'webhook-delivery/a-1' } })
    expect(events).toMatchObject([{ action: 'webhook_delivery.read', installationId: acme.installationId }])
  })
})
