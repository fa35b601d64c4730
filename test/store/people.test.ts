import { setTimeout as sleep } from 'node:timers/promises'
import type { Grant } from '../../src/access/grant.ts'
import type { Intent } from '../../src/scan/ports/intents.ts'
import type { Database } from '../../src/store/database.ts'
import { Retention } from '../../src/store/retention.ts'
import { Sessions } from '../../src/store/sessions.ts'
import { forEachDatabase } from '../support/database.ts'
import { aRepository, deliver, newId } from './given.ts'

const FRESH_MS = 300_000
const FROM = { address: '203.0.113.7', requestId: 'request-1' }

forEachDatabase('people and their sessions', (databases) => {
  let database: Database
  let sessions: Sessions
  beforeAll(async () => {
    database = await databases.open()
    sessions = new Sessions(database)
  })

  const [mine, others] = [newId(), newId()]
  const grants: Grant[] = [
    { scopes: ['read'], installationId: mine, repositoryIds: [9_007_199_254_740_993n, 7n] },
    { scopes: ['admin'], installationId: null, repositoryIds: [] },
  ]

  async function signedIn(said: Grant[] | null = grants) {
    const person = { id: newId(), login: 'reader' }
    const { id } = await sessions.start(person, 'sealed', 60_000, FROM)
    const held = await find(id)
    if (said) expect(await sessions.keepGrants(person, held.version, said)).toBe(true)
    return { person, id }
  }

  async function find(id: string) {
    const held = await sessions.find(id, FRESH_MS)
    if (!held) throw new Error('There is no such session.')
    return held
  }

  const events = (resource: string) =>
    database.client.auditEvent.findMany({ where: { resource }, orderBy: { id: 'asc' } })

  describe('a session', () => {
    it('is found with its person and what GitHub said of them, however large the ids', async () => {
      const { person, id } = await signedIn()
      expect(await find(id)).toMatchObject({ id, person, tokens: 'sealed', grants })
      expect(await events(`session/${id}`)).toMatchObject([
        { action: 'session.started', actor: 'github/reader', address: '203.0.113.7', requestId: 'request-1' },
      ])
    })

    it('has nothing that GitHub said too long ago', async () => {
      const { person, id } = await signedIn()
      await database.client.$executeRaw`UPDATE person SET asked_at = now() - interval '301 s' WHERE id = ${person.id}`
      expect((await find(id)).grants).toBeNull()
    })

    it('ends by the person or by the server, once', async () => {
      const [one, other] = [await signedIn(), await signedIn()]
      await sessions.end(one.id, FROM)
      await sessions.end(one.id, FROM)
      await sessions.lost(other.id, 'GitHub says no.')
      expect(await sessions.find(one.id, FRESH_MS)).toBeNull()
      expect(await events(`session/${one.id}`)).toMatchObject([{}, { action: 'session.ended', actor: 'github/reader' }])
      expect(await events(`session/${other.id}`)).toMatchObject([
        {},
        { actor: 'rosie-guard', reason: 'GitHub says no.' },
      ])
    })

    it('is gone when it has expired, and removed when the next begins', async () => {
      const { id } = await signedIn()
      await database.client.session.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1000) } })
      expect(await sessions.find(id, FRESH_MS)).toBeNull()
      await signedIn()
      expect(await database.client.session.findUnique({ where: { id } })).toBeNull()
    })

    it('keeps renewed tokens unless somebody else has renewed them', async () => {
      const { id } = await signedIn()
      await sessions.keepTokens(id, 'sealed', 'renewed')
      await sessions.keepTokens(id, 'sealed', 'late')
      expect((await find(id)).tokens).toBe('renewed')
    })
  })

  describe('are removed', () => {
    const removeAll = async (remove: 'removeSessions' | 'removePeople') => {
      const retention = new Retention(database, 1)
      for (let removed = 1; removed > 0; ) removed = await retention[remove](2)
    }
    const expire = (id: string) =>
      database.client.session.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1000) } })
    const known = async ({ id }: { id: bigint }) => (await database.client.person.count({ where: { id } })) === 1

    it('once their time is over, a batch at a time', async () => {
      const [goes, stays] = [await signedIn(), await signedIn()]
      await expire(goes.id)
      expect(await known(goes.person)).toBe(true)
      await removeAll('removeSessions')
      const left = await database.client.session.findMany({ where: { id: { in: [goes.id, stays.id] } } })
      expect(left.map(({ id }) => id)).toEqual([stays.id])
    })

    it('people with their last session, and nobody who has one', async () => {
      const [left, stays] = [await signedIn(), await signedIn()]
      const another = await sessions.start(stays.person, 'sealed', 60_000, FROM)
      await sessions.end(left.id, FROM)
      await sessions.end(another.id, FROM)
      await removeAll('removePeople')
      expect([await known(left.person), await known(stays.person)]).toEqual([false, true])
      expect((await find(stays.id)).person).toEqual(stays.person)
      await sessions.start(left.person, 'sealed', 60_000, FROM)
      expect(await known(left.person)).toBe(true)
    })

    // The embedded database does one thing after another.
    const onServer = databases.embedded ? it.skip : it
    onServer('not who is signing in at that moment', async () => {
      const { person, id } = await signedIn()
      await sessions.end(id, FROM)
      const removing = await database.client.$transaction(async (transaction) => {
        await transaction.$executeRaw`UPDATE person SET grants = NULL WHERE id = ${person.id}`
        const begun = removeAll('removePeople')
        await sleep(100)
        const expiresAt = new Date(Date.now() + 60_000)
        await transaction.session.create({ data: { personId: person.id, tokens: 'sealed', expiresAt } })
        return { begun }
      })
      await removing.begun
      expect(await known(person)).toBe(true)
    })
  })

  describe('what GitHub said is dropped', () => {
    const repository = aRepository()
    const installation = mine
    const facts = { id: others, account: 'zeta', accountType: 'Organization' }
    it.each<[string, Intent, boolean]>([
      ['by news of who may read what', { type: 'access', installation }, true],
      ['by a repository that came', { type: 'repositories', installation, added: [repository], removed: [] }, true],
      ['by a repository that went', { type: 'repositories', installation, added: [], removed: [7n] }, true],
      ['by any change of a repository', { type: 'repository', installation, repository, state: 'archived' }, true],
      ['by news of any installation', { type: 'installation', installation: facts, state: 'suspended' }, true],
      ['not by a list that says nothing new', { type: 'repositories', installation, added: [], removed: [] }, false],
      ['not by news of others', { type: 'access', installation: others }, false],
    ])('%s', async (_when, intent, dropped) => {
      const { id } = await signedIn()
      await deliver(database, intent)
      expect((await find(id)).grants === null).toBe(dropped)
    })

    it('also while it is being asked: the answer may be older than the event', async () => {
      const { person, id } = await signedIn(null)
      const { version } = await find(id)
      await deliver(database, { type: 'access', installation: others })
      expect(await sessions.keepGrants(person, version, grants)).toBe(false)
      expect((await find(id)).grants).toBeNull()
      expect(await sessions.keepGrants(person, (await find(id)).version, grants)).toBe(true)
    })

    it('also while it is asked anew, being too old: whoever sees nothing of the installation yet may see it in the answer', async () => {
      const { person, id } = await signedIn()
      await database.client.$executeRaw`
        UPDATE person SET asked_at = now() - ${FRESH_MS}::float8 * interval '1 ms' WHERE id = ${person.id}`
      const { version } = await find(id)
      await deliver(database, { type: 'access', installation: others })
      expect(await sessions.keepGrants(person, version, grants)).toBe(false)
      expect(await sessions.keepGrants(person, (await find(id)).version, grants)).toBe(true)
    })

    it('with all sessions of a person who took back what they had allowed, and of nobody else', async () => {
      const [one, other] = [await signedIn(), await signedIn()]
      const again = await sessions.start(one.person, 'sealed', 60_000, FROM)
      await deliver(database, { type: 'person', person: one.person.id })
      await deliver(database, { type: 'person', person: one.person.id })
      for (const id of [one.id, again.id]) expect(await sessions.find(id, FRESH_MS)).toBeNull()
      expect((await find(other.id)).grants).toEqual(grants)
      const [event, ...more] = await events(`person/${one.person.id}`)
      expect(event).toMatchObject({ actor: 'github', action: 'session.ended' })
      expect(event?.previous).toEqual({ sessions: expect.arrayContaining([one.id, again.id]) })
      expect(more).toEqual([])
    })
  })
})
