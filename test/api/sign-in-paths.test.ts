import { createHost } from '../../src/api/host.ts'
import { cookieOf } from '../../src/api/session-access.ts'
import { returnPath } from '../../src/api/sign-in/paths.ts'
import { signIn } from '../../src/api/sign-in/routes.ts'
import { signInOf } from '../../src/app-sign-in.ts'
import type { Database } from '../../src/store/database.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

it.each([
  ['/', '/'],
  ['/a/b?c=d&e=//f#g', '/a/b?c=d&e=//f#g'],
  ['/a/../b', '/b'],
  ['/.//evil.example', '//evil.example'],
  ['', null],
  ['a', null],
  ['//evil.example', null],
  ['/\\evil.example', null],
  ['/a\\b', null],
  ['/\n/evil.example', null],
  ['https://evil.example/', null],
  ['javascript:alert(1)', null],
  [`/${'a'.repeat(1_000)}`, null],
])('After signing in, %j leads to %j', (text, path) => {
  expect(returnPath(text)).toBe(path)
})

it.each([
  ['rosie_session=a', 'a'],
  ['x=1; rosie_session=a.b-c_d; y=2', 'a.b-c_d'],
  ['xrosie_session=a', null],
  ['rosie_session=a; rosie_session=b', 'a'],
  ['rosie_session', null],
  [undefined, null],
])('The cookie in %j is %j', (cookie, value) => {
  expect(cookieOf({ headers: { cookie } } as Parameters<typeof cookieOf>[0], 'rosie_session')).toBe(value)
})

it('Where something is not configured, nobody can sign in, and the answer names it', async () => {
  const config = { publicUrl: null, sessionSecret: 'x'.repeat(32), admins: [], github: { webUrl: '', apiUrl: '' } }
  const { options, access } = signInOf({ config, credentials: {}, database: {} as Database })
  expect(access).toBeNull()
  const host = createHost({ logger: createLogger('silent') })
  await host.register(signIn, options)
  for (const path of ['/auth/login', '/auth/callback?code=x']) {
    const { statusCode, body } = await host.inject(path)
    expect([statusCode, JSON.parse(body).detail]).toEqual([
      404,
      'Nobody can sign in here: CLIENT_ID, CLIENT_SECRET, PUBLIC_URL are not set.',
    ])
  }
})
