/** What a request asks for that means nothing is refused, with what would mean something: an empty list is an answer, too. */
import { RISKS } from '../../../src/rosie/model.ts'
import { AUDIT_ACTIONS } from '../../../src/store/reading/audit-events.ts'
import { forEachDatabase } from '../../support/database.ts'
import { Stage } from './stage.ts'

const listed = (values: readonly string[]) => values.map((value) => `\`${value}\``).join(', ')

forEachDatabase('A request', (databases) => {
  let stage: Stage
  let base: string
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
    base = `/repositories/${stage.acme.pump.id}`
  })
  afterAll(() => stage.close())

  const ask = (path: string, method = 'GET') => stage.ask(stage.acme.keys.admin, path.replace(/^:/, base), { method })

  it.each([
    [':/findings?sevrity=error', '`sevrity`', '`limit`, `cursor`, `severity`, `rule`, `status`, `path`, `gxpId`.'],
    [':/requirements?verdict=valid', '`verdict`', '`limit`, `cursor`, `risk`, `status`, `parent`, `q`.'],
    ['/scans?bogus=1&limit=1', '`bogus`', expect.stringContaining('`status`')],
    [':?a=1&b=2', '`a`, `b`', 'nothing.'],
    ['/audit/checkpoint-key?format=pem', '`format`', 'nothing.'],
  ])('names what it takes where something else is sent: %s', async (path, named, taken) => {
    const { status, body } = await ask(path)
    const [has, takes] = body.detail.split(/, which (?:is|are) not taken here: it takes /)
    expect([status, has, takes]).toEqual([400, `The query has ${named}`, taken])
  })

  it.each([
    [':/requirements?risk=high', listed(RISKS)],
    [':/risks?risk=high', listed(RISKS)],
    [':/artifacts?kind=foo', '`requirement`, `user_story`, `specification`, `evidence`, `package_file`'],
    [':/artifacts?status=APPROVED', '`draft`, `in_review`, `validated`, `retired`, `proposed`'],
    [':/decisions?status=draft', '`proposed`, `accepted`, `deprecated`, `superseded`'],
    [':/testing-records?status=passed', '`PASS`, `FAIL`, `PASS_WITH_DEVIATIONS`'],
    [':/findings?rule=broken', 'such as `trace/broken-reference`'],
    [':/findings?rule=trace/brokn-referenc', 'no rule that there is. Did you mean `trace/broken-reference`?'],
    [':/findings?rule=trace/brokn', 'names no rule that there is. Of `trace` there are `trace/'],
    [':/findings?rule=nothing/alike', '`rule` in the query names no rule that there is.'],
    ['/audit-events?action=nope', listed(AUDIT_ACTIONS)],
    ['/products?gtin=4006381333930', 'is to be 1'],
    ['/scans?from=2026-02-30', 'or a day in UTC, such as `2026-01-31`'],
    ['/scans?from=2026-01-31T12:00:00+01:00', 'a `+` is written as `%2B` in an address.'],
    ['/scans?limit=1&limit=2', '`limit` in the query is given twice.'],
    ['/scans?from=2026-02-02&to=2026-02-01', '`from` in the query is later than `to`.'],
    [':/scans?from=2026-02-02&to=2026-02-01', '`from` in the query is later than `to`.'],
    ['/audit-events?from=2026-02-01T00:00:01Z&to=2026-02-01', '`from` in the query is later than `to`.'],
    ['/webhook-deliveries?from=2026-02-02&to=2026-02-01', '`from` in the query is later than `to`.'],
    ['/scans?repositoryId=9007199254740993', 'at most 9007199254740991.'],
  ])('says which values there are: %s', async (path, values) => {
    const { status, body } = await ask(path)
    expect([status, body.detail]).toEqual([400, expect.stringContaining(values)])
    expect(body.detail).not.toMatch(/\. `/)
  })

  it('finds each artifact by what it says of itself', async () => {
    const { body } = await ask(':/artifacts?limit=100')
    const found = new Map<string, string[]>()
    for (const { kind, risk, status, id } of body.items) {
      const query = Object.entries({ kind, risk, status }).flatMap(([name, value]) => (value ? `${name}=${value}` : []))
      const same = await ask(`:/artifacts?limit=100&${query.join('&')}`)
      expect([query, same.status, same.body.items.map((each: { id: string }) => each.id)]).toEqual([
        ...[query, 200, expect.arrayContaining([id])],
      ])
      found.set(kind, query)
    }
    expect([...found.keys()]).toEqual(
      expect.arrayContaining(['system_context', 'risk_register', 'decision', 'evidence']),
    )
  })

  it.each(['/webhook-deliveries', '/audit-events', '/scans'])(
    '%s takes a day as its beginning in UTC',
    async (path) => {
      const count = async (query: string) => (await stage.all(stage.root, `${path}?${query}`)).length
      const [today, tomorrow] = [0, 1].map((days) =>
        new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10),
      )
      expect(await count(`from=${tomorrow}`)).toBe(0)
      expect(await count(`to=${tomorrow}`)).toBe(await count(''))
      expect(await count(`from=${today}`)).toBe(await count(`from=${today}T00:00:00Z`))
    },
  )

  it('names the rule that a scan knows where it is misspelt', async () => {
    const { trackedScanId } = await stage.database.client.repository.findUniqueOrThrow({
      where: { id: stage.acme.pump.id },
    })
    const of = (rule: string) => ask(`/scans/${trackedScanId}/findings?rule=${rule}`)
    expect(await of('trace/brokn-reference')).toMatchObject({
      ...{ status: 400, body: { detail: expect.stringMatching(/Did you mean `trace\/broken-reference`\?$/) } },
    })
    expect((await of('trace/broken-reference')).status).toBe(200)
  })

  it.each(['/scans', '/audit-events', '/webhook-deliveries'])('%s takes one moment as both ends', async (path) => {
    expect(await ask(`${path}?from=2026-02-01&to=2026-02-01`)).toMatchObject({ status: 200, body: { items: [] } })
    expect((await ask(`${path}?from=2026-02-01T00:30:00%2B01:00&to=2026-01-31T23:30:00Z`)).status).toBe(200)
  })

  it('goes on with a list only where it was begun', async () => {
    const { acme, zeta, database } = stage
    const { trackedScanId } = await database.client.repository.findUniqueOrThrow({ where: { id: acme.pump.id } })
    const finding = { rule: 'trace/orphan', severity: 'notice', message: 'So.', status: 'existing' } as const
    await database.client.finding.createMany({
      data: ['one', 'other'].map((fingerprint) => ({ ...finding, fingerprint, scanId: String(trackedScanId) })),
    })
    const of = (id: bigint, list: string) => `/repositories/${id}/${list}`
    for (const [list, elsewhere] of [
      ['findings', of(zeta.pump.id, 'findings')],
      ['findings', of(acme.empty.id, 'findings')],
      ['artifacts', of(zeta.pump.id, 'artifacts')],
      ['requirements', of(acme.pump.id, 'user-stories')],
      ['annotations', of(zeta.pump.id, 'annotations')],
      ['requirements/REQ-001/history', of(zeta.pump.id, 'requirements/REQ-001/history')],
    ] as const) {
      const { body } = await stage.ask(stage.root, `${of(acme.pump.id, list)}?limit=1`)
      const cursor = body.next ?? (await stage.ask(stage.root, '/repositories?limit=1')).body.next
      expect(await stage.ask(stage.root, `${elsewhere}?cursor=${cursor}`)).toMatchObject({
        ...{ status: 400, body: { detail: expect.stringContaining('none of this list') } },
      })
      if (body.next === null) continue
      expect((await stage.ask(stage.root, `${of(acme.pump.id, list)}?cursor=${cursor}`)).status).toBe(200)
    }
  })

  it('is told that its body is missing, whatever it says of its kind', async () => {
    const headers = { 'content-type': 'application/json' }
    expect(await stage.ask(stage.root, '/api-keys', { method: 'POST', headers })).toMatchObject({
      ...{ status: 400, body: { detail: 'The body is missing: it must be an object.' } },
    })
    const answer = await fetch(`${stage.url}/api/v1/api-keys`, {
      ...{ method: 'POST', body: '{', headers: { ...headers, authorization: `Bearer ${stage.root}` } },
    })
    expect([answer.status, (await answer.json()) as object]).toMatchObject([
      400,
      { detail: expect.stringContaining('JSON') },
    ])
  })

  it('is told how large its body may be', async () => {
    const body = { name: 'x'.repeat(2 ** 20) }
    expect(await stage.ask(stage.root, '/api-keys', { method: 'POST', body })).toMatchObject({
      ...{ status: 413, body: { detail: 'The body is larger than 1 MiB.' } },
    })
  })
})
