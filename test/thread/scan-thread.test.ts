/** Real threads, whose module does what the name of the scan says. */
import { Worker } from 'node:worker_threads'
import type { HeldLease } from '../../src/scan/ports/queue.ts'
import type { Measures } from '../../src/thread/messages.ts'
import { ScanThread, type ThreadOptions } from '../../src/thread/scan-thread.ts'

const MODULE = `
  const { parentPort, workerData } = require('node:worker_threads')
  const tell = (message) => parentPort.postMessage(message)
  if (workerData.dies) throw new Error('no start')
  let running = 0
  const taken = new Set()
  const ACTS = {
    ends: (run) => tell({ kind: 'ran', run, end: { outcome: { again: 5 } } }),
    fails: (run) => tell({ kind: 'ran', run, end: { error: new Error('no database') } }),
    throws: () => setTimeout(() => { throw new TypeError('out of its module') }),
    exits: () => process.exit(3),
    fills: () => { for (const all = []; ; ) all.push(new Array(1e5).fill({})) },
    waits: () => { running++ },
    computes: () => { for (;;); },
  }
  parentPort.on('message', (message) => {
    if (message.kind === 'ping') tell({ kind: 'alive' })
    if (message.kind === 'stop' && running === 0) tell({ kind: 'stopped' })
    if (message.kind !== 'run') return
    if (taken.has(message.scanId)) return tell({ kind: 'ran', run: message.run, end: { outcome: undefined } })
    if (message.scanId === 'waits') taken.add('waits')
    tell({ kind: 'took', run: message.run, lease: { id: message.scanId, token: 7 } })
    ACTS[message.scanId](message.run)
  })
  if (workerData.tells) for (const message of workerData.tells) tell(message)
  tell({ kind: 'ready' })
`

let thread: ScanThread
let starts = 0
let renewed: HeldLease[]
let givenBack: { held: readonly HeldLease[]; error: string | null }[]
let heard: unknown[]

function start(options: Partial<ThreadOptions> = {}, data: object = {}): Promise<void> {
  thread = new ScanThread({
    start: () => {
      starts++
      return new Worker(MODULE, { eval: true, workerData: data, resourceLimits: { maxOldGenerationSizeMb: 16 } })
    },
    leases: {
      renew: async (held) => void renewed.push(...held),
      giveBack: async (held, _, error) => void givenBack.push({ held, error }),
    },
    leaseMs: 60_000,
    measures: {
      givenBack: (reason) => void heard.push(reason),
      phase: (...of) => void heard.push(of),
    } as Measures,
    onWish: () => void heard.push('wish'),
    onLine: (line) => void heard.push(line),
    onProgress: (progress) => void heard.push(progress),
    log: { info() {}, error: (facts) => void heard.push(facts) },
    pauseMs: 5,
    ...options,
  })
  return thread.ready
}

beforeEach(() => {
  starts = 0
  renewed = []
  givenBack = []
  heard = []
})
afterEach(() => thread.stop())

async function until(happened: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await happened())) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('A thread that scans', () => {
  it('answers what a job came to', async () => {
    await start()
    expect(await thread.run('ends')).toEqual({ again: 5 })
    await expect(thread.run('fails')).rejects.toThrow('no database')
  })

  it('tells what it logs, counts and wishes, and how far scans have come', async () => {
    const measured = { kind: 'measured', name: 'phase', of: ['Parse', 12] }
    const far = { kind: 'progress', progress: { scanId: 'one', progress: 30 } }
    await start({}, { tells: [{ kind: 'line', line: '{}\n' }, { kind: 'wish' }, measured, far] })
    expect(heard).toEqual(['{}\n', 'wish', ['Parse', 12], { scanId: 'one', progress: 30 }])
  })

  it('has its leases renewed while it computes, and only those', async () => {
    await start({ leaseMs: 30 })
    await thread.run('ends')
    void thread.run('computes')
    await until(() => renewed.length > 1)
    expect(new Set(renewed.map(({ id }) => id))).toEqual(new Set(['computes']))
  })
})

describe('A second job of a scan that is at work', () => {
  it('ends without the lease of the first', async () => {
    await start({ leaseMs: 30 })
    void thread.run('waits')
    expect(await thread.run('waits')).toBeUndefined()
    renewed = []
    await until(() => renewed.length > 0)
    expect(renewed[0]).toEqual({ id: 'waits', token: 7 })
    await thread.stop()
    expect(givenBack).toEqual([{ held: [{ id: 'waits', token: 7 }], error: null }])
  })
})

