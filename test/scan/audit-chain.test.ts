/** In which steps events are linked, and when that is signed. */
import { auditChain } from '../../src/scan/audit-chain.ts'
import type { ChainStore, SignedCheckpoint } from '../../src/scan/ports/audit.ts'

const START = Date.parse('2026-02-02T12:00:00Z')
const signal = new AbortController().signal

let waiting: number
let position: number
let looks: boolean[]
let kept: SignedCheckpoint[]
let now: number
beforeEach(() => {
  ;[waiting, position, looks, kept, now] = [0, 0, [], [], START]
})

const store: ChainStore = {
  async link(most, everywhere) {
    looks.push(everywhere)
    const linked = Math.min(waiting, most)
    waiting -= linked
    position += linked
    return linked
  },
  head: async () => (position === 0 ? null : { position, hash: `hash ${position}` }),
  newestCheckpoint: async () => kept.at(-1) ?? null,
  keepCheckpoint: async (checkpoint) => void kept.push(checkpoint),
}
const sweep = (sign = true) =>
  auditChain({ store, sign: sign ? async ({ position, at }) => `jws ${position} ${at}` : null, now: () => now })

it('comes round every few seconds, and at the start', () => {
  expect(sweep()).toMatchObject({ name: 'audit-chain', atStart: true, everyMs: 3_000 })
})

it('links all there is, and looks everywhere in the first round of the process only', async () => {
  waiting = 1_200
  const { run } = sweep()
  await run(null, signal)
  expect([waiting, position]).toEqual([0, 1_200])
  await run(null, signal)
  expect(looks).toEqual([true, true, true, false])
})

it('breaks off between two batches when it is told to', async () => {
  waiting = 1_200
  const stopping = new AbortController()
  const { link } = store
  const stopped = auditChain({
    store: { ...store, link: (...of) => link(...of).finally(() => stopping.abort()) },
    sign: null,
    now: () => now,
  })
  await expect(stopped.run(null, stopping.signal)).rejects.toThrow()
  expect(waiting).toBe(700)
})

it('signs how far it has come, once a minute at most, and only where it has come further', async () => {
  const { run } = sweep()
  const round = async (events: number, afterMs: number) => {
    waiting = events
    now += afterMs
    await run(null, signal)
    return kept.map((checkpoint) => checkpoint.position)
  }
  expect(await round(0, 0)).toEqual([])
  expect(await round(2, 0)).toEqual([2])
  expect(kept).toEqual([{ position: 2, hash: 'hash 2', at: new Date(START), jws: 'jws 2 2026-02-02T12:00:00.000Z' }])
  expect(await round(3, 59_999)).toEqual([2])
  expect(await round(0, 1)).toEqual([2, 5])
  expect(await round(0, 3_600_000)).toEqual([2, 5])
})

it('signs nothing without a key', async () => {
  waiting = 2
  await sweep(false).run(null, signal)
  expect(kept).toEqual([])
})
