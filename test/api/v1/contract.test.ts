/** Every operation of the OpenAPI document, asked well and badly: each answer is as the document says. */
import { readFile } from 'node:fs/promises'
import type { Scope } from '../../../src/access/grant.ts'
import { createHost } from '../../../src/api/host.ts'
import { apiV1 } from '../../../src/api/v1/index.ts'
import { readingOf } from '../../../src/store/reading/index.ts'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { forEachDatabase } from '../../support/database.ts'
import { GitHub } from '../../support/github/index.ts'
import { Contract, keyOf, over } from './contract.ts'
import { cursorTo, NO_MOMENTS, places, spoiled, takenBy } from './hostile.ts'
import { OPERATIONS } from './operations/index.ts'
import type { Asked, Operation } from './operations/operation.ts'
import { type Things, thingsOf } from './operations/things.ts'
import { type Holder, type Session, Stage } from './stage.ts'

forEachDatabase('The REST interface', (databases) => {
  let github: GitHub
  let stage: Stage
  /** Who owns acme, in a browser that leaves out the token. */
  let forged: Session
  let contract: Contract
  let things: Things
  beforeAll(async () => {
    github = await GitHub.start()
    stage = await Stage.on(await databases.open(), { github })
    github.people.own('ada', 'acme')
    forged = { ...(await stage.signedIn('ada')), csrfToken: '' }
    contract = await Contract.of(stage)
    things = await thingsOf(stage)
  })
  afterAll(async () => {
    await stage.close()
    await github.close()
  })

  it('is described by an OpenAPI 3.1 document', async () => {
    const schema = await readFile(new URL('../../support/schemas/openapi-3.1.json', import.meta.url), 'utf8')
    expect(contract.faults(schema)).toEqual([])
    const named = contract.document.tags.map(({ name }) => name)
    for (const { operationId, summary, tags, parameters = [], responses } of contract.operations.values()) {
      const { 200: answer, 304: unchanged } = responses
      const revised = unchanged && { $ref: '#/components/headers/etag' }
      expect([operationId, unchanged?.headers.etag, answer?.headers.etag]).toEqual([operationId, revised, revised])
      const asked = parameters.some((each) => '$ref' in each && each.$ref === '#/components/parameters/IfNoneMatch')
      expect([operationId, asked]).toEqual([operationId, unchanged !== undefined])
      expect({ operationId, summary, tags }).toEqual({
        operationId,
        summary: expect.any(String),
        tags: [expect.any(String)],
      })
      expect(named).toEqual(expect.arrayContaining(tags ?? []))
      for (const status of ['401', '429', '503']) expect(responses).toHaveProperty([status])
    }
  })

  it('says of no answer that it never has other members, and of each body that it has none', async () => {
    const { components } = contract.document
    for (const { operationId, method, requestBody, responses } of contract.operations.values()) {
      expect([operationId, JSON.stringify(responses)]).toEqual([operationId, expect.not.stringContaining(CLOSED)])
      if (requestBody) expect([method, JSON.stringify(requestBody)]).toEqual([method, expect.stringContaining(CLOSED)])
    }
    expect(JSON.stringify(components)).not.toContain(CLOSED)
    // Nevertheless one that is not described is found here.
    const answer = await contract.ask(stage, stage.acme.keys.read, 'getMe', {})
    const [grant] = answer.body.grants
    const body = { ...answer.body, grants: [{ ...grant, more: 1 }] }
    expect(contract.objections('getMe', { ...answer, body })).toEqual([
      expect.stringContaining('additional properties'),
    ])
  })

  it('is read by languages whose regular expressions know no categories', () => {
    expect(JSON.stringify(contract.document)).not.toMatch(/"pattern":"[^"]*\\p/)
  })

  it('asks for a body where one is needed, and for the token of a session where something is changed', () => {
    const needless: string[] = []
    for (const { operationId, method, requestBody, security } of contract.operations.values()) {
      if (requestBody && !requestBody.required) needless.push(operationId)
      const changing = [{ key: [] }, { session: [], csrfToken: [] }]
      expect([operationId, security]).toEqual([operationId, method === 'GET' ? undefined : changing])
    }
    expect(needless).toEqual(['requestScan'])
  })

  it('has a report whose members are all described, in words too', async () => {
    const asked = { params: { repositoryId: stage.acme.pump.id } }
    const { body } = await contract.ask(stage, stage.acme.keys.read, 'getComplianceReport', asked)
    const { content = {} } = contract.operations.get('getComplianceReport')?.responses[200] ?? {}
    const { schema } = content['application/json'] as { schema: { properties: object } }
    expect(Object.keys(schema.properties)).toEqual(Object.keys(body))
    const page = await readFile(new URL('../../../docs/reports.md', import.meta.url), 'utf8')
    const [, section = ''] = page.split('\n## Members of the JSON\n')
    const [table = ''] = section.split('\n## ')
    const rows = new Map([...table.matchAll(/^\| `(\w+)` *\| (.+) \|$/gm)].map(([, name, words]) => [name, words]))
    expect([...rows.keys()]).toEqual(Object.keys(body))
    const { regulatoryMap, traceability, evidence, audit } = body
    const parts = {
      ...{ repository: body.repository, policy: body.policy, ignored: body.ignored, signOff: body.signOff[0] },
      ...{ regulatoryMap: { ...regulatoryMap, ...regulatoryMap.rows[0] }, traceability: traceability[0] },
      ...{ evidence: { ...evidence, ...evidence.byTier[0] }, audit: { ...audit, ...audit.events[0] } },
    }
    for (const [name, part] of Object.entries(parts)) {
      const unnamed = Object.keys(part).filter((member) => !rows.get(name)?.includes(`\`${member}\``))
      expect([name, unnamed]).toEqual([name, []])
    }
  })

  it('describes what an address answers to a method that it does not take', async () => {
    for (const [path, operations] of Object.entries(contract.document.paths)) {
      const taken = Object.keys(operations).map((method) => method.toUpperCase())
      const other = ['PUT', 'DELETE', 'PATCH'].find((method) => !taken.includes(method))
      const [{ operationId = '' } = {}] = Object.values(operations)
      const answer = await contract.ask(stage, null, operationId, await good(operationId), other)
      expect([path, answer.status, contract.objectionsToCommon('MethodNotAllowed', answer)]).toEqual([path, 405, []])
      const allowed = answer.headers.allow?.split(', ').filter((method) => method !== 'HEAD')
      expect([path, allowed]).toEqual([path, taken.sort()])
    }
  })

  it('describes how much may be asked, and how much is left', async () => {
    const host = createHost({ logger: createLogger('silent') })
    const { authenticate } = stage
    await host.register(apiV1, { authenticate, limits: { reader: 1 }, store: readingOf(stage.database) })
    const ask = async () => {
      const {
        statusCode: status,
        headers,
        json,
      } = await host.inject({
        ...{ url: '/api/v1/me', headers: { authorization: `Bearer ${stage.acme.keys.read}` } },
      })
      return { status, headers: headers as Record<string, string>, body: json() }
    }
    for (const status of [200, 429]) {
      const answer = await ask()
      expect([answer.status, contract.objections('getMe', answer)]).toEqual([status, []])
      expect(answer.headers).toHaveProperty('ratelimit-remaining', '0')
    }
    await host.close()
  })

  it('has pages that load nothing from elsewhere, and do so over http as well', async () => {
    const { headers, status } = await fetch(`${stage.url}/api/docs/`)
    expect(status).toBe(200)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'self'; base-uri 'self';")
    expect(policy).not.toMatch(/https|insecure|validator|unsafe/)
  })

  it('describes nothing that no operation takes or answers', () => {
    const { components, paths } = contract.document
    const names = Object.keys(components.schemas)
    const within = (part: unknown) =>
      [...JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name = '']) => name)
    const used = new Set(within(paths))
    for (const name of used) for (const inner of within(components.schemas[name])) used.add(inner)
    expect(names.sort()).toEqual([...used].sort())
    expect(names).toContain('Scan')
    expect(names.filter((name) => name.endsWith('Input'))).toEqual([])
  })

  it('has no route that the document leaves out', async () => {
    const routes: string[] = []
    const host = createHost({ logger: createLogger('silent') })
    host.addHook('onRoute', ({ method, url, schema }) => {
      const hidden = (schema as { hide?: boolean } | undefined)?.hide ?? false
      const methods = [method].flat().filter((each) => each !== 'HEAD' && each !== 'OPTIONS')
      if (url.startsWith('/api/v1/') && !hidden) routes.push(...methods.map((each) => `${each} ${plain(url)}`))
    })
    const authenticate = () => Promise.reject(new Error('nobody asks'))
    await host.register(apiV1, { authenticate, store: readingOf(stage.database) })
    await host.ready()
    await host.close()
    const described = [...contract.operations.values()].map(({ method, path }) => `${method} ${path}`)
    expect([...new Set(routes)].sort()).toEqual(described.sort())
  })

  it('writes nothing into the audit trail where only the head of an answer is asked for', async () => {
    const events = () => stage.database.client.auditEvent.count()
    for (const [operationId, { good, key = 'read' }] of Object.entries(OPERATIONS)) {
      if (contract.operations.get(operationId)?.method !== 'GET') continue
      const asked = await good(things, stage)
      const before = await events()
      const { status } = await contract.ask(stage, keyOf(stage, key), operationId, asked, 'HEAD')
      expect([operationId, status < 500, await events()]).toEqual([operationId, true, before])
    }
  })

  it('has every operation in the table of these suites', () => {
    expect([...contract.operations.keys()].sort()).toEqual(Object.keys(OPERATIONS).sort())
  })

  it('describes what is made by a job, and what can not be asked of GitHub', async () => {
    const described = async (holder: Holder, asked: Asked) => {
      const answer = await contract.ask(stage, holder, 'getComplianceReport', asked)
      return { status: answer.status, objections: contract.objections('getComplianceReport', answer) }
    }
    const asked = { params: { repositoryId: stage.zeta.pump.id }, query: { format: 'pdf' } }
    expect(await described(stage.zeta.keys.read, asked)).toEqual({ status: 202, objections: [] })
    await stage.database.client.$executeRaw`UPDATE person SET asked_at = NULL`
    github.fault('GET /user', { status: 502, times: 3 })
    expect(await described(forged, asked)).toEqual({ status: 503, objections: [] })
  })

  /** As described: no answer of 500 is. */
  async function statusOf(operationId: string, asked: Asked): Promise<{ status: number; detail: string }> {
    const { key = 'read' } = OPERATIONS[operationId] ?? {}
    const answer = await contract.ask(stage, keyOf(stage, key), operationId, asked)
    expect({ asked, objections: contract.objections(operationId, answer) }).toEqual({ asked, objections: [] })
    return { status: answer.status, detail: String(answer.body.detail) }
  }
  const good = (operationId: string) => OPERATIONS[operationId]?.good(things, stage) ?? {}

  it('goes on in a list only at a place that may be one, whatever is sent for it', async () => {
    const lists = [...contract.operations.values()].filter(({ parameters = [] }) =>
      parameters.some(({ name }) => name === 'cursor'),
    )
    expect(lists.length).toBeGreaterThan(30)
    for (const { operationId } of lists) {
      const asked = await good(operationId)
      const goOn = (place: unknown[]) =>
        statusOf(operationId, over(asked, cursorTo(place, contract.pathOf(operationId, asked))))
      const understood: unknown[][] = []
      for (const place of places(things)) {
        const { status, detail } = await goOn(place)
        if (status === 200 || !detail.includes('none of this list')) understood.push(place)
      }
      expect([operationId, understood.length > 0]).toEqual([operationId, true])
      for (const place of understood.flatMap(spoiled)) {
        const spoilt = over(asked, cursorTo(place, contract.pathOf(operationId, asked)))
        const { status } = await contract.ask(
          stage,
          keyOf(stage, OPERATIONS[operationId]?.key ?? 'read'),
          operationId,
          spoilt,
        )
        expect([operationId, place, [200, 400]]).toEqual([operationId, place, expect.arrayContaining([status])])
      }
    }
  })

  it('takes no moment that has no year of four digits in UTC, and no id as text in a body', async () => {
    const tried = { queried: 0, moments: 0, ids: 0, texts: 0 }
    for (const [operationId, described] of contract.operations) {
      const { queriedMoments, moments, ids, texts } = takenBy(described)
      const refused = async (name: string, asked: Asked) => {
        const { status, detail } = await statusOf(operationId, asked)
        expect([operationId, asked, status, detail]).toEqual([operationId, asked, 400, expect.stringContaining(name)])
      }
      const asked = await good(operationId)
      for (const name of queriedMoments) {
        const sound = over(asked, { query: { [name]: '0001-01-01T00:00:00Z' } })
        expect([operationId, (await statusOf(operationId, sound)).status]).toEqual([operationId, 200])
        for (const moment of NO_MOMENTS) await refused(name, over(asked, { query: { [name]: moment } }))
        tried.queried++
      }
      const withBody = (name: string, value: unknown) =>
        refused(name, { ...asked, body: { ...asked.body, [name]: value } })
      for (const name of moments) for (const moment of NO_MOMENTS) await withBody(name, moment)
      for (const name of ids) for (const id of ['1001', ['1001'], [[1001]], true]) await withBody(name, id)
      for (const name of texts) await withBody(name, '\0')
      tried.moments += moments.length
      tried.ids += ids.length
      tried.texts += texts.length
    }
    expect(tried).toEqual({ queried: 8, moments: 5, ids: 3, texts: expect.any(Number) })
    expect(tried.texts).toBeGreaterThan(10)
  })

  describe.each(Object.entries(OPERATIONS))('%s', (operationId, operation) => {
    const { key = 'read', status = 200, also = [], bad, stranger = 404 } = operation
    let good: Asked
    beforeAll(async () => {
      good = await operation.good(things, stage)
    })
    const described = async (holder: Holder, asked: Asked) => {
      const answer = await contract.ask(stage, holder, operationId, asked)
      expect({ asked, objections: contract.objections(operationId, answer) }).toEqual({ asked, objections: [] })
      return answer
    }
    const answered = async (holder: Holder, asked: Asked) => (await described(holder, asked)).status

    it('answers those who may not', async () => {
      expect(await answered(null, good)).toBe(401)
      expect(await answered(stage.zeta.keys.admin, good)).toBe(stranger)
      const less = lessOf(operation)
      if (less !== null) expect(await answered(stage.acme.keys[less], good)).toBe(403)
      if (contract.operations.get(operationId)?.method !== 'GET') expect(await answered(forged, good)).toBe(403)
    })

    it('answers what is not as described', async () => {
      if (bad === null) expect(operation.because).toEqual(expect.any(String))
      else expect(await answered(keyOf(stage, key), over(good, bad))).toBe(400)
      const misspelt = await described(keyOf(stage, key), over(good, { query: { sevrity: 'error' } }))
      expect([misspelt.status, misspelt.body.detail]).toEqual([400, expect.stringContaining('has `sevrity`')])
      // What PostgreSQL takes in no text.
      const texts = contract.operations.get(operationId)?.parameters?.filter((each) => each.in === 'query') ?? []
      for (const { name } of texts.filter(({ schema }) => schema.type === 'string')) {
        expect(await answered(keyOf(stage, key), over(good, { query: { [name]: '\0' } }))).toBe(400)
      }
      // Read as far as it may be, also where none is asked for.
      if (contract.operations.get(operationId)?.method !== 'GET') {
        const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: good.body ?? {} }
        expect(await answered(keyOf(stage, key), over(good, form))).toBe(415)
        expect(await answered(keyOf(stage, key), { ...good, body: { name: 'x'.repeat(2 ** 20) } })).toBe(413)
      }
      for (const name of Object.keys(good.params ?? {})) {
        expect(await answered(keyOf(stage, key), over(good, { params: { [name]: 'x'.repeat(2_001) } }))).toBe(414)
      }
    })

    it('answers as described', async () => {
      for (const asked of [good, ...also.map((each) => each(things))]) {
        const answer = await described(keyOf(stage, key), asked)
        expect({ asked, status: answer.status }).toEqual({ asked, status })
        const { etag } = answer.headers
        if (etag === undefined) continue
        expect(await answered(keyOf(stage, key), over(asked, { headers: { 'if-none-match': etag } }))).toBe(304)
      }
    })
  })
})

const CLOSED = '"additionalProperties":false'

/** As in the document: Fastify has colons where OpenAPI has braces, and a slash behind what a prefix alone makes. */
const plain = (url: string) => url.replace(/:(\w+)/g, '{$1}').replace(/(.)\/$/, '$1')

/** Acme's key that may less than is needed; null: there is none that is told so. */
function lessOf({ key = 'read', lessIs }: Operation): Scope | null {
  return lessIs === null ? null : LESS[key]
}
const LESS = { root: 'admin', admin: 'scan', scan: 'read', read: null } as const
