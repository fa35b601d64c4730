import { aRepository, deliver } from '../../store/given.ts'
import { forEachDatabase } from '../../support/database.ts'
import { scanFiles } from '../../support/scanned.ts'
import { Stage } from './stage.ts'

const REQUIREMENT = [
  '.gxp/requirements/REQ-001.md',
  '---\ngxp_id: REQ-001\ntitle: Stops\nrisk_level: HIGH\n---\n',
] as const

forEachDatabase('GET /repositories/{id}/settings', (databases) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.on(await databases.open())
  })
  afterAll(() => stage.close())

  const settings = async () => {
    const { status, body } = await stage.ask(stage.acme.keys.read, `/repositories/${stage.acme.empty.id}/settings`)
    expect(status).toBe(200)
    return body
  }

  it('are the defaults of the standard where nobody has set anything', async () => {
    expect(await settings()).toMatchObject({
      fail_on: { value: 'error', origin: 'standard', locked: false },
      limits: { file_bytes: { value: 1_048_576, origin: 'standard' } },
      evidence: { state_hash: { scope: { value: '/src', origin: 'standard' } } },
      risk_matrix: { HIGH: { coverage: 95 }, origin: 'standard' },
    })
  })

  it('say of each part who has set it', async () => {
    const { acme, database } = stage
    const shared = aRepository({ owner: 'acme', name: '.github' })
    await deliver(database, { type: 'repositories', installation: acme.installationId, added: [shared], removed: [] })
    const organisation = 'fail_on: warning\ncomment: never\nlocked: [comment]\nseverities: {trace/orphan: notice}\n'
    await scanFiles(database, {
      ...{ installation: acme.installationId, repository: shared },
      files: new Map([REQUIREMENT, ['.github/rosie.yml', organisation]]),
    })
    const own = 'comment: always\nlimits: {file_bytes: 4096}\nseverities: {trace/broken-reference: warning}\n'
    await scanFiles(database, {
      ...{ installation: acme.installationId, repository: acme.empty },
      files: new Map([REQUIREMENT, ['.github/rosie.yml', own]]),
    })
    const body = await settings()
    expect(body).toMatchObject({
      fail_on: { value: 'warning', origin: 'organisation', locked: false },
      comment: { value: 'never', origin: 'organisation', locked: true },
      limits: {
        file_bytes: { value: 4096, origin: 'repository' },
        package_file_bytes: { value: 33_554_432, origin: 'standard' },
      },
    })
    expect(body.severities).toEqual(
      expect.arrayContaining([
        { rule: 'trace/orphan', value: 'notice', origin: 'organisation', locked: false },
        { rule: 'trace/broken-reference', value: 'warning', origin: 'repository', locked: false },
        { rule: 'annotation/untagged-source', value: 'off', origin: 'standard', locked: false },
      ]),
    )
  })
})