describe('A thread that dies', () => {
  it.each([
    ['throws', expect.stringMatching(/TypeError: the server's log/)],
    ['exits', 'DomainError: The thread ended with exit code 3.'],
    ['fills', expect.stringContaining('ERR_WORKER_OUT_OF_MEMORY')],
  ])('because it %s is followed by another, and what it held is free at once', async (act, error) => {
    await start()
    // Its job is run again, without an attempt of the queue being counted.
    expect(await thread.run(act)).toEqual({ again: expect.any(Number) })
    expect(givenBack).toEqual([{ held: [{ id: act, token: 7 }], error }])
    expect(heard).toEqual([expect.objectContaining({ scans: [act] }), 'error'])
    await until(() => starts === 2)
    await until(async () => (await thread.run('ends'))?.again === 5)
  })

  it('with several scans counts an attempt of none, and runs each of them alone from then on', async () => {
    await start()
    const jobs = ['waits', 'throws'].map((scan) => thread.run(scan))
    await Promise.all(jobs)
    expect(givenBack).toMatchObject([{ held: [{ id: 'waits' }, { id: 'throws' }], error: null }])

    await until(() => starts === 2)
    await until(async () => (await thread.run('ends'))?.again === 5)
    // Under suspicion: nothing that comes after it begins before it has ended.
    const suspect = thread.run('throws')
    const after = thread.run('ends')
    await suspect
    expect(givenBack.at(-1)).toEqual({
      held: [{ id: 'throws', token: 7 }],
      error: expect.stringContaining('TypeError'),
    })
    expect(await after).not.toEqual({ again: 5 })
  })

  it('because it answers no more is ended', async () => {
    await start({ pingMs: 40 })
    await thread.run('computes')
    // On a busy machine its start may take as long.
    expect(givenBack.at(-1)).toMatchObject({
      held: [{ id: 'computes' }],
      error: 'DomainError: The thread has not answered for 0.96 s.',
    })
  })

  it('at its start is started again, less and less often, and takes no jobs', async () => {
    void start({}, { dies: true })
    await until(() => starts === 4)
    expect(heard).toMatchObject([{ pauseMs: 5 }, { pauseMs: 10 }, { pauseMs: 20 }])
    expect(await thread.run('ends')).toEqual({ again: expect.any(Number) })
  })

  it('is missed once it has been away for longer than the first pause', async () => {
    await start({ pauseMs: 60_000 })
    await expect(thread.present()).resolves.toBeUndefined()
    await thread.run('throws')
    await expect(thread.present()).resolves.toBeUndefined()
    await thread.stop()

    void start({ pauseMs: 5 }, { dies: true })
    await until(() => starts >= 3)
    await expect(thread.present()).rejects.toThrow(/No thread has scanned for \d+ ms/)
    await thread.stop()

    await start({ pauseMs: 5 })
    await expect(thread.present()).resolves.toBeUndefined()
  })

  it('while the database is away leaves its leases to run out', async () => {
    const giveBack = async () => Promise.reject(new Error('no database'))
    await start({ leases: { renew: async () => {}, giveBack } })
    await thread.run('throws')
    await until(() => starts === 2)
  })
})

describe('A thread that is told to stop', () => {
  it('ends at once where nothing runs', async () => {
    await start()
    await thread.run('ends')
    await thread.stop(60_000)
    expect(givenBack).toEqual([{ held: [], error: null }])
    expect(starts).toBe(1)
  })

  it.each(['waits', 'computes'])('ends after the grace although a scan %s, which is handed back', async (act) => {
    await start()
    const job = thread.run(act)
    await thread.stop(50)
    expect(givenBack).toEqual([{ held: [{ id: act, token: 7 }], error: null }])
    expect(await job).toEqual({ again: expect.any(Number) })
    expect(await thread.run('ends')).not.toEqual({ again: 5 })
    expect(starts).toBe(1)
  })

  it('while it rests is not started again', async () => {
    void start({ pauseMs: 60_000 }, { dies: true })
    await until(() => heard.length > 0)
    await thread.stop(60_000)
    expect(starts).toBe(1)
  })
})
