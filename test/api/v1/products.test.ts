import { forEachDatabase } from '../../support/database.ts'
import { aKey, Stage } from './stage.ts'

forEachDatabase('Products and manufacturers', (databases) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
  })
  afterAll(() => stage.close())

  let number = 0
  const ask = (key: string, path: string, method = 'GET', body?: object) =>
    stage.ask(key, path, { method, ...(body && { body }) })

  async function aManufacturer(name = `Maker ${++number}`): Promise<string> {
    const body = { installationId: Number(stage.acme.installationId), name }
    return (await ask(stage.acme.keys.admin, '/manufacturers', 'POST', body)).body.id
  }
  async function aProduct(more: { gtin?: string; manufacturerId?: string } = {}): Promise<string> {
    const body = { manufacturerId: more.manufacturerId ?? (await aManufacturer()), name: `Pump ${++number}`, ...more }
    return (await ask(stage.acme.keys.admin, '/products', 'POST', body)).body.id
  }
  const events = async (resource: string) =>
    (await stage.database.client.auditEvent.findMany({ where: { resource }, orderBy: { id: 'asc' } })).map(
      ({ action, previous, next, reason, installationId, repositoryId }) => {
        return { action, previous, next, reason, installationId, repositoryId }
      },
    )

  it('are made, changed and deleted by administrators, each change an event with what was and what is', async () => {
    const { admin, read } = stage.acme.keys
    const manufacturerId = await aManufacturer('Acme Medical')
    const made = await ask(admin, '/products', 'POST', { manufacturerId, name: 'Pump', gtin: '4006381333931' })
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'Pump', gtin: '4006381333931', manufacturer: 'Acme Medical' },
    })
    const { id } = made.body
    const changed = await ask(admin, `/products/${id}`, 'PATCH', { gtin: null, reason: 'not on sale' })
    expect(changed).toMatchObject({ status: 200, body: { name: 'Pump', gtin: null } })
    expect((await ask(read, `/products/${id}`)).body).toMatchObject({ gtin: null, otherRepositories: 0 })
    expect((await ask(admin, `/manufacturers/${manufacturerId}`, 'PATCH', { name: 'Acme AG' })).body.name).toBe(
      'Acme AG',
    )
    expect((await ask(admin, `/manufacturers/${manufacturerId}?reason=x`, 'DELETE')).status).toBe(409)
    expect((await ask(admin, `/products/${id}`, 'DELETE')).status).toBe(400)
    expect((await ask(admin, `/products/${id}?reason=merged`, 'DELETE')).status).toBe(200)
    expect((await ask(admin, `/manufacturers/${manufacturerId}?reason=gone`, 'DELETE')).status).toBe(200)
    expect((await ask(read, `/products/${id}`)).status).toBe(404)
    expect((await ask(read, `/manufacturers/${manufacturerId}`)).status).toBe(404)

    const was = { manufacturerId, name: 'Pump', gtin: '4006381333931' }
    const event = {
      installationId: stage.acme.installationId,
      repositoryId: null,
      previous: null,
      next: null,
      reason: null,
    }
    expect(await events(`product/${id}`)).toEqual([
      { ...event, action: 'product.created', next: was },
      { ...event, action: 'product.changed', previous: was, next: { ...was, gtin: null }, reason: 'not on sale' },
      { ...event, action: 'product.deleted', previous: { ...was, gtin: null, repositoryIds: [] }, reason: 'merged' },
    ])
    expect((await events(`manufacturer/${manufacturerId}`)).map(({ action }) => action)).toEqual([
      ...['manufacturer.created', 'manufacturer.changed', 'manufacturer.deleted'],
    ])
  })

  it('add up what their repositories hold that the reader may read, and count the others', async () => {
    const { acme } = stage
    const id = await aProduct()
    for (const { id: repositoryId } of [acme.pump, acme.empty]) {
      const linked = await ask(acme.keys.admin, `/products/${id}/repositories/${repositoryId}`, 'PUT')
      expect(linked.status).toBe(200)
    }
    const { body } = await ask(acme.keys.read, `/products/${id}`)
    const { summary } = (await ask(acme.keys.read, `/repositories/${acme.pump.id}`)).body.tracked
    expect(body).toMatchObject({
      repositories: [
        { name: 'empty', conclusion: null, commit: null },
        { name: 'pump', conclusion: 'success', commit: expect.any(String) },
      ],
      otherRepositories: 0,
      ...{ artifacts: summary.artifacts, requirements: summary.requirements, evidence: summary.evidence },
    })
    expect(body.requirements.total).toBe(3)

    const onlyEmpty = await aKey(stage.database, {
      installationId: acme.installationId,
      scopes: ['read'],
      repositoryIds: [acme.empty.id],
    })
    const part = await ask(onlyEmpty, `/products/${id}`)
    expect(part.body).toMatchObject({
      repositories: [{ name: 'empty' }],
      otherRepositories: 1,
      requirements: { total: 0 },
    })
    expect((await ask(onlyEmpty, '/products')).body.items.map((item: { id: string }) => item.id)).toEqual([id])

    const unlinked = await ask(acme.keys.admin, `/products/${id}/repositories/${acme.empty.id}?reason=sold`, 'DELETE')
    expect(unlinked.body.repositories).toHaveLength(1)
    expect((await ask(onlyEmpty, `/products/${id}`)).status).toBe(404)
    expect((await ask(onlyEmpty, '/manufacturers')).body.items).toEqual([])
    expect((await events(`product/${id}`)).slice(1)).toMatchObject([
      { action: 'product.repository_linked', repositoryId: acme.pump.id },
      { action: 'product.repository_linked', repositoryId: acme.empty.id },
      {
        action: 'product.repository_unlinked',
        reason: 'sold',
        repositoryId: acme.empty.id,
        previous: { repositoryId: String(acme.empty.id) },
      },
    ])
  })

  it('are nothing to who may only read, or only a repository, and not there for others', async () => {
    const { acme, zeta } = stage
    const [id, manufacturerId] = [await aProduct(), await aManufacturer()]
    const ofPump = await aKey(stage.database, { installationId: acme.installationId, repositoryIds: [acme.pump.id] })
    await ask(acme.keys.admin, `/products/${id}/repositories/${acme.pump.id}`, 'PUT')
    const before = (await events(`product/${id}`)).length
    for (const [key, status] of [
      [acme.keys.read, 403],
      [acme.keys.scan, 403],
      [ofPump, 403],
      [zeta.keys.admin, 404],
    ] as const) {
      expect((await ask(key, `/products/${id}`, 'PATCH', { name: 'Mine' })).status).toBe(status)
      expect((await ask(key, `/products/${id}?reason=x`, 'DELETE')).status).toBe(status)
      expect((await ask(key, `/products/${id}/repositories/${acme.pump.id}?reason=x`, 'DELETE')).status).toBe(status)
      const body = { installationId: Number(acme.installationId), name: 'Mine' }
      expect((await ask(key, '/manufacturers', 'POST', body)).status).toBe(status)
    }
    expect((await ask(zeta.keys.admin, `/products/${id}`)).status).toBe(404)
    expect((await ask(zeta.keys.admin, '/products', 'POST', { manufacturerId, name: 'Mine' })).status).toBe(404)
    expect(await stage.all(zeta.keys.admin, '/products')).toEqual([])
    expect(await stage.all(zeta.keys.admin, '/manufacturers')).toEqual([])
    expect(await events(`product/${id}`)).toHaveLength(before)
  })

  it('take repositories of their own installation only', async () => {
    const { acme, zeta } = stage
    const id = await aProduct()
    expect((await ask(stage.root, `/products/${id}/repositories/${zeta.pump.id}`, 'PUT')).status).toBe(404)
    expect((await ask(acme.keys.admin, `/products/${id}/repositories/999999999`, 'PUT')).status).toBe(404)
  })

  it('are changed by two at once, each in what they named', async () => {
    const { admin } = stage.acme.keys
    const id = await aProduct()
    for (const gtin of ['4006381333931', null, '4006381333931', null]) {
      const name = `Pump ${gtin}`
      const both = [{ name }, { gtin }].map((change) => ask(admin, `/products/${id}`, 'PATCH', change))
      expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200])
      expect((await ask(admin, `/products/${id}`)).body).toMatchObject({ name, gtin })
    }
  })

  it('have names and numbers once', async () => {
    const manufacturerId = await aManufacturer('Once')
    const body = { installationId: Number(stage.acme.installationId), name: 'Once' }
    expect((await ask(stage.acme.keys.admin, '/manufacturers', 'POST', body)).status).toBe(409)
    const first = await aProduct({ manufacturerId, gtin: '96385074' })
    const second = await aProduct({ manufacturerId })
    const taken = { manufacturerId, name: 'Other', gtin: '96385074' }
    expect((await ask(stage.acme.keys.admin, '/products', 'POST', taken)).status).toBe(409)
    expect((await ask(stage.acme.keys.admin, `/products/${second}`, 'PATCH', { gtin: '96385074' })).status).toBe(409)
    expect((await ask(stage.acme.keys.admin, `/products/${first}`, 'PATCH', { gtin: '96385074' })).status).toBe(200)
    expect(
      (await ask(stage.acme.keys.admin, `/manufacturers/${await aManufacturer()}`, 'PATCH', { name: 'Once' })).status,
    ).toBe(409)
  })

  it('have a number once, whichever way it is written, and keep it as given', async () => {
    const { admin, read } = stage.acme.keys
    const manufacturerId = await aManufacturer()
    const first = await aProduct({ manufacturerId, gtin: '4006381333931' })
    const second = await aProduct({ manufacturerId })
    const other = await aProduct({ gtin: '04006381333931' })
    const gtin = '04006381333931'
    const made = await ask(admin, '/products', 'POST', { manufacturerId, name: 'Other', gtin })
    expect([made.status, (await ask(admin, `/products/${second}`, 'PATCH', { gtin })).status]).toEqual([409, 409])
    expect((await ask(read, `/products/${first}`)).body.gtin).toBe('4006381333931')
    const found = (await stage.all(read, `/products?gtin=${gtin}`)) as { id: string }[]
    expect(found.map(({ id }) => id).sort()).toEqual([first, other].sort())
    expect((await ask(admin, `/products/${first}`, 'PATCH', { gtin })).body.gtin).toBe(gtin)
  })

  it('say which digit of a number would be right', async () => {
    const manufacturerId = await aManufacturer()
    const { status, body } = await ask(stage.acme.keys.admin, '/products', 'POST', {
      manufacturerId,
      name: 'P',
      gtin: '96385075',
    })
    expect(status).toBe(400)
    expect(body.detail).toContain('is to be 4')
  })

  it('come page by page, by name, and are looked for by name and number', async () => {
    const manufacturerId = await aManufacturer()
    const wanted = await aProduct({ manufacturerId, gtin: '036000291452' })
    await aProduct({ manufacturerId })
    const names = (await stage.all(stage.acme.keys.read, `/products?manufacturerId=${manufacturerId}`, 1)) as {
      name: string
    }[]
    expect(names.map(({ name }) => name)).toEqual(names.map(({ name }) => name).sort())
    expect(names).toHaveLength(2)
    expect(await stage.all(stage.acme.keys.read, '/products?gtin=036000291452')).toMatchObject([{ id: wanted }])
    expect(await stage.all(stage.acme.keys.read, '/products?q=nothing')).toEqual([])
    expect((await ask(stage.acme.keys.read, '/products?cursor=AAAA')).status).toBe(400)
  })
})
