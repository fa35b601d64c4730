/**
 * What is counted and measured, in one registry, for Prometheus. Counters are this process's own; gauges of the work come
 * from the rows at each scrape.
 *
 * A label takes few values: words of this code, and the installations with the least quota left.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type {
  AnswerMeasures,
  CacheMeasures,
  DeliveryOutcome,
  GivenBack,
  LiveConnection,
  LiveEvent,
  LiveMeasures,
  LiveRefusal,
  RequestMeasures,
  RequestOutcome,
  ScanMeasures,
  ScanOutcome,
} from '../scan/ports/measures.ts'
import type { Levels } from '../scan/ports/statistics.ts'
import { COUNTERS, type Declared, GAUGES, HISTOGRAMS, PROCESS_GAUGES } from './metric-list.ts'

/** Should a route ever be written with a name or number in it. */
const MOST_ROUTES = 100

export class Metrics implements ScanMeasures, RequestMeasures, AnswerMeasures, CacheMeasures, LiveMeasures {
  readonly #registry = new Registry()
  readonly contentType = this.#registry.contentType
  readonly #routes = new Set<string>()
  readonly #attempts = this.#counter(COUNTERS.attempts)
  readonly #ended = this.#counter(COUNTERS.ended)
  readonly #givenBack = this.#counter(COUNTERS.givenBack)
  readonly #superseded = this.#counter(COUNTERS.superseded)
  readonly #findings = this.#counter(COUNTERS.findings)
  readonly #requests = this.#counter(COUNTERS.requests)
  readonly #deliveries = this.#counter(COUNTERS.deliveries)
  readonly #keptAnswers = this.#counter(COUNTERS.keptAnswers)
  readonly #liveEvents = this.#counter(COUNTERS.liveEvents)
  readonly #liveRefused = this.#counter(COUNTERS.liveRefused)
  readonly #liveConnections = this.#gauge(PROCESS_GAUGES.liveConnections)
  readonly #liveRooms = this.#gauge(PROCESS_GAUGES.liveRooms)
  readonly #answers = this.#histogram(HISTOGRAMS.answers)
  readonly #phases = this.#histogram(HISTOGRAMS.phases)
  readonly #readable = this.#gauge(GAUGES.readable)
  readonly #scans = this.#gauge(GAUGES.scans)
  readonly #oldestScan = this.#gauge(GAUGES.oldestScan)
  readonly #inbox = this.#gauge(GAUGES.inbox)
  readonly #oldestDelivery = this.#gauge(GAUGES.oldestDelivery)
  readonly #quota = this.#gauge(GAUGES.quota)
  readonly #quotaLimit = this.#gauge(GAUGES.quotaLimit)

  constructor() {
    // CPU, memory, garbage collection, lag of the event loop: under the names that everybody's dashboards know.
    collectDefaultMetrics({ register: this.#registry })
  }

  attempt(kind: string): void {
    this.#attempts.inc({ kind })
  }

  phase(phase: string, ms: number): void {
    this.#phases.observe({ phase }, ms / 1000)
  }

  ended(kind: string, outcome: ScanOutcome): void {
    this.#ended.inc({ kind, outcome })
  }

  givenBack(reason: GivenBack): void {
    this.#givenBack.inc({ reason })
  }

  superseded(scans: number): void {
    this.#superseded.inc(scans)
  }

  found(findings: readonly { severity: string; status: string }[]): void {
    for (const { severity, status } of findings) this.#findings.inc({ severity, status })
  }

  request(route: string, outcome: RequestOutcome): void {
    if (this.#routes.size < MOST_ROUTES) this.#routes.add(route)
    this.#requests.inc({ route: this.#routes.has(route) ? route : 'other', outcome })
  }

  answered(method: string, route: string, status: number, ms: number): void {
    this.#answers.observe({ method, route, status }, ms / 1000)
  }

  delivery(outcome: DeliveryOutcome): void {
    this.#deliveries.inc({ outcome })
  }

  kept(outcome: 'hit' | 'miss'): void {
    this.#keptAnswers.inc({ outcome })
  }

  liveConnections(state: LiveConnection, count: number): void {
    this.#liveConnections.set({ state }, count)
  }

  liveRooms(kind: 'scan' | 'repository', count: number): void {
    this.#liveRooms.set({ kind }, count)
  }

  liveSent(event: LiveEvent, connections: number): void {
    this.#liveEvents.inc({ event }, connections)
  }

  liveRefused(reason: LiveRefusal): void {
    this.#liveRefused.inc({ reason })
  }

  /** For Prometheus. `levels`: null where the rows can't be asked; then nothing is said of them, rather than what they were. */
  async text(levels: Levels | null): Promise<string> {
    for (const gauge of [this.#scans, this.#inbox, this.#quota, this.#quotaLimit]) gauge.reset()
    for (const gauge of [this.#oldestScan, this.#oldestDelivery]) gauge.remove()
    this.#readable.set(levels === null ? 0 : 1)
    if (levels !== null) this.#show(levels)
    return this.#registry.metrics()
  }

  #show({ scans, inbox, quotas }: Levels): void {
    for (const state of ['waiting', 'delayed', 'running'] as const) this.#scans.set({ state }, scans[state])
    this.#oldestScan.set((scans.oldestWaitingMs ?? 0) / 1000)
    this.#inbox.set({ state: 'waiting' }, inbox.waiting)
    this.#inbox.set({ state: 'given_up' }, inbox.givenUp)
    this.#oldestDelivery.set((inbox.oldestWaitingMs ?? 0) / 1000)
    for (const { installation, resource, remaining, limit } of quotas) {
      const labels = { installation: String(installation), resource }
      this.#quota.set(labels, remaining)
      this.#quotaLimit.set(labels, limit)
    }
  }

  #counter<Label extends string>({ name, help, labelNames }: Declared<Label>): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] })
  }

  #gauge<Label extends string>({ name, help, labelNames }: Declared<Label>): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] })
  }

  #histogram<Label extends string>({ name, help, labelNames, buckets = [] }: Declared<Label>): Histogram<Label> {
    return new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [this.#registry] })
  }
}
