import { inChunks } from '../../src/store/rows.ts'

describe('bulk writes', () => {
  const written = async (embedded: boolean, rows: unknown[]) => {
    const chunks: unknown[][] = []
    await inChunks({ embedded }, rows, async (json) => void chunks.push(JSON.parse(json)))
    return chunks
  }
  const rows = Array.from({ length: 2_500 }, (_, id) => ({ id }))

  it('go in statements of 1,000 rows to the embedded database, which blocks the process', async () => {
    const chunks = await written(true, rows)
    expect(chunks.map(({ length }) => length)).toEqual([1_000, 1_000, 500])
    expect(chunks.flat()).toEqual(rows)
  })

  it('let the process do other things in between there', async () => {
    const order: string[] = []
    await inChunks({ embedded: true }, rows, async () => {
      order.push('write')
      setImmediate(() => order.push('other'))
    })
    expect(order).toEqual(['write', 'other', 'write', 'other', 'write', 'other'])
  })

  it('go in larger ones to a server', async () => {
    expect(await written(false, rows)).toEqual([rows])
  })

  it('stay within the size of a parameter, unless one row alone is larger', async () => {
    const [small, large] = ['x'.repeat(40 * 2 ** 10), 'y'.repeat(120 * 2 ** 10)]
    expect((await written(false, [small, small, small, large, small])).map((chunk) => chunk.length)).toEqual([
      2, 1, 1, 1,
    ])
  })

  it('write nothing for no rows', async () => {
    expect(await written(true, [])).toEqual([])
  })
})
