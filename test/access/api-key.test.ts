import { createHash } from 'node:crypto'
import { hashOfKey, isKey, may, newKey, type Scope, standingOf, type Target } from '../../src/access/api-key.ts'

describe('A key', () => {
  it('is rsk_ and 64 hex digits, another one each time', () => {
    const keys = Array.from({ length: 20 }, newKey)
    for (const key of keys) expect(key).toMatch(/^rsk_[0-9a-f]{64}$/)
    expect(new Set(keys).size).toBe(20)
    expect(keys.every(isKey)).toBe(true)
  })

  it.each([
    '',
    'rsk_',
    `rsk_${'a'.repeat(63)}`,
    `rsk_${'a'.repeat(65)}`,
    `rsk_${'A'.repeat(64)}`,
    `x rsk_${'a'.repeat(64)}`,
  ])('is not %j', (text) => expect(isKey(text)).toBe(false))

  it('is kept as the SHA-256 of its text', () => {
    const key = `rsk_${'0'.repeat(64)}`
    expect(hashOfKey(key)).toBe(createHash('sha256').update(key, 'utf8').digest('hex'))
  })
})

describe('A key counts', () => {
  const at = (ms: number) => new Date(ms)
  it.each([
    ['for ever', null, null, 'in force'],
    ['until it expires', at(1_001), null, 'in force'],
    ['no longer at that moment', at(1_000), null, 'expired'],
    ['no longer afterwards', at(999), null, 'expired'],
    ['no longer once it is revoked', null, at(1), 'revoked'],
    ['no longer once it is revoked, whatever comes first', at(999), at(1_500), 'revoked'],
  ] as const)('%s', (_when, expiresAt, revokedAt, standing) => {
    expect(standingOf({ expiresAt, revokedAt }, 1_000)).toBe(standing)
  })
})

describe('A key may', () => {
  const server = { installationId: null, repositoryIds: [] }
  const acme = { installationId: 1n, repositoryIds: [] }
  const pump = { installationId: 1n, repositoryIds: [10n, 11n] }
  const on = (installationId: bigint, repositoryId?: bigint): Target =>
    repositoryId === undefined ? { installationId } : { installationId, repositoryId }

  it.each<[Scope[], Scope, boolean]>([
    [['read'], 'read', true],
    [['read'], 'scan', false],
    [['read'], 'admin', false],
    [['scan'], 'scan', true],
    [['scan'], 'read', false],
    [['scan'], 'admin', false],
    [['read', 'scan'], 'scan', true],
    [['read', 'scan'], 'admin', false],
    [['admin'], 'read', true],
    [['admin'], 'scan', true],
    [['admin'], 'admin', true],
    [[], 'read', false],
  ])('with the scopes %j do what needs %s: %s', (scopes, scope, allowed) => {
    expect(may({ ...server, scopes }, scope, 'server')).toBe(allowed)
    expect(may({ ...acme, scopes }, scope, on(1n, 10n))).toBe(allowed)
  })

  it.each([
    ['of the server', server, 'server', true],
    ['of the server', server, on(1n), true],
    ['of the server', server, on(2n, 20n), true],
    ['of an installation', acme, 'server', false],
    ['of an installation', acme, on(1n), true],
    ['of an installation', acme, on(1n, 12n), true],
    ['of an installation', acme, on(2n), false],
    ['of an installation', acme, on(2n, 10n), false],
    ['of repositories', pump, 'server', false],
    ['of repositories', pump, on(1n), false],
    ['of repositories', pump, on(1n, 11n), true],
    ['of repositories', pump, on(1n, 12n), false],
    ['of repositories', pump, on(2n, 11n), false],
    ['of repositories of any installation', { ...pump, installationId: null }, 'server', false],
    ['of repositories of any installation', { ...pump, installationId: null }, on(2n, 11n), true],
  ] as const)('%s work with its own only, %#', (_whose, key, target, allowed) => {
    expect(may({ ...key, scopes: ['admin'] }, 'admin', target)).toBe(allowed)
  })
})
