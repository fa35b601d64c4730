import { Turns } from '../../src/thread/turns.ts'

let turns: Turns
let began: string[]
let end: Record<string, () => void>

beforeEach(() => {
  turns = new Turns()
  began = []
  end = {}
})

function take(name: string, alone = false): Promise<string> {
  return turns.take(alone, () => {
    began.push(name)
    return new Promise((resolve, reject) => {
      end[name] = () => (name.startsWith('bad') ? reject(new Error(name)) : resolve(name))
    })
  })
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

it('work runs side by side', async () => {
  const all = [take('a'), take('b')]
  await settled()
  expect(began).toEqual(['a', 'b'])
  end.b?.()
  end.a?.()
  expect(await Promise.all(all)).toEqual(['a', 'b'])
})

it('what wants to be alone waits for what runs, and what comes later waits for it, even if it fails', async () => {
  const first = take('a')
  const bad = take('bad', true)
  const last = [take('b'), take('c', true)]
  await settled()
  expect(began).toEqual(['a'])
  end.a?.()
  await first
  await settled()
  expect(began).toEqual(['a', 'bad'])
  end.bad?.()
  await expect(bad).rejects.toThrow('bad')
  await settled()
  expect(began).toEqual(['a', 'bad', 'b'])
  end.b?.()
  await settled()
  expect(began).toEqual(['a', 'bad', 'b', 'c'])
  end.c?.()
  expect(await Promise.all(last)).toEqual(['b', 'c'])
})
