/** Every metric of ours: docs/metrics.md is made of this. The names are part of the interface. */

export interface Declared<Label extends string = string> {
  name: string
  /** One sentence. */
  help: string
  labelNames: readonly Label[]
  /** Of a histogram: upper bounds, s. */
  buckets?: readonly number[]
}

const declared = <const Label extends string>(metric: Declared<Label>): Declared<Label> => metric

const ANSWER_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const PHASE_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/** What this process did since its start. */
export const COUNTERS = {
  attempts: declared({
    name: 'rosie_scan_attempts_total',
    help: 'Attempts that began: taking a scan again after an error, a limit or a stop counts again.',
    labelNames: ['kind'],
  }),
  ended: declared({
    name: 'rosie_scans_ended_total',
    help: 'Scans that a worker ended: by conclusion, or replayed, reported, skipped, failed, cancelled (the branch had moved on).',
    labelNames: ['kind', 'outcome'],
  }),
  givenBack: declared({
    name: 'rosie_scans_given_back_total',
    help: 'Attempts that gave the scan back to the queue: an error, the limits of GitHub, or another scan whose turn it is.',
    labelNames: ['reason'],
  }),
  superseded: declared({
    name: 'rosie_scans_superseded_total',
    help: 'Scans, waiting or running, that were found to be of a head which its branch has left.',
    labelNames: [],
  }),
  findings: declared({
    name: 'rosie_findings_total',
    help: 'Findings of scans, as they were kept.',
    labelNames: ['severity', 'status'],
  }),
  requests: declared({
    name: 'rosie_github_requests_total',
    help: 'Requests to the API of GitHub, each retry counted; `held_back`: not sent, since a limit was known.',
    labelNames: ['route', 'outcome'],
  }),
  deliveries: declared({
    name: 'rosie_deliveries_total',
    help: 'Webhook deliveries: stored, repeated (known already), refused (signature or form), not stored (answered 503).',
    labelNames: ['outcome'],
  }),
  liveEvents: declared({
    name: 'rosie_live_events_total',
    help: 'Events of live progress that were sent, one for each connection.',
    labelNames: ['event'],
  }),
  liveRefused: declared({
    name: 'rosie_live_refused_total',
    help: "Connections for live progress that were refused: the process `closed` or was `full`, by `origin`, by `address` (too many that are nobody's), `nobody` (no key or session in force), `reader` (too many of theirs), or by an `error`.",
    labelNames: ['reason'],
  }),
  keptAnswers: declared({
    name: 'rosie_kept_answers_total',
    help: 'Requests for answers of the API that are kept for a while: `hit`, it was there; `miss`, it was made.',
    labelNames: ['outcome'],
  }),
} as const

export const HISTOGRAMS = {
  answers: declared({
    name: 'rosie_http_answer_seconds',
    help: 'From a request to the end of its answer; route `/api/github/webhooks`: how fast webhooks are acknowledged.',
    labelNames: ['method', 'route', 'status'],
    buckets: ANSWER_SECONDS,
  }),
  phases: declared({
    name: 'rosie_scan_phase_seconds',
    help: 'How long each phase of a scan took, of one attempt.',
    labelNames: ['phase'],
    buckets: PHASE_SECONDS,
  }),
} as const

/** What this process holds at the moment. */
export const PROCESS_GAUGES = {
  liveConnections: declared({
    name: 'rosie_live_connections',
    help: 'Connections for live progress: `arriving` until it is clear whose they are, `known` from then on.',
    labelNames: ['state'],
  }),
  liveRooms: declared({
    name: 'rosie_live_rooms',
    help: 'What somebody watches: each `scan` and each `repository` once, however many watch it.',
    labelNames: ['kind'],
  }),
} as const

/** What the rows say at the moment: every process answers the same, so take `max`, not `sum`, over several. */
export const GAUGES = {
  readable: declared({
    name: 'rosie_database_reachable',
    help: '1, or 0 where the database did not answer: then the other gauges of this table are left out.',
    labelNames: [],
  }),
  scans: declared({
    name: 'rosie_scans_open',
    help: 'Scans that are `waiting` for a worker, `delayed` (not due, or held back by a limit) or `running`.',
    labelNames: ['state'],
  }),
  oldestScan: declared({
    name: 'rosie_scan_oldest_waiting_seconds',
    help: 'For how long the oldest waiting scan has been asked for; 0 where none waits.',
    labelNames: [],
  }),
  inbox: declared({
    name: 'rosie_deliveries_open',
    help: 'Deliveries that are stored and `waiting` to be processed, or `given_up` after the last attempt.',
    labelNames: ['state'],
  }),
  oldestDelivery: declared({
    name: 'rosie_delivery_oldest_waiting_seconds',
    help: 'For how long the oldest waiting delivery has been stored; 0 where none waits.',
    labelNames: [],
  }),
  quota: declared({
    name: 'rosie_github_quota_remaining',
    help: 'Requests (GraphQL: points) that GitHub allows until the hour is over, of the 100 quotas with the least left.',
    labelNames: ['installation', 'resource'],
  }),
  quotaLimit: declared({
    name: 'rosie_github_quota_limit',
    help: 'Of how many, for the same.',
    labelNames: ['installation', 'resource'],
  }),
} as const
