import { FairQueue, type Place, QueueFull } from '../../src/api/fair-queue.ts'

/** A queue whose turns are named as they begin. */
class Line {
  readonly begun: string[] = []
  readonly #queue: FairQueue

  constructor(bounds: { atWork: number; ofOne?: number; waiting?: number }) {
    this.#queue = new FairQueue({ ofOne: 100, waiting: 100, ...bounds })
  }

  /** Named `of` and a number. */
  join(of: string, nth: number | string = ''): Place {
    return this.#queue.join(of, () => void this.begun.push(`${of}${nth}`))
  }

  joinMany(of: string, count: number): Place[] {
    return Array.from({ length: count }, (_, nth) => this.join(of, nth + 1))
  }
}

const end = (place: Place | undefined) => {
  place?.made()
  place?.left()
}

describe('A fair queue', () => {
  it('has so many at work at once, and the next when one is made', () => {
    const line = new Line({ atWork: 2 })
    const [first] = line.joinMany('a', 3)
    expect(line.begun).toEqual(['a1', 'a2'])
    end(first)
    expect(line.begun).toEqual(['a1', 'a2', 'a3'])
  })

  it('gives turns sender by sender, however many one of them has sent', () => {
    const line = new Line({ atWork: 1 })
    const places = [...line.joinMany('a', 50), ...line.joinMany('b', 2), line.join('c')]
    for (const place of [places[0], places[1], places[50], places[52], places[2], places[51]]) end(place)
    expect(line.begun).toEqual(['a1', 'a2', 'b1', 'c', 'a3', 'b2', 'a4'])
  })

  it('has some of one sender begun at most, and leaves the rest to others', () => {
    const line = new Line({ atWork: 4, ofOne: 2 })
    line.joinMany('a', 10)
    expect(line.begun).toEqual(['a1', 'a2'])
    line.joinMany('b', 3)
    expect(line.begun).toEqual(['a1', 'a2', 'b1', 'b2'])
  })

  it('counts what is made and not taken against its sender, and against nobody else', () => {
    const line = new Line({ atWork: 1, ofOne: 1 })
    const [first] = line.joinMany('a', 2)
    line.join('b')
    first?.made()
    expect(line.begun).toEqual(['a1', 'b'])
    const other = new Line({ atWork: 1, ofOne: 1 })
    const [taken] = other.joinMany('a', 2)
    taken?.made()
    expect(other.begun).toEqual(['a1'])
    taken?.left()
    expect(other.begun).toEqual(['a1', 'a2'])
  })

  it('passes over who has left while they waited', () => {
    const line = new Line({ atWork: 1 })
    const [first, second] = line.joinMany('a', 3)
    second?.left()
    end(first)
    expect(line.begun).toEqual(['a1', 'a3'])
  })

  it('goes on with what has begun, though its sender has gone: the turn is free when that is made', () => {
    const line = new Line({ atWork: 1 })
    const [first] = line.joinMany('a', 2)
    first?.left()
    expect(line.begun).toEqual(['a1'])
    first?.made()
    expect(line.begun).toEqual(['a1', 'a2'])
  })

  it('counts each once, whatever is said of it again', () => {
    const line = new Line({ atWork: 1, ofOne: 1 })
    const [first] = line.joinMany('a', 3)
    for (const say of ['left', 'made', 'made', 'left', 'made'] as const) first?.[say]()
    expect(line.begun).toEqual(['a1', 'a2'])
  })

  it('turns away whoever has as many waiting as may, and nobody else', () => {
    const line = new Line({ atWork: 1, waiting: 2 })
    line.joinMany('a', 3)
    expect(() => line.join('a')).toThrow(QueueFull)
    expect(() => line.join('b')).not.toThrow()
  })

  it('loses no turn, whatever order things happen in', () => {
    const line = new Line({ atWork: 3, ofOne: 2, waiting: 1000 })
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 48271) % 2147483647
      return seed % below
    }
    const open: Place[] = []
    for (let step = 0; step < 5_000; step += 1) {
      if (random(3) === 0) open.push(line.join(`s${random(5)}`))
      const place = open[random(Math.max(1, open.length))]
      place?.[random(2) === 0 ? 'made' : 'left']()
    }
    for (const place of open) place.left()
    for (const place of open) place.made()
    line.begun.length = 0
    line.joinMany('new', 2)
    line.joinMany('other', 2)
    expect(line.begun).toEqual(['new1', 'new2', 'other1'])
  })
})
