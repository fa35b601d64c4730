import { connect } from 'node:net'
import { guard } from '../cli/guard.ts'
import { TestDatabase } from './test-database.ts'
import { useWorld } from './world.ts'

const { TEST_DATABASE_URL } = process.env
const describeWith = TEST_DATABASE_URL ? describe : describe.skip

describeWith('A reader who asks for much at once', () => {
  const database = new TestDatabase(TEST_DATABASE_URL ?? '')
  beforeAll(() => database.create())
  const world = useWorld({ environment: () => ({ DATABASE_URL: database.url }) })
  afterAll(async () => {
    await world.app.stop()
    await database.drop()
  })

  async function aKey(name: string): Promise<string> {
    process.env.DATABASE_URL = database.url
    const { out } = await guard('api-key', 'create', '--name', name, '--scope', 'read')
    return out.trim()
  }

  /** On one connection, none waiting for another's answer: how many were answered with each status. */
  async function askedAtOnce(key: string, count: number): Promise<{ statuses: Record<string, number>; text: string }> {
    const { hostname, port } = new URL(world.app.url)
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes.toString()
    })
    socket.write(
      `GET /api/v1/repositories HTTP/1.1\r\nhost: guard\r\nauthorization: Bearer ${key}\r\n\r\n`.repeat(count),
    )
    const answered = () => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status)
    await world.until(() => answered().length === count)
    socket.destroy()
    const statuses: Record<string, number> = {}
    for (const status of answered()) statuses[`${status}`] = (statuses[`${status}`] ?? 0) + 1
    return { statuses, text }
  }

  it('is told to come again of what is more than may wait, and another is answered', async () => {
    const [busy, other] = [await aKey('busy'), await aKey('other')]
    const asked = askedAtOnce(busy, 300)
    const headers = { authorization: `Bearer ${other}` }
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => fetch(`${world.app.url}/api/v1/repositories`, { headers })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    const { statuses, text } = await asked
    expect((statuses['200'] ?? 0) + (statuses['429'] ?? 0)).toBe(300)
    expect(statuses['200']).toBeGreaterThanOrEqual(100)
    expect(statuses['429']).toBeGreaterThan(0)
    expect(text).toContain('retry-after: 1\r\n')
  })
})
