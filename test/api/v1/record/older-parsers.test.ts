import { PARSER_VERSION } from '../../../../src/rosie/parse/index.ts'
import { Retention } from '../../../../src/store/retention.ts'
import { forEachDatabase } from '../../../support/database.ts'
import { Stage } from '../stage.ts'

forEachDatabase('A record that older parsers have read', (databases) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
  })
  afterAll(() => stage.close())

  const ask = (path: string) => stage.ask(stage.acme.keys.read, `/repositories/${stage.acme.pump.id}${path}`)

  it('is answered as before until the default branch is scanned again', async () => {
    const risks = (await ask('/risks')).body.items
    const addresses = ['/annotations?limit=30', `/risks/${risks[0].id}`]
    const before = await Promise.all(addresses.map(ask))
    expect(before.map(({ status }) => status)).toEqual([200, 200])
    expect(before[0]?.body.items).not.toEqual([])

    await new Retention(stage.database, PARSER_VERSION + 1).removeOldContents(stage.acme.pump.id, 500)
    // Asked for otherwise: nothing that was kept is an answer.
    const after = await Promise.all(['/annotations?limit=31', `/risks/${risks[0].id}?`].map(ask))
    expect(after.map(({ status }) => status)).toEqual([200, 200])
    expect(after.map(({ body }) => body)).toEqual(before.map(({ body }) => body))
  })
})
