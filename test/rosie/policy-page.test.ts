/** What the page of the policy shows of keys, tried: each member of its example does what the page says of it. */
import type { Json } from '../../src/rosie/model.ts'
import { readEvidence } from '../../src/rosie/parse/jws.ts'
import { readKeys } from '../../src/rosie/parse/keys.ts'
import { policyPage } from '../../src/rosie/policy-page.ts'
import { keysOf, readyKeys, verify } from '../../src/rosie/verify.ts'
import { signer } from '../support/record.ts'

const example = /```json\n([\s\S]*?)```/.exec(policyPage())?.[1] ?? ''
type Jwk = Record<string, Json> & { kid: string }
const { keys: shown } = JSON.parse(example) as { keys: Jwk[] }

it('holds two keys that can be used, and every member that the page names but those of RSA', () => {
  const { keys, problems } = readKeys(example)
  expect(problems).toEqual([])
  expect(keys.map(({ kid, refused }) => [kid, refused])).toEqual([
    ['qa-2027', undefined],
    ['qa-2026', undefined],
  ])
  const table = policyPage().slice(policyPage().lastIndexOf('| member |'))
  const named = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) => cell.match(/[a-z_]+(?=[.`])/g) ?? [])
  const there = new Set(shown.flatMap((key) => Object.keys(key)))
  expect(new Set(named)).toEqual(new Set([...there, 'n', 'e', 'revoked_at']))
})

/** Whether evidence counts that was first seen then and signed with the example's key, whose material is made here. */
async function counts(kid: string, firstSeen: string, members: Record<string, Json> = {}): Promise<string> {
  const { key, sign } = await signer(kid)
  const { x, y } = key.jwk
  const file = { keys: shown.filter((each) => each.kid === kid).map((each) => ({ ...each, x, y, ...members })) }
  const keys = await readyKeys(keysOf('qa.jwks.json', readKeys(JSON.stringify(file))))
  return (await verify(readEvidence(await sign()), keys, Date.parse(firstSeen))).result
}

it('`nbf` and `exp` are the first and the last moment, in seconds', async () => {
  expect(await counts('qa-2027', '2026-12-31T23:59:59Z')).toBe('invalid')
  expect(await counts('qa-2027', '2027-01-01T00:00:00Z')).toBe('valid')
  expect(await counts('qa-2027', '2027-12-31T23:59:59Z')).toBe('valid')
  expect(await counts('qa-2027', '2028-01-01T00:00:00Z')).toBe('invalid')
})

it('`revoked.revoked_at` is the moment from which it counts no more', async () => {
  expect(await counts('qa-2026', '2026-06-30T23:59:59Z')).toBe('valid')
  expect(await counts('qa-2026', '2026-07-01T00:00:00Z')).toBe('invalid')
})

it.each<Record<string, Json>>([
  { alg: 'RS256' },
  { use: 'enc' },
  { key_ops: ['sign'] },
  { nbf: 1_798_761_600_000 },
  { exp: '2028-01-01' },
  { revoked_at: 1_782_864_000 },
])('a key that says %j is not trusted', async (members) => {
  expect(await counts('qa-2027', '2027-06-01T00:00:00Z')).toBe('valid')
  expect(await counts('qa-2027', '2027-06-01T00:00:00Z', members)).toBe('untrusted')
})
