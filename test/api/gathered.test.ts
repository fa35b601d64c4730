import { gathered } from '../../src/api/gathered.ts'

/** Looks that end when the test says so. */
function looking() {
  const looks: { name: string; end(found: string): void; fail(error: Error): void }[] = []
  const ask = gathered((name: string) => new Promise<string>((end, fail) => void looks.push({ name, end, fail })))
  return { looks, ask }
}
const settled = () => new Promise(setImmediate)

describe('Those who ask for the same at once', () => {
  it('share a look, which begins after they asked', async () => {
    const { looks, ask } = looking()
    const first = ask('a')
    const others = Array.from({ length: 500 }, () => ask('a'))
    expect(looks).toHaveLength(1)
    looks[0]?.end('old')
    expect(await first).toBe('old')
    expect(looks).toHaveLength(2)
    const late = ask('a')
    looks[1]?.end('new')
    expect(new Set(await Promise.all(others))).toEqual(new Set(['new']))
    await settled()
    looks[2]?.end('newest')
    expect([await late, looks.length]).toEqual(['newest', 3])
    void ask('a')
    expect(looks).toHaveLength(4)
  })

  it('wait for nobody who asks for something else', async () => {
    const { looks, ask } = looking()
    void ask('a')
    void ask('b')
    expect(looks.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('are told of what failed, and the next look goes on', async () => {
    const { looks, ask } = looking()
    const [first, second] = [ask('a'), ask('a')]
    looks[0]?.fail(new Error('away'))
    await expect(first).rejects.toThrow('away')
    await settled()
    looks[1]?.end('there')
    expect(await second).toBe('there')
    await settled()
    void ask('a')
    expect(looks).toHaveLength(3)
  })
})
