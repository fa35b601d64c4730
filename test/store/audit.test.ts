/** What webhooks change is in the audit trail, once, and for whom it concerns. */
import { randomUUID } from 'node:crypto'
import type { Intent, RepositoryFacts } from '../../src/scan/ports/intents.ts'
import type { Database } from '../../src/store/database.ts'
import { Deliveries } from '../../src/store/deliveries.ts'
import { Discovery } from '../../src/store/discovery.ts'
import { forEachDatabase } from '../support/database.ts'
import { aRepository, aWish, newId, sha } from './given.ts'

forEachDatabase('the audit trail of what GitHub tells', (databases) => {
  let database: Database
  let installation: bigint
  let repository: RepositoryFacts
  beforeAll(async () => {
    database = await databases.open()
  })
  beforeEach(async () => {
    installation = newId()
    repository = aRepository()
    await deliver(state('active'), added(repository))
  })

  /** Answers the delivery's id. */
  async function deliver(...intents: Intent[]): Promise<string> {
    const inbox = new Deliveries(database)
    const id = randomUUID()
    await inbox.store({ id, event: 'installation', payload: {} })
    await inbox.done(id, intents)
    return id
  }
  const state = (to: 'active' | 'suspended' | 'removed', account = 'acme'): Intent => ({
    ...{ type: 'installation', installation: { id: installation, account, accountType: 'Organization' }, state: to },
  })
  const added = (...repositories: RepositoryFacts[]): Intent => ({
    ...{ type: 'repositories', installation, added: repositories, removed: [] },
  })
  const known = (facts: Partial<RepositoryFacts>, to: 'active' | 'archived' | 'removed' = 'active'): Intent => ({
    ...{ type: 'repository', installation, repository: { ...repository, ...facts }, state: to },
  })
  const eventsOf = (requestId: string) =>
    database.client.auditEvent.findMany({ where: { requestId }, orderBy: { id: 'asc' } })
  const actionsOf = async (requestId: string) => (await eventsOf(requestId)).map(({ action }) => action)

  it('has an installation and its repositories from their beginning', async () => {
    installation = newId()
    const [one, other] = [aRepository({ name: 'a' }), aRepository({ name: 'b' })]
    expect(await eventsOf(await deliver(state('active'), added(one, other)))).toMatchObject([
      {
        ...{
          actor: 'github',
          action: 'installation.created',
          resource: `installation/${installation}`,
          previous: null,
        },
        ...{ next: { account: 'acme', accountType: 'Organization', suspendedAt: null }, installationId: installation },
      },
      {
        ...{ actor: 'github', action: 'repository.added', resource: `repository/${one.id}`, previous: null },
        ...{ next: { owner: 'acme', name: 'a', private: true }, installationId: installation, repositoryId: one.id },
      },
      { action: 'repository.added', resource: `repository/${other.id}` },
    ])
  })

  it.each<[string, () => Intent, string]>([
    ['a suspension', () => state('suspended'), 'installation.suspended'],
    ['an uninstallation', () => state('removed'), 'installation.removed'],
    ['a new name of the account', () => state('active', 'apex'), 'installation.renamed'],
    [
      'a repository that is taken away',
      () => ({ ...added(), removed: [repository.id] }) as Intent,
      'repository.removed',
    ],
    ['one that is renamed', () => known({ name: 'valve' }), 'repository.renamed'],
    ['one that is archived', () => known({}, 'archived'), 'repository.archived'],
    ['one that is deleted', () => known({}, 'removed'), 'repository.removed'],
    ['one that becomes public', () => known({ private: false }), 'repository.visibility_changed'],
    ['another default branch', () => known({ defaultBranch: 'trunk' }), 'repository.default_branch_changed'],
    ['a new name that a push tells of', () => aPush({ name: 'valve' }), 'repository.renamed'],
  ])('has %s, once', async (_, intent, action) => {
    const [event] = await eventsOf(await deliver(intent()))
    expect(event).toMatchObject({
      action,
      installationId: installation,
      previous: expect.anything(),
      next: expect.anything(),
    })
    expect(event?.previous).not.toEqual(event?.next)
    expect(await actionsOf(await deliver(intent()))).toEqual([])
  })

  it('has what is taken back', async () => {
    await deliver(state('suspended'), known({}, 'archived'))
    expect(await actionsOf(await deliver(state('active'), known({})))).toEqual([
      'installation.unsuspended',
      'repository.unarchived',
    ])
  })

  it('has a transfer for both sides, each with its own part', async () => {
    const before = installation
    installation = newId()
    await deliver(state('active', 'zeta'))
    const events = await eventsOf(await deliver(added({ ...repository, owner: 'zeta' })))
    expect(events).toMatchObject([
      { action: 'repository.transferred', installationId: before, previous: { owner: 'acme' }, next: null },
      { action: 'repository.transferred', installationId: installation, previous: null, next: { owner: 'zeta' } },
    ])
  })

  const aPush = (facts: Partial<RepositoryFacts> = {}) =>
    aWish({ installation, repository: { ...repository, ...facts }, headSha: sha(Math.floor(Math.random() * 1e9)) })

  it('has no push, and a wish of a person with their name', async () => {
    expect(await actionsOf(await deliver(aPush()))).toEqual([])
    const asked = { ...aPush(), forced: true, trigger: 'rerequested', askedBy: 'ada' }
    expect(await eventsOf(await deliver(asked))).toMatchObject([
      {
        ...{ actor: 'github/ada', action: 'scan.requested', resource: `repository/${repository.id}` },
        ...{ next: { headSha: asked.headSha, ref: 'feature', baseRef: 'main' }, repositoryId: repository.id },
      },
    ])
  })

  it('has what a look at GitHub finds changed', async () => {
    const asked = { id: installation, askedAt: new Date(Date.now() + 60_000) }
    await new Discovery(database).listed(asked, {
      repositories: [{ ...repository, name: 'found' }],
      all: [repository.id],
    })
    const [event] = await database.client.auditEvent.findMany({
      where: { repositoryId: repository.id },
      orderBy: { id: 'desc' },
      take: 1,
    })
    expect(event).toMatchObject({ actor: 'github', action: 'repository.renamed', next: { name: 'found' } })
  })

  it('has nothing of what could not be done', async () => {
    const inbox = new Deliveries(database)
    const id = randomUUID()
    await inbox.store({ id, event: 'installation', payload: {} })
    const broken = { ...aPush({ name: 'valve' }), headSha: 7 as unknown as string }
    await expect(inbox.done(id, [state('suspended'), broken])).rejects.toThrow()
    expect(await eventsOf(id)).toEqual([])
  })
})
