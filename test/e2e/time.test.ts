import { setTimeout as sleep } from 'node:timers/promises'
import { CompactSign } from 'jose'
import { stateHashes } from '../../src/rosie/state-hash.ts'
import type { Repository } from '../support/github/index.ts'
import { newSigner, RECORD } from './record.ts'
import { purposes, useWorld } from './world.ts'

/** Time alone changes verdicts: nobody pushes anything here once the evidence is there. */
describe('evidence that expires', () => {
  const world = useWorld()
  const qa = newSigner()
  const KEY = { '.gxp/keys/qa.pem': qa.pem }
  const STRICT = { '.github/rosie.yml': 'fail_on: warning\n' }
  /** For two scans and a replay to be done before, on a busy machine. */
  const SOON = 20_000
  const LATER = 60_000
  const TEST = 120_000

  const source = Buffer.from((RECORD as Record<string, string>)['src/rate.ts'] ?? '')
  const { plain } = stateHashes([{ path: 'src/rate.ts', bytes: source }], 'src')

  /** Of the source as it is. `expires`: ms since 1970. */
  const evidence = (expires: number): Promise<string> => {
    const claims = {
      ...{ gxp_id: 'EV-1', spec_id: 'SPEC-001-001', verification_tier: 'OQ', timestamp: '2026-03-02T10:00:00Z' },
      test_results: { tool: 'node:test', version: '20', passed: 3, failed: 0, skipped: 0, duration_ms: 1 },
      ...{ system_state_hash: `sha256:${plain}`, exp: Math.round(expires / 1000) },
    }
    return new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'ES256', kid: 'qa' })
      .sign(qa.privateKey)
  }

  /** A push of such evidence, and all that follows from it until nothing happens any more. */
  async function pushed(repository: Repository, expires: number): Promise<string> {
    const sha = await repository.push('main', { '.gxp/evidence/EV-1.jws': await evidence(expires) })
    expect((await world.check(repository, sha)).conclusion).toBe('success')
    await world.quiet(1_000)
    expect(Date.now()).toBeLessThan(expires)
    return sha
  }
  const scansOf = (sha: string) =>
    world.app
      .log()
      .split('\n')
      .filter((line) => line.includes(sha) && line.includes('scan completed')).length

  it(
    'turns a success into a failure where warnings fail, with two requests, and costs none where they do not',
    async () => {
      const strict = await world.scanned({ ...RECORD, ...KEY, ...STRICT })
      const lenient = await world.scanned({ ...RECORD, ...KEY })
      const expires = Date.now() + SOON
      const shas = await Promise.all([pushed(strict, expires), pushed(lenient, expires)])
      const [checks, scans] = [strict.checkRuns(shas[0]).length, scansOf(shas[1])]

      const requests = await world.requests(async () => {
        await world.until(() => strict.checkRuns(shas[0]).length > checks, LATER)
        await world.until(() => scansOf(shas[1]) > scans, LATER)
      })
      expect(Date.now()).toBeGreaterThan(expires)
      const check = await world.check(strict, shas[0])
      expect(check).toMatchObject({ conclusion: 'failure', annotations: [{ title: 'evidence/expired' }] })
      expect(purposes(requests)).toEqual(['open check', 'update check'])
      expect((await world.check(lenient, shas[1])).conclusion).toBe('success')
    },
    TEST,
  )

  it(
    'while the server is down is told once it is back',
    async () => {
      const repository = await world.scanned({ ...RECORD, ...KEY, ...STRICT })
      const expires = Date.now() + SOON
      const sha = await pushed(repository, expires)
      const checks = repository.checkRuns(sha).length
      await world.app.stop()
      await sleep(Math.max(0, expires - Date.now()))
      await world.startApp()
      await world.until(() => repository.checkRuns(sha).length > checks, LATER)
      expect(await world.check(repository, sha)).toMatchObject({ conclusion: 'failure' })
    },
    TEST,
  )
})
