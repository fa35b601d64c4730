/** The audit trail over HTTP: who sees what of it, in which order, and as which file. */
import { createHash } from 'node:crypto'
import { SoughtLines } from '../../../src/audit/contained.ts'
import { lookAt } from '../../../src/audit/other-files.ts'
import { verifyTrail } from '../../../src/audit/verify.ts'
import { recordAudits } from '../../../src/store/audit.ts'
import { AuditChain } from '../../../src/store/audit-chain.ts'
import { AuditEvents } from '../../../src/store/reading/audit-events.ts'
import { forEachDatabase } from '../../support/database.ts'
import { aKey, Stage } from './stage.ts'

/** An action that nothing else here takes. */
const MARK = 'product.changed'

interface Event {
  id: string
  actor: string
  action: string
  resource: string
  next: unknown
  at: string
  installationId: number | null
  position: number | null
  hash: string | null
}

forEachDatabase('/audit-events', (databases) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
    const { acme, zeta, database } = stage
    const mark = { actor: 'github/ada', action: MARK } as const
    await recordAudits(database.client, [
      { ...mark, resource: 'mark/acme', installationId: acme.installationId, repositoryId: acme.pump.id },
      { ...mark, resource: 'mark/empty', installationId: acme.installationId, repositoryId: acme.empty.id },
      { ...mark, resource: '=HYPERLINK("http://a.example")', installationId: zeta.installationId },
      { ...mark, actor: 'cli', resource: 'mark/server', reason: 'a\u2028"b"' },
    ])
    await linkAll()
  })
  afterAll(() => stage.close())

  async function linkAll() {
    const { database } = stage
    const chain = new AuditChain(database)
    // Transactions of other suites, on the same server, may hold the chain up for a moment.
    while ((await chain.head())?.position !== (await database.client.auditEvent.count())) await chain.link(100, true)
  }
  const marks = async (key: string, query = '') =>
    ((await stage.all(key, `/audit-events?action=${MARK}${query}`, 2)) as Event[]).map(({ resource }) => resource)
  const get = (key: string | null, path: string) =>
    fetch(`${stage.url}/api/v1${path}`, key === null ? {} : { headers: { authorization: `Bearer ${key}` } })

  it('shows administrators what is theirs, the newest first, page by page', async () => {
    const { acme, zeta, root } = stage
    expect(await marks(acme.keys.admin)).toEqual(['mark/empty', 'mark/acme'])
    expect(await marks(zeta.keys.admin)).toEqual(['=HYPERLINK("http://a.example")'])
    expect(await marks(root)).toEqual(['mark/server', '=HYPERLINK("http://a.example")', 'mark/empty', 'mark/acme'])
    const ofPump = await aKey(stage.database, { installationId: acme.installationId, repositoryIds: [acme.pump.id] })
    expect(await marks(ofPump)).toEqual(['mark/acme'])
    const all = (await stage.all(root, '/audit-events', 3)) as Event[]
    expect(new Set(all.map(({ id }) => id)).size).toBe(await stage.database.client.auditEvent.count())
    expect(all.map(({ at }) => at)).toEqual(
      all
        .map(({ at }) => at)
        .sort()
        .reverse(),
    )
  })

  it.each([
    ['&actor=cli', ['mark/server']],
    ['&resource=mark/acme', ['mark/acme']],
    ['&actor=nobody', []],
    ['&to=2020-01-01T00:00:00Z', []],
    ['&from=2999-01-01T00:00:00%2B02:00', []],
  ])('filters by %s', async (query, expected) => {
    expect(await marks(stage.root, query)).toEqual(expected)
  })

  it('filters by installation and time, of what the reader may see', async () => {
    const { acme, zeta, root } = stage
    expect(await marks(root, `&installationId=${zeta.installationId}`)).toEqual(['=HYPERLINK("http://a.example")'])
    expect(await marks(acme.keys.admin, `&installationId=${zeta.installationId}`)).toEqual([])
    const [event] = (await stage.all(root, '/audit-events?resource=mark/acme')) as [Event]
    expect(await marks(root, `&from=${event.at}&resource=mark/acme`)).toEqual(['mark/acme'])
    expect(await marks(root, `&to=${event.at}&resource=mark/acme`)).toEqual([])
  })

  it('answers one event, with its place in the chain, to those whom it concerns', async () => {
    const { acme, zeta, root } = stage
    const [event] = (await stage.all(root, '/audit-events?resource=mark/acme')) as [Event]
    const path = `/audit-events/${event.id}`
    const { status, body } = await stage.ask(acme.keys.admin, path)
    expect(status).toBe(200)
    expect(body).toEqual(event)
    expect(body).toMatchObject({
      ...{ actor: 'github/ada', previous: null, next: null, installationId: Number(acme.installationId) },
      ...{ position: expect.any(Number), hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    })
    expect((await stage.ask(zeta.keys.admin, path)).status).toBe(404)
    expect((await stage.ask(acme.keys.scan, path)).status).toBe(403)
    expect((await stage.ask(root, '/audit-events/999999999')).status).toBe(404)
    expect((await stage.ask(root, '/audit-events/99999999999999999999')).status).toBe(400)
  })

  it.each(['', '/export', '/checkpoints', '/1'])('is not for keys without the scope admin: %s', async (path) => {
    const { acme } = stage
    expect((await stage.ask(acme.keys.read, `/audit-events${path}`)).status).toBe(403)
    expect((await stage.ask(acme.keys.scan, `/audit-events${path}`)).status).toBe(403)
    expect((await stage.ask(null, `/audit-events${path}`)).status).toBe(401)
  })

  it('is exported as a whole, which can be verified, and leaves a trace of that', async () => {
    const before = await stage.database.client.auditLink.count()
    const answer = await get(stage.root, '/audit-events/export')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/jsonl; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="audit-events.jsonl"')
    const text = await answer.text()
    expect(await verifyTrail(linesOf(text), [])).toMatchObject({ events: before, fault: null })
    const [newest] = (await stage.all(stage.root, '/audit-events?action=audit.exported')) as [Event]
    expect(newest).toMatchObject({ actor: expect.stringMatching(/^api-key\//), installationId: null, position: null })
  })

  it('is exported to whoever administers two installations, which each of them sees', async () => {
    const { acme, zeta, database } = stage
    const grants = [acme, zeta].map(({ installationId }) => {
      return { installationId, repositoryIds: [], scopes: ['admin' as const] }
    })
    const exports = async () =>
      Promise.all([acme, zeta].map(({ keys }) => stage.all(keys.admin, '/audit-events?action=audit.exported')))
    const before = await exports()
    await new AuditEvents(database).exporting({ actor: 'github/ann' }, grants, 'csv')
    expect((await exports()).map(({ length }, at) => length - (before[at]?.length ?? 0))).toEqual([1, 1])
  })

  it('is exported to a key of some repositories, and the event names these', async () => {
    const { database } = stage
    const { installationId, pump, empty, keys } = stage.acme
    const ofPump = await aKey(database, { installationId, repositoryIds: [pump.id] })
    expect((await get(ofPump, '/audit-events/export')).status).toBe(200)
    const newest = async (key: string) =>
      ((await stage.all(key, '/audit-events?action=audit.exported')) as Event[])[0] ?? null
    const event = await newest(ofPump)
    expect(event).toMatchObject({
      ...{ installationId: Number(installationId), repositoryId: Number(pump.id) },
      next: { format: 'jsonl', repositoryIds: [`${pump.id}`] },
    })
    expect(await newest(keys.admin)).toEqual(event)
    const grant = (...repositoryIds: bigint[]) => ({ installationId, repositoryIds, scopes: ['admin' as const] })
    const exported = async (...grants: ReturnType<typeof grant>[]) => {
      await new AuditEvents(database).exporting({ actor: 'github/ann' }, grants, 'csv')
      return newest(keys.admin)
    }
    expect(await exported(grant(pump.id), grant(empty.id), grant(pump.id))).toMatchObject({
      ...{ repositoryId: null, next: { format: 'csv', repositoryIds: [`${pump.id}`, `${empty.id}`] } },
    })
    expect(await exported(grant(pump.id), grant(), grant(empty.id))).toMatchObject({ repositoryId: null })
    expect((await newest(keys.admin))?.next).toEqual({ format: 'csv' })
  })

  it('is exported to an installation in its part, which that installation sees', async () => {
    const { zeta } = stage
    const before = await stage.all(zeta.keys.admin, '/audit-events?action=audit.exported')
    const answer = await get(zeta.keys.admin, '/audit-events/export?format=jsonl')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="audit-events-part.jsonl"')
    const text = await answer.text()
    const events = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Event)
    expect(new Set(events.map(({ installationId }) => installationId))).toEqual(new Set([Number(zeta.installationId)]))
    expect(text).not.toMatch(/acme/i)
    expect(await stage.all(zeta.keys.admin, '/audit-events?action=audit.exported')).toHaveLength(before.length + 1)
    const { fault } = await verifyTrail(linesOf(text), [])
    expect(fault).not.toBeNull()
    expect(await lookAt(linesOf(text))).toEqual({ events: true, missing: fault?.position })
    const whole = await (await get(stage.root, '/audit-events/export')).text()
    expect(await lookAt(linesOf(whole.replace(/.*\n/, '')))).toEqual({ events: true, missing: null })
    const sought = await SoughtLines.of(linesOf(text))
    for await (const _ of sought.passing(linesOf(whole)));
    expect(sought.result).toEqual({ lines: events.length, missing: null })
  })

  it('is exported as CSV that no spreadsheet runs', async () => {
    const answer = await get(stage.zeta.keys.admin, '/audit-events/export?format=csv')
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    const csv = await answer.text()
    expect(csv).toMatch(/^position,id,at,actor,.*\r\n/)
    expect(csv).toContain(`,${MARK},"'=HYPERLINK(""http://a.example"")",`)
  })

  it('has its checkpoints for administrators of the server, and the key that verifies them for all', async () => {
    const { acme, root, database } = stage
    const chain = new AuditChain(database)
    for (const position of [1, 2, 3]) {
      const hash = createHash('sha256').update(String(position)).digest('hex')
      await chain.keepCheckpoint({ position, hash, jws: `jws ${position}`, at: new Date('2026-02-02T12:00:00Z') })
    }
    expect(await stage.all(root, '/audit-events/checkpoints', 2)).toMatchObject([
      { position: 3, jws: 'jws 3', at: '2026-02-02T12:00:00.000Z' },
      { position: 2 },
      { position: 1 },
    ])
    expect((await stage.ask(acme.keys.admin, '/audit-events/checkpoints')).status).toBe(403)
    const { status, body } = await stage.ask(acme.keys.read, '/audit/checkpoint-key')
    expect({ status, body }).toMatchObject({ status: 200, body: { alg: 'ES256', use: 'sig', kty: 'EC' } })
    expect(body.d).toBeUndefined()
  })

  it.each(['limit=0', 'from=now', 'actor=%00', 'cursor=AAAA', 'cursor=WyJ4IiwieCJd', 'installationId=x'])(
    'answers 400 to %s',
    async (query) => {
      expect((await stage.ask(stage.root, `/audit-events?${query}`)).status).toBe(400)
    },
  )

  it('says with an export how many newer events are not in it, of those that the reader administers', async () => {
    const { acme, zeta, root, database } = stage
    const unlinked = async (key: string) => {
      const answer = await get(key, '/audit-events/export')
      expect(await answer.text()).not.toContain('mark/later')
      return Number(answer.headers.get('x-unlinked-events'))
    }
    await linkAll()
    expect(await unlinked(zeta.keys.admin)).toBe(0)
    await linkAll()
    const later = { actor: 'github/ada', action: MARK, resource: 'mark/later' } as const
    await recordAudits(database.client, [
      ...[1, 2].map(() => ({ ...later, installationId: zeta.installationId })),
      { ...later, installationId: acme.installationId, repositoryId: acme.pump.id },
      later,
    ])
    const ofEmpty = await aKey(database, { installationId: acme.installationId, repositoryIds: [acme.empty.id] })
    expect(await unlinked(ofEmpty)).toBe(0)
    expect(await unlinked(zeta.keys.admin)).toBe(2)
    expect(await unlinked(zeta.keys.admin)).toBe(3)
    const all = (await database.client.auditEvent.count()) - (await database.client.auditLink.count())
    expect(await unlinked(root)).toBe(all)
  })
})

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.split('\n').slice(0, -1)
}
