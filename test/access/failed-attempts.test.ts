import { FailedAttempts } from '../../src/access/failed-attempts.ts'

let now: number
const attempts = (options: { most?: number; addresses?: number } = {}) =>
  new FailedAttempts({ most: 3, windowMs: 60_000, now: () => now, ...options })
const fail = (counted: FailedAttempts, address: string, times: number) => {
  for (let n = 0; n < times; n++) counted.failed(address)
}
beforeEach(() => {
  now = 1_000_000
})

it('An address that failed as often as it may rests until a minute after its first failure', () => {
  const counted = attempts()
  fail(counted, 'a', 2)
  expect(counted.restMs('a')).toBe(0)
  now += 20_000
  fail(counted, 'a', 1)
  expect(counted.restMs('a')).toBe(40_000)
  now += 39_999
  expect(counted.restMs('a')).toBe(1)
  now += 1
  expect(counted.restMs('a')).toBe(0)
})

it('Then it starts anew', () => {
  const counted = attempts()
  fail(counted, 'a', 3)
  now += 60_000
  fail(counted, 'a', 2)
  expect(counted.restMs('a')).toBe(0)
  fail(counted, 'a', 1)
  expect(counted.restMs('a')).toBe(60_000)
})

it('Others are not held responsible', () => {
  const counted = attempts()
  fail(counted, 'a', 3)
  fail(counted, 'b', 2)
  expect(counted.restMs('b')).toBe(0)
  expect(counted.restMs('c')).toBe(0)
})

it('Ten in a minute are too many, unless told otherwise', () => {
  const counted = new FailedAttempts({ now: () => now })
  fail(counted, 'a', 9)
  expect(counted.restMs('a')).toBe(0)
  fail(counted, 'a', 1)
  expect(counted.restMs('a')).toBe(60_000)
})

it('Of more addresses than there is room for, the oldest are forgotten', () => {
  const counted = attempts({ most: 1, addresses: 3 })
  for (const address of ['a', 'b', 'c', 'd', 'e']) {
    counted.failed(address)
    now += 1
  }
  expect(['a', 'b', 'c', 'd', 'e'].map((address) => counted.restMs(address) > 0)).toEqual([
    ...[false, false],
    ...[true, true, true],
  ])
})
