import { CompactSign } from 'jose'
import { stateHashes } from '../../src/rosie/state-hash.ts'
import type { CheckRun, Repository } from '../support/github/index.ts'
import { newSigner, RECORD } from './record.ts'
import { purposes, tipOf, useWorld } from './world.ts'

/** Evidence says for which commit and for which source it was made: both are looked up, in a job of its own. */
describe('evidence is replayed against the source', () => {
  const world = useWorld()
  const qa = newSigner()
  const KEY = { '.gxp/keys/qa.pem': qa.pem }

  type Texts = Record<string, string>
  const texts = (files: object) => files as Texts
  const SOURCE = texts(RECORD)['src/rate.ts'] ?? ''
  const hashOf = (files: Texts) =>
    stateHashes(
      Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) })),
      'src',
    )

  let runs = 0
  function evidence(commit: string, stateHash: string | null): Promise<string> {
    runs += 1
    const claims = {
      gxp_id: `EV-${runs}`,
      spec_id: 'SPEC-001-001',
      verification_tier: 'OQ',
      test_results: {
        tool: 'node:test',
        version: '20',
        passed: 3,
        failed: 0,
        skipped: 0,
        duration_ms: 1,
        test_cases: [],
      },
      timestamp: new Date(Date.UTC(2026, 1, 1, 0, runs)).toISOString(),
      system_state_hash: `sha256:${stateHash}`,
      git_commit: commit,
    }
    return new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'ES256', kid: 'qa' })
      .sign(qa.privateKey)
  }

  /** The check that people see once there are so many on a commit. */
  async function nth(repository: Repository, sha: string, checks: number): Promise<CheckRun> {
    await world.until(() => repository.checkRuns(sha).length >= checks)
    const check = await world.check(repository, sha)
    expect(repository.checkRuns(sha)).toHaveLength(checks)
    return check
  }
  const provenance = (check: CheckRun) =>
    /(\d+) verified, (\d+) contradicted, (\d+) unavailable/
      .exec(check.output.summary ?? '')
      ?.slice(1)
      .map(Number)

  it('looking up all commits in one request, and fetching each tree of the scope once', async () => {
    const repository = await world.scanned({ ...RECORD, ...KEY })
    const first = await tipOf(repository)
    const second = await repository.commit('main', { 'README.md': 'words' })
    const changed = `${SOURCE}// changed\n`
    const third = await repository.commit('main', { 'src/rate.ts': changed })
    const commits = [first, second, third]
    const states = [SOURCE, SOURCE, changed].map((text) => hashOf({ 'src/rate.ts': text }))
    const files: Texts = {}
    for (let n = 0; n < 50; n++) {
      const state = states[n % 3]
      const stateHash = (n % 2 === 0 ? state?.plain : state?.separated) ?? null
      files[`.gxp/evidence/EV-${n}.jws`] = await evidence(commits[n % 3] ?? '', stateHash)
    }
    let sha = ''
    const requests = await world.requests(async () => {
      sha = await repository.push('main', files)
      await nth(repository, sha, 2)
    })
    expect(provenance(await world.check(repository, sha))).toEqual([50, 0, 0])
    const scan = ['open check', 'tree', 'query', 'update check']
    const replay = ['query', 'tree', 'query', 'tree', 'query']
    expect(purposes(requests)).toEqual([...scan, ...replay, 'open check', 'update check'])
    // What is known is not asked for again.
    const more = await evidence(third, states[2]?.plain ?? null)
    const again = await world.requests(() => world.pushed(repository, 'main', { '.gxp/evidence/EV-more.jws': more }))
    expect(purposes(again)).toEqual(scan)
  })

  it('contradicting what was claimed of another source, and saying what is not there', async () => {
    const repository = await world.scanned({ ...RECORD, ...KEY })
    const first = await tipOf(repository)
    const other = hashOf({ 'src/rate.ts': 'something else' }).plain
    const older = { '.gxp/evidence/EV-2.jws': await evidence('c'.repeat(40), other) }
    const sha = await repository.push('main', { ...older, '.gxp/evidence/EV-1.jws': await evidence(first, other) })
    const check = await nth(repository, sha, 2)
    expect(provenance(check)).toEqual([0, 1, 1])
    expect(check.annotations.map(({ title, path }) => `${title} ${path}`)).toEqual(
      expect.arrayContaining([
        'evidence/state-mismatch .gxp/evidence/EV-1.jws',
        'evidence/commit-unavailable .gxp/evidence/EV-2.jws',
      ]),
    )
    expect(check.conclusion).toBe('failure')
  })

  it('in a pull request, whose comment follows', async () => {
    const repository = await world.scanned({ ...RECORD, ...KEY })
    const first = await tipOf(repository)
    const wrong = hashOf({ 'src/rate.ts': 'something else' }).plain
    await repository.commit('change', { '.gxp/evidence/EV-1.jws': await evidence(first, wrong) })
    const pull = await repository.openPull({ head: 'change' })
    expect(provenance(await nth(repository, pull.head.sha, 2))).toEqual([0, 1, 0])
    await world.until(() => /state-mismatch/.test(repository.comments(pull.number)[0]?.body ?? ''))
    expect((await world.comment(pull)).body).toContain('.gxp/evidence/EV-1.jws')
  })

  it('byte for byte, though an archive obeys attributes', async () => {
    const files: Texts = {}
    for (let n = 0; n < 300; n++) files[`src/part-${n}.ts`] = `export const part${n} = '$Format:%H$'\r\n`
    const attributes = {
      '.gitattributes': 'src/part-1.ts export-ignore\nsrc/part-2.ts export-subst\nsrc/part-3.ts eol=lf\n',
    }
    const repository = await world.scanned({ ...RECORD, ...KEY, ...files, ...attributes })
    const first = await tipOf(repository)
    const requests = await world.requests(async () => {
      const expected = hashOf({ ...files, 'src/rate.ts': SOURCE }).separated
      const sha = await repository.push('main', { '.gxp/evidence/EV-1.jws': await evidence(first, expected) })
      expect(provenance(await nth(repository, sha, 2))).toEqual([1, 0, 0])
    })
    expect(purposes(requests).filter((purpose) => purpose === 'archive')).toHaveLength(1)
  })
})
