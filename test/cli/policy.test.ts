/** Whose policy a local scan goes by: the base's, else that of the scanned files, and then it says so. */
import type { JsonReport } from '../../src/report/json.ts'
import { commit, gitIn, initialise, temporaryFolder, write } from '../local/repository.ts'
import { edited, GOOD, STORY } from '../support/record.ts'
import { guard } from './guard.ts'

const POLICY = '.github/rosie.yml'
const NOTE = 'Without --base, the policy of the scanned files themselves holds'
const BROKEN = { ...GOOD, ...edited(STORY, 'REQ-001', 'REQ-0001') }

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
  initialise(folder.path)
})
afterEach(() => folder.remove())

async function scan(...args: string[]) {
  const { code, out, err } = await guard('scan', folder.path, ...args)
  expect(err).toBe('')
  return { code, out }
}

const report = async (...args: string[]): Promise<JsonReport> =>
  JSON.parse((await scan(...args, '--format', 'json')).out) as JsonReport

it('Without a base it is that of the scanned files, which a note says', async () => {
  write(folder.path, { ...BROKEN, [POLICY]: 'fail_on: never\n' })
  const { code, out } = await scan()
  expect(code).toBe(0)
  expect(out).toContain(NOTE)
})

it('Without a policy there is nothing to say of it', async () => {
  write(folder.path, BROKEN)
  const { code, out } = await scan()
  expect(code).toBe(1)
  expect(out).not.toContain(NOTE)
})

it('With a base it is that of the base branch, of which GxP.MD is a part', async () => {
  commit(folder.path, { ...BROKEN, 'GxP.MD': '---\nagent: {mode: advisory}\n---\n' })
  const { code, out } = await scan('--base', 'HEAD')
  expect(code).toBe(0)
  expect(out).not.toContain(NOTE)
})

it('An edited policy is shown as a preview, and does not hold', async () => {
  commit(folder.path, BROKEN)
  gitIn(folder.path, 'branch', 'trunk')
  commit(folder.path, { [POLICY]: 'fail_on: never\n' })
  const { conclusion, preview, findings } = await report('--base', 'trunk')
  expect(conclusion).toBe('failure')
  expect(preview).toMatchObject({ conclusion: 'success', before: { conclusion: 'failure' } })
  expect(findings).toContainEqual(expect.objectContaining({ rule: 'policy/changed', path: POLICY, line: 1 }))
  expect((await scan('--base', 'trunk')).out).toMatch(/edited {2,}success[\s\S]*`fail_on` becomes `never`/)
})

it('What it ignores is listed with reason and end, and its limits hold', async () => {
  const expires = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
  const ignore = `ignore: [{paths: ['**'], rules: [artifact/too-large], reason: Scans of paper, expires: ${expires}}]\n`
  write(folder.path, {
    ...GOOD,
    [STORY]: `${GOOD[STORY]}${'word '.repeat(500)}`,
    [POLICY]: `limits: {file_bytes: 2000}\n${ignore}`,
  })
  const { ignored } = await report()
  expect(ignored).toMatchObject([{ rule: 'artifact/too-large', path: STORY, reason: 'Scans of paper', expires }])
  expect((await scan()).out).toContain(`artifact/too-large, until ${expires}: Scans of paper`)
})
