import { countedTogether } from '../../src/api/counted-together.ts'

const reader = (actor: string) => ({ actor, name: 'one', grants: [] })

describe('Whose requests count together', () => {
  it('is each person, and each key with what it has made; a key is looked up once', async () => {
    const asked: string[] = []
    const counted = countedTogether(async (id) => {
      asked.push(id)
      return 'root'
    })
    const readers = ['github/quinn', 'api-key/1', 'api-key/2', 'api-key/1'].map(reader)
    expect(await Promise.all(readers.map(counted))).toEqual(['github/quinn', 'root', 'root', 'root'])
    expect(asked).toEqual(['1', '2'])
  })

  it('is asked for again where it could not be found out', async () => {
    let away = true
    const counted = countedTogether(async (id) => {
      if (away) throw new Error('away')
      return id
    })
    await expect(counted(reader('api-key/1'))).rejects.toThrow('away')
    away = false
    expect(await counted(reader('api-key/1'))).toBe('1')
  })
})
