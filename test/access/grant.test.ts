import { allows, may, missingScope, type Scope, type Target } from '../../src/access/grant.ts'

describe('A grant allows', () => {
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
  ])('with the scopes %j what needs %s: %s', (scopes, scope, allowed) => {
    expect(allows({ ...server, scopes }, scope, 'server')).toBe(allowed)
    expect(allows({ ...acme, scopes }, scope, on(1n, 10n))).toBe(allowed)
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
  ] as const)('%s what is its own only, %#', (_whose, grant, target, allowed) => {
    expect(allows({ ...grant, scopes: ['admin'] }, 'admin', target)).toBe(allowed)
  })
})

it.each<[Scope[], Scope | null]>([
  [['scan'], 'read'],
  [['scan', 'read'], null],
  [['read'], null],
  [['admin'], null],
  [['scan', 'admin'], null],
])('The scopes %j need %s beside them', (scopes, missing) => {
  expect(missingScope(scopes)).toBe(missing)
})

describe('Whoever has several grants', () => {
  const grants = [
    { scopes: ['read' as const], installationId: 1n, repositoryIds: [] },
    { scopes: ['scan' as const], installationId: 2n, repositoryIds: [20n] },
  ]
  it.each([
    ['read', { installationId: 1n, repositoryId: 10n }, true],
    ['read', { installationId: 2n, repositoryId: 20n }, false],
    ['scan', { installationId: 2n, repositoryId: 20n }, true],
    ['scan', { installationId: 1n, repositoryId: 20n }, false],
    ['scan', { installationId: 1n, repositoryId: 10n }, false],
  ] as const)('may %s with %j: %s', (scope, target, allowed) => {
    expect(may({ grants }, scope, target)).toBe(allowed)
  })
  it('may nothing with none', () => expect(may({ grants: [] }, 'read', { installationId: 1n })).toBe(false))
})
