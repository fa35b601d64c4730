import { setTimeout as sleep } from 'node:timers/promises'
import { Asks } from '../../src/live/asks.ts'

const takes = (asks: Asks, actor: string, times: number) => Array.from({ length: times }, () => asks.take(actor))

it('Each reader has so many at once, whatever others ask', () => {
  const asks = new Asks(2, 60_000)
  expect(takes(asks, 'ann', 3)).toEqual([true, true, false])
  expect(takes(asks, 'bob', 3)).toEqual([true, true, false])
  expect(takes(asks, 'ann', 1)).toEqual([false])
})

it('Whoever goes on asking has one more in each interval, and nothing more once all of it would be back', async () => {
  const asks = new Asks(4, 100)
  const began = performance.now()
  let taken = 0
  while (performance.now() - began < 1_000) {
    if (asks.take('ann')) taken += 1
    await sleep(5)
  }
  const ms = performance.now() - began
  expect(taken).toBeLessThanOrEqual(4 + ms / 100)
  expect(taken).toBeGreaterThan(4)
})
