/** So many bytes at once, in a process, whoever fetches them. */
import { setImmediate } from 'node:timers/promises'
import { BytesInFlight, withinBytes } from '../../src/github/in-flight.ts'

/** Fetches that end when they are told to. */
function fetches() {
  const running = new Map<number, (error?: Error) => void>()
  const started: number[] = []
  const fetch = (item: number) => {
    started.push(item)
    return new Promise<number>((resolve, reject) => {
      running.set(item, (error) => {
        running.delete(item)
        if (error) reject(error)
        else resolve(item)
      })
    })
  }
  return { fetch, started, end: (item: number, error?: Error) => running.get(item)?.(error) }
}

const sum = (items: number[]) => items.reduce((total, item) => total + item, 0)

describe('bytes in flight', () => {
  it('are let through up to the limit, the others in the order in which they came', async () => {
    const inFlight = new BytesInFlight(100)
    const order: string[] = []
    const take = async (name: string, bytes: number) => {
      const release = await inFlight.take(bytes)
      order.push(name)
      return release
    }
    const first = await take('a', 60)
    const [second, third, fourth] = [take('b', 50), take('c', 30), take('d', 20)]
    await setImmediate()
    expect(order).toEqual(['a']) // c and d would fit, but b came first
    expect(inFlight.taken).toBe(60)
    first()
    await setImmediate()
    expect(order).toEqual(['a', 'b', 'c', 'd'])
    expect(inFlight.taken).toBe(100)
    for (const release of [await second, await third, await fourth]) release()
    expect(inFlight.taken).toBe(0)
  })

  it('are given back once', async () => {
    const inFlight = new BytesInFlight(100)
    const [release, other] = [await inFlight.take(40), await inFlight.take(40)]
    release()
    release()
    expect(inFlight.taken).toBe(40)
    other()
    expect(inFlight.taken).toBe(0)
  })

  it('of one that is larger than the limit go alone', async () => {
    const inFlight = new BytesInFlight(100)
    const small = await inFlight.take(1)
    let large: (() => void) | null = null
    const taking = inFlight.take(1_000).then((release) => {
      large = release
    })
    await setImmediate()
    expect(large).toBeNull()
    small()
    await taking
    let next = false
    const after = inFlight.take(1).then(() => {
      next = true
    })
    await setImmediate()
    expect(next).toBe(false)
    ;(large as (() => void) | null)?.()
    await after
    expect(inFlight.taken).toBe(1)
  })
})

describe('what is fetched within them', () => {
  const size = (item: number) => item

  it('comes whole, never more at once than there is room for, by two consumers neither', async () => {
    const inFlight = new BytesInFlight(100)
    let [held, most] = [0, 0]
    const consume = async (items: number[]) => {
      const fetch = async (item: number) => {
        held += item
        most = Math.max(most, held)
        await setImmediate()
        return item
      }
      const found: number[] = []
      for await (const item of withinBytes(inFlight, items, 4, size, fetch)) {
        await setImmediate()
        found.push(item)
        held -= item
      }
      return found
    }
    const items = Array.from({ length: 60 }, (_, i) => ((i * 37) % 70) + 1)
    const found = await Promise.all([consume(items), consume(items), consume(items)])
    expect(found.map(sum)).toEqual(Array(3).fill(sum(items)))
    expect(most).toBeGreaterThan(70)
    expect(most).toBeLessThanOrEqual(100)
    expect(inFlight.taken).toBe(0)
  })

  it('is held until the next is asked for', async () => {
    const inFlight = new BytesInFlight(100)
    const results = withinBytes(inFlight, [60, 70], 4, size, async (item) => item)
    expect((await results.next()).value).toBe(60)
    expect(inFlight.taken).toBe(60)
    expect((await results.next()).value).toBe(70)
    expect(inFlight.taken).toBe(70)
    expect((await results.next()).done).toBe(true)
    expect(inFlight.taken).toBe(0)
  })

  it('is given back where the consumer leaves: what had come, what comes still, and what was not begun', async () => {
    const inFlight = new BytesInFlight(100)
    const { fetch, started, end } = fetches()
    const results = withinBytes(inFlight, [30, 31, 32, 33], 4, size, fetch)
    const first = results.next()
    await setImmediate()
    expect(started).toEqual([30, 31, 32]) // 33 waits for room
    end(30)
    end(31)
    expect((await first).value).toBe(30)
    await results.return(undefined)
    await setImmediate()
    expect(inFlight.taken).toBe(32)
    end(32)
    await setImmediate()
    expect(inFlight.taken).toBe(0)
    expect(started).toEqual([30, 31, 32])
  })

  it('is given back where a fetch fails, which the consumer is told', async () => {
    const inFlight = new BytesInFlight(100)
    const { fetch, end } = fetches()
    const results = withinBytes(inFlight, [40, 41], 4, size, fetch)
    const first = results.next()
    await setImmediate()
    end(40, new Error('502'))
    await expect(first).rejects.toThrow('502')
    expect(inFlight.taken).toBe(41)
    end(41)
    await setImmediate()
    expect(inFlight.taken).toBe(0)
  })
})
