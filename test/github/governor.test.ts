/** What GitHub allows an installation is known by all processes, and held to before anything is sent. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Gate, Governor, type Outgoing } from '../../src/github/governor.ts'
import { RateLimited } from '../../src/scan/errors.ts'
import type { LimitStore, Limits, Quotas } from '../../src/scan/ports/limits.ts'

const START = Date.parse('2026-03-01T12:00:00Z')
const RESET = START + 3_600_000
const INSTALLATION = 5n

/** The row of the installation, as both processes of a test see it. */
class Row implements LimitStore {
  blockedUntil = 0
  quotas: Quotas = {}
  reads = 0
  kept: Quotas[] = []
  broken = false

  async read(id: bigint): Promise<Limits> {
    this.reads += 1
    if (this.broken) throw new Error('no connection')
    if (id !== INSTALLATION) return { waitMs: 0, quotas: {} }
    return { waitMs: Math.max(0, this.blockedUntil - clock), quotas: this.quotas }
  }
  async block(_: bigint, ms: number): Promise<void> {
    if (this.broken) throw new Error('no connection')
    this.blockedUntil = Math.max(this.blockedUntil, clock + ms)
  }
  async keep(_: bigint, quotas: Quotas): Promise<void> {
    if (this.broken) throw new Error('no connection')
    this.kept.push(quotas)
    this.quotas = { ...this.quotas, ...quotas }
  }
}

let clock: number
let row: Row
let sent: number
let errors: number
beforeEach(() => {
  clock = START
  row = new Row()
  sent = 0
  errors = 0
})

function aGovernor(shared = true): Governor {
  const log = { info: () => {}, error: () => void errors++ }
  return new Governor({ store: row, log, shared, now: () => clock })
}

const aProcess = (shared?: boolean): Gate => aGovernor(shared).of(INSTALLATION)

const READ: Outgoing = { purpose: null, creates: false, token: false }
const CREATE: Outgoing = { ...READ, creates: true }

const quota = (remaining: number, { resource = 'core', reset = RESET, limit = 5_000 } = {}) => ({
  'x-ratelimit-resource': resource,
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(reset / 1000),
})

/** One request, answered so. Answers its status, or the moment until which it was not sent. */
async function ask(gate: Gate, headers: Record<string, string> = {}, status = 200, request = READ) {
  try {
    const { status: answered } = await gate.send(request, async () => {
      sent += 1
      return new Response(null, { status, headers })
    })
    return answered
  } catch (error) {
    if (!(error instanceof RateLimited)) throw error
    return error.until.getTime()
  }
}

describe('when GitHub asks to wait', () => {
  it.each([
    ['a secondary limit: 403', 403, { 'retry-after': '30' }, START + 30_000],
    ['a secondary limit: 429', 429, { 'retry-after': '30' }, START + 30_000],
    ['a limit without a moment', 429, {}, START + 60_000],
    ['the primary limit', 403, quota(0), RESET],
    ['the last request of the primary limit', 200, quota(0), RESET],
    ["the last point of GraphQL's", 200, quota(0, { resource: 'graphql' }), RESET],
  ])('%s: nothing is sent before its moment', async (_, status, headers, until) => {
    const gate = aProcess()
    await ask(gate, headers as Record<string, string>, status)
    clock = until - 1
    expect(await ask(gate)).toBe(until)
    expect(await ask(gate, {}, 200, { ...READ, token: true })).toBe(until)
    expect(sent).toBe(1)
    clock = until
    expect(await ask(gate)).toBe(200)
  })

  it('in words that only the reader of an answer sees, it is the same', async () => {
    const gate = aProcess()
    await gate.block(new Date(START + 5_000))
    await gate.block(new Date(START + 2_000))
    expect(await ask(gate)).toBe(START + 5_000)
  })

  it('a refusal of something else makes nobody wait', async () => {
    const gate = aProcess()
    for (const status of [304, 403, 404, 422, 502]) await ask(gate, quota(400), status)
    expect(await ask(gate)).toBe(200)
  })

  it('other installations do not wait', async () => {
    const governor = aGovernor()
    await ask(governor.of(INSTALLATION), { 'retry-after': '30' }, 403)
    expect(await ask(governor.of(INSTALLATION))).toBe(START + 30_000)
    expect(await ask(governor.of(2n))).toBe(200)
  })

  it('no process sends anything any more', async () => {
    const [hit, other] = [aProcess(), aProcess()]
    await ask(other)
    await ask(hit, { 'retry-after': '30' }, 403)
    expect(await ask(other)).toBe(START + 30_000)
    expect(await ask(aProcess())).toBe(START + 30_000)
  })

  it('a process that is alone reads once what an earlier one left', async () => {
    const alone = aProcess(false)
    for (let n = 0; n < 20; n++, clock += 100_000) await ask(alone)
    expect(row.reads).toBe(1)
  })

  it('a database that is away stops no request, and hides no limit from the process that heard of it', async () => {
    row.broken = true
    const gate = aProcess()
    expect(await ask(gate, quota(4_000))).toBe(200)
    await ask(gate, { 'retry-after': '30' }, 403)
    expect(await ask(gate)).toBe(START + 30_000)
    expect(errors).toBeGreaterThan(0)
  })
})

