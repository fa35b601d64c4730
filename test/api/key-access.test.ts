import type { FastifyRequest } from 'fastify'
import { type ApiKey, newKey, readerOf } from '../../src/access/api-key.ts'
import { FailedAttempts } from '../../src/access/failed-attempts.ts'
import { keyAccess } from '../../src/api/key-access.ts'

const KEY = newKey()
let now = 1_000_000
let row: ApiKey
let looked: string[]
let used: string[]
let said: unknown[]
let access: ReturnType<typeof keyAccess>
beforeEach(() => {
  now = 1_000_000
  row = {
    ...{ id: 'id-1', name: 'ops', scopes: ['admin'], installationId: null, repositoryIds: [] },
    ...{ makerId: null, createdAt: new Date(0), createdBy: 'cli', expiresAt: null, lastUsedAt: null, revokedAt: null },
  }
  ;[looked, used, said] = [[], [], []]
  access = keyAccess({
    keys: {
      find: async (key) => {
        looked.push(key)
        return key === KEY ? row : null
      },
      used: async ({ id }) => void used.push(id),
    },
    attempts: new FailedAttempts({ most: 3, now: () => now }),
    further: new FailedAttempts({ most: 2, now: () => now }),
    now: () => now,
  })
})

const from = (authorization: string | undefined, address = '203.0.113.7') =>
  ({
    ...{ headers: { authorization }, address },
    log: { warn: (...line: unknown[]) => void said.push(line) },
  }) as unknown as FastifyRequest
const refusal = (status: number, message: RegExp, headers: Record<string, string>) =>
  expect.objectContaining({ statusCode: status, message: expect.stringMatching(message), headers })
const CHALLENGE = { 'www-authenticate': 'Basic realm="rosie-guard"' }
const basic = `Basic ${Buffer.from(`me:${KEY}`).toString('base64')}`

it.each([`Bearer ${KEY}`, basic])('A key in force is let in, and that it was used is kept', async (authorization) => {
  expect(await access(from(authorization))).toEqual(readerOf(row))
  expect(used).toEqual(['id-1'])
})

it('Who sends none is asked for one, as often as it takes', async () => {
  for (let n = 0; n < 10; n++) await expect(access(from(undefined))).rejects.toEqual(refusal(401, /API key/, CHALLENGE))
  expect(await access(from(basic))).toEqual(readerOf(row))
})

it('Who sends none is told of signing in where people can', async () => {
  const keys = { find: async () => null, used: async () => {} }
  const told = (signIn: boolean) => keyAccess({ keys, signIn })(from(undefined))
  await expect(told(true)).rejects.toEqual(refusal(401, /API key.*\/auth\/login/, CHALLENGE))
  await expect(told(false)).rejects.toEqual(refusal(401, /^(?!.*login)/, CHALLENGE))
})

it('What a page of a browser asks for makes the browser ask nobody', async () => {
  const request = from(undefined)
  request.headers['sec-fetch-mode'] = 'cors'
  const bearer = { 'www-authenticate': 'Bearer realm="rosie-guard"' }
  await expect(access(request)).rejects.toEqual(refusal(401, /API key/, bearer))
  request.headers['sec-fetch-mode'] = 'navigate'
  await expect(access(request)).rejects.toEqual(refusal(401, /API key/, CHALLENGE))
})

it.each([
  ['expired', { expiresAt: new Date(1_000_000) }],
  ['revoked', { revokedAt: new Date(5) }],
])('A key that is %s is refused as that, and not used', async (standing, change) => {
  Object.assign(row, change)
  await expect(access(from(basic))).rejects.toEqual(refusal(401, new RegExp(`is ${standing}\\.$`), CHALLENGE))
  expect(used).toEqual([])
  expect(JSON.stringify(said)).toContain('"id-1"')
  expect(JSON.stringify(said)).not.toContain(KEY)
})

it('What is no key at all is looked up nowhere', async () => {
  await expect(access(from('Bearer rsk_1'))).rejects.toEqual(refusal(401, /no API key of this server/, CHALLENGE))
  expect(looked).toEqual([])
})

it.each([
  ['Bearer ', 'Bearer '],
  ['a key without its scheme', KEY],
  ['another scheme', `Token ${KEY}`],
  ['a key as name', `Basic ${Buffer.from(`${KEY}:`).toString('base64')}`],
])('A header that holds none is told what it takes, and is no wrong key: %s', async (_, header) => {
  for (let n = 0; n < 5; n++)
    await expect(access(from(header))).rejects.toEqual(refusal(401, /holds no key: send `auth/, CHALLENGE))
  expect(looked).toEqual([])
})

it('Too many wrong ones of an address are looked up no more, except some of all such, until a minute is over', async () => {
  const wrong = () => access(from(`Bearer ${newKey()}`))
  for (let n = 0; n < 3; n++) await expect(wrong()).rejects.toEqual(refusal(401, /no API key/, CHALLENGE))
  now += 500
  const later = refusal(429, /Try again in 60 s/, {
    ...{ 'retry-after': '60', 'ratelimit-limit': '3', 'ratelimit-remaining': '0', 'ratelimit-reset': '60' },
  })
  await expect(access(from('Bearer rsk_1'))).rejects.toEqual(later)
  await expect(access(from(undefined))).rejects.toEqual(later)
  // Whoever has a key may share the address with a stranger.
  for (let n = 0; n < 5; n++) expect(await access(from(basic))).toEqual(readerOf(row))
  looked = []
  for (let n = 0; n < 2; n++) await expect(wrong()).rejects.toEqual(later)
  expect(looked).toHaveLength(2)
  await expect(wrong()).rejects.toEqual(later)
  await expect(access(from(basic))).rejects.toEqual(later)
  expect(looked).toHaveLength(2)
  expect(await access(from(basic, '203.0.113.8'))).toEqual(readerOf(row))
  now += 59_500
  expect(await access(from(basic))).toEqual(readerOf(row))
})
