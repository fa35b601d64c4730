import { paced } from '../../src/live/paced.ts'
import type { ScanProgress } from '../../src/scan/ports/progress.ts'
import { aMoment, completed, scanId, until } from './moments.ts'

let told: ScanProgress[]
let tell: (progress: ScanProgress) => void
beforeEach(() => {
  told = []
  tell = paced((progress) => told.push(progress), 50)
})

const percents = (id = scanId(1)) => told.filter(({ scanId }) => scanId === id).map(({ progress }) => progress)

it('All phases of a short scan are told at once', () => {
  for (let n = 0; n < 10; n++) tell(aMoment({ progress: 10 * n }))
  tell(completed())
  expect(percents()).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
})

it('Of what comes faster than it is told, the newest is', async () => {
  for (let n = 0; n < 90; n++) tell(aMoment({ progress: n }))
  expect(percents()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  await until(() => told.length > 12)
  expect(percents().slice(12)).toEqual([89])
  // Another scan has its own pace.
  tell(aMoment({ scanId: scanId(2), progress: 5 }))
  expect(percents(scanId(2))).toEqual([5])
})

it.each([completed(), aMoment({ status: 'queued', progress: 70 })])(
  'What ends an attempt is told at once, and nothing older after it',
  async (end) => {
    for (let n = 0; n < 30; n++) tell(aMoment({ progress: n }))
    tell(end)
    expect(told.at(-1)).toBe(end)
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(told.at(-1)).toBe(end)
  },
)
