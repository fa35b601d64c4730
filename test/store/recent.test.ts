import { Recent } from '../../src/store/recent.ts'

describe('what was read lately', () => {
  it('is known by repository and key', () => {
    const recent = new Recent<string>(10)
    recent.add(1n, [['a', 'one']], 1)
    recent.add(2n, [['a', 'two']], 1)
    recent.add(1n, [['b', 'three']], 1)
    expect([...recent.of(1n)]).toEqual([
      ['a', 'one'],
      ['b', 'three'],
    ])
    expect([...recent.of(2n)]).toEqual([['a', 'two']])
    expect([...recent.of(3n)]).toEqual([])
  })

  it('goes by the repository that was asked for the longest time ago, once all together are over the limit', () => {
    const recent = new Recent<string>(10)
    for (const repository of [1n, 2n, 3n]) recent.add(repository, [['a', '…']], 3)
    recent.of(1n)
    recent.add(3n, [['b', '…']], 1)
    expect([1n, 2n, 3n].map((repository) => recent.of(repository).size)).toEqual([1, 1, 2])
    recent.of(2n)
    recent.of(1n)
    recent.add(4n, [['a', '…']], 4)
    expect([1n, 2n, 3n, 4n].map((repository) => recent.of(repository).size)).toEqual([1, 1, 0, 1])
    recent.add(2n, [['b', '…']], 4)
    expect([1n, 2n, 4n].map((repository) => recent.of(repository).size)).toEqual([0, 2, 0])
  })

  it('is not kept where it alone is over the limit', () => {
    const recent = new Recent<string>(10)
    recent.add(1n, [['a', '…']], 11)
    expect(recent.of(1n).size).toBe(0)
    recent.add(1n, [['a', '…']], 10)
    expect(recent.of(1n).size).toBe(1)
  })

  it('is forgotten by repository, which makes room, and by key', () => {
    const recent = new Recent<string>(10)
    recent.add(1n, [['a', '…']], 6)
    recent.forget(1n)
    recent.forget(1n)
    recent.add(
      2n,
      [
        ['a', 'x'],
        ['b', 'y'],
      ],
      10,
    )
    recent.drop(2n, 'a')
    recent.drop(3n, 'a')
    expect(recent.of(1n).size).toBe(0)
    expect([...recent.of(2n)]).toEqual([['b', 'y']])
  })
})
