/** A repository that went to another account: its record goes along, what others did and call it does not. */
import { generateKeyPairSync } from 'node:crypto'
import { Reports } from '../../../src/store/reports.ts'
import { SigningKeys } from '../../../src/store/signing-keys.ts'
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
  let signingKeyId: string
  /** Of acme, and made of it. */
  let productId: string
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
    const { acme, zeta, database } = stage
    path = `/repositories/${acme.pump.id}`
    key = await aKey(database, { installationId: acme.installationId, repositoryIds: [acme.pump.id] })
    const { headers } = await stage.ask(key, `${path}/compliance/report`)
    reportId = headers['x-report-id'] ?? ''
    expect((await stage.ask(key, `${path}/compliance/reports/${reportId}`)).status).toBe(200)
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const material = { key: publicKey.export({ format: 'pem', type: 'spki' }), owner: 'Q. Officer of acme' }
    const registered = await stage.ask(acme.keys.admin, `${path}/keys`, { method: 'POST', body: material })
    signingKeyId = registered.body.id
    expect(await trusted(acme.installationId)).toContain(signingKeyId)
    productId = await aProduct()
    const moved = { ...acme.pump, owner: 'zeta', name: 'secret-pump' }
    await deliver(database, { type: 'repositories', installation: zeta.installationId, added: [moved], removed: [] })
  })
  afterAll(() => stage.close())

  const trusted = async (installationId: bigint) => {
    const [{ kid } = { kid: null }] = await stage.database.client.signingKey.findMany({ where: { id: signingKeyId } })
    const keys = await new SigningKeys(stage.database).of({ id: stage.acme.pump.id, installationId })
    return keys.some((each) => each.kid === kid) ? [signingKeyId] : []
  }

  async function aProduct(): Promise<string> {
    const { acme } = stage
    const { body: manufacturer } = await stage.ask(acme.keys.admin, '/manufacturers', {
      ...{ method: 'POST', body: { installationId: Number(acme.installationId), name: 'Acme Medical' } },
    })
    const { body: product } = await stage.ask(acme.keys.admin, '/products', {
      ...{ method: 'POST', body: { manufacturerId: manufacturer.id, name: 'Pump', gtin: '04006381333931' } },
    })
    const url = `/products/${product.id}/repositories/${acme.pump.id}`
    expect((await stage.ask(acme.keys.admin, url, { method: 'PUT' })).status).toBe(200)
    return product.id
  }

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

  it('says in the trail of the one how many reports were removed, and not in that of the other', async () => {
    const { acme, zeta } = stage
    const of = async (holder: string) => {
      const events = await stage.all(holder, '/audit-events?action=repository.transferred')
      return (events as { reason: string | null }[]).map(({ reason }) => reason)
    }
    expect(await of(acme.keys.admin)).toEqual([expect.stringContaining('removed: 1.')])
    expect(await of(zeta.keys.admin)).toEqual([null])
  })

  it('leaves behind the keys that its evidence was verified with, and is due to be judged without them', async () => {
    const { acme, zeta, database } = stage
    expect(await stage.all(zeta.keys.admin, `${path}/keys`)).toEqual([])
    const revoked = await stage.ask(zeta.keys.admin, `${path}/keys/${signingKeyId}/revoke`, {
      ...{ method: 'POST', body: { reason: 'Not ours.' } },
    })
    expect(revoked.status).toBe(404)
    expect(await trusted(zeta.installationId)).toEqual([])
    const { dueAt } = await database.client.repository.findUniqueOrThrow({ where: { id: acme.pump.id } })
    expect(dueAt?.getTime()).toBeLessThanOrEqual(Date.now())
  })

  it('can be taken off the products that it was one of', async () => {
    const { acme, zeta } = stage
    const url = `/products/${productId}/repositories/${acme.pump.id}?reason=Sold`
    expect((await stage.ask(zeta.keys.admin, url, { method: 'DELETE' })).status).toBe(404)
    const linked = () => stage.database.client.productRepository.count({ where: { productId } })
    expect(await linked()).toBe(1)
    expect((await stage.ask(acme.keys.admin, url, { method: 'DELETE' })).status).toBe(200)
    expect(await linked()).toBe(0)
    expect((await stage.ask(acme.keys.admin, url, { method: 'DELETE' })).status).toBe(404)
  })

  it('gets no report that was being made while it was theirs', async () => {
    const { acme, zeta, database } = stage
    const { id } = acme.pump
    const { trackedScanId } = await database.client.repository.findUniqueOrThrow({ where: { id } })
    const of = { id, installationId: acme.installationId, scanId: trackedScanId ?? '' }
    const made = { format: 'sarif' as const, sha256: 'a'.repeat(64), content: Buffer.from('{}') }
    await new Reports(database).keep(of, made, { actor: 'rosie-guard' })
    expect(await stage.all(zeta.keys.read, `${path}/compliance/reports`)).toEqual([])
    await new Reports(database).keep({ ...of, installationId: zeta.installationId }, made, { actor: 'rosie-guard' })
    expect(await stage.all(zeta.keys.read, `${path}/compliance/reports`)).toHaveLength(1)
    await database.client.complianceReport.deleteMany({ where: { repositoryId: id } })
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
