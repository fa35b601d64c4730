/** Live progress with the API's own keys and the rows of real scans: two organisations, neither of which sees the other's. */
import type { AddressInfo } from 'node:net'
import { createHost } from '../../src/api/host.ts'
import { keyAccess, type Sender } from '../../src/api/key-access.ts'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { InProcessChannel } from '../../src/live/channel/in-process.ts'
import { startLive } from '../../src/live/index.ts'
import type { Scan } from '../../src/scan/ports/store.ts'
import { ApiKeys } from '../../src/store/api-keys.ts'
import type { Database } from '../../src/store/database.ts'
import { recoverLeases } from '../../src/store/leases.ts'
import { ProgressOfScans } from '../../src/store/progress.ts'
import { Reports } from '../../src/store/reports.ts'
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

  async function taken(id: string): Promise<Scan> {
    const taken = await store.take(id, 60_000)
    if (typeof taken === 'string' || !('scan' in taken)) throw new Error('It is not free.')
    return taken.scan
  }

  it('is told to whoever has a key of the installation, until that is revoked', async () => {
    const [acme, zeta] = [await tenant(), await tenant()]
    for (const { client, scan, repository } of [acme, zeta]) {
      expect(await client.subscribe({ scan })).toMatchObject({ ok: true, state: { status: 'queued' } })
      expect(await client.subscribe({ repository })).toMatchObject({ state: { scans: [{ scanId: scan }] } })
    }
    expect(await zeta.client.subscribe({ scan: acme.scan })).toMatchObject({ ok: false })
    expect(await zeta.client.subscribe({ repository: acme.repository })).toMatchObject({ ok: false })

    const scan = await taken(acme.scan)
    await store.update(scan, { phase: 'Fetch', progress: 30 })
    await until(() => acme.client.progressOf(acme.scan).includes(30))

    const { installation: installationId } = acme
    await database.client.apiKey.updateMany({ where: { installationId }, data: { revokedAt: new Date() } })
    await until(() => acme.client.socket.disconnected)
    await store.skip(scan, 'nothing to scan')
    await expect(connected(acme.key)).rejects.toThrow('This API key is revoked.')
    expect(acme.client.named(`scan:${acme.scan}:complete`)).toEqual([])
    expect(zeta.client.socket.connected).toBe(true)
    expect(zeta.client.events).toEqual([])
  })

  it('finds out that a scan whose process died waits again, also for whoever comes', async () => {
    const { client, key, scan: id, repository } = await tenant()
    await client.subscribe({ repository })
    const scan = await taken(id)
    await store.update(scan, { phase: 'Parse', progress: 50 })
    await recoverLeases(database.client, Prisma.sql`id = ${id}::uuid`)
    const late = await connected(key)
    const waits = { scanId: id, status: 'queued', progress: 50 }
    expect(await late.subscribe({ repository })).toMatchObject({ state: { scans: [waits] } })
    await until(() => client.events.length >= 3)
    expect(client.events.at(-1)).toMatchObject([`scan:${id}:progress`, waits])
    await taken(id)
    await until(() => late.events.length > 0)
    expect(late.events).toMatchObject([[`scan:${id}:progress`, { status: 'running', progress: 0 }]])
  })

  it('tells of a report to whoever has its id, and nothing of it to those who watch the repository', async () => {
    const { client, key, installation, scan, repository } = await tenant()
    const reported = { id: BigInt(repository), installationId: installation, scanId: scan }
    const job = await new Reports(database).request(reported, { actor: 'ann' })
    expect(await client.subscribe({ repository })).toMatchObject({ state: { scans: [{ scanId: scan }] } })
    const asker = await connected(key)
    expect(await asker.subscribe({ scan: job })).toMatchObject({ ok: true, state: { status: 'queued' } })
    const report = await taken(job)
    await store.update(report, { progress: 45 })
    await store.finishReport(report, scan, [])
    await until(() => asker.named(`scan:${job}:complete`).length > 0)
    expect(asker.progressOf(job)).toEqual([0, 45])
    await taken(scan)
    await until(() => client.events.length > 0)
    expect(client.events.map(([name]) => name)).toEqual([`scan:${scan}:progress`])
  })
})
