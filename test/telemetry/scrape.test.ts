import type { Levels } from '../../src/scan/ports/statistics.ts'
import { scrape } from '../../src/telemetry/scrape.ts'

const LEVELS: Levels = {
  scans: { waiting: 0, delayed: 0, running: 0, oldestWaitingMs: null },
  inbox: { waiting: 0, givenUp: 0, oldestWaitingMs: null },
  quotas: [],
}
const metrics = { text: async (levels: Levels | null) => (levels ? 'all of it' : 'what the process knows') }

let warnings: unknown[]
const log = { warn: (facts: unknown) => void warnings.push(facts) } as never
beforeEach(() => {
  warnings = []
})

it('A scrape answers with what the rows say', async () => {
  expect(await scrape(metrics, async () => LEVELS, log)()).toBe('all of it')
  expect(warnings).toEqual([])
})

it('A scrape answers without, and the log says why, where the rows can not be read', async () => {
  const answer = scrape(metrics, () => Promise.reject(new Error('connection refused')), log)
  expect(await answer()).toBe('what the process knows')
  expect(warnings).toMatchObject([{ err: { message: 'connection refused' } }])
})

it('A scrape answers without where the database takes too long', async () => {
  const answer = scrape(metrics, () => new Promise(() => {}), log, 50)
  expect(await answer()).toBe('what the process knows')
  expect(warnings).toMatchObject([{ err: { message: 'No answer within 50 ms.' } }])
})
