import { COUNTERS, type Declared, GAUGES, HISTOGRAMS, PROCESS_GAUGES } from './metric-list.ts'

/** docs/metrics.md, from where the metrics are declared. */
export function metricsPage(): string {
  return `# Metrics

\`GET /metrics\` answers what Prometheus reads. Who may ask, and how to scrape and alert:
[operations.md](operations.md#metrics). Beside these it has the usual ones of Node.js, \`process_*\` and \`nodejs_*\`, among
them the lag of the event loop (\`nodejs_eventloop_lag_p99_seconds\`). That is of the thread that
answers; the one that scans may compute for seconds.

## What this process did

Since its start. \`sum\` over several processes.

${table(COUNTERS)}

## How long it took

Histograms, in seconds.

${table(HISTOGRAMS)}

## What this process holds

At the moment. \`sum\` over several processes.

${table(PROCESS_GAUGES)}

## How the work stands

Read from the database at each scrape: every process answers the same, so take \`max\`, not \`sum\`, over several.

${table(GAUGES)}
`
}

function table(metrics: Record<string, Declared>): string {
  const rows = Object.values(metrics).map(
    ({ name, labelNames, help }) =>
      `| \`${name}\` | ${labelNames.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  )
  return ['| metric | labels | meaning |', '|---|---|---|', ...rows].join('\n')
}
