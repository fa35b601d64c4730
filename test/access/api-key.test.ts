import { createHash } from 'node:crypto'
import { hashOfKey, isKey, newKey, standingOf } from '../../src/access/api-key.ts'

describe('A key', () => {
  it('is rsk_ and 64 hex digits, another one each time', () => {
    const keys = Array.from({ length: 20 }, newKey)
    for (const key of keys) expect(key).toMatch(/^rsk_[0-9a-f]{64}$/)
    expect(new Set(keys).size).toBe(20)
    expect(keys.every(isKey)).toBe(true)
  })

  it.each([
    '',
    'rsk_',
    `rsk_${'a'.repeat(63)}`,
    `rsk_${'a'.repeat(65)}`,
    `rsk_${'A'.repeat(64)}`,
    `x rsk_${'a'.repeat(64)}`,
  ])('is not %j', (text) => expect(isKey(text)).toBe(false))

  it('is kept as the SHA-256 of its text', () => {
    const key = `rsk_${'0'.repeat(64)}`
    expect(hashOfKey(key)).toBe(createHash('sha256').update(key, 'utf8').digest('hex'))
  })
})

describe('A key counts', () => {
  const at = (ms: number) => new Date(ms)
  it.each([
    ['for ever', null, null, 'in force'],
    ['until it expires', at(1_001), null, 'in force'],
    ['no longer at that moment', at(1_000), null, 'expired'],
    ['no longer afterwards', at(999), null, 'expired'],
    ['no longer once it is revoked', null, at(1), 'revoked'],
    ['no longer once it is revoked, whatever comes first', at(999), at(1_500), 'revoked'],
  ] as const)('%s', (_when, expiresAt, revokedAt, standing) => {
    expect(standingOf({ expiresAt, revokedAt }, 1_000)).toBe(standing)
  })
})
