/** A list that was begun goes on where it was, whatever a scan finds meanwhile. */
import type { RepositoryFacts } from '../../../../src/scan/ports/intents.ts'
import { aRepository, deliver } from '../../../store/given.ts'
import { forEachDatabase } from '../../../support/database.ts'
import { document } from '../../../support/record.ts'
import { type Files, scanFiles } from '../../../support/scanned.ts'
import { Stage } from '../stage.ts'

const REGISTER = '.gxp/risk_assessment.log'
const risk = (id: string) =>
  `## ${id}: Wrong dose\n\n- **Date**: 2026-02-12\n- **Risk Level**: HIGH\n- **Status**: open\n\n`
const block = (id: string) => `// @gxp-implements ${id}\nrun()\n\n\n`

const FILES = {
  '.gxp/requirements/REQ-001.md': document(['gxp_id: REQ-001', 'title: Stops', 'gxp_risk_rating: HIGH']),
  '.gxp/specs/SPEC-A.md': document(['gxp_id: SPEC-A', 'title: Stop', 'parent_id: US-404']),
  '.gxp/specs/SPEC-B.md': document(['gxp_id: SPEC-B', 'title: Stop', 'parent_id: US-405']),
  '.gxp/specs/SPEC-C.md': document(['gxp_id: SPEC-C', 'title: Stop', 'parent_id: US-406']),
  [REGISTER]: ['RISK-101', 'RISK-102', 'RISK-103'].map(risk).join(''),
  'src/a.ts': ['SPEC-1', 'SPEC-2', 'SPEC-3'].map(block).join(''),
  'src/b.ts': block('SPEC-4'),
}
const LONG = `src/${'deep/'.repeat(200)}long.ts`

forEachDatabase('A list of a record', (databases) => {
  let stage: Stage
  let repository: RepositoryFacts
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
  })
  afterAll(() => stage.close())

  const scan = (changed: Record<string, string> = {}, without: readonly string[] = []) => {
    const files: Files = new Map(Object.entries({ ...FILES, ...changed }).filter(([path]) => !without.includes(path)))
    return scanFiles(stage.database, { installation: stage.acme.installationId, repository, files })
  }
  beforeEach(async () => {
    repository = aRepository({ owner: 'acme', name: 'moving' })
    const installation = stage.acme.installationId
    await deliver(stage.database, { type: 'repositories', installation, added: [repository], removed: [] })
    await scan()
  })

  const ask = (path: string) => stage.ask(stage.acme.keys.read, `/repositories/${repository.id}${path}`)
  /** The first `limit`, then, after something has happened, what the list goes on with. */
  async function inTwo(path: string, limit: number, meanwhile: () => Promise<unknown>) {
    const first = await ask(`${path}?limit=${limit}`)
    expect(first).toMatchObject({ status: 200, body: { next: expect.any(String) } })
    await meanwhile()
    const second = await ask(`${path}?limit=100&cursor=${first.body.next}`)
    return { status: second.status, body: second.body, items: [...first.body.items, ...(second.body.items ?? [])] }
  }
  const idsOf = (items: { id: string }[]) => items.map(({ id }) => id)
  const namesOf = (items: { tags: { ids: string[] }[] }[]) =>
    items.flatMap(({ tags }) => tags.flatMap(({ ids }) => ids))

  it('goes on in the register as it was when an entry is put on top', async () => {
    const { items } = await inTwo('/risks', 1, () => scan({ [REGISTER]: risk('RISK-104') + FILES[REGISTER] }))
    expect(idsOf(items)).toEqual(['RISK-101', 'RISK-102', 'RISK-103'])
    expect(idsOf((await ask('/risks')).body.items)).toEqual(['RISK-104', 'RISK-101', 'RISK-102', 'RISK-103'])
  })

  it('goes on in a register that is gone', async () => {
    const { items } = await inTwo('/risks', 2, () => scan({}, [REGISTER]))
    expect(idsOf(items)).toEqual(['RISK-101', 'RISK-102', 'RISK-103'])
    expect((await ask('/risks')).body.items).toEqual([])
  })

  it('ends a file as it was, and goes on with the next as it is', async () => {
    const changed = { 'src/a.ts': block('SPEC-9') + FILES['src/a.ts'], 'src/b.ts': block('SPEC-5') }
    const { items } = await inTwo('/annotations', 1, () => scan(changed))
    expect(namesOf(items)).toEqual(['SPEC-1', 'SPEC-2', 'SPEC-3', 'SPEC-5'])
    expect(namesOf((await ask('/annotations')).body.items)).toEqual([
      ...['SPEC-9', 'SPEC-1', 'SPEC-2', 'SPEC-3', 'SPEC-5'],
    ])
  })

  it.each([
    [3, ['src/a.ts']],
    [2, ['src/b.ts']],
  ])('repeats nothing after %s annotations when %s goes', async (limit, gone) => {
    const { items } = await inTwo('/annotations', limit, () => scan({}, gone))
    const rest = gone.includes('src/b.ts') ? [] : ['SPEC-4']
    expect(namesOf(items)).toEqual(['SPEC-1', 'SPEC-2', 'SPEC-3', ...rest])
  })

  it('goes on with what has the filter', async () => {
    const query = '/annotations?id=SPEC-3&limit=1'
    expect(namesOf((await ask(query)).body.items)).toEqual(['SPEC-3'])
    const { body } = await ask('/annotations?limit=1')
    expect(namesOf((await ask(`${query}&cursor=${body.next}`)).body.items)).toEqual(['SPEC-3'])
    expect(namesOf((await ask(`/annotations?id=SPEC-1&cursor=${body.next}`)).body.items)).toEqual([])
  })

  it.each([
    ['/risks', () => stage.database.client.artifactRevision.deleteMany()],
    ['/annotations', () => stage.database.client.blob.deleteMany()],
    ['/traceability/broken', () => scan({ 'src/b.ts': block('SPEC-5') })],
  ])('is begun anew where what it was is kept no more: %s', async (path, meanwhile) => {
    const { status, body } = await inTwo(path, 1, meanwhile)
    expect({ status, body }).toMatchObject({ status: 400, body: { detail: expect.stringContaining('scanned anew') } })
  })

  it('goes on with broken links as long as nothing was scanned anew', async () => {
    const { items } = await inTwo('/traceability/broken', 1, async () => {})
    expect(items).toEqual((await ask('/traceability/broken')).body.items)
    expect(items.length).toBeGreaterThan(2)
  })

  it('goes on after a path of a thousand characters', async () => {
    await scan({ [LONG]: block('SPEC-7') + block('SPEC-8'), 'test/z.test.ts': '// @gxp-verifies SPEC-1\nit()\n' })
    const { items } = await inTwo('/annotations', 5, async () => {})
    expect(namesOf(items)).toEqual(['SPEC-1', 'SPEC-2', 'SPEC-3', 'SPEC-4', 'SPEC-7', 'SPEC-8', 'SPEC-1'])
  })

  it('goes on after a path of 1,200 characters that JSON writes as six each', async () => {
    const deep = Array.from({ length: 6 }, () => '\x01'.repeat(200)).join('/')
    const path = `.gxp/requirements/${deep}/REQ-801.md`
    await scan({ [path]: document(['gxp_id: REQ-801', 'title: Stops', 'gxp_risk_rating: LOW']) })
    const { items } = await inTwo('/requirements', 1, async () => {})
    expect(items.map((item) => item.path)).toEqual([path, '.gxp/requirements/REQ-001.md'])
  })
})
