import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CheckRun } from '../support/github/index.ts'
import { evidence, newSigner, RECORD } from './record.ts'
import { tipOf, useWorld } from './world.ts'

const EVIDENCE = '.gxp/evidence/EV-SPEC-001-001.jws'
const OTHER_EVIDENCE = '.gxp/evidence/EV-SPEC-001-001-2.jws'
const KEY = '.gxp/keys/qa-2026.pem'

/** Trust comes from the default branch and the server, never from the change that is judged. */
describe('whose signatures count', () => {
  const [qa, stranger, server] = [newSigner(), newSigner(), newSigner()]
  const folder = mkdtempSync(join(tmpdir(), 'keys-'))
  writeFileSync(join(folder, 'server.pem'), server.pem)
  afterAll(() => rmSync(folder, { recursive: true }))
  const world = useWorld({ environment: () => ({ EVIDENCE_PUBLIC_KEYS: `clinic=${join(folder, 'server.pem')}` }) })

  it("a key's on the default branch", async () => {
    const repository = await world.scanned({ ...RECORD, [KEY]: qa.pem })
    const signed = { [EVIDENCE]: await evidence(qa, 'SPEC-001-001') }
    expect(counted(await world.pushed(repository, 'main', signed))).toEqual({ valid: 1, invalid: 0, untrusted: 0 })
  })

  it("not a key's that the pull request brings along, where nothing is trusted yet", async () => {
    const repository = await world.scanned(RECORD)
    const check = await world.pushed(repository, 'change', {
      [KEY]: stranger.pem,
      [EVIDENCE]: await evidence(stranger, 'SPEC-001-001'),
    })
    expect(counted(check)).toEqual({ valid: 0, invalid: 0, untrusted: 1 })
    expect(titles(check)).toContain('evidence/untrusted')
  })

  it("not a key's that the pull request puts in place of the trusted one", async () => {
    const repository = await world.scanned({ ...RECORD, [KEY]: qa.pem })
    const check = await world.pushed(repository, 'change', {
      [KEY]: stranger.pem,
      [EVIDENCE]: await evidence(stranger, 'SPEC-001-001'),
      [OTHER_EVIDENCE]: await evidence(qa, 'SPEC-001-001', 2),
    })
    expect(counted(check)).toEqual({ valid: 1, invalid: 1, untrusted: 0 })
    expect(pathsOf(check, 'evidence/invalid-signature')).toEqual([EVIDENCE])
  })

  it('the key of a merged pull request: the default branch is assessed again with it', async () => {
    const repository = await world.scanned(RECORD)
    await repository.commit('keys', { [KEY]: qa.pem, [EVIDENCE]: await evidence(qa, 'SPEC-001-001') })
    const pull = await repository.openPull({ head: 'keys' })
    expect(counted(await world.check(repository, pull.head.sha))).toMatchObject({ untrusted: 1 })
    const merge = await repository.mergePull(pull)
    await world.until(() => repository.checkRuns(merge).length >= 2)
    expect(counted(await world.check(repository, merge))).toEqual({ valid: 1, invalid: 0, untrusted: 0 })
  })

  it('no key that was taken off the default branch', async () => {
    const repository = await world.scanned({ ...RECORD, [KEY]: qa.pem, [EVIDENCE]: await evidence(qa, 'SPEC-001-001') })
    const sha = await repository.push('main', { [KEY]: null })
    await world.until(() => repository.checkRuns(sha).length >= 2)
    expect(counted(await world.check(repository, sha))).toEqual({ valid: 0, invalid: 0, untrusted: 1 })
  })

  it('only for what was signed: one changed byte makes that file invalid, and no other', async () => {
    const [first, second] = [await evidence(qa, 'SPEC-001-001'), await evidence(qa, 'SPEC-001-001', 2)]
    const repository = await world.scanned({ ...RECORD, [KEY]: qa.pem, [EVIDENCE]: first, [OTHER_EVIDENCE]: second })
    const check = await world.pushed(repository, 'change', { [OTHER_EVIDENCE]: changedByte(second) })
    expect(check.conclusion).toBe('failure')
    expect(counted(check)).toEqual({ valid: 1, invalid: 1, untrusted: 0 })
    expect(pathsOf(check, 'evidence/invalid-signature')).toEqual([OTHER_EVIDENCE])
  })

  it("the server's own key's, for the repositories of the organisation it was given for", async () => {
    const record = { ...RECORD, [EVIDENCE]: await evidence(server, 'SPEC-001-001') }
    const [theirs, others] = [await world.scanned(record, { owner: 'clinic' }), await world.scanned(record)]
    const verdicts = [theirs, others].map(async (repository) =>
      counted(await world.check(repository, await tipOf(repository))),
    )
    expect(await Promise.all(verdicts)).toEqual([
      { valid: 1, invalid: 0, untrusted: 0 },
      { valid: 0, invalid: 0, untrusted: 1 },
    ])
  })
})

const titles = ({ annotations }: CheckRun) => annotations.map(({ title }) => title)

const pathsOf = ({ annotations }: CheckRun, rule: string) =>
  annotations.filter(({ title }) => title === rule).map(({ path }) => path)

/** The row of the check's table of evidence. */
function counted({ output }: CheckRun) {
  const [, , valid, invalid, untrusted] =
    /\| Single files \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|/.exec(output.summary ?? '') ?? []
  return { valid: Number(valid), invalid: Number(invalid), untrusted: Number(untrusted) }
}

/** "passed":3 becomes "passed":4, and nothing else. */
function changedByte(jws: string): string {
  const [header, payload = '', signature] = jws.split('.')
  const text = Buffer.from(payload, 'base64url').toString()
  expect(text).toContain('"passed":3')
  return [header, Buffer.from(text.replace('"passed":3', '"passed":4')).toString('base64url'), signature].join('.')
}
