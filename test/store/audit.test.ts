/** What webhooks change is in the audit trail, once, and for whom it concerns. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Intent, RepositoryFacts } from '../../src/scan/ports/intents.ts'
import type { Database } from '../../src/store/database.ts'
import { Deliveries } from '../../src/store/deliveries.ts'
import { Discovery } from '../../src/store/discovery.ts'
import { applyIntents } from '../../src/store/intents.ts'
import { forEachDatabase } from '../support/database.ts'
import { aRepository, aWish, newId, sha } from './given.ts'

forEachDatabase('the audit trail of what GitHub tells', (databases) => {
  let database: Database
  let installation: bigint
  let repository: RepositoryFacts
  const onServer = databases.embedded ? it.skip : it
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
  const state = (to: 'active' | 'suspended' | 'removed', account = 'acme', accountType = 'Organization'): Intent => ({
    ...{ type: 'installation', installation: { id: installation, account, accountType }, state: to },
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
    ['another kind of account', () => state('active', 'acme', 'Enterprise'), 'installation.account_type_changed'],
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

  it('has what kind of account it is, once that is told of one that its repositories made known', async () => {
    installation = newId()
    const [created] = await eventsOf(await deliver(added(aRepository())))
    expect(created).toMatchObject({ action: 'installation.created', next: { accountType: 'Unknown' } })
    expect(await eventsOf(await deliver(state('active')))).toMatchObject([
      {
        action: 'installation.account_type_changed',
        ...{ previous: { accountType: 'Unknown' }, next: { accountType: 'Organization' } },
      },
    ])
  })

  it('has when an installation was suspended, which being told again does not change', async () => {
    const suspendedAt = async () => {
      const row = await database.client.installation.findUniqueOrThrow({ where: { id: installation } })
      return row.suspendedAt
    }
    await deliver(state('suspended'))
    const since = await suspendedAt()
    expect(since).not.toBeNull()
    expect(await actionsOf(await deliver(state('suspended')))).toEqual([])
    expect(await suspendedAt()).toEqual(since)
    await deliver(state('active'))
    expect(await suspendedAt()).toBeNull()
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

  describe('of deliveries at once', () => {
    /** The second begins before the first has ended, and waits for it. Answers their events. */
    async function atOnce(first: Intent[], second: Intent[]) {
      let end = () => {}
      const held = new Promise<void>((resolve) => {
        end = resolve
      })
      const ids = [randomUUID(), randomUUID()]
      const apply = (intents: Intent[], at: number, until: Promise<void>) =>
        database.client.$transaction(async (transaction) => {
          await applyIntents(transaction, intents, { actor: 'github', requestId: ids[at] ?? '' })
          applied[at] = true
          await until
        })
      const applied = [false, false]
      const one = apply(first, 0, held)
      while (!applied[0]) await sleep(5)
      const other = apply(second, 1, held)
      while (!applied[1] && (await waiting()) === 0) await sleep(5)
      const waited = !applied[1]
      end()
      await Promise.all([one, other])
      return { waited, events: (await Promise.all(ids.map(eventsOf))).flat() }
    }
    const waiting = async () => {
      const [row] = await database.client.$queryRaw<{ count: number }[]>`
        SELECT count(*)::int AS count FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`
      return row?.count ?? 0
    }

    onServer('has each change of a repository once, with what it was before', async () => {
      const { events } = await atOnce([known({ name: 'valve' })], [known({ name: 'valve', private: false })])
      expect(events).toMatchObject([
        { action: 'repository.renamed', previous: { name: 'pump' }, next: { name: 'valve', private: true } },
        {
          action: 'repository.visibility_changed',
          ...{ previous: { name: 'valve', private: true }, next: { name: 'valve', private: false } },
        },
      ])
    })

    onServer('has each change of an installation once', async () => {
      const { events } = await atOnce([state('suspended')], [state('suspended', 'apex')])
      expect(events).toMatchObject([
        { action: 'installation.suspended', next: { account: 'acme' } },
        { action: 'installation.renamed', previous: { account: 'acme' }, next: { account: 'apex' } },
      ])
    })

    onServer('has the beginning of what nobody knew once', async () => {
      installation = newId()
      const [one, other] = [aRepository(), aRepository()]
      const { events } = await atOnce([added(one, other)], [state('active'), added(other, one)])
      expect(events.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
        `installation.created installation/${installation}`,
        `repository.added repository/${one.id}`,
        `repository.added repository/${other.id}`,
        `installation.account_type_changed installation/${installation}`,
      ])
    })

    onServer('has an installation renamed once, where a push to one of its repositories comes meanwhile', async () => {
      const { waited, events } = await atOnce([state('active', 'apex')], [aPush()])
      expect(events.map(({ action }) => action)).toEqual(['installation.renamed'])
      expect(waited).toBe(false)
    })

    onServer('has pushes to two repositories of an installation wait for nothing', async () => {
      const other = aRepository()
      await deliver(added(other))
      expect(await atOnce([aPush()], [aPush(other)])).toEqual({ waited: false, events: [] })
    })
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
