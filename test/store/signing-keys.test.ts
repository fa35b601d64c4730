import { generateKeyPairSync } from 'node:crypto'
import type { Database } from '../../src/store/database.ts'
import { SigningKeys } from '../../src/store/signing-keys.ts'
import { forEachDatabase } from '../support/database.ts'
import { aWish, deliver, newId } from './given.ts'

const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }) as Record<
  string,
  string
>

forEachDatabase('signing keys', (databases) => {
  let database: Database
  let keys: SigningKeys
  beforeAll(async () => {
    database = await databases.open()
    keys = new SigningKeys(database)
  })
  /** A repository of an installation of its own. */
  const aPlace = async (installationId = newId()) => {
    const wish = aWish({ installation: installationId })
    await deliver(database, wish)
    return { id: wish.repository.id, installationId }
  }
  const add = (kid: string, data: object) =>
    database.client.signingKey.create({ data: { kid, owner: 'Q. Officer', jwk, ...data } })

  it('are those of the repository and of its installation, in the order in which they came', async () => {
    const here = await aPlace()
    const beside = await aPlace(here.installationId)
    const elsewhere = await aPlace()
    await add('installation', { installationId: here.installationId, createdAt: new Date(2) })
    await add('repository', { repositoryId: here.id, createdAt: new Date(1) })
    await add('both', { installationId: here.installationId, repositoryId: here.id, createdAt: new Date(3) })
    await add('beside', { installationId: here.installationId, repositoryId: beside.id })
    await add('elsewhere', { installationId: elsewhere.installationId })
    await add('nowhere', {})
    const names = async (place: typeof here) => (await keys.of(place)).map(({ name, kid }) => [name, kid])
    expect(await names(here)).toEqual(['repository', 'installation', 'both'].map((kid) => [kid, kid]))
    expect(await names(beside)).toEqual(['installation', 'beside'].map((kid) => [kid, kid]))
    expect(await names(elsewhere)).toEqual([['elsewhere', 'elsewhere']])
    expect(await keys.of({ id: 1n, installationId: 1n })).toEqual([])
  })

  it('say when each counts, also those that no longer do', async () => {
    const here = await aPlace()
    const times = { validFrom: new Date(1_000), validUntil: new Date(2_000), revokedAt: new Date(1_500) }
    await add('a', { repositoryId: here.id, ...times })
    await add('b', { repositoryId: here.id, createdAt: new Date(Date.now() + 1_000) })
    expect(await keys.of(here)).toEqual([
      { name: 'a', kid: 'a', jwk, validFrom: 1_000, validUntil: 2_000, revokedAt: 1_500 },
      { name: 'b', kid: 'b', jwk, validFrom: null, validUntil: null, revokedAt: null },
    ])
  })

  it('count for less where the key itself says so', async () => {
    const here = await aPlace()
    const columns = { validFrom: new Date(2_000), validUntil: new Date(8_000), revokedAt: new Date(7_000) }
    const own = (nbf: number, exp: number, revoked_at: number) => ({
      jwk: { ...jwk, nbf, exp, revoked: { revoked_at } },
    })
    await add('key', { repositoryId: here.id, ...columns, ...own(3, 6, 5), createdAt: new Date(1) })
    await add('row', { repositoryId: here.id, ...columns, ...own(1, 9, 10), createdAt: new Date(2) })
    await add('alone', { repositoryId: here.id, ...own(1, 9, 10), createdAt: new Date(3) })
    expect(await keys.of(here)).toEqual([
      { name: 'key', kid: 'key', jwk, validFrom: 3_000, validUntil: 6_000, revokedAt: 5_000 },
      { name: 'row', kid: 'row', jwk, validFrom: 2_000, validUntil: 8_000, revokedAt: 7_000 },
      { name: 'alone', kid: 'alone', jwk, validFrom: 1_000, validUntil: 9_000, revokedAt: 10_000 },
    ])
  })

  it('are refused where the key says what keeps it from being used', async () => {
    const here = await aPlace()
    await add('misfit', { repositoryId: here.id, jwk: { ...jwk, alg: 'RS256' } })
    expect(await keys.of(here)).toMatchObject([{ name: 'misfit', refused: expect.stringMatching(/^says `alg`/) }])
  })

  it('are public, whatever was registered', async () => {
    const here = await aPlace()
    await add('private', { repositoryId: here.id, jwk: { ...jwk, d: 'secret', key_ops: ['sign'] } })
    await add('list', { repositoryId: here.id, jwk: [jwk], createdAt: new Date(Date.now() + 1_000) })
    expect((await keys.of(here)).map((key) => key.jwk)).toEqual([jwk, {}])
  })
})
