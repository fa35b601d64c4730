/** Nothing of one organisation is shown to the other, whatever is asked for and however. */
import { forEachDatabase } from '../../support/database.ts'
import { Contract, keyOf, over } from './contract.ts'
import { OPERATIONS } from './operations/index.ts'
import { type Things, thingsOf } from './operations/things.ts'
import { aKey, Stage } from './stage.ts'

forEachDatabase('Two organisations', (databases) => {
  let stage: Stage
  let contract: Contract
  let things: Things
  let strangers: Record<string, string>
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
    contract = await Contract.of(stage)
    things = await thingsOf(stage)
    const { installationId, pump, keys } = stage.zeta
    strangers = {
      administrator: keys.admin,
      'reader of one repository': await aKey(stage.database, {
        installationId,
        scopes: ['read'],
        repositoryIds: [pump.id],
      }),
    }
  })
  afterAll(() => stage.close())

  /** What of an answer is acme's. */
  const acmes = (body: unknown): unknown[] => {
    const { acme } = stage
    const ids = [acme.installationId, acme.pump.id, acme.empty.id].map(Number)
    const texts = [things.scanId, things.deliveryId]
    return leaves(body).flatMap(([name, value]) => {
      if (typeof value === 'number') return /id(s|)$/i.test(name) && ids.includes(value) ? [`${name}: ${value}`] : []
      return typeof value === 'string' && (/acme/i.test(value) || texts.includes(value)) ? [`${name}: ${value}`] : []
    })
  }

  it.each(Object.keys(OPERATIONS))('%s shows the one nothing of the other', async (operationId) => {
    const { good, key = 'read', stranger = 404 } = OPERATIONS[operationId] ?? { good: () => ({}) }
    const asked = await good(things, stage)
    // First by whom it belongs to: then it may be kept for who comes next.
    if (contract.operations.get(operationId)?.method === 'GET') {
      await contract.ask(stage, keyOf(stage, key), operationId, asked)
    }
    for (const [who, held] of Object.entries(strangers)) {
      const { status, body } = await contract.ask(stage, held, operationId, asked)
      expect({ who, status: status === 403 ? stranger : status, acmes: acmes(body) }).toEqual({
        who,
        status: stranger,
        acmes: [],
      })
    }
  })

  it.each(Object.keys(OPERATIONS))('%s takes nothing of the one for a part of the other', async (operationId) => {
    const asked = (await OPERATIONS[operationId]?.good(things, stage)) ?? {}
    const { repositoryId, installationId, ...parts } = asked.params ?? {}
    const place = repositoryId === undefined ? 'installationId' : 'repositoryId'
    // The same name may be there in both; what has an id of its own is in one.
    const own = Object.values(parts).some((part) => UUID.test(String(part)))
    if (!own || (repositoryId ?? installationId) === undefined) return
    const theirs = place === 'repositoryId' ? stage.zeta.pump.id : stage.zeta.installationId
    const { status } = await contract.ask(
      stage,
      stage.zeta.keys.admin,
      operationId,
      over(asked, { params: { [place]: theirs } }),
    )
    expect(status).toBe(404)
  })

  it.each([
    ['/repositories', 'installationId'],
    ['/scans', 'repositoryId'],
    ['/api-keys', 'installationId'],
  ])('%s is empty where %s names what is not theirs', async (path, name) => {
    const id = name === 'installationId' ? stage.acme.installationId : stage.acme.pump.id
    const { status, body } = await stage.ask(stage.zeta.keys.admin, `${path}?${name}=${id}`)
    expect({ status, body }).toEqual({ status: 200, body: { items: [], next: null } })
  })

  it('is what these tests would see', async () => {
    for (const path of ['/repositories', '/scans', '/webhook-deliveries', '/installations', '/api-keys']) {
      const { body } = await stage.ask(stage.acme.keys.admin, path)
      expect(acmes(body)).not.toEqual([])
    }
  })
})

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Each value of a JSON body, with the name it stands under. */
function leaves(body: unknown, name = ''): [name: string, value: unknown][] {
  if (Array.isArray(body)) return body.flatMap((each) => leaves(each, name))
  if (typeof body !== 'object' || body === null) return [[name, body]]
  return Object.entries(body).flatMap(([key, value]) => leaves(value, key))
}
