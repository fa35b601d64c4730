/** In which order things go, how far a round goes, what it remembers and what it tells. */
import type { Keep, RetentionStore } from '../../src/scan/ports/retention.ts'
import { retention } from '../../src/scan/retention.ts'

const KEEP: Keep = { deliveriesDays: 30, scansDays: 365, scansCount: 1000, installationsDays: 90 }

let calls: unknown[][]
let log: object[]
let recorded: object[]
/** What is left to remove, by the method that does. */
let left: Record<string, number>
/** What was removed and not told yet. */
let untold: Record<string, number>
beforeEach(() => {
  calls = []
  log = []
  recorded = []
  untold = {}
  left = {}
})

function removing(name: string) {
  return async (...of: unknown[]) => {
    calls.push([name, ...of.slice(0, -1)])
    const removed = Math.min(left[name] ?? 0, Number(of.at(-1)))
    left[name] = (left[name] ?? 0) - removed
    if (removed > 0) untold[name] = (untold[name] ?? 0) + removed
    return removed
  }
}

const store = (repositories: bigint[] = [], erasable: bigint[] = [], removed: bigint[] = []): RetentionStore => ({
  removeDeliveries: removing('deliveries'),
  removeSessions: removing('sessions'),
  removePeople: removing('people'),
  removeScans: removing('scans'),
  removeTrees: removing('trees'),
  removeOldContents: removing('contents'),
  emptyRepository: removing('empty'),
  removeDeliveriesOf: removing('deliveries of'),
  removeDeliveriesAbout: removing('deliveries about'),
  erasableRepositories: async () => removed.map((id) => ({ id, installationId: id / 10n })),
  eraseRepository: async (id) => void calls.push(['erase repository', id]),
  repositories: async (after, most, of) =>
    repositories.filter((id) => id > after && (of === undefined || of === id / 10n)).slice(0, Math.min(most, 2)),
  erasable: async () => erasable,
  erase: async (id) => void calls.push(['erase', id]),
  async record() {
    const removed = untold
    untold = {}
    if (Object.keys(removed).length > 0) recorded.push(removed)
    return removed
  },
})

const sweep = (rows: RetentionStore, parserVersion = 7) =>
  retention({ store: rows, keep: KEEP, parserVersion, log: { info: (facts) => void log.push(facts) } })
const run = (rows: RetentionStore, cursor: unknown = { parserVersion: 7 }) =>
  sweep(rows).run(cursor, new AbortController().signal)

it('comes round every hour', () => {
  expect(sweep(store())).toMatchObject({ name: 'retention', everyMs: 3_600_000 })
})

it('goes through all repositories with what is configured', async () => {
  await run(store([11n, 12n, 21n]))
  expect(calls).toEqual([
    ['deliveries', 30],
    ['sessions'],
    ['people'],
    ['scans', 11n, KEEP],
    ['trees', 11n],
    ['scans', 12n, KEEP],
    ['trees', 12n],
    ['scans', 21n, KEEP],
    ['trees', 21n],
  ])
  expect(recorded).toEqual([])
  expect(log).toEqual([])
})

it('removes batch after batch until nothing is left, and says how much it was', async () => {
  left = { deliveries: 1_200, scans: 20, trees: 3 }
  await run(store([11n]))
  expect(calls.filter(([what]) => what === 'deliveries')).toHaveLength(3)
  expect(calls.filter(([what]) => what === 'scans')).toHaveLength(2)
  expect(log).toEqual([{ removed: { deliveries: 1_200, scans: 20, trees: 3 } }])
  expect(recorded).toEqual([{ deliveries: 1_200, scans: 20, trees: 3 }])
})

it('removes what older parsers read once for each version', async () => {
  left = { contents: 600 }
  expect(await run(store([11n]), null)).toEqual({ parserVersion: 7 })
  expect(calls.filter(([what]) => what === 'contents')).toHaveLength(2)
  calls = []
  await run(store([11n]), { parserVersion: 7 })
  expect(calls).not.toContainEqual(['contents', 11n])
  await run(store([11n]), { parserVersion: 6 })
  expect(calls).toContainEqual(['contents', 11n])
})

it('erases an installation once each of its repositories is empty', async () => {
  left = { empty: 501 }
  await run(store([11n, 12n, 13n, 21n], [1n]))
  expect(calls.slice(3, 10)).toEqual([
    ['empty', 11n, 1n],
    ['empty', 11n, 1n],
    ['empty', 12n, 1n],
    ['empty', 13n, 1n],
    ['deliveries of', 1n],
    ['erase', 1n],
    ['scans', 11n, KEEP],
  ])
  expect(log).toContainEqual({ installation: 1n })
})

it('erases a repository that was removed alone, once it is empty', async () => {
  left = { empty: 501 }
  await run(store([11n, 12n], [], [12n]))
  expect(calls.slice(3, 8)).toEqual([
    ['empty', 12n, 1n],
    ['empty', 12n, 1n],
    ['deliveries about', 12n],
    ['erase repository', 12n],
    ['scans', 11n, KEEP],
  ])
  expect(log).toContainEqual({ repository: 12n })
})

it('breaks off between two batches when it is told to', async () => {
  const stopping = new AbortController()
  const rows = store([11n])
  left = { deliveries: 5_000 }
  const { removeDeliveries } = rows
  rows.removeDeliveries = async (...of) => {
    if (calls.length === 1) stopping.abort()
    return removeDeliveries(...of)
  }
  await expect(sweep(rows).run(null, stopping.signal)).rejects.toThrow()
  expect(calls).toHaveLength(2)
  expect(recorded).toEqual([{ deliveries: 1_000 }])
})

it('tells first what a process left untold that died, and then what it removed itself', async () => {
  untold = { scans: 40 }
  left = { scans: 3 }
  const rows = store([11n])
  const { removeDeliveries } = rows
  rows.removeDeliveries = async (...of) => {
    expect(recorded).toEqual([{ scans: 40 }])
    return removeDeliveries(...of)
  }
  await run(rows)
  expect(recorded).toEqual([{ scans: 40 }, { scans: 3 }])
  expect(log).toEqual([{ removed: { scans: 40 } }, { removed: { scans: 3 } }])
})

it('tells what was removed before a removal failed', async () => {
  left = { deliveries: 3 }
  const rows = store([11n])
  rows.removeTrees = async () => {
    throw new Error('The database is gone.')
  }
  await expect(run(rows)).rejects.toThrow('The database is gone.')
  expect(recorded).toEqual([{ deliveries: 3 }])
})
