/** What is removed is counted where it is removed, and told in the audit trail once, whatever happens in between. */
import { retention as sweep } from '../../src/scan/retention.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { Retention } from '../../src/store/retention.ts'
import { removeExpired, Sessions } from '../../src/store/sessions.ts'
import { forEachDatabase } from '../support/database.ts'
import { aRepository, aWish, deliver, newId, sha } from './given.ts'

const VERSION = 7
const KEEP = { deliveriesDays: 30, scansDays: 365, scansCount: 1000, installationsDays: 90 }
const LONG_AGO = new Date(Date.now() - 900 * 86_400_000)

forEachDatabase('what retention removes', (databases) => {
  let database: Database
  let retention: Retention
  let installation: bigint
  let repositoryId: bigint
  beforeAll(async () => {
    database = await databases.open()
    retention = new Retention(database, VERSION)
    await database.client.$executeRaw`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'Refused.'; END $$`
  })
  beforeEach(async () => {
    installation = newId()
    const repository = aRepository()
    repositoryId = repository.id
    await deliver(database, aWish({ installation, repository }))
    await retention.record()
  })

  const told = ({ client }: Database = database) =>
    client.auditEvent.findMany({ where: { action: 'retention.removed' }, orderBy: { id: 'asc' } })

  // ── what there is to remove ───────────────────────────────────────────────────────────────────────────────────────

  const aDelivery = (facts: object) =>
    database.client.webhookDelivery.create({ data: { id: `${newId()}`, event: 'push', payload: {}, ...facts } })
  const aTree = () => {
    const tree = { repositoryId, commit: sha(`${newId()}`), entries: Buffer.from('x'), storedAt: LONG_AGO }
    return database.client.tree.create({ data: tree })
  }
  const aBlob = () => {
    const blob = { repositoryId, sha: sha(1), reader: 'requirement', parserVersion: VERSION - 1, content: {} }
    return database.client.blob.create({ data: blob })
  }
  const aPerson = () => database.client.person.create({ data: { id: newId(), login: 'reader' } })
  async function aSession() {
    const { id: personId } = await aPerson()
    await database.client.session.create({ data: { personId, tokens: 'sealed', expiresAt: LONG_AGO } })
  }
  const aScan = () =>
    database.client.scan.create({
      data: {
        ...{ repositoryId, kind: 'change', headSha: sha(1), trigger: 'push', lane: 'change:1' },
        ...{ status: 'completed', createdAt: LONG_AGO, completedAt: LONG_AGO },
      },
    })
  async function nobodySignedIn() {
    await database.client.person.deleteMany()
    await aPerson()
  }
  /** With two rows, which take a statement each. */
  async function anUninstalled() {
    await database.client.installation.update({ where: { id: installation }, data: { removedAt: LONG_AGO } })
    await database.client.scan.deleteMany({ where: { repositoryId } })
    await aBlob()
    await aTree()
  }

  interface Removal {
    /** Where the last row of it is. */
    table: string
    /** As what it is told. */
    what: string
    /** 1 unless said. */
    rows?: number
    given: () => Promise<unknown>
    remove: () => Promise<number>
  }

  const processed = () => aDelivery({ processedAt: LONG_AGO })
  const ofInstallation = () => aDelivery({ installationId: installation })
  const aboutRepository = () => aDelivery({ repositoryId })
  const REMOVALS: Removal[] = [
    {
      table: 'webhook_delivery',
      what: 'deliveries',
      given: processed,
      remove: () => retention.removeDeliveries(30, 5),
    },
    { table: 'session', what: 'sessions', given: aSession, remove: () => retention.removeSessions(5) },
    { table: 'person', what: 'people', given: nobodySignedIn, remove: () => retention.removePeople(5) },
    { table: 'scan', what: 'scans', given: aScan, remove: () => retention.removeScans(repositoryId, KEEP, 5) },
    { table: 'tree', what: 'trees', given: aTree, remove: () => retention.removeTrees(repositoryId, 5) },
    { table: 'blob', what: 'contents', given: aBlob, remove: () => retention.removeOldContents(repositoryId, 5) },
    {
      ...{ table: 'tree', what: 'erased', given: anUninstalled, rows: 2 },
      remove: () => retention.emptyRepository(repositoryId, installation, 5),
    },
    {
      ...{ table: 'webhook_delivery', what: 'erased', given: ofInstallation },
      remove: () => retention.removeDeliveriesOf(installation, 5),
    },
    {
      ...{ table: 'webhook_delivery', what: 'erased', given: aboutRepository },
      remove: () => retention.removeDeliveriesAbout(repositoryId, 5),
    },
  ]

  // ── what goes wrong ───────────────────────────────────────────────────────────────────────────────────────────────

  /** A statement that does this to the table fails when it has done all of its work. */
  async function refusing(table: string, change: string, work: () => Promise<void>): Promise<void> {
    const { client } = database
    await client.$executeRawUnsafe(
      `CREATE TRIGGER refused AFTER ${change} ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse()`,
    )
    try {
      await work()
    } finally {
      await client.$executeRawUnsafe(`DROP TRIGGER refused ON ${table}`)
    }
  }

  describe.each(REMOVALS)('of $table, as $what,', ({ table, what, given, remove, rows = 1 }) => {
    it('is told once', async () => {
      const before = (await told()).length
      await given()
      expect(await remove()).toBe(rows)
      expect(await retention.record()).toEqual({ [what]: rows })
      expect(await retention.record()).toEqual({})
      const events = await told()
      expect(events).toHaveLength(before + 1)
      expect(events.at(-1)).toMatchObject({
        ...{ actor: 'rosie-guard', resource: 'server', previous: { [what]: rows }, installationId: null },
        reason: 'The time for which it is kept has passed.',
      })
    })

    it('counts nothing where it was rolled back', async () => {
      await given()
      await refusing(table, 'DELETE', async () => {
        await expect(remove()).rejects.toThrow('Refused.')
        expect(await retention.record()).toEqual({})
      })
      expect(await remove()).toBe(rows)
      expect(await retention.record()).toEqual({ [what]: rows })
    })

    it('is not removed where it could not be counted', async () => {
      await given()
      await refusing('retention_removed', 'INSERT OR UPDATE', async () => {
        await expect(remove()).rejects.toThrow('Refused.')
      })
      expect(await remove()).toBe(rows)
    })
  })

  it('is told with all that was removed until then, and nothing that was not', async () => {
    for (let n = 0; n < 3; n++) await aTree()
    expect(await retention.removeTrees(repositoryId, 2)).toBe(2)
    expect(await retention.removeTrees(repositoryId, 2)).toBe(1)
    expect(await retention.removeTrees(repositoryId, 2)).toBe(0)
    await aBlob()
    await retention.removeOldContents(repositoryId, 2)
    expect(await retention.record()).toEqual({ trees: 3, contents: 1 })
  })

  it('has sessions that were removed while somebody signed in', async () => {
    await aSession()
    const from = { address: '203.0.113.7', requestId: 'request-1' }
    await new Sessions(database).start({ id: newId(), login: 'ada' }, 'sealed', 60_000, from)
    expect(await retention.record()).toEqual({ sessions: 1 })
  })

  it('is told later where it could not be told', async () => {
    await aTree()
    await retention.removeTrees(repositoryId, 5)
    const before = (await told()).length
    await refusing('audit_event', 'INSERT', async () => {
      await expect(retention.record()).rejects.toThrow('Refused.')
    })
    expect(await told()).toHaveLength(before)
    expect(await retention.record()).toEqual({ trees: 1 })
  })

  it('is told by the next round where the process died that removed it', async () => {
    const place = await databases.place()
    const dying = await openDatabase(place)
    for (const id of ['one', 'other']) {
      await dying.client.webhookDelivery.create({ data: { id, event: 'push', payload: {}, processedAt: LONG_AGO } })
    }
    expect(await new Retention(dying, VERSION).removeDeliveries(30, 1)).toBe(1)
    await dying.close()

    const next = await databases.openAt(place)
    const { run } = sweep({
      ...{ store: new Retention(next, VERSION), keep: KEEP, parserVersion: VERSION },
      log: { info: () => {} },
    })
    for (let round = 0; round < 2; round++) await run(null, new AbortController().signal)
    const events = await told(next)
    expect(events.map(({ previous }) => previous)).toEqual([{ deliveries: 1 }, { deliveries: 1 }])
  })

  // The embedded database does one thing after another.
  const onServer = databases.embedded ? it.skip : it

  onServer('is told once, by one of several who tell at the same time', async () => {
    await aTree()
    await retention.removeTrees(repositoryId, 5)
    const before = (await told()).length
    const answers = await Promise.all([1, 2, 3, 4].map(() => retention.record()))
    expect(answers.filter((answer) => Object.keys(answer).length > 0)).toEqual([{ trees: 1 }])
    expect(await told()).toHaveLength(before + 1)
  })

  onServer('loses nothing of what is removed while it is told', async () => {
    const removing = (meanwhile: () => Promise<unknown>) =>
      database.client.$transaction(async (transaction) => {
        await removeExpired(transaction, 5)
        return meanwhile()
      })
    // Nothing is known of sessions yet: there is no row to wait for.
    await aSession()
    expect(await removing(() => retention.record())).toEqual({})
    // Now there is one: who tells waits, and tells both.
    await aSession()
    const { telling } = (await removing(async () => {
      const begun = retention.record()
      await waiting()
      return { telling: begun }
    })) as { telling: Promise<object> }
    expect(await telling).toEqual({ sessions: 2 })
    expect(await retention.record()).toEqual({})
  })

  /** Until somebody waits for a lock. */
  async function waiting(): Promise<void> {
    for (;;) {
      const [{ count } = { count: 0 }] = await database.client.$queryRaw<{ count: number }[]>`
        SELECT count(*)::int AS count FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`
      if (count > 0) return
    }
  }
})
