/** Rounds come when they are due, whatever the others do, and whatever became of the process that was at them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { RateLimited, Unreachable } from '../../src/scan/errors.ts'
import type { Sweep } from '../../src/scan/ports/sweeps.ts'
import { type Sweeps, type SweepsOptions, startSweeps } from '../../src/scan/sweeps.ts'
import type { Database } from '../../src/store/database.ts'
import { SweepRows } from '../../src/store/sweeps.ts'
import { forEachDatabase } from '../support/database.ts'

forEachDatabase('sweeps', ({ open }) => {
  let database: Database
  let store: SweepRows
  const started: Sweeps[] = []
  const complaints: object[] = []
  beforeAll(async () => {
    database = await open()
    store = new SweepRows(database)
  })
  beforeEach(() => {
    complaints.length = 0
  })
  afterEach(async () => {
    for (const sweeps of started.splice(0)) await sweeps.stop()
    await database.client.sweep.deleteMany()
  })

  const details: object[] = []
  const log = {
    debug: (facts: object) => void details.push(facts),
    info: () => {},
    error: (facts: object) => void complaints.push(facts),
  }
  function start(sweeps: Sweep[], options: Partial<SweepsOptions> = {}): Sweeps {
    const running = startSweeps({ store, sweeps, alone: false, log, pollMs: 20, leaseMs: 60_000, ...options })
    started.push(running)
    return running
  }
  const until = async (holds: () => boolean | Promise<boolean>) => {
    for (let n = 0; n < 200 && !(await holds()); n++) await sleep(25)
    expect(await holds()).toBe(true)
  }
  const row = (name: string) => database.client.sweep.findUnique({ where: { name } })
  const idle = () => sleep(300)

  it('come round again, each with what the last one answered', async () => {
    const cursors: unknown[] = []
    start([{ name: 'count', everyMs: 50, run: async (cursor) => cursors.push(cursor) }])
    await until(() => cursors.length >= 3)
    expect(cursors.slice(0, 3)).toEqual([null, 1, 2])
  })

  it('do not wait for each other', async () => {
    let rounds = 0
    start([
      { name: 'endless', everyMs: 50, run: (_, signal) => sleep(60_000, null, { signal }) },
      { name: 'quick', everyMs: 50, run: async () => ++rounds },
    ])
    await until(() => rounds >= 2)
  })

  it('are done by one of two processes', async () => {
    let rounds = 0
    const sweep = { name: 'shared', everyMs: 60_000, run: async () => ++rounds }
    start([sweep])
    start([sweep])
    await until(() => rounds > 0)
    await idle()
    expect(rounds).toBe(1)
  })

  it('are done at the start of a process where something may have been missed, once for those that start together', async () => {
    const rounds: string[] = []
    const done = (name: string) => async () => {
      await sleep(200)
      rounds.push(name)
    }
    const sweeps = [
      { name: 'at start', everyMs: 3_600_000, atStart: true, run: done('at start') },
      { name: 'when due', everyMs: 3_600_000, run: done('when due') },
    ]
    const first = start(sweeps)
    await until(() => rounds.length === 2)
    await first.stop()
    start(sweeps)
    start(sweeps)
    await until(() => rounds.length === 3)
    await idle()
    expect(rounds.sort()).toEqual(['at start', 'at start', 'when due'])
  })

  it('are begun soon after a start where a process died with them, however seldom they come round', async () => {
    const sweep = { name: 'left', everyMs: 3_600_000, atStart: true }
    let rounds = 0
    expect(await store.begin('left', 0, 400)).not.toBeNull()
    start([{ ...sweep, run: async () => ++rounds }], { leaseMs: 400 })
    await until(() => rounds > 0)
  })

  it('that break off keep their cursor and are tried again soon, not at once', async () => {
    const cursors: unknown[] = []
    await start([{ name: 'breaking', everyMs: 3_600_000, run: async () => 'kept' }]).stop()
    await database.client.$executeRaw`UPDATE sweep SET ran_at = now() - interval '2 hours'`
    const run = async (cursor: unknown) => {
      cursors.push(cursor)
      throw new Error('GitHub is away')
    }
    start([{ name: 'breaking', everyMs: 3_600_000, run }], { pollMs: 20 })
    await until(async () => (await row('breaking'))?.error === 'GitHub is away')
    expect(complaints).toMatchObject([{ sweep: 'breaking' }])
    expect(cursors).toEqual(['kept'])
  })

  it('say in one line which server could not be reached and why, and all the rest for debug only', async () => {
    const away = new Unreachable('GET /app: getaddrinfo ENOTFOUND', {
      fault: { code: 'ENOTFOUND', host: 'github.test' },
    })
    const failures: [string, unknown][] = [
      ['away', away],
      ['bad gateway', new Unreachable('GET /app: 502')],
    ]
    start(failures.map(([name, error]) => ({ name, everyMs: 3_600_000, run: () => Promise.reject(error) })))
    await until(() => complaints.length === 2)
    expect(complaints).toEqual(
      expect.arrayContaining([
        { sweep: 'away', code: 'ENOTFOUND', host: 'github.test' },
        { sweep: 'bad gateway', err: failures[1]?.[1] },
      ]),
    )
    expect(details).toEqual([{ sweep: 'away', err: away }])
  })

  it('that break off are tried again after a minute at most', async () => {
    let rounds = 0
    const run = async () => {
      rounds++
      throw new Error('GitHub is away')
    }
    start([{ name: 'again', everyMs: 200, run }])
    await until(() => rounds >= 2)
  })

  it('that are asked to wait by GitHub wait so long', async () => {
    let rounds = 0
    const run = async () => {
      rounds++
      throw new RateLimited(new Date(Date.now() + 1_000), 'secondary rate limit')
    }
    start([{ name: 'limited', everyMs: 20, run }])
    await sleep(700)
    expect(rounds).toBe(1)
    await until(() => rounds === 2)
  })

  it('told to stop leave their round to whoever starts next, at once', async () => {
    let begun = 0
    const run: Sweep['run'] = (_, signal) => {
      begun++
      return sleep(60_000, null, { signal })
    }
    const sweep: Sweep = { name: 'stopped', everyMs: 3_600_000, run }
    const first = start([sweep])
    await until(() => begun === 1)
    await first.stop()
    expect(await row('stopped')).toMatchObject({ leaseUntil: null, ranAt: null, error: null })
    expect(complaints).toEqual([])
    start([sweep])
    await until(() => begun === 2)
  })

  it('do not wait for the lease of a process that was killed, where they are alone', async () => {
    await store.begin('left', 0, 60_000)
    let rounds = 0
    const sweep = { name: 'left', everyMs: 3_600_000, run: async () => ++rounds }
    start([sweep])
    await idle()
    expect(rounds).toBe(0)
    start([sweep], { alone: true })
    await until(() => rounds === 1)
  })

  it('keep a round that lasts longer than its lease', async () => {
    let begun = 0
    const run = async () => {
      begun++
      await sleep(500)
    }
    const sweep = { name: 'long', everyMs: 3_600_000, run }
    start([sweep], { leaseMs: 150 })
    start([sweep], { leaseMs: 150 })
    await until(async () => (await row('long'))?.ranAt != null)
    expect(begun).toBe(1)
  })

  it('break off a round that another process has begun anew', async () => {
    let reason: unknown = null
    const run: Sweep['run'] = async (_, signal) => {
      await sleep(60_000, null, { signal }).catch(() => {})
      reason = signal.reason
      throw reason
    }
    start([{ name: 'lost', everyMs: 3_600_000, run }], { leaseMs: 150 })
    await until(async () => (await row('lost')) !== null)
    await database.client.$executeRaw`UPDATE sweep SET lease_until = now() + interval '1 hour' WHERE name = 'lost'`
    await until(() => reason !== null)
    await idle()
    expect(await row('lost')).toMatchObject({ ranAt: null, error: null })
  })

  it('outlive a database that does not answer', async () => {
    let rounds = 0
    let broken = true
    const begin: SweepRows['begin'] = (...of) => {
      if (broken) throw new Error('ECONNREFUSED')
      return store.begin(...of)
    }
    const faulty = Object.assign(Object.create(store), { begin })
    start([{ name: 'outage', everyMs: 60_000, atStart: true, run: async () => ++rounds }], { store: faulty })
    await until(() => complaints.length > 0)
    broken = false
    await until(() => rounds === 1)
  })
})
