/** Events get their places in the chain once nothing can come before them any more, and nobody waits for that. */
import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkpointSigner, readCheckpoint } from '../../src/audit/checkpoint.ts'
import { verifyTrail } from '../../src/audit/verify.ts'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { exportText } from '../../src/report/audit-export.ts'
import { auditChain } from '../../src/scan/audit-chain.ts'
import { type AuditEntry, recordAudit, recordAudits } from '../../src/store/audit.ts'
import { AuditChain, unlinked } from '../../src/store/audit-chain.ts'
import type { Database } from '../../src/store/database.ts'
import { AuditEvents, listed } from '../../src/store/reading/audit-events.ts'
import { forEachDatabase } from '../support/database.ts'

const WHOLE = [{ scopes: ['admin'], installationId: null, repositoryIds: [] }] as const
const entry = (resource: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ actor: 'ada', action: 'product.changed', resource },
  ...more,
})

forEachDatabase('the chain over the audit trail', (databases) => {
  let database: Database
  let chain: AuditChain
  beforeAll(async () => {
    database = await databases.open()
    chain = new AuditChain(database)
  })
  beforeEach(() =>
    database.session(({ script }) =>
      script(`ALTER TABLE audit_event DISABLE TRIGGER USER; ALTER TABLE audit_link DISABLE TRIGGER USER;
        ALTER TABLE audit_checkpoint DISABLE TRIGGER USER;
        TRUNCATE audit_event, audit_link, audit_checkpoint;
        ALTER TABLE audit_event ENABLE TRIGGER USER; ALTER TABLE audit_link ENABLE TRIGGER USER;
        ALTER TABLE audit_checkpoint ENABLE TRIGGER USER`),
    ),
  )
  const record = (...resources: string[]) =>
    database.client.$transaction((transaction) =>
      recordAudits(
        transaction,
        resources.map((resource) => entry(resource)),
      ),
    )
  /** Until so many more are linked: transactions of other suites, on the same server, may hold the chain up for a moment. */
  const link = async (expected: number, everywhere = false) => {
    let linked = 0
    for (const until = Date.now() + 20_000; linked < expected && Date.now() < until; await sleep(5)) {
      linked += await chain.link(expected - linked, everywhere)
    }
    expect(linked).toBe(expected)
  }
  const trail = () => new AuditEvents(database)
  const links = async () => {
    const all: { position: number; resource: string; hash: string }[] = []
    for await (const events of (await trail().linked(WHOLE)).events) {
      all.push(...events.map(({ position, resource, hash }) => ({ position, resource, hash })))
    }
    return all
  }
  const places = async () => (await links()).map(({ position, resource }) => `${position} ${resource}`)
  const exported = async () => exportText((await trail().linked(WHOLE)).events, 'jsonl')
  const verified = async () => verifyTrail(linesOfText(await exported()), [])

  it('gives each event the next place, in the order in which they were written, batch by batch', async () => {
    await record('a', 'b', 'c')
    await record('d')
    await link(3, true)
    await link(1)
    expect(await chain.link(3, false)).toBe(0)
    expect(await places()).toEqual(['1 a', '2 b', '3 c', '4 d'])
    expect(await chain.head()).toEqual({ position: 4, hash: (await links())[3]?.hash })
  })

  it('counts what has no place yet, of what one may read', async () => {
    const theirs = [{ scopes: ['admin'], installationId: 7n, repositoryIds: [70n] }] as const
    const unlinked = async () => [(await trail().linked(WHOLE)).unlinked, (await trail().linked(theirs)).unlinked]
    expect(await unlinked()).toEqual([0, 0])
    await record('a')
    await link(1)
    for (const repositoryId of [70n, 71n, null]) {
      await recordAudit(database.client, entry('b', { installationId: 7n, repositoryId }))
    }
    expect(await unlinked()).toEqual([3, 1])
    await link(3)
    expect(await unlinked()).toEqual([0, 0])
  })

  it('binds all that an event says, so that an export of it can be verified', async () => {
    await recordAudit(
      database.client,
      entry('a"b\u2028\\', {
        ...{
          previous: { b: [1, 1.5, { z: null, a: 'é' }], a: 'x\u0000y' },
          next: {},
          reason: 'l1\nl2',
          address: '::1',
        },
        ...{ requestId: 'r-1', installationId: 2n ** 52n, repositoryId: 7n },
      }),
    )
    await record('b')
    await link(2)
    expect(await verified()).toMatchObject({ events: 2, fault: null })
  })

  it('leaves no gap where a round fails, and no event twice where two link at once', async () => {
    await record(...Array.from({ length: 30 }, (_, at) => `r${at}`))
    const { session } = database
    await session(({ script }) =>
      script(`ALTER TABLE audit_link ADD CONSTRAINT refuses CHECK (position < 5) NOT VALID`),
    )
    await link(2)
    await expect(link(3)).rejects.toThrow('refuses')
    expect(await chain.head()).toMatchObject({ position: 2 })
    await session(({ script }) => script('ALTER TABLE audit_link DROP CONSTRAINT refuses'))
    await Promise.all([10, 9, 9].map((expected) => link(expected)))
    expect((await links()).map(({ position }) => position)).toEqual(Array.from({ length: 30 }, (_, at) => at + 1))
    expect(await verified()).toMatchObject({ events: 30, fault: null })
  })

  it('goes on after a database was restored, which counts its transactions anew', async () => {
    const from = (transaction: bigint, resource: string) =>
      database.client.auditEvent.create({ data: { actor: 'ada', action: 'thing.changed', resource, transaction } })
    const far = 9_000_000_000n
    await from(far, 'linked there')
    expect(await chain.link(10, false)).toBe(0)
    await link(1, true)
    await from(far - 1n, 'written there')
    await record('written here')
    await link(2, true)
    await record('and here')
    await link(1)
    expect(await places()).toEqual(['1 linked there', '2 written there', '3 written here', '4 and here'])
  })

  it('shows what somebody changed who could switch the triggers off', async () => {
    await record('a', 'b', 'c', 'd')
    await link(4)
    const fault = async (sql: string): Promise<number | undefined> => {
      await database.session(async ({ script }) => {
        await script('ALTER TABLE audit_event DISABLE TRIGGER USER; ALTER TABLE audit_link DISABLE TRIGGER USER')
        await script(sql)
        await script('ALTER TABLE audit_event ENABLE TRIGGER USER; ALTER TABLE audit_link ENABLE TRIGGER USER')
      })
      return (await verified()).fault?.position
    }
    const of = (resource: string) => `(SELECT id FROM audit_event WHERE resource = '${resource}')`
    expect((await verified()).fault).toBeNull()
    expect(await fault(`UPDATE audit_event SET actor = 'eve' WHERE resource = 'c'`)).toBe(3)
    expect(await fault(`UPDATE audit_event SET actor = 'ada' WHERE resource = 'c'`)).toBeUndefined()
    for (const column of [
      "at = at + interval '1 ms'",
      "next = '{}'",
      "reason = ''",
      "address = ''",
      'transaction = 1',
    ]) {
      const backup = `CREATE TABLE kept AS SELECT * FROM audit_event WHERE resource = 'b'`
      await database.session(({ script }) => script(backup))
      expect(await fault(`UPDATE audit_event SET ${column} WHERE resource = 'b'`)).toBe(2)
      expect(
        await fault(`UPDATE audit_event e SET at = kept.at, next = kept.next, reason = kept.reason, address = kept.address,
          transaction = kept.transaction FROM kept WHERE e.id = kept.id`),
      ).toBeUndefined()
      await database.session(({ script }) => script('DROP TABLE kept'))
    }
    const exchange = `UPDATE audit_link SET position = -1 WHERE position = 2; UPDATE audit_link SET position = 2
      WHERE position = 3; UPDATE audit_link SET position = 3 WHERE position = -1`
    expect(await fault(exchange)).toBe(2)
    expect(await fault(exchange)).toBeUndefined()
    await record('x')
    expect(await fault(`UPDATE audit_link SET event_id = ${of('x')} WHERE position = 4`)).toBe(4)
    expect(await fault(`UPDATE audit_link SET event_id = ${of('d')} WHERE position = 4`)).toBeUndefined()
    expect(await fault(`DELETE FROM audit_link WHERE position = 2`)).toBe(2)
  })

  it('keeps the newest checkpoint, and one for a position', async () => {
    expect(await chain.newestCheckpoint()).toBeNull()
    const checkpoint = { position: 3, hash: 'a'.repeat(64), at: new Date('2026-02-02T12:00:00Z'), jws: 'one' }
    await chain.keepCheckpoint(checkpoint)
    await chain.keepCheckpoint({ ...checkpoint, jws: 'other' })
    await chain.keepCheckpoint({ ...checkpoint, position: 2 })
    expect(await chain.newestCheckpoint()).toEqual(checkpoint)
  })

  it('is signed as the sweep comes round, and an export passes through that', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { sign } = checkpointSigner(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    const sweep = auditChain({ store: chain, sign, now: Date.now })
    await record('a', 'b')
    for (let round = 0; (await chain.newestCheckpoint()) === null && round < 500; round += 1) {
      await sweep.run(null, new AbortController().signal)
    }
    const { jws = '', position } = (await chain.newestCheckpoint()) ?? {}
    const stated = await readCheckpoint(jws, [publicKey])
    expect(stated).toMatchObject({ position, hash: (await links())[Number(position) - 1]?.hash })
    const lines = linesOfText(await exported())
    expect(await verifyTrail(lines, stated ? [stated] : [])).toMatchObject({ fault: null, passed: [{ position }] })
  })

  if (databases.embedded) return

  it('waits for transactions that may still write an earlier event, while others go on writing', async () => {
    const other = await databases.openAt(await placeOf(database))
    await record('before')
    let commit = () => {}
    const mayEnd = new Promise<void>((resolve) => {
      commit = resolve
    })
    let hasWritten = () => {}
    const written = new Promise<void>((resolve) => {
      hasWritten = resolve
    })
    const long = other.client.$transaction(async (transaction) => {
      await recordAudit(transaction, entry('long'))
      hasWritten()
      await mayEnd
    })
    await written
    await record('meanwhile')
    await link(1, true)
    expect(await chain.link(10, true)).toBe(0)
    commit()
    await long
    await link(2)
    expect(await places()).toEqual(['1 before', '2 long', '3 meanwhile'])
    expect((await trail().list(WHOLE, {}, 10, null)).items.map(({ resource }) => resource)[0]).toBe('meanwhile')
  })

  it('looks for the next events behind the last one alone, however many there are', async () => {
    const { client, session } = database
    await session(async ({ script }) => {
      await script(`
        INSERT INTO audit_event (actor, action, resource, transaction)
          SELECT 'ada', 'thing.changed', 'thing/' || n, 10 + n / 10 FROM generate_series(1, 5000) n;
        INSERT INTO audit_link (position, event_id, hash)
          SELECT row_number() OVER (ORDER BY transaction, id), id, md5(id::text) FROM audit_event`)
    })
    await session(({ script }) => script('ANALYZE audit_event, audit_link'))
    const [last] = await client.$queryRaw<[{ id: bigint; transaction: bigint }]>`
      SELECT id, transaction FROM audit_event ORDER BY transaction DESC, id DESC LIMIT 1`
    const next = unlinked({ ...last, restored: false }, false, 500)
    const lists = [WHOLE, [{ scopes: ['admin'], installationId: 7n, repositoryIds: [] }]] as const
    const statements = [
      next,
      ...lists.flatMap((grants) =>
        [{}, { actor: 'a' }, { action: 'a' }].map((filter) => listed(grants, filter, 30, null)),
      ),
    ]
    for (const statement of statements) {
      const plan = await client.$queryRaw<Record<string, string>[]>(Prisma.sql`EXPLAIN ${statement}`)
      expect(plan.flatMap(Object.values).join('\n')).not.toContain('Seq Scan')
    }
  })

  async function placeOf({ client }: Database) {
    const [row] = await client.$queryRaw<{ name: string }[]>`SELECT current_database() AS name`
    const url = new URL(process.env.TEST_DATABASE_URL ?? '')
    url.pathname = `/${row?.name}`
    return { url: url.href }
  }
})

async function* linesOfText(parts: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const part of parts) yield* part.split('\n').slice(0, -1)
}
