/** API keys and signing keys: who may make them, what they then open, and what is left of it in the audit trail. */
import { exportJWK, exportPKCS8, exportSPKI, generateKeyPair } from 'jose'
import { SigningKeys } from '../../../src/store/signing-keys.ts'
import { forEachDatabase } from '../../support/database.ts'
import { aKey, Stage } from './stage.ts'

forEachDatabase('Keys', (databases) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
  })
  afterAll(() => stage.close())

  const post = (key: string, path: string, body: object) => stage.ask(key, path, { method: 'POST', body })
  const eventsOf = (resource: string) =>
    stage.database.client.auditEvent.findMany({ where: { resource }, orderBy: { id: 'asc' } })

  describe('for the interface', () => {
    const wanted = () => ({ name: 'dashboard', installationId: Number(stage.acme.installationId), scopes: ['read'] })

    it('are shown once, open what they are for, and end when they are revoked', async () => {
      const { acme } = stage
      const made = await post(acme.keys.admin, '/api-keys', { ...wanted(), repositoryIds: [Number(acme.pump.id)] })
      expect(made).toMatchObject({ status: 201, body: { key: expect.stringMatching(/^rsk_[0-9a-f]{64}$/) } })
      const { key, ...told } = made.body
      expect((await stage.ask(key, `/repositories/${acme.pump.id}`)).status).toBe(200)
      expect((await stage.ask(key, `/repositories/${acme.empty.id}`)).status).toBe(404)
      expect((await stage.ask(key, '/api-keys')).body.items).toEqual([])
      const seen = await stage.ask(acme.keys.admin, `/api-keys/${told.id}`)
      expect(seen.body).toEqual({ ...told, lastUsedAt: expect.any(String) })
      const revoke = () => post(acme.keys.admin, `/api-keys/${told.id}/revoke`, { reason: 'found in a log' })
      expect((await revoke()).body).toMatchObject({ state: 'revoked', revokedAt: expect.any(String) })
      expect((await revoke()).status).toBe(200)
      expect((await stage.ask(key, '/repositories')).status).toBe(401)
      const events = await eventsOf(`api-key/${told.id}`)
      expect(events.map(({ action, reason, installationId }) => [action, reason, installationId])).toEqual([
        ['api_key.created', null, acme.installationId],
        ['api_key.revoked', 'found in a log', acme.installationId],
      ])
      expect(JSON.stringify(events.map(({ next, previous }) => [next, previous]))).not.toContain(key)
    })

    it('are listed page by page for whoever administers the installation', async () => {
      const listed = async (key: string) =>
        ((await stage.all(key, '/api-keys', 2)) as { installationId: number | null }[]).map(
          (each) => each.installationId,
        )
      const acme = Number(stage.acme.installationId)
      expect(new Set(await listed(stage.acme.keys.admin))).toEqual(new Set([acme]))
      expect(await listed(stage.acme.keys.read)).toEqual([])
      expect(new Set(await listed(stage.root))).toEqual(new Set([null, acme, Number(stage.zeta.installationId)]))
    })

    it.each([
      [{ scopes: ['root'] }, 400],
      [{ scopes: ['scan'] }, 400],
      [{ installationId: undefined }, 400],
      [{ expiresAt: '2020-01-01T00:00:00Z' }, 400],
      [{ name: 'two\nlines' }, 400],
      [{ repositoryIds: [1] }, 400],
      [{ installationId: 1 }, 404],
    ])('are refused with %j: %i', async (other, status) => {
      expect((await post(stage.acme.keys.admin, '/api-keys', { ...wanted(), ...other })).status).toBe(status)
    })

    it('to scan are to read as well, since what is not seen is not scanned', async () => {
      const ask = (scopes: string[]) => post(stage.acme.keys.admin, '/api-keys', { ...wanted(), scopes })
      expect((await ask(['scan'])).body.detail).toBe(
        '`scopes` in the body needs `read` beside `scan`: what is not seen is not scanned.',
      )
      expect((await ask(['scan', 'read'])).body.scopes).toEqual(['read', 'scan'])
      expect((await ask(['scan', 'admin'])).status).toBe(201)
    })

    it('say who made them, and are found by that', async () => {
      const { acme, zeta, database } = stage
      const maker = await aKey(database, { installationId: acme.installationId, scopes: ['admin'] })
      const { actor } = (await stage.ask(maker, '/me')).body
      const made = await post(maker, '/api-keys', wanted())
      expect(made.body.createdBy).toBe(actor)
      const old = (await post(maker, '/api-keys', wanted())).body
      await database.client.apiKey.update({ where: { id: old.id }, data: { createdBy: null } })
      expect((await stage.ask(acme.keys.admin, `/api-keys/${old.id}`)).body.createdBy).toBeNull()
      const by = `/api-keys?createdBy=${encodeURIComponent(actor)}`
      const { key: _, ...told } = made.body
      expect((await stage.ask(acme.keys.admin, by)).body.items).toEqual([told])
      expect((await stage.ask(zeta.keys.admin, by)).body.items).toEqual([])
      expect((await stage.ask(acme.keys.admin, '/api-keys?createdBy=github/nobody')).body.items).toEqual([])
    })

    it('made by a key end with it, which they name', async () => {
      const { acme, root } = stage
      const until = new Date(Date.now() + 3_600_000)
      const { installationId } = acme
      const maker = await aKey(stage.database, { installationId, scopes: ['admin'], expiresAt: until })
      const { actor } = (await stage.ask(maker, '/me')).body
      const made = await post(maker, '/api-keys', { ...wanted(), scopes: ['admin'] })
      expect(made).toMatchObject({ status: 201, body: { expiresAt: until.toISOString() } })
      expect(`api-key/${made.body.makerId}`).toBe(actor)
      const late = await post(maker, '/api-keys', { ...wanted(), expiresAt: '2099-01-01T00:00:00Z' })
      expect(late).toMatchObject({ status: 400, body: { detail: expect.stringContaining(until.toISOString()) } })
      await post(root, `/api-keys/${made.body.makerId}/revoke`, { reason: 'lost' })
      expect((await stage.ask(made.body.key, '/me')).status).toBe(401)
      expect((await stage.ask(root, `/api-keys/${made.body.id}`)).body).toMatchObject({
        ...{ state: 'revoked', makerId: made.body.makerId },
      })
    })

    it('are made by administrators of the whole installation only', async () => {
      const { acme, zeta } = stage
      const ofOne = await aKey(stage.database, { installationId: acme.installationId, repositoryIds: [acme.pump.id] })
      expect((await post(acme.keys.scan, '/api-keys', wanted())).status).toBe(403)
      expect((await post(ofOne, '/api-keys', { ...wanted(), repositoryIds: [Number(acme.pump.id)] })).status).toBe(403)
      expect((await post(zeta.keys.admin, '/api-keys', wanted())).status).toBe(404)
      const strange = await post(acme.keys.admin, '/api-keys', { ...wanted(), repositoryIds: [Number(zeta.pump.id)] })
      expect(strange.status).toBe(400)
    })
  })

  it('for the interface are not as many as anybody likes', async () => {
    const { acme, database } = stage
    const { installationId } = acme
    const row = { name: 'one of many', scopes: ['read'], installationId }
    const data = Array.from({ length: 200 }, (_, nth) => ({ ...row, hash: `many-${nth}` }))
    await database.client.apiKey.createMany({ data })
    const body = { name: 'one more', installationId: Number(installationId), scopes: ['read'] }
    const refused = await post(acme.keys.admin, '/api-keys', body)
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('200 API keys in force') } })
    await database.client.apiKey.deleteMany({ where: { name: row.name } })
    expect((await post(acme.keys.admin, '/api-keys', body)).status).toBe(201)
  })

  describe('for evidence', () => {
    it('are not taken where they are nested without end', async () => {
      const depth = 150_000
      const sent = await stage.host.inject({
        ...{ method: 'POST', url: `/api/v1/repositories/${stage.acme.pump.id}/keys` },
        headers: { authorization: `Bearer ${stage.acme.keys.admin}`, 'content-type': 'application/json' },
        payload: `{"owner": "Q. Officer", "key": ${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`,
      })
      expect(sent.statusCode).toBe(400)
      expect(sent.json().detail).toContain('longer than 20000 characters')
    })

    it('count from when they are registered until they are revoked, and have the record judged anew', async () => {
      const { acme, database } = stage
      const { publicKey } = await generateKeyPair('ES256', { extractable: true })
      const dueAt = async () =>
        (await database.client.repository.findUniqueOrThrow({ where: { id: acme.pump.id } })).dueAt?.getTime() ??
        Infinity
      await database.client.repository.update({ where: { id: acme.pump.id }, data: { dueAt: null } })
      const path = `/repositories/${acme.pump.id}/keys`
      const body = { owner: 'Q. Officer', key: await exportSPKI(publicKey), validUntil: '2099-01-01T00:00:00Z' }
      const made = await post(acme.keys.admin, path, body)
      expect(made).toMatchObject({
        status: 201,
        body: { owner: 'Q. Officer', kid: expect.stringMatching(/^[\w-]{43}$/) },
      })
      expect(await dueAt()).toBeLessThanOrEqual(Date.now())
      const trusted = () => new SigningKeys(database).of({ id: acme.pump.id, installationId: acme.installationId })
      expect(await trusted()).toMatchObject([{ kid: made.body.kid, revokedAt: null, validUntil: Date.UTC(2099, 0) }])
      expect((await post(acme.keys.admin, path, body)).status).toBe(409)

      const revoke = `${path}/${made.body.id}/revoke`
      expect((await post(acme.keys.scan, revoke, { reason: 'lost' })).status).toBe(403)
      expect((await post(acme.keys.admin, revoke, { reason: 'lost' })).body.revokedAt).toEqual(expect.any(String))
      expect(await trusted()).toMatchObject([{ revokedAt: expect.any(Number) }])
      expect(await stage.all(acme.keys.read, path, 1)).toMatchObject([
        { id: made.body.id, revokedAt: expect.any(String) },
      ])
      const events = await eventsOf(`signing-key/${made.body.id}`)
      expect(events).toMatchObject([
        { action: 'signing_key.registered', repositoryId: acme.pump.id },
        { action: 'signing_key.revoked', reason: 'lost' },
      ])
    })

    it('of an installation count in all its repositories, and are revoked where they were registered', async () => {
      const { acme, zeta } = stage
      const { publicKey } = await generateKeyPair('EdDSA', { extractable: true })
      const key = { ...(await exportJWK(publicKey)), kid: 'qa' }
      const path = `/installations/${acme.installationId}/keys`
      const made = await post(acme.keys.admin, path, { owner: 'QA', key })
      expect(made.body).toMatchObject({ kid: 'qa', repositoryId: null, jwk: { x: key.x } })
      const seen = await stage.all(acme.keys.read, `/repositories/${acme.empty.id}/keys`)
      expect(seen).toEqual([made.body])
      const body = { reason: 'lost' }
      expect(
        (await post(acme.keys.admin, `/repositories/${acme.empty.id}/keys/${made.body.id}/revoke`, body)).status,
      ).toBe(404)
      expect((await post(zeta.keys.admin, `${path}/${made.body.id}/revoke`, body)).status).toBe(404)
      expect((await post(acme.keys.admin, `${path}/${made.body.id}/revoke`, body)).status).toBe(200)
    })

    it('once revoked are not registered again, under whatever name, where they would count for nothing', async () => {
      const { acme, zeta } = stage
      const { publicKey } = await generateKeyPair('ES256', { extractable: true })
      const jwk = await exportJWK(publicKey)
      const [ofPump, ofEmpty] = [`/repositories/${acme.pump.id}/keys`, `/repositories/${acme.empty.id}/keys`]
      const ofAll = `/installations/${acme.installationId}/keys`
      const register = (path: string, kid: string, key: object | string = jwk) =>
        post(path.includes(String(zeta.pump.id)) ? zeta.keys.admin : acme.keys.admin, path, { owner: 'QA', kid, key })
      const revoked = async (path: string, id: string) =>
        (await post(acme.keys.admin, `${path}/${id}/revoke`, { reason: 'left the building' })).body.revokedAt

      const one = await register(ofPump, 'one')
      const at = await revoked(ofPump, one.body.id)
      const count = await stage.database.client.signingKey.count()
      for (const key of [{ ...jwk, alg: 'ES256' }, await exportSPKI(publicKey)]) {
        const again = await register(ofPump, 'two', key)
        expect(again.status).toBe(409)
        expect(again.body.detail).toContain(
          `This key was registered as \`one\` and revoked at ${at} ("left the building").`,
        )
      }
      expect(await stage.database.client.signingKey.count()).toBe(count)
      const other = await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey)
      expect((await register(ofPump, 'one', other)).status).toBe(201)

      // It counts elsewhere, and is revoked there.
      const all = await register(ofAll, 'three')
      expect(all.status).toBe(201)
      const allAt = await revoked(ofAll, all.body.id)
      const within = await register(ofEmpty, 'four')
      expect(within.status).toBe(409)
      expect(within.body.detail).toContain(`as \`three\` and revoked at ${allAt}. A key`)
      expect((await register(`/repositories/${zeta.pump.id}/keys`, 'five')).status).toBe(201)
    })

    it('are told as what they are sent as', async () => {
      const path = `/repositories/${stage.acme.pump.id}/keys`
      const { publicKey } = await generateKeyPair('ES256', { extractable: true })
      const jwk = await exportJWK(publicKey)
      const ask = async (key?: unknown) =>
        (await post(stage.acme.keys.admin, path, { owner: 'QA', ...(key !== undefined && { key }) })).body.detail
      expect(await ask()).toBe('`key` in the body is missing: it must be text or be an object.')
      expect(await ask(7)).toBe('`key` in the body must be text or be an object.')
      expect(await ask('x')).toBe('No public key can be read from `key` in the body: it holds no key.')
      expect(await ask({ keys: [jwk, { ...jwk, use: 'enc' }] })).toBe('Send one key at a time.')
      expect(await ask({ ...jwk, use: 'enc' })).toContain('no evidence is verified with it')
      expect(await ask({ ...jwk, kid: 'k'.repeat(501) })).toContain('one line of 1 to 500 characters')
      expect(await ask({ ...jwk, n: 'k'.repeat(20_000) })).toContain('longer than 20000 characters')
      expect(await ask({ ...jwk, revoked: { revoked_at: 1_782_864_000 } })).toContain('says that it was revoked')
    })

    it('are never private', async () => {
      const { privateKey } = await generateKeyPair('ES256', { extractable: true })
      const path = `/repositories/${stage.acme.pump.id}/keys`
      const before = await stage.database.client.signingKey.count()
      for (const key of [await exportPKCS8(privateKey), await exportJWK(privateKey)]) {
        const { status, body } = await post(stage.acme.keys.admin, path, { owner: 'QA', key })
        expect(status).toBe(400)
        expect(body.detail).toMatch(
          /from `key` in the body: it holds a private (or symmetric )?key, which stays with its owner and was not kept\.$/,
        )
      }
      const backwards = { validFrom: '2027-01-01T00:00:00Z', validUntil: '2026-01-01T00:00:00Z' }
      expect((await post(stage.acme.keys.admin, path, { owner: 'QA', key: 'x', ...backwards })).status).toBe(400)
      expect(await stage.database.client.signingKey.count()).toBe(before)
    })
  })
})
