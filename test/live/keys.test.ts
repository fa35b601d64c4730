/** Live progress with the API's own keys and the rows of real scans: two organisations, neither of which sees the other's. */
import type { AddressInfo } from 'node:net'
import { createHost } from '../../src/api/host.ts'
import { keyAccess, type Sender } from '../../src/api/key-access.ts'
import { InProcessChannel } from '../../src/live/channel/in-process.ts'
import { startLive } from '../../src/live/index.ts'
import { ApiKeys } from '../../src/store/api-keys.ts'
import type { Database } from '../../src/store/database.ts'
import { ProgressOfScans } from '../../src/store/progress.ts'
import { ToldScans } from '../../src/store/told.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { aKey } from '../api/v1/stage.ts'
import { aRepository, aWish, newId, queue } from '../store/given.ts'
import { forEachDatabase } from '../support/database.ts'
import { until } from './moments.ts'
import { Client } from './stage.ts'

const SILENT = { attempt() {}, phase() {}, ended() {}, givenBack() {}, superseded() {}, found() {} }

forEachDatabase('live progress', (databases) => {
  let database: Database
  let url: string
  let store: ToldScans
  const clients: Client[] = []
  const log = createLogger('silent')
  const host = createHost({ logger: log })
  const channel = new InProcessChannel(log)

  beforeAll(async () => {
    database = await databases.open()
    store = new ToldScans(database, SILENT, channel.publish)
    const authenticate = keyAccess({ keys: new ApiKeys(database) })
    startLive({
      ...{ server: host.server, channel, rows: new ProgressOfScans(database), log },
      identify: (caller) => authenticate({ ...caller, log: log as Sender['log'] }),
      origins: { publicUrl: null, others: [] },
      address: () => 'here',
      measures: { liveConnections() {}, liveRooms() {}, liveSent() {}, liveRefused() {} },
      limits: { lookMs: 100 },
    })
    await host.listen({ host: '127.0.0.1', port: 0 })
    url = `http://127.0.0.1:${(host.server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    for (const { socket } of clients) socket.disconnect()
    await host.close()
  })

  async function connected(key: string): Promise<Client> {
    const client = new Client(url, { auth: { token: key } })
    clients.push(client)
    return client.connected()
  }

  /** Each has a scan that waits, and somebody with a key. */
  async function tenant() {
    const installation = newId()
    const repository = aRepository()
    await database.client.installation.create({ data: { id: installation, account: 'acme', accountType: 'User' } })
    const scan = await queue(database, aWish({ installation, repository }))
    const key = await aKey(database, { installationId: installation, scopes: ['read'] })
    return { installation, scan, key, repository: Number(repository.id), client: await connected(key) }
  }

  it('is told to whoever has a key of the installation, until that is revoked', async () => {
    const [acme, zeta] = [await tenant(), await tenant()]
    for (const { client, scan, repository } of [acme, zeta]) {
      expect(await client.subscribe({ scan })).toMatchObject({ ok: true, state: { status: 'queued' } })
      expect(await client.subscribe({ repository })).toMatchObject({ state: { scans: [{ scanId: scan }] } })
    }
    expect(await zeta.client.subscribe({ scan: acme.scan })).toMatchObject({ ok: false })
    expect(await zeta.client.subscribe({ repository: acme.repository })).toMatchObject({ ok: false })

    const taken = await store.take(acme.scan, 60_000)
    if (typeof taken === 'string' || !('scan' in taken)) throw new Error('It is not free.')
    await store.update(taken.scan, { phase: 'Fetch', progress: 30 })
    await until(() => acme.client.progressOf(acme.scan).includes(30))

    const { installation: installationId } = acme
    await database.client.apiKey.updateMany({ where: { installationId }, data: { revokedAt: new Date() } })
    await until(() => acme.client.socket.disconnected)
    await store.skip(taken.scan, 'nothing to scan')
    await expect(connected(acme.key)).rejects.toThrow('This API key is revoked.')
    expect(acme.client.named(`scan:${acme.scan}:complete`)).toEqual([])
    expect(zeta.client.socket.connected).toBe(true)
    expect(zeta.client.events).toEqual([])
  })
})
