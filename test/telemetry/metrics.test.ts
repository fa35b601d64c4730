import type { Levels } from '../../src/scan/ports/statistics.ts'
import { COUNTERS, GAUGES, HISTOGRAMS, PROCESS_GAUGES } from '../../src/telemetry/metric-list.ts'
import { Metrics } from '../../src/telemetry/metrics.ts'

const LEVELS: Levels = {
  scans: { waiting: 3, delayed: 2, running: 1, oldestWaitingMs: 90_500 },
  inbox: { waiting: 4, givenUp: 5, oldestWaitingMs: null },
  quotas: [{ installation: 7n, resource: 'core', remaining: 42, limit: 5000 }],
}

let metrics: Metrics
beforeEach(() => {
  metrics = new Metrics()
})

/** The samples of our own metrics. */
async function samples(levels: Levels | null = null): Promise<string[]> {
  return (await metrics.text(levels)).split('\n').filter((line) => line.startsWith('rosie_'))
}

describe('Counters', () => {
  it.each<[string, () => void]>([
    ['rosie_scan_attempts_total{kind="tracked"} 1', () => metrics.attempt('tracked')],
    ['rosie_scans_ended_total{kind="change",outcome="failure"} 1', () => metrics.ended('change', 'failure')],
    ['rosie_scans_given_back_total{reason="limit"} 1', () => metrics.givenBack('limit')],
    ['rosie_scans_superseded_total 3', () => metrics.superseded(3)],
    ['rosie_deliveries_total{outcome="repeated"} 1', () => metrics.delivery('repeated')],
    [
      'rosie_findings_total{severity="error",status="introduced"} 2',
      () =>
        metrics.found([
          { severity: 'error', status: 'introduced' },
          { severity: 'error', status: 'introduced' },
        ]),
    ],
    [
      'rosie_github_requests_total{route="GET /repos/{owner}/{repo}",outcome="not_modified"} 1',
      () => metrics.request('GET /repos/{owner}/{repo}', 'not_modified'),
    ],
    [
      'rosie_http_answer_seconds_bucket{le="0.025",method="POST",route="/api/github/webhooks",status="202"} 1',
      () => metrics.answered('POST', '/api/github/webhooks', 202, 20),
    ],
    ['rosie_scan_phase_seconds_sum{phase="Fetch"} 1.5', () => metrics.phase('Fetch', 1500)],
    ['rosie_live_events_total{event="progress"} 3', () => metrics.liveSent('progress', 3)],
    ['rosie_live_refused_total{reason="nobody"} 1', () => metrics.liveRefused('nobody')],
    ['rosie_live_connections{state="known"} 2', () => metrics.liveConnections('known', 2)],
    ['rosie_live_rooms{kind="scan"} 2', () => metrics.liveRooms('scan', 2)],
  ])('%s', async (line, count) => {
    expect(await samples()).not.toContain(line)
    count()
    expect(await samples()).toContain(line)
  })

  it('keep to a hundred routes, whatever is counted as one', async () => {
    for (let n = 0; n < 150; n++) metrics.request(`GET /repos/acme/lab-${n}`, 'ok')
    const routes = (await samples()).filter((line) => line.startsWith('rosie_github_requests_total'))
    expect(routes).toHaveLength(101)
    expect(routes).toContain('rosie_github_requests_total{route="other",outcome="ok"} 50')
  })
})

describe('Gauges', () => {
  it('say how the work stands', async () => {
    expect(await samples(LEVELS)).toEqual(
      expect.arrayContaining([
        'rosie_database_reachable 1',
        'rosie_scans_open{state="waiting"} 3',
        'rosie_scans_open{state="delayed"} 2',
        'rosie_scans_open{state="running"} 1',
        'rosie_scan_oldest_waiting_seconds 90.5',
        'rosie_deliveries_open{state="waiting"} 4',
        'rosie_deliveries_open{state="given_up"} 5',
        'rosie_delivery_oldest_waiting_seconds 0',
        'rosie_github_quota_remaining{installation="7",resource="core"} 42',
        'rosie_github_quota_limit{installation="7",resource="core"} 5000',
      ]),
    )
  })

  it('forget what is no longer so', async () => {
    await samples(LEVELS)
    expect((await samples({ ...LEVELS, quotas: [] })).filter((line) => line.includes('quota'))).toEqual([])
  })

  it('say nothing of the work, rather than what it was, while the database is away', async () => {
    await samples(LEVELS)
    const names = Object.values(GAUGES).map(({ name }) => name)
    const said = (await samples(null)).filter((line) => names.some((name) => line.startsWith(name)))
    expect(said).toEqual(['rosie_database_reachable 0'])
  })
})

it('The lag of the event loop is measured, from one scrape to the next', async () => {
  const lag = async () =>
    Number(/^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(await metrics.text(null))?.[1] ?? Number.NaN)
  const idle = () => new Promise((resolve) => setTimeout(resolve, 50))
  await lag()
  await idle()
  const until = performance.now() + 250
  while (performance.now() < until);
  await idle()
  expect(await lag()).toBeGreaterThan(0.2)
})

it('Every metric that is declared is there, and no other of ours', async () => {
  const lists = [COUNTERS, HISTOGRAMS, GAUGES, PROCESS_GAUGES]
  const declared = lists.flatMap((list) => Object.values(list).map(({ name }) => name))
  const there = [...(await metrics.text(LEVELS)).matchAll(/^# TYPE (rosie_\w+)/gm)].map(([, name]) => name)
  expect(there.sort()).toEqual([...declared].sort())
})
