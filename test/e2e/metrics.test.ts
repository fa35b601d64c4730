/** What `/metrics` says of the whole app: each number is moved by what it counts. */
import { brokenStories, RECORD } from './record.ts'
import { TestDatabase } from './test-database.ts'
import { useWorld } from './world.ts'

const { TEST_DATABASE_URL } = process.env

/** With a server the work is done in another thread than the one that is asked. */
describe.each([
  { where: 'embedded database', database: null },
  ...(TEST_DATABASE_URL ? [{ where: 'PostgreSQL', database: new TestDatabase(TEST_DATABASE_URL) }] : []),
])('GET /metrics, $where', ({ database }) => {
  beforeAll(() => database?.create())
  const world = useWorld({
    environment: (): Record<string, string> => (database ? { DATABASE_URL: database.url } : {}),
  })
  afterAll(async () => {
    await world.app.stop()
    await database?.drop()
  })

  async function scraped(): Promise<Map<string, number>> {
    const answer = await fetch(`${world.app.url}/metrics`)
    expect(answer.status).toBe(200)
    const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    )
  }

  /** By how much each number differs once all is quiet again; what stays the same is left out. */
  async function moved(act: () => Promise<unknown>): Promise<Record<string, number>> {
    const before = await scraped()
    await act()
    await world.quiet()
    const after = await scraped()
    const changes = [...after].map(([name, value]): [string, number] => [name, value - (before.get(name) ?? 0)])
    return Object.fromEntries(changes.filter(([, by]) => by !== 0))
  }

  it('counts a push from its delivery to its findings', async () => {
    const repository = await world.scanned(RECORD)
    const by = await moved(() => world.pushed(repository, 'main', brokenStories(1)))
    expect(by).toMatchObject({
      'rosie_deliveries_total{outcome="stored"}': expect.any(Number),
      'rosie_http_answer_seconds_count{method="POST",route="/api/github/webhooks",status="202"}': expect.any(Number),
      'rosie_scan_attempts_total{kind="tracked"}': 1,
      'rosie_scans_ended_total{kind="tracked",outcome="failure"}': 1,
      'rosie_scan_phase_seconds_count{phase="Discovery"}': 1,
      'rosie_scan_phase_seconds_count{phase="Fetch"}': 1,
      'rosie_scan_phase_seconds_count{phase="Evidence"}': 1,
      'rosie_github_requests_total{route="POST /repos/{owner}/{repo}/check-runs",outcome="ok"}': 1,
      'rosie_github_requests_total{route="GET /repos/{owner}/{repo}/git/trees/{tree_sha}",outcome="ok"}': 1,
      'rosie_github_requests_total{route="POST /graphql",outcome="ok"}': 1,
    })
    expect(by['rosie_findings_total{severity="error",status="introduced"}']).toBeGreaterThan(0)
  })

  it('has no route with a name or number in it', async () => {
    const routes = [...(await scraped()).keys()].flatMap((name) => /route="([^"]+)"/.exec(name)?.[1] ?? [])
    expect(routes.length).toBeGreaterThan(3)
    expect(routes.filter((route) => /acme|lab-|\d/.test(route))).toEqual([])
  })

  it('says what is left of the quota, how much waits, and that the database is there', async () => {
    const all = await scraped()
    expect([...all.keys()]).toContainEqual(
      expect.stringMatching(/^rosie_github_quota_remaining\{installation="\d+",resource="core"\}$/),
    )
    expect(all.get('rosie_database_reachable')).toBe(1)
    expect(all.get('rosie_scans_open{state="waiting"}')).toBe(0)
    expect(all.get('rosie_scan_oldest_waiting_seconds')).toBe(0)
    expect(all.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
  })

  it('counts deliveries that are refused', async () => {
    const by = await moved(() => fetch(`${world.app.url}/api/github/webhooks`, { method: 'POST', body: '{}' }))
    expect(by).toMatchObject({ 'rosie_deliveries_total{outcome="refused"}': 1 })
  })

  it('is not for whom a proxy leads here', async () => {
    const answer = await fetch(`${world.app.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.7' } })
    expect(answer.status).toBe(403)
  })
})

describe('GET /metrics with METRICS_TOKEN', () => {
  const world = useWorld({ environment: () => ({ METRICS_TOKEN: '0123456789abcdef' }) })

  it('is for who sends it', async () => {
    const ask = (headers: Record<string, string>) => fetch(`${world.app.url}/metrics`, { headers })
    expect((await ask({})).status).toBe(401)
    expect((await ask({ authorization: 'Bearer 0123456789abcdef' })).status).toBe(200)
  })
})
