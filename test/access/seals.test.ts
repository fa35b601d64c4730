import { SignJWT, UnsecuredJWT } from 'jose'
import { ATTEMPT_MS, Seals } from '../../src/access/seals.ts'

const SECRET = 'one secret of at least thirty-two characters'
const seals = new Seals(SECRET)
const other = new Seals(`${SECRET}!`)
const soon = new Date(Date.now() + 60_000)
const tokens = { access: 'ghu_secret', accessUntil: 5, refresh: null }

describe('A session cookie', () => {
  it('holds the id and its end, nothing else', async () => {
    const cookie = await seals.signSession('id-1', soon)
    expect(await seals.sessionIn(cookie)).toBe('id-1')
    const claims = JSON.parse(Buffer.from(String(cookie.split('.')[1]), 'base64url').toString())
    expect(claims).toEqual({ sub: 'id-1', exp: Math.floor(soon.getTime() / 1000) })
  })

  it('is of nobody else, and good for its time only', async () => {
    const attempt = { state: 's', verifier: 'v', returnTo: '/' }
    const notOurs = [
      await other.signSession('id-1', soon),
      await seals.signSession('id-1', new Date(Date.now() - 1000)),
      await seals.signAttempt(attempt),
      await new SignJWT({ sub: 'id-1' }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET)),
      new UnsecuredJWT({ sub: 'id-1' }).setExpirationTime('1h').encode(),
      'x.y.z',
      '',
    ]
    for (const cookie of notOurs) expect(await seals.sessionIn(cookie)).toBeNull()
    expect(await seals.attemptIn(await seals.signSession('id-1', soon))).toBeNull()
    expect(await seals.attemptIn(await seals.signAttempt(attempt))).toMatchObject(attempt)
  })
})

it('A sign-in under way is over after its time', async () => {
  const { now } = Date
  Date.now = () => now() - ATTEMPT_MS - 1000
  const cookie = await seals.signAttempt({ state: 's', verifier: 'v', returnTo: '/' })
  Date.now = now
  expect(await seals.attemptIn(cookie)).toBeNull()
})

describe("GitHub's tokens", () => {
  it('can be read with the secret only', async () => {
    const sealed = await seals.sealTokens(tokens)
    expect(await seals.openTokens(sealed)).toEqual(tokens)
    expect(await other.openTokens(sealed)).toBeNull()
    expect(await seals.openTokens(`${sealed.slice(0, -4)}AAAA`)).toBeNull()
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('ghu_')
  })
})

describe('The token against forged requests', () => {
  it('is of one session and one secret', () => {
    const token = seals.csrfToken('id-1')
    expect(seals.isCsrfToken('id-1', token)).toBe(true)
    for (const wrong of [seals.csrfToken('id-2'), other.csrfToken('id-1'), '', `${token}x`, token.slice(1)]) {
      expect(seals.isCsrfToken('id-1', wrong)).toBe(false)
    }
  })
})
