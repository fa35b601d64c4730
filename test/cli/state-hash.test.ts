/** `rosie-guard state-hash`, and what a local scan says about the source that evidence was made for. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { JsonReport } from '../../src/report/json.ts'
import { stateIdOf } from '../../src/rosie/state-hash.ts'
import { blobId } from '../../src/scan/git-objects.ts'
import { commit, gitIn, initialise, temporaryFolder, write } from '../local/repository.ts'
import { GOOD } from '../support/record.ts'
import { guard } from './guard.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe('rosie-guard state-hash', () => {
  const hash = async (...args: string[]) => JSON.parse((await guard('state-hash', folder.path, '--json', ...args)).out)
  const idOf = (files: Record<string, string>) =>
    stateIdOf(
      Object.entries(files).map(([path, text]) => ({ path, sha: blobId(Buffer.from(text), 'sha1') })),
      '',
    )

  it('prints the identity and both byte forms of a plain folder', async () => {
    write(folder.path, {
      'src/a.ts': 'A',
      'src/lib/b.ts': 'B',
      'src/node_modules/c.js': 'C',
      'src/.d/e': 'E',
      'README.md': '',
    })
    expect(await hash()).toEqual({
      scope: 'src',
      commit: null,
      files: 2,
      id: idOf({ 'a.ts': 'A', 'lib/b.ts': 'B' }),
      plain: sha256('a.tsAlib/b.tsB'),
      separated: sha256('a.ts\0Alib/b.ts\0B'),
    })
    const { out, code } = await guard('state-hash', folder.path)
    expect(code).toBe(0)
    for (const part of [sha256('a.tsAlib/b.tsB'), sha256('a.ts\0Alib/b.ts\0B'), '2 files', 'src'])
      expect(out).toContain(part)
  })

  it('takes another scope, as deep as it lies, or the root', async () => {
    write(folder.path, { 'packages/pump/src/a.ts': 'A' })
    expect(await hash('--scope', './packages/pump/src/')).toMatchObject({
      scope: 'packages/pump/src',
      plain: sha256('a.tsA'),
    })
    expect(await hash('--scope', '.')).toMatchObject({ scope: '', plain: sha256('packages/pump/src/a.tsA') })
  })

  it('is of the working files, or of a commit', async () => {
    initialise(folder.path)
    const first = commit(folder.path, { 'src/a.ts': 'A' })
    const second = commit(folder.path, { 'src/a.ts': 'B' })
    expect(await hash()).toMatchObject({ commit: second, plain: sha256('a.tsB') })
    expect(await hash('--commit', 'HEAD~1')).toMatchObject({ commit: first, plain: sha256('a.tsA') })
    write(folder.path, { 'src/a.ts': 'C' })
    expect(await hash()).toMatchObject({ commit: null, plain: sha256('a.tsC') })
  })

  it.each([
    ['a scope without files', ['--scope', 'lib'], 'no files in "lib"'],
    ['a scope outside', ['--scope', '../other'], 'no directory below the root'],
    ['a commit of a plain folder', ['--commit', 'HEAD'], 'needs a git checkout'],
  ])('can not run for %s', async (_what, args, words) => {
    write(folder.path, { 'src/a.ts': 'A' })
    const { code, out, err } = await guard('state-hash', folder.path, ...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(words)
  })
})

describe('A local scan replays evidence at once', () => {
  const SOURCE = { 'src/a.ts': 'A\n' }
  const PLAIN = sha256('a.tsA\n')

  function evidence(claims: { git_commit?: string; system_state_hash?: string }) {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const body = {
      spec_id: 'SPEC-001',
      test_results: { passed: 1, failed: 0 },
      timestamp: '2026-01-01T00:00:00Z',
      ...claims,
    }
    return `${part({ alg: 'ES256', kid: 'qa' })}.${part(body)}.${Buffer.alloc(64, 1).toString('base64url')}`
  }
  const scan = async (...args: string[]) => {
    const { out, err } = await guard('scan', folder.path, '--format', 'json', ...args)
    if (err) throw new Error(err)
    return (JSON.parse(out) as JsonReport).summary.provenance
  }
  const record = (claims: Parameters<typeof evidence>[0]) => ({ ...GOOD, '.gxp/evidence/e.jws': evidence(claims) })

  it('verifying, contradicting, or missing its commit', async () => {
    initialise(folder.path)
    const first = commit(folder.path, SOURCE)
    commit(folder.path, { ...record({ git_commit: first, system_state_hash: PLAIN }), 'src/a.ts': 'B\n' })
    expect(await scan()).toEqual({ verified: 1, contradicted: 0, unavailable: 0 })
    write(folder.path, record({ git_commit: first, system_state_hash: `sha256:${sha256('other')}` }))
    expect(await scan()).toEqual({ verified: 0, contradicted: 1, unavailable: 0 })
    write(folder.path, record({ git_commit: 'f'.repeat(40), system_state_hash: PLAIN }))
    expect(await scan()).toEqual({ verified: 0, contradicted: 0, unavailable: 1 })
  })

  it('also against a base, whose evidence is replayed too', async () => {
    initialise(folder.path)
    const first = commit(folder.path, SOURCE)
    commit(folder.path, record({ git_commit: first, system_state_hash: PLAIN }))
    gitIn(folder.path, 'checkout', '--quiet', '-b', 'topic')
    commit(folder.path, { 'src/a.ts': 'B\n' })
    expect(await scan('--base', 'main')).toEqual({ verified: 1, contradicted: 0, unavailable: 0 })
  })

  it('in a plain folder has no commits to ask', async () => {
    write(folder.path, { ...record({ git_commit: 'f'.repeat(40), system_state_hash: PLAIN }) })
    expect(await scan()).toEqual({ verified: 0, contradicted: 0, unavailable: 1 })
  })

  it('over the directory that --state-scope names', async () => {
    initialise(folder.path)
    const first = commit(folder.path, { 'packages/pump/src/a.ts': 'A\n' })
    commit(folder.path, record({ git_commit: first, system_state_hash: PLAIN }))
    // At that commit there was no src at all: nobody is contradicted by what is not there.
    expect(await scan()).toEqual({ verified: 0, contradicted: 0, unavailable: 0 })
    expect(await scan('--state-scope', 'packages/pump/src')).toEqual({ verified: 1, contradicted: 0, unavailable: 0 })
    const { code, err } = await guard('scan', join(folder.path), '--state-scope', '../x')
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('no directory below the root') })
  })

  it.each(['nope', 'src/a.ts'])('and can not run over %s, where there is no directory', async (scope) => {
    write(folder.path, { ...GOOD, 'src/a.ts': 'A\n' })
    const { code, out, err } = await guard('scan', folder.path, '--state-scope', scope)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toBe(`rosie-guard: There are no files in "${scope}": name the source with --state-scope.\n`)
  })

  it('where the policy names a scope without files, telling so, and not a second time as new', async () => {
    initialise(folder.path)
    commit(folder.path, { ...GOOD, '.github/rosie.yml': 'evidence:\n  state_hash: {scope: /scr}\n' })
    for (const args of [[], ['--base', 'HEAD']]) {
      const { out } = await guard('scan', folder.path, '--format', 'json', ...args)
      const told = (JSON.parse(out) as JsonReport).findings.filter(({ rule }) => rule === 'policy/invalid')
      const status = args.length === 0 ? 'introduced' : 'existing'
      expect(told).toMatchObject([{ path: '.github/rosie.yml', line: 2, severity: 'error', status }])
    }
  })
})
