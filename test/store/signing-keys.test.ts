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
  interface Place {
    installationId: bigint
    repositoryId?: bigint
  }
  /** A key of that repository alone. */
  const own = ({ id, installationId }: { id: bigint; installationId: bigint }): Place => ({
    ...{ installationId, repositoryId: id },
  })
  const add = (kid: string, { installationId, repositoryId }: Place, data: object = {}) =>
    database.client.signingKey.create({
      data: { kid, owner: 'Q. Officer', jwk, installationId, repositoryId: repositoryId ?? null, ...data },
    })

  it('are those of the repository and of its installation, in the order in which they came', async () => {
    const here = await aPlace()
    const beside = await aPlace(here.installationId)
    const elsewhere = await aPlace()
    const once = await aPlace()
    await add('installation', { installationId: here.installationId }, { createdAt: new Date(2) })
    await add('repository', own(here), { createdAt: new Date(1) })
    await add('beside', own(beside))
    await add('elsewhere', { installationId: elsewhere.installationId })
    // Of the account that had it before.
    await add('before', { installationId: once.installationId, repositoryId: here.id })
    const names = async (place: typeof here) => (await keys.of(place)).map(({ name, kid }) => [name, kid])
    expect(await names(here)).toEqual(['repository', 'installation'].map((kid) => [kid, kid]))
    expect(await names(beside)).toEqual(['installation', 'beside'].map((kid) => [kid, kid]))
    expect(await names(elsewhere)).toEqual([['elsewhere', 'elsewhere']])
    expect(await keys.of({ id: 1n, installationId: 1n })).toEqual([])
  })

  it('say when each counts, also those that no longer do', async () => {
    const here = await aPlace()
    const times = { validFrom: new Date(1_000), validUntil: new Date(2_000), revokedAt: new Date(1_500) }
    await add('a', own(here), times)
    await add('b', own(here), { createdAt: new Date(Date.now() + 1_000) })
    expect(await keys.of(here)).toEqual([
      { name: 'a', kid: 'a', jwk, validFrom: 1_000, validUntil: 2_000, revokedAt: 1_500 },
      { name: 'b', kid: 'b', jwk, validFrom: null, validUntil: null, revokedAt: null },
    ])
  })

  it('count for less where the key itself says so', async () => {
    const here = await aPlace()
    const columns = { validFrom: new Date(2_000), validUntil: new Date(8_000), revokedAt: new Date(7_000) }
    const said = (nbf: number, exp: number, revoked_at: number) => ({
      jwk: { ...jwk, nbf, exp, revoked: { revoked_at } },
    })
    await add('key', own(here), { ...columns, ...said(3, 6, 5), createdAt: new Date(1) })
    await add('row', own(here), { ...columns, ...said(1, 9, 10), createdAt: new Date(2) })
    await add('alone', own(here), { ...said(1, 9, 10), createdAt: new Date(3) })
    expect(await keys.of(here)).toEqual([
      { name: 'key', kid: 'key', jwk, validFrom: 3_000, validUntil: 6_000, revokedAt: 5_000 },
      { name: 'row', kid: 'row', jwk, validFrom: 2_000, validUntil: 8_000, revokedAt: 7_000 },
      { name: 'alone', kid: 'alone', jwk, validFrom: 1_000, validUntil: 9_000, revokedAt: 10_000 },
    ])
  })

  it('are refused where the key says what keeps it from being used', async () => {
    const here = await aPlace()
    await add('misfit', own(here), { jwk: { ...jwk, alg: 'RS256' } })
    expect(await keys.of(here)).toMatchObject([{ name: 'misfit', refused: expect.stringMatching(/^says `alg`/) }])
  })

  it('are public, whatever was registered', async () => {
    const here = await aPlace()
    await add('private', own(here), { jwk: { ...jwk, d: 'secret', key_ops: ['sign'] } })
    await add('list', own(here), { jwk: [jwk], createdAt: new Date(Date.now() + 1_000) })
    expect((await keys.of(here)).map((key) => key.jwk)).toEqual([jwk, {}])
  })
})
