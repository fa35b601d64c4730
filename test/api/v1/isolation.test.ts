/** Nothing of one organisation is shown to another, whoever asks, for whatever and however. */
import { memoryCache } from '../../../src/api/cache/memory-cache.ts'
import { redisCache } from '../../../src/api/cache/redis-cache.ts'
import { dispensableRedis } from '../../../src/queue/redis.ts'
import { aMoment, scanId, until } from '../../live/moments.ts'
import type { Client } from '../../live/stage.ts'
import { aWish, queue } from '../../store/given.ts'
import { forEachDatabase } from '../../support/database.ts'
import { keyOf, over } from './contract.ts'
import { OPERATIONS } from './operations/index.ts'
import type { Asked, Operation } from './operations/operation.ts'
import { RoomsOf } from './rooms.ts'
import { type Outsider, TwoOrganisations } from './two-organisations.ts'

/** These answer acme nothing that is acme's alone. */
const PLAIN = [
  ...['getCheckpointKey', 'getComplianceReportSignature', 'getRepositorySettings', 'getRiskAssessment'],
  'listAuditCheckpoints',
]

const { TEST_REDIS_URL: redisUrl } = process.env

forEachDatabase('Two organisations', (databases) => {
  let redis: ReturnType<typeof dispensableRedis> | null
  let world: TwoOrganisations
  beforeAll(async () => {
    // Each kind of cache once.
    redis = !databases.embedded && redisUrl ? dispensableRedis(redisUrl) : null
    if (redis && redis.status !== 'ready') await new Promise((resolve) => redis?.once('ready', resolve))
    world = await TwoOrganisations.on(await databases.open(), redis ? redisCache(redis) : memoryCache())
  })
  afterAll(async () => {
    await world.close()
    redis?.disconnect()
  })

  /** As acme has it: by key, and by who owns acme. Answers what of it must not be shown to others, and the answer's `etag`. */
  async function owned(operationId: string, { key = 'read', status = 200 }: Operation, asked: Asked) {
    const { stage, contract, owner } = world
    const answer = await contract.ask(stage, keyOf(stage, key), operationId, asked)
    const shown = (await world.secrets()).ofAcme.in(answer)
    expect({ asked, status: answer.status, plain: shown.length === 0 }).toEqual({
      ...{ asked, status, plain: PLAIN.includes(operationId) },
    })
    const isRead = contract.operations.get(operationId)?.method === 'GET'
    if (isRead && key !== 'root') expect((await contract.ask(stage, owner, operationId, asked)).status).toBe(status)
    return answer.headers.etag
  }

  /** From the second item on, where there is one: a cursor is a place in a list, whoever sends it. */
  async function goingOn(operationId: string, { key = 'read' }: Operation, asked: Asked): Promise<Asked[]> {
    const { stage, contract } = world
    if (!contract.operations.get(operationId)?.parameters?.some(({ name }) => name === 'cursor')) return []
    const first = over(asked, { query: { limit: 1 } })
    const { next: cursor } = (await contract.ask(stage, keyOf(stage, key), operationId, first)).body
    return cursor === null ? [] : [over(first, { query: { cursor } })]
  }

  it.each(Object.entries(OPERATIONS))('%s shows others nothing', async (operationId, operation) => {
    const { stage, things, contract, outsiders } = world
    const isRead = contract.operations.get(operationId)?.method === 'GET'
    const good = await operation.good(things, stage)
    const also = (operation.also ?? []).map((each) => each(things))
    for (const asked of [good, ...also, ...(await goingOn(operationId, operation, also[0] ?? good))]) {
      // First by whom it belongs to: then it may be kept for who comes next, who knows its revision too.
      const etag = isRead ? await owned(operationId, operation, asked) : undefined
      const known = etag === undefined ? asked : over(asked, { headers: { 'if-none-match': etag } })
      const { ofAcme, ofPump } = await world.secrets()
      const answers = []
      for (const outsider of outsiders) {
        const { status, ...answer } = await contract.ask(stage, outsider.holder, operationId, known)
        const due = statusFor(outsider, operation)
        const shown = (outsider.stranger ? ofAcme : ofPump).in(answer)
        // Who may not even do it at home may be told that.
        if ((status !== due && (outsider.admin || status !== 403)) || shown.length > 0)
          answers.push({ who: outsider.who, status, due, shown })
      }
      expect({ known, answers }).toEqual({ known, answers: [] })
      // Nobody has used it up.
      if (!isRead) await owned(operationId, operation, asked)
    }
  })

  it.each(Object.entries(OPERATIONS))('%s shows them of their own nothing else', async (operationId, operation) => {
    const { stage, things, contract } = world
    const { acme, zeta } = stage
    const asked = await operation.good(things, stage)
    const places: Record<string, bigint> = { repositoryId: zeta.pump.id, installationId: zeta.installationId }
    const params = Object.entries(asked.params ?? {})
    if (params.every(([name]) => !(name in places))) return
    const own = Object.fromEntries(params.map(([name, value]) => [name, places[name] ?? value]))
    const isRead = contract.operations.get(operationId)?.method === 'GET'
    const { etag = '' } = isRead ? (await contract.ask(stage, acme.keys.admin, operationId, asked)).headers : {}
    // A revision that is made of what is answered may well be that of both.
    const known = UUID.test(etag.slice(1, 37)) ? { headers: { 'if-none-match': etag } } : {}
    const request = over(asked, { params: own, ...known })
    const { status, ...answer } = await contract.ask(stage, zeta.keys.admin, operationId, request)
    // The same name may be there in both; what has an id of its own is in one.
    const foreign = Object.values(own).some((value) => UUID.test(String(value)))
    expect(status).toBe(foreign ? 404 : (operation.status ?? 200))
    expect((await world.secrets()).ofAcme.in(answer)).toEqual([])
  })

  it('kept answers meanwhile, and gave them out again', () => {
    expect(new Set(world.stage.kept)).toEqual(new Set(['miss', 'hit']))
  })

  it('tell of a scan, in its room and that of its repository, whoever may read it', async () => {
    const { stage, outsiders, owner } = world
    const { acme, zeta, database } = stage
    const rooms = new RoomsOf(stage)
    const scan = await queue(database, aWish({ installation: acme.installationId, repository: acme.pump }))
    const pump = Number(acme.pump.id)
    const owners = [await rooms.connected(owner), await rooms.connected(acme.keys.read)]
    for (const client of owners) {
      for (const room of [{ scan }, { repository: pump }]) expect((await client.subscribe(room)).ok).toBe(true)
    }
    const others: { client: Client; repository: number }[] = []
    for (const { who, holder, stranger } of outsiders) {
      const client = await rooms.connected(holder)
      const answers = [await client.subscribe({ scan }), await client.subscribe({ repository: pump })]
      expect({ who, answers }).toEqual({ who, answers: answers.map(() => ({ ok: false, error: NOT_THEIRS })) })
      const repository = Number((stranger ? zeta.pump : acme.empty).id)
      expect((await client.subscribe({ repository })).ok).toBe(true)
      others.push({ client, repository })
    }
    rooms.channel.publish(aMoment({ scanId: scan, repositoryId: pump }))
    for (const [n, { repository }] of others.entries()) {
      rooms.channel.publish(aMoment({ scanId: scanId(n), repositoryId: repository }))
    }
    await until(() => [...owners, ...others.map(({ client }) => client)].every(({ events }) => events.length > 0))
    for (const client of owners) expect(client.progressOf(scan)).toEqual([30])
    for (const { client } of others) expect(client.progressOf(scan)).toEqual([])
    rooms.close()
  })

  it('did nothing in the name of a stranger where it is not theirs', async () => {
    const { stage, outsiders } = world
    const strangers = outsiders.filter(({ stranger }) => stranger)
    const actors = await Promise.all(strangers.map(async ({ holder }) => (await stage.ask(holder, '/me')).body.actor))
    const events = await stage.database.client.auditEvent.findMany({ where: { actor: { in: actors } } })
    expect(events.length).toBeGreaterThan(0)
    expect(events.filter(({ installationId }) => installationId === stage.acme.installationId)).toEqual([])
  })

  it.each([
    ['/repositories', 'installationId'],
    ['/products', 'installationId'],
    ['/manufacturers', 'installationId'],
    ['/audit-events', 'installationId'],
    ['/scans', 'repositoryId'],
    ['/api-keys', 'installationId'],
  ])('%s is empty where %s names what is not theirs', async (path, name) => {
    const { stage, outsiders } = world
    const id = name === 'installationId' ? stage.acme.installationId : stage.acme.pump.id
    for (const { holder, who } of outsiders.filter(({ stranger, admin }) => stranger && admin)) {
      const { status, body } = await stage.ask(holder, `${path}?${name}=${id}`)
      expect({ who, status, body }).toEqual({ who, status: 200, body: { items: [], next: null } })
    }
  })
})

const NOT_THEIRS = expect.stringMatching(/^There is no such (scan|repository), or it is not for you\.$/)
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const statusFor = ({ stranger }: Pick<Outsider, 'stranger'>, operation: Operation) =>
  (stranger ? undefined : operation.neighbour) ?? operation.stranger ?? 404
