import type { Scanning } from '../../src/scan/ports/queue.ts'
import { type FromThread, type Measured, measure, type ToThread, toldMeasures } from '../../src/thread/messages.ts'
import { serve } from '../../src/thread/serve.ts'

let told: FromThread[]
let hear: (message: ToThread) => void
const port = {
  postMessage: (message: FromThread) => void told.push(message),
  on: (_: 'message', listener: typeof hear) => {
    hear = listener
  },
}
beforeEach(() => {
  told = []
})

const turn = () => new Promise(setImmediate)
const NOTHING: Scanning = { run: async () => undefined, stop: async () => {} }

it('A thread says that it is ready, and that it is alive', () => {
  serve(port, NOTHING, async () => {})
  hear({ kind: 'ping' })
  expect(told).toEqual([{ kind: 'ready' }, { kind: 'alive' }])
})

it('A job ends with its outcome, or with its error', async () => {
  const run = async (id: string) => (id === 'later' ? { again: 3 } : Promise.reject(new Error('no lease')))
  serve(port, { ...NOTHING, run }, async () => {})
  hear({ kind: 'run', run: 1, scanId: 'later' })
  hear({ kind: 'run', run: 2, scanId: 'never' })
  await turn()
  expect(told.slice(1)).toEqual([
    { kind: 'ran', run: 1, end: { outcome: { again: 3 } } },
    { kind: 'ran', run: 2, end: { error: new Error('no lease') } },
  ])
})

it('What a job takes up is told with the number of the job', async () => {
  const scan = { id: 'one', token: 7, headSha: 'much more' }
  const run: Scanning['run'] = async (_id, onTake) => {
    await turn()
    onTake?.(scan)
    return undefined
  }
  serve(port, { ...NOTHING, run }, async () => {})
  hear({ kind: 'run', run: 4, scanId: 'one' })
  await turn()
  await turn()
  expect(told.slice(1)).toEqual([
    { kind: 'took', run: 4, lease: { id: 'one', token: 7 } },
    { kind: 'ran', run: 4, end: { outcome: undefined } },
  ])
})

it('Told to stop, it takes up nothing, waits for what runs, puts away, and says so', async () => {
  const order: string[] = []
  let finish = () => {}
  const running = new Promise<undefined>((resolve) => {
    finish = () => resolve(undefined)
  })
  const scanning = { run: () => running, stop: async () => void order.push('stop') }
  serve(port, scanning, async () => void order.push('close'))
  hear({ kind: 'run', run: 1, scanId: 'long' })
  hear({ kind: 'stop' })
  await turn()
  expect(order).toEqual(['stop'])
  finish()
  await turn()
  expect(order).toEqual(['stop', 'close'])
  expect(told.slice(1).map(({ kind }) => kind)).toEqual(['ran', 'stopped'])
})

it('What can not be put away keeps nobody waiting', async () => {
  serve(port, NOTHING, () => Promise.reject(new Error('no connection')))
  hear({ kind: 'stop' })
  await turn()
  expect(told.at(-1)).toEqual({ kind: 'stopped' })
})

it('What is counted in the thread is counted in the main one', () => {
  const calls: Measured[] = []
  const counted: unknown[][] = []
  const told = toldMeasures((call) => calls.push(structuredClone(call)))
  const names = Object.keys(told) as (keyof typeof told)[]
  const kept = Object.fromEntries(names.map((name) => [name, (...of: unknown[]) => void counted.push([name, ...of])]))
  told.attempt('change')
  told.phase('Parse', 5)
  told.ended('change', 'success')
  told.givenBack('limit')
  told.superseded(2)
  told.request('GET /app', 'ok')
  told.found([{ severity: 'error', status: 'introduced', message: 'long' } as never])
  for (const call of calls) measure(kept as never, call)
  expect(counted).toEqual([
    ['attempt', 'change'],
    ['phase', 'Parse', 5],
    ['ended', 'change', 'success'],
    ['givenBack', 'limit'],
    ['superseded', 2],
    ['request', 'GET /app', 'ok'],
    ['found', [{ severity: 'error', status: 'introduced' }]],
  ])
  expect(new Set(counted.map(([name]) => name))).toEqual(new Set(names))
})
