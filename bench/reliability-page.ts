/** What `npm run soak -- --seeds N` found, as docs/reliability.md. */
import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'

/** One run. */
export interface Soaked {
  seed: number
  seconds: number
  acts: ReadonlyMap<string, number>
  heads: number
  /** By their ids, however often each was sent. */
  deliveries: number
  redelivered: number
  dropped: number
  unanswered: number
  /** Answered with 503. */
  refused: number
  checks: number
  superseded: number
  comments: number
  /** While the faults lasted. */
  requests: number
  failedAnswers: number
  /** Sent while GitHub had asked to wait. */
  early: number
  faults: ReadonlyMap<string, number>
  /** Processes that ended without being told to. */
  deaths: number
  lost: number
  duplicates: number
  /** ms from the end of the faults; null: never. */
  quietAfter: number | null
}

export function reliabilityPage(runs: readonly Soaked[], seconds: number, repositories: number): string {
  const sum = (of: (run: Soaked) => number) => runs.reduce((total, run) => total + of(run), 0).toLocaleString('en')
  const rows = runs.map(
    ({
      seed,
      deliveries,
      dropped,
      unanswered,
      refused,
      redelivered,
      checks,
      superseded,
      requests,
      failedAnswers,
      early,
      faults,
      lost,
      duplicates,
      quietAfter,
    }) => [
      seed,
      deliveries,
      dropped + unanswered + refused,
      redelivered,
      checks,
      superseded,
      requests,
      failedAnswers,
      early,
      [...faults.values()].reduce((total, count) => total + count, 0),
      lost,
      duplicates,
      quietAfter === null ? 'never' : `${Math.round(quietAfter / 1000)} s`,
    ],
  )
  const head = [
    'seed',
    'deliveries',
    'dropped, unanswered or 503',
    'sent again',
    'checks completed',
    'cancelled',
    'requests meanwhile',
    'of them failed',
    'too early',
    'faults',
    'lost',
    'duplicates',
    'quiet after',
  ]
  return `${TEXT}
## Figures

\`npm run soak -- --seeds ${runs.length} --seconds ${seconds} --repositories ${repositories}\`, first seed ${runs[0]?.seed}: ${runs.length} runs of ${seconds} s, in ${repositories} repositories each.
${conditions()}

${sum(({ deliveries }) => deliveries)} deliveries in, ${sum(({ checks }) => checks)} checks completed, ${sum(({ lost }) => lost)} lost, ${sum(({ duplicates }) => duplicates)} duplicates;
${sum(({ requests }) => requests)} requests to GitHub while faults lasted, of which ${sum(({ failedAnswers }) => failedAnswers)} failed or got no answer;
${sum(({ deaths }) => deaths)} processes ended that nobody had ended.

${table(head, rows)}

What broke, over all runs:

${table(['fault', 'times'], [...merged(runs.map(({ faults }) => faults))])}

What people did:

${table(['act', 'times'], [...merged(runs.map(({ acts }) => acts))])}
`
}

const TEXT = `# Reliability

<!-- Written by \`npm run soak -- --seeds N\` (bench/reliability-page.ts). -->

GitHub sends a webhook once. It cuts off apps that ask too fast, and leaves a required check hanging for ever when an app
dies at the wrong moment. What rosie-guard does about it is in [architecture.md](architecture.md#reconciliation); this page
says how that was tried, and what came of it.

## What is tried

\`npm run soak\` starts two web and two worker processes of the built app behind a load balancer, with a real PostgreSQL and
a real Redis of their own, against the stand-in for GitHub that the tests use (real HTTP, real git, requests held against
GitHub's published description). People, drawn from a seed, push to the default branch and to others, in bursts of up to
ten, push branches back to earlier commits, delete them, open and close pull requests and ask for re-runs. Meanwhile

- every fifth answer of GitHub fails: one half with 500 to 504 before the request was applied, the other half is lost after it
  was;
- one thing after the other breaks, in an order that the seed decides: a worker or both are killed (SIGKILL) and started
  again up to two seconds later, a worker is stopped in good order, a web process or both are killed; Redis is emptied, or
  killed and started again up to three seconds later (with odd seeds empty, with even ones with what it held); PostgreSQL
  is restarted, or killed and recovered; deliveries are dropped, or stored without GitHub hearing of it; GitHub demands a
  pause of two to five seconds (a secondary limit) of one installation; its answers take half a second.

Then the faults end, nothing is restarted, and the run waits until all is quiet, five minutes at most. **Lost** counts

- each head of a branch or of an open pull request whose newest check isn't completed with the right conclusion and exactly
  the annotations that it should have (the record of each commit is known to be sound or to have so many errors);
- each check run on any commit that is in progress, or says something wrong; "The scan could not be completed" is wrong;
- each open pull request without a comment, or with one that says the wrong thing;
- each delivery that GitHub sent, may ask for something, and was not processed; each scan that is still open;
- each request that GitHub would not have taken.

**Duplicates** counts heads with more verdicts than were asked for, check runs of the same scan, and second comments on a
pull request. **Too early** counts requests of an installation that had been told to wait, from half a second after it was told
(a request may be on its way then) until its time was over. A run is bad where anything was lost or is there twice.

That a run notices what it should was tried by taking a part of the app away: without the look-up of a check run whose
creation got no answer, a run of 54 s (seed 8, 2026-11-22) ended with 4 lost and 4 duplicates.

A seed fixes who wants what and which faults come in which order, not the moment at which they meet: two runs of a seed
differ. \`test/e2e/outages.test.ts\` has each fault by itself, with what must be under way when it strikes, and runs with the
other tests.

## What is not

- GitHub itself: all of it is the stand-in. What GitHub does beyond its documentation isn't known to it.
- Disks that fill up or lie, hosts that are cut off from each other, clocks that jump, a Redis cluster or a PostgreSQL that
  fails over to a replica. PostgreSQL runs with \`fsync=off\` here: it is killed, the machine isn't.
- GitHub wholly away for minutes. A scan then waits and tries again, for up to six hours; only after that does its check fail,
  with words that say so (once GitHub takes them). What GitHub could not send is found afterwards: see the next point.
- Outages of the app that are longer than seconds: what GitHub no longer lists after three days is found by looking at heads,
  which \`test/e2e/reconciliation.test.ts\` tries.
- The embedded database, which \`test/e2e\` tries with faults of its own, one process being all there is.
`

function conditions(): string {
  const version = (program: string, ...args: string[]) => {
    try {
      return execFileSync(program, args, { encoding: 'utf8' })
    } catch {
      return ''
    }
  }
  const redis = /v=(\S+)/.exec(version('redis-server', '--version'))?.[1] ?? '?'
  const installed = version('sh', '-c', 'PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr " " :) postgres --version')
  const postgres = /(\d+\.\d+)/.exec(installed)?.[1] ?? '?'
  const day = new Date().toISOString().slice(0, 10)
  const load = loadavg()[2]?.toFixed(0)
  return `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, PostgreSQL ${postgres}, Redis ${redis}, ${day}; load average ${load}.`
}

function merged(counts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const all = new Map<string, number>()
  for (const each of counts) for (const [what, count] of each) all.set(what, (all.get(what) ?? 0) + count)
  return new Map([...all].sort())
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  const align = head.map((_, column) => (typeof rows[0]?.[column] === 'number' ? '---:' : '---'))
  return [line(head), line(align), ...rows.map(line)].join('\n')
}
