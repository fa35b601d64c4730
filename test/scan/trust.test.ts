/** What a verdict rests on: the keys, and when the evidence was first seen; never the time of the scan that asks. */
import type { Verdict } from '../../src/rosie/model.ts'
import { DEFAULT_POLICY } from '../../src/rosie/policy.ts'
import type { TrustedKey } from '../../src/rosie/verify.ts'
import type { ContentStore } from '../../src/scan/ports/store.ts'
import { judgedBy, keySet, keysIn, verdictsOn } from '../../src/scan/trust.ts'
import { EVIDENCE, goodBut, record, type Signer, signer } from '../support/record.ts'

type Kept = Pick<ContentStore, 'verdicts' | 'keepVerdicts' | 'firstSeen'>

/** What the store does, in memory, and what it was asked. */
function memory() {
  const verdicts = new Map<string, Map<string, Verdict>>()
  const seen = new Map<string, number>()
  const asked: string[] = []
  const store: Kept = {
    async verdicts(_, shas, hash) {
      asked.push(`verdicts ${shas.length}`)
      const known = verdicts.get(hash) ?? new Map()
      return new Map([...known].filter(([sha]) => shas.includes(sha)))
    },
    async keepVerdicts(_, reached, hash) {
      asked.push(`keep ${reached.size}`)
      verdicts.set(hash, new Map([...(verdicts.get(hash) ?? []), ...reached]))
    },
    async firstSeen(_, shas, now) {
      asked.push(`seen ${shas.length}`)
      for (const sha of shas) if (!seen.has(sha)) seen.set(sha, now)
      return new Map(shas.map((sha) => [sha, seen.get(sha) ?? now]))
    },
  }
  return { store: store as ContentStore, asked }
}

const DAY = 86_400_000
const T = Date.parse('2026-02-06T10:00:00Z')

let team: Signer
let snapshot: ReturnType<typeof record>
beforeAll(async () => {
  team = await signer('team')
  snapshot = record(goodBut({ [EVIDENCE]: await team.sign() }))
})

const resultOf = (verdicts: Map<string, Verdict>) => [...verdicts.values()].map(({ result }) => result)
const judged = async (key: Partial<TrustedKey>, store: ContentStore, now: number) =>
  resultOf(await verdictsOn([snapshot], await keySet([], [{ ...team.key, ...key }]), 1n, store, now))

it('Evidence seen while its key was in force stays valid when the key expires or is revoked', async () => {
  const { store } = memory()
  expect(await judged({ validUntil: T + DAY }, store, T)).toEqual(['valid'])
  expect(await judged({ validUntil: T + DAY }, store, T + 2 * DAY)).toEqual(['valid'])
  expect(await judged({ revokedAt: T + DAY }, store, T + 2 * DAY)).toEqual(['valid'])
})

it('Evidence seen after its key was revoked is invalid, and a revocation of before what was seen takes it back', async () => {
  const { store } = memory()
  expect(await judged({ revokedAt: T - DAY }, store, T)).toEqual(['invalid'])
  const other = memory()
  expect(await judged({}, other.store, T)).toEqual(['valid'])
  expect(await judged({ revokedAt: T - DAY }, other.store, T + DAY)).toEqual(['invalid'])
})

it('A verdict reached before is asked for, not reached again; what was never judged is noted as seen', async () => {
  const { store, asked } = memory()
  await judged({}, store, T)
  await judged({}, store, T + DAY)
  expect(asked).toEqual(['verdicts 1', 'seen 1', 'keep 1', 'verdicts 1'])
  const nothing = memory()
  expect(await verdictsOn([record(goodBut({}))], await keySet([], []), 1n, nothing.store, T)).toEqual(new Map())
  expect(nothing.asked).toEqual([])
})

it('A scan judged with the same keys in other periods does not stand in for another', async () => {
  const by = async (key: Partial<TrustedKey>) => judgedBy(DEFAULT_POLICY, await keySet([], [{ ...team.key, ...key }]))
  expect(await by({})).toBe(await by({ validUntil: null }))
  expect(await by({})).not.toBe(await by({ validUntil: T }))
})

it('The server’s keys come first, and a revocation of theirs holds for the key in the repository too', async () => {
  const jwks = JSON.stringify({ keys: [{ ...team.key.jwk, kid: 'ours' }] })
  const keys = keysIn(record(goodBut({ '.gxp/keys/team.jwks.json': jwks })))
  expect(keys.map(({ name }) => name)).toEqual(['ours'])
  const { keys: ready } = await keySet(keys, [{ ...team.key, revokedAt: T }])
  expect(ready).toMatchObject([{ name: 'team', kids: new Set(['team', 'ours']), revokedAt: T }])
})
