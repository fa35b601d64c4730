import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { hashOfKey, newKey } from '../../src/access/api-key.ts'
import type { Scope } from '../../src/access/grant.ts'
import { ApiKeys, type NewApiKey, TooManyKeys } from '../../src/store/api-keys.ts'
import type { Database } from '../../src/store/database.ts'
import { forEachDatabase } from '../support/database.ts'
import { aRepository, deliver, newId } from './given.ts'

const WANTED: NewApiKey = { name: 'ci', scopes: ['read'], installationId: null, repositoryIds: [], expiresAt: null }

forEachDatabase('API keys', (databases) => {
  let database: Database
  let keys: ApiKeys
  beforeAll(async () => {
    database = await databases.open()
    keys = new ApiKeys(database)
  })

  /** The app on an account, with repositories of these names. */
  async function anInstallation(account: string, ...names: string[]) {
    const installation = { id: newId(), account, accountType: 'Organization' }
    const added = names.map((name) => aRepository({ owner: account, name }))
    await database.client.installation.create({ data: installation })
    await deliver(database, { type: 'repositories', installation: installation.id, added, removed: [] })
    return { id: installation.id, repositories: added.map(({ id }) => id) }
  }
  const make = async (wanted: Partial<NewApiKey> = {}) => {
    const key = newKey()
    return { key, ...(await keys.create(key, { ...WANTED, ...wanted }, 'cli')) }
  }
  const audit = (id: string) =>
    database.client.auditEvent.findMany({ where: { resource: `api-key/${id}` }, orderBy: { id: 'asc' } })

  it('are found by their text, of which only the hash is kept', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000)
    const { key, ...made } = await make({ scopes: ['scan', 'read', 'scan'], expiresAt })
    expect(made).toEqual({
      ...{ id: made.id, name: 'ci', scopes: ['read', 'scan'], installationId: null, repositoryIds: [], expiresAt },
      ...{ makerId: null, createdAt: expect.any(Date), createdBy: 'cli', lastUsedAt: null, revokedAt: null },
    })
    expect(await keys.find(key)).toEqual(made)
    expect(await keys.find(newKey())).toBeNull()
    const rows = await database.client.$queryRaw<unknown[]>`SELECT * FROM api_key WHERE id = ${made.id}::uuid`
    expect(rows).toMatchObject([{ hash: hashOfKey(key) }])
    const kept = await database.client.$queryRaw<{ text: string }[]>`
      SELECT row_to_json(k)::text AS text FROM api_key k UNION ALL SELECT row_to_json(e)::text FROM audit_event e`
    expect(kept.length).toBeGreaterThan(1)
    expect(kept.filter(({ text }) => text.includes(key) || text.includes(key.slice(4)))).toEqual([])
  })

  it('say who made them, as the audit trail does', async () => {
    const by = { actor: 'github/quinn', address: '203.0.113.7', requestId: 'r-1' }
    const key = newKey()
    const { id } = await keys.create(key, WANTED, by)
    expect(await keys.find(key)).toMatchObject({ createdBy: 'github/quinn' })
    expect(await keys.withId(id)).toMatchObject({ createdBy: 'github/quinn' })
    expect(await audit(id)).toMatchObject([{ ...by, action: 'api_key.created' }])
  })

  it('from before that was kept have it of the audit trail, by the migration', async () => {
    const [known, revoked] = [await make(), await make()]
    await keys.revoke(revoked.id, 'github/somebody-else', 'lost')
    const unknown = await database.client.apiKey.create({ data: { name: 'old', hash: newKey(), scopes: ['read'] } })
    await database.client.apiKey.updateMany({ data: { createdBy: null } })
    const migration = await readFile('prisma/migrations/20261123042452_api_key_created_by/migration.sql', 'utf8')
    await database.session(({ script }) => script(migration.replace(/ALTER TABLE[^;]*;/, '')))
    const by = async (id: string) => (await keys.withId(id))?.createdBy
    expect([await by(known.id), await by(revoked.id), await by(unknown.id)]).toEqual(['cli', 'cli', null])
  })

  it('with a scope that nobody knows may do nothing by it', async () => {
    const { key, id } = await make()
    await database.client.apiKey.update({ where: { id }, data: { scopes: ['root', 'read'] } })
    expect((await keys.find(key))?.scopes).toEqual<Scope[]>(['read'])
  })

  it('are created and revoked with an audit event each, once', async () => {
    const acme = await anInstallation('audited', 'pump')
    const { key, id } = await make({ installationId: acme.id, repositoryIds: acme.repositories })
    const before = Date.now()
    const revokedAt = await keys.revoke(id, 'cli', 'lost')
    expect(revokedAt?.getTime()).toBeGreaterThanOrEqual(before)
    expect(await keys.revoke(id, 'cli', 'lost')).toEqual(revokedAt)
    expect(await keys.find(key)).toMatchObject({ revokedAt })
    const facts = {
      ...{ name: 'ci', scopes: ['read'], expiresAt: null },
      ...{ installationId: String(acme.id), repositoryIds: acme.repositories.map(String) },
    }
    expect(await audit(id)).toMatchObject([
      { actor: 'cli', action: 'api_key.created', previous: null, next: { ...facts, revokedAt: null } },
      {
        ...{ actor: 'cli', action: 'api_key.revoked', previous: { ...facts, revokedAt: null }, reason: 'lost' },
        next: { ...facts, revokedAt: revokedAt?.toISOString() },
      },
    ])
  })

  it('are 200 of one installation at most, of those in force, also where many are made at once', async () => {
    const { id: installationId } = await anInstallation('busy', 'pump')
    const ended = await make({ installationId })
    await keys.revoke(ended.id, 'cli', 'lost')
    await make({ installationId, expiresAt: new Date(Date.now() - 1) })
    const row = { name: 'one of many', scopes: ['read'], installationId }
    await database.client.apiKey.createMany({ data: Array.from({ length: 197 }, () => ({ ...row, hash: newKey() })) })
    const made = await Promise.allSettled(Array.from({ length: 6 }, () => make({ installationId })))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    await expect(make({ installationId })).rejects.toThrow(TooManyKeys)
    await expect(make({ installationId })).rejects.toThrow('200 API keys in force')
    const other = await anInstallation('quiet', 'pump')
    await make({ installationId: other.id })
    await make()
    const [first] = made.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    await keys.revoke(first?.id ?? '', 'cli', 'not needed')
    await make({ installationId })
  })

  it('have a root: the one at the beginning of those that made them', async () => {
    const root = await make()
    const second = await make({ makerId: root.id })
    const third = await make({ makerId: second.id })
    const other = await make()
    const roots = await Promise.all([third, second, root, other].map(({ id }) => keys.rootOf(id)))
    expect(roots).toEqual([root.id, root.id, root.id, other.id])
    expect(await keys.rootOf(randomUUID())).toMatch(/^[0-9a-f-]{36}$/)
  })

  describe('that a key has made', () => {
    const soon = new Date(Date.now() + 3_600_000)
    const later = new Date(soon.getTime() + 1)

    it('end with it at the latest', async () => {
      const maker = await make({ expiresAt: soon })
      expect(await make({ makerId: maker.id })).toMatchObject({ makerId: maker.id, expiresAt: soon })
      const sooner = new Date(Date.now() + 60_000)
      expect((await make({ makerId: maker.id, expiresAt: sooner })).expiresAt).toEqual(sooner)
      await expect(make({ makerId: maker.id, expiresAt: later })).rejects.toThrow(soon.toISOString())
      const lasting = await make()
      expect((await make({ makerId: lasting.id })).expiresAt).toBeNull()
      expect((await make({ makerId: lasting.id, expiresAt: later })).expiresAt).toEqual(later)
    })

    it('are revoked with it, and what they have made, each with an event', async () => {
      const first = await make()
      const second = await make({ makerId: first.id })
      const third = await make({ makerId: second.id })
      const other = await make()
      await keys.revoke(second.id, 'cli', 'lost')
      expect(await keys.find(first.key)).toMatchObject({ revokedAt: null })
      const fourth = await make({ makerId: first.id })
      const revokedAt = await keys.revoke(first.id, 'cli', 'found in a log')
      expect(await keys.find(fourth.key)).toMatchObject({ revokedAt })
      expect(await keys.find(other.key)).toMatchObject({ revokedAt: null })
      for (const { id, makerId } of [third, fourth]) {
        const [, event, ...more] = await audit(id)
        expect(event).toMatchObject({
          ...{ actor: 'cli', action: 'api_key.revoked', previous: { makerId, revokedAt: null } },
          reason: `api-key/${makerId}, which made it, was revoked.`,
        })
        expect(more).toEqual([])
      }
    })

    it('are not made any more once it has ended', async () => {
      const [revoked, expired] = [await make(), await make({ expiresAt: new Date(Date.now() - 1) })]
      await keys.revoke(revoked.id, 'cli', 'lost')
      for (const { id } of [revoked, expired]) await expect(make({ makerId: id })).rejects.toThrow('has ended')
    })

    const onServer = databases.embedded ? it.skip : it
    onServer('are not made while it is being revoked', async () => {
      const { id } = await make()
      const making = await database.client.$transaction(async (transaction) => {
        await transaction.apiKey.update({ where: { id }, data: { revokedAt: new Date() } })
        const begun = make({ makerId: id }).then(String, (error: Error) => error.message)
        await sleep(100)
        return { begun }
      })
      expect(await making.begun).toContain('has ended')
    })

    onServer('are revoked with it also where they were made in that very moment', async () => {
      const maker = await make()
      const hash = hashOfKey(newKey())
      const revoking = await database.client.$transaction(async (transaction) => {
        await transaction.$queryRaw`SELECT id FROM api_key WHERE id = ${maker.id}::uuid FOR SHARE`
        const begun = keys.revoke(maker.id, 'cli', 'lost')
        await sleep(100)
        await transaction.apiKey.create({ data: { name: 'late', hash, scopes: ['read'], makerId: maker.id } })
        return { begun }
      })
      const revokedAt = await revoking.begun
      expect(await database.client.apiKey.findUnique({ where: { hash } })).toMatchObject({ revokedAt })
    })
  })

  it('that could not be audited are not created, and not revoked', async () => {
    const { key, id } = await make()
    await database.session(({ script }) =>
      script(`ALTER TABLE audit_event ADD CONSTRAINT refuses CHECK (actor <> 'nobody') NOT VALID`),
    )
    try {
      const another = newKey()
      await expect(keys.create(another, WANTED, 'nobody')).rejects.toThrow()
      expect(await keys.find(another)).toBeNull()
      await expect(keys.revoke(id, 'nobody', 'lost')).rejects.toThrow()
      expect(await keys.find(key)).toMatchObject({ revokedAt: null })
    } finally {
      await database.session(({ script }) => script('ALTER TABLE audit_event DROP CONSTRAINT refuses'))
    }
  })

  it('that are not there are not revoked', async () => {
    expect(await keys.revoke('5b0c4f5e-3d0e-4a55-9a63-0d6f2a4e8c11', 'cli', 'lost')).toBeNull()
  })

  it('were used when they were, to the minute', async () => {
    const { key, id } = await make()
    const read = async () => {
      const found = await keys.find(key)
      if (!found) throw new Error('It is gone.')
      return found
    }
    const usedAgo = (ms: number) =>
      database.client.apiKey.update({ where: { id }, data: { lastUsedAt: new Date(Date.now() - ms) } })

    const unused = await read()
    await keys.used(unused, Date.now())
    const first = (await read()).lastUsedAt
    expect(Math.abs(Date.now() - (first?.getTime() ?? 0))).toBeLessThan(10_000)

    // By a request that read the row before the first use was written.
    await usedAgo(30_000)
    const then = (await read()).lastUsedAt
    await keys.used(unused, Date.now())
    await keys.used(await read(), Date.now())
    expect((await read()).lastUsedAt).toEqual(then)

    await usedAgo(61_000)
    await keys.used(await read(), Date.now())
    expect(Date.now() - ((await read()).lastUsedAt?.getTime() ?? 0)).toBeLessThan(10_000)
  })

  it('are listed, the newest first, with the names of what they are for', async () => {
    const beta = await anInstallation('beta', 'pump', 'valve')
    const gone = newId()
    const old = await make({ name: 'old', installationId: beta.id })
    const young = await make({ name: 'young', installationId: beta.id, repositoryIds: [...beta.repositories, gone] })
    await database.client.apiKey.update({ where: { id: old.id }, data: { createdAt: new Date(1) } })
    const wide = await make({ name: 'wide' })
    const listed = await keys.list(beta.id)
    expect(listed).toMatchObject([
      { id: young.id, name: 'young', account: 'beta', repositories: ['beta/pump', 'beta/valve', `#${gone}`] },
      { id: old.id, name: 'old', account: 'beta', repositories: [] },
    ])
    expect(listed[0]).not.toHaveProperty('hash')
    const all = await keys.list()
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([young.id, old.id, wide.id]))
    expect(await keys.withId(wide.id)).toMatchObject({ name: 'wide', account: null, repositories: [] })
    expect(await keys.withId('5b0c4f5e-3d0e-4a55-9a63-0d6f2a4e8c11')).toBeNull()
  })

  describe('are for places', () => {
    it('that are known by their names, whatever their case', async () => {
      const gamma = await anInstallation('Gamma', 'Flow_Meter')
      await anInstallation('gammas', 'FlowXMeter')
      const [repositoryId] = gamma.repositories
      expect(await keys.installationOn('gAMMA')).toEqual({
        ...{ installationId: gamma.id, account: 'Gamma', repositoryId: null },
      })
      expect(await keys.repositoryNamed('gamma', 'flow_meter')).toEqual({
        ...{ installationId: gamma.id, account: 'Gamma', repositoryId },
      })
      expect(await keys.repositoryNamed('gammas', 'flow_meter')).toBeNull()
      expect(await keys.installationOn('gamm%')).toBeNull()
      expect(await keys.accounts(100)).toEqual(expect.arrayContaining(['Gamma', 'gammas']))
      expect(await keys.accounts(1)).toHaveLength(1)
    })

    it('on which the app is installed still: the newest, if it was uninstalled and installed again', async () => {
      const before = await anInstallation('delta', 'pump')
      await database.client.installation.update({ where: { id: before.id }, data: { removedAt: new Date() } })
      expect(await keys.installationOn('delta')).toBeNull()
      expect(await keys.repositoryNamed('delta', 'pump')).toBeNull()
      expect(await keys.accounts(100)).not.toContain('delta')
      const now = await anInstallation('delta', 'valve')
      expect(await keys.installationOn('delta')).toMatchObject({ installationId: now.id })
    })

    it('that the app may read still', async () => {
      const { repositories } = await anInstallation('epsilon', 'pump')
      await database.client.repository.updateMany({
        where: { id: { in: repositories } },
        data: { removedAt: new Date() },
      })
      expect(await keys.repositoryNamed('epsilon', 'pump')).toBeNull()
    })
  })
})
