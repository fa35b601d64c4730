/**
 * Runs the sweeps of this process, each when it is due and none waiting for another. The rows say who does which: any
 * number of processes may run this, and a round whose process died is begun again by another.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { RateLimited } from './errors.ts'
import type { Round, Sweep, SweepStore } from './ports/sweeps.ts'
import { logTrouble } from './trouble.ts'

export interface SweepsOptions {
  store: SweepStore
  sweeps: readonly Sweep[]
  /** No other process works on these rows: rounds that seem to be under way at the start were left behind. */
  alone: boolean
  log: {
    debug(facts: object, message: string): void
    info(facts: object, message: string): void
    error(facts: object, message: string): void
  }
  /** Between looks at what is due; ms. A sweep that comes round seldom is looked at less often. */
  pollMs?: number
  leaseMs?: number
}

export interface Sweeps {
  /** The rounds at hand are told to break off, and waited for. */
  stop(): Promise<void>
}

/** A round that broke off is tried again after this long at most, unless GitHub asks to wait longer; ms. */
const RETRY_MS = 60_000

export function startSweeps({ store, sweeps, alone, ...options }: SweepsOptions): Sweeps {
  const stopping = new AbortController()
  const run = async () => {
    const names = sweeps.map(({ name }) => name)
    if (alone) await store.recover(names).catch((err) => options.log.error({ err }, 'sweeps left behind wait a minute'))
    await Promise.all(sweeps.map((sweep) => comeRound(sweep, { store, signal: stopping.signal, ...options })))
  }
  const finished = run()
  return {
    async stop() {
      stopping.abort()
      await finished
    },
  }
}

type Turn = Omit<SweepsOptions, 'sweeps' | 'alone'> & { signal: AbortSignal }

async function comeRound(sweep: Sweep, turn: Turn): Promise<void> {
  const { store, signal, log, pollMs = 5_000, leaseMs = 60_000 } = turn
  const pollEvery = Math.min(RETRY_MS, Math.max(pollMs, sweep.everyMs / 10))
  const started = Date.now()
  let failed = false
  while (!signal.aborted) {
    let pause = pollEvery
    try {
      const round = await store.begin(sweep.name, sinceLast(sweep, failed, Date.now() - started), leaseMs)
      const error = round && (await work(sweep, round, turn))
      if (round) failed = error !== null
      // A process that died may have left the round to this one, which is to do it at its start.
      else if (sweep.atStart && Date.now() - started < leaseMs + pollMs) pause = Math.min(pollEvery, pollMs)
      if (error instanceof RateLimited) pause = Math.max(pause, error.until.getTime() - Date.now())
    } catch (error) {
      log.error({ err: error, sweep: sweep.name }, 'a sweep could not be begun or ended; going on soon')
      pause = pollMs
    }
    await sleep(pause, null, { signal }).catch(() => {})
  }
}

/** How long ago the last round must have ended: of a sweep that is done at the start, before this process began. */
function sinceLast({ everyMs, atStart = false }: Sweep, failed: boolean, uptimeMs: number): number {
  if (failed) return Math.min(everyMs, RETRY_MS)
  return atStart ? Math.min(everyMs, uptimeMs) : everyMs
}

/** Answers the error that the round broke off with. One that was told to stop is left to whoever starts next. */
async function work(sweep: Sweep, round: Round, { store, signal, log, leaseMs = 60_000 }: Turn): Promise<unknown> {
  const lease = keepLease(round, store, leaseMs)
  const outcome = await sweep.run(round.cursor, AbortSignal.any([signal, lease.lost])).then(
    (cursor) => ({ cursor }),
    (error: unknown) => ({ error: error ?? new Error('It broke off without a word.') }),
  )
  await lease.end()
  if ('cursor' in outcome) await store.end(round, outcome)
  else if (signal.aborted) await store.release(round)
  else {
    const { error } = outcome
    logTrouble(log, 'error', { err: error, sweep: sweep.name }, 'a sweep broke off; it is tried again soon')
    await store.end(round, { error: error instanceof Error ? error.message : String(error) })
    return error
  }
  return null
}

/** Renews the lease while the round runs. */
function keepLease(round: Round, store: SweepStore, leaseMs: number) {
  const lost = new AbortController()
  let renewing = Promise.resolve()
  const renew = async () => {
    // Where the database can't be asked, the next renewal may still be in time.
    const held = await store.renew(round, leaseMs).catch(() => true)
    if (!held) lost.abort(new Error('Another process has begun this round anew.'))
  }
  const timer = setInterval(() => {
    renewing = renewing.then(renew)
  }, leaseMs / 3)
  return {
    lost: lost.signal,
    /** Once this is done, the round says how long it is leased. */
    async end() {
      clearInterval(timer)
      await renewing
    },
  }
}