describe('with little left', () => {
  const PURPOSES = ['progress', 'sweep', 'reading', 'comment', 'annotations', null] as const

  it.each([
    [4_000, 5_000, ['progress', 'sweep', 'reading', 'comment', 'annotations', null]],
    [1_000, 5_000, ['progress', 'sweep', 'reading', 'comment', 'annotations', null]],
    [999, 5_000, ['comment', 'annotations', null]],
    [100, 5_000, ['comment', 'annotations', null]],
    [99, 5_000, ['annotations', null]],
    [50, 5_000, ['annotations', null]],
    [49, 5_000, [null]],
    [1, 5_000, [null]],
    // Of a small quota the shares are too few to be of use.
    [199, 500, ['comment', 'annotations', null]],
    [19, 500, ['annotations', null]],
    [9, 500, [null]],
  ])('%d of %d: only %j go out, the others after the reset', async (left, limit, expected) => {
    const gate = aProcess()
    await ask(gate, quota(left, { limit }))
    const going = async () => {
      const outcomes: unknown[] = []
      for (const purpose of PURPOSES) {
        const answer = await ask(gate, {}, 200, { ...READ, purpose })
        if (answer === 200) outcomes.push(purpose)
        else expect(answer).toBe(RESET)
      }
      return outcomes
    }
    expect(await going()).toEqual(expected)
    clock = RESET
    expect(await going()).toEqual([...PURPOSES])
  })

  it('it is the least that counts, whichever process heard of it and whatever answer came last', async () => {
    const [one, other] = [aProcess(), aProcess()]
    await ask(other, quota(900))
    for (const remaining of [990, 995]) await ask(one, quota(remaining))
    clock += 1_000
    expect(await ask(one, {}, 200, { ...READ, purpose: 'progress' })).toBe(RESET)
    // The next hour begins, and an answer of the last one comes late.
    clock = RESET
    await ask(one, quota(4_999, { reset: RESET + 3_600_000 }))
    await ask(one, quota(0))
    expect(await ask(one, {}, 200, { ...READ, purpose: 'progress' })).toBe(200)
  })

  it('of GraphQL, publishing goes on', async () => {
    const gate = aProcess()
    await ask(gate, quota(5, { resource: 'graphql' }))
    expect(await ask(gate, {}, 200, { ...READ, purpose: 'progress' })).toBe(200)
  })

  it('is not what an answer for a token, or of another kind, or without numbers says', async () => {
    const gate = aProcess()
    await ask(gate, quota(0), 201, { ...READ, token: true })
    await ask(gate, quota(0, { resource: 'search' }))
    await ask(gate, { ...quota(0), 'x-ratelimit-reset': 'soon' })
    expect(await ask(gate)).toBe(200)
    expect(row.kept).toEqual([])
  })
})

describe('the row', () => {
  it('is written at first, when a floor is reached, and otherwise every five seconds', async () => {
    const gate = aProcess()
    const left = () => row.kept.map(({ core }) => core?.remaining)
    for (const [after, remaining] of [
      ...[
        [0, 4_000],
        [4_999, 3_000],
        [1, 2_999],
        [1, 2_998],
      ],
      ...[
        [1, 999],
        [1, 998],
        [1, 249],
        [1, 248],
      ],
    ] as const) {
      clock += after
      await ask(gate, quota(remaining))
    }
    expect(left()).toEqual([4_000, 2_999, 999, 249])
    expect(row.quotas).toEqual({ core: { limit: 5_000, remaining: 249, reset: RESET } })
  })
})

describe("GitHub's other limits", () => {
  it('80 creations a minute: a burst waits, other requests do not', async () => {
    const gate = aProcess()
    for (let n = 0; n < 80; n++, clock += 100) expect(await ask(gate, {}, 201, CREATE)).toBe(201)
    expect(await ask(gate, {}, 201, CREATE)).toBe(START + 60_000)
    expect(await ask(gate)).toBe(200)
    clock = START + 60_000
    expect(await ask(gate, {}, 201, CREATE)).toBe(201)
    expect(await ask(gate, {}, 201, CREATE)).toBe(START + 60_100)
  })

  it('100 requests at once: 20 of a process, the others in their order', async () => {
    const gate = aProcess()
    let [underWay, most, failing] = [0, 0, 0]
    const order: number[] = []
    const slow = (n: number) =>
      gate.send(READ, async () => {
        most = Math.max(most, ++underWay)
        order.push(n)
        await sleep(5)
        underWay -= 1
        if (n % 3 === 0) throw new TypeError('fetch failed')
        return new Response('{}')
      })
    await Promise.all(Array.from({ length: 60 }, (_, n) => slow(n).catch(() => void failing++)))
    expect({ most, failing }).toEqual({ most: 20, failing: 20 })
    expect(order).toEqual([...Array(60).keys()])
  })
})
