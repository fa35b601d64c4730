import { SignJWT } from 'jose'
import { attemptCookieOf } from '../../src/api/sign-in/attempt-cookies.ts'
import { toIntents } from '../../src/github/intents.ts'
import { until } from '../live/moments.ts'
import { deliver } from '../store/given.ts'
import type { Browser } from '../support/browser.ts'
import { forEachDatabase } from '../support/database.ts'
import { PUBLIC_URL, SESSION_SECRET, SignInStage } from './sign-in-stage.ts'
import { aKey } from './v1/stage.ts'

/** The cookies of sign-ins that are under way in a browser. */
const attemptsIn = ({ cookies }: Browser) => [...cookies].filter(([name]) => name.startsWith('rosie_sign_in'))
const attemptIn = (browser: Browser): [string, string] => attemptsIn(browser)[0] ?? ['', '']

forEachDatabase('signing in', (databases) => {
  let stage: SignInStage
  beforeAll(async () => {
    stage = await SignInStage.on(await databases.open())
    const { people } = stage.github
    people.allow('reader', stage.pump, 'pull')
    people.allow('writer', stage.pump, 'push')
    people.allow('writer', stage.meter, 'admin')
    people.allow('goer', stage.pump, 'pull')
    people.own('owner', 'acme')
  })
  afterEach(() => {
    expect(stage.github.violations).toEqual([])
    stage.github.installation('acme').accepted = null
    stage.github.people.tokenSeconds = 8 * 3600
  })
  afterAll(() => stage.close())

  const { pull, push, admin } = { pull: ['read'], push: ['scan'], admin: ['admin'] }

  describe('leads to GitHub and back', () => {
    it('to where the person wanted to go, with a cookie that no script can read', async () => {
      stage.github.people.signingIn = 'reader'
      const browser = stage.browser()
      const { status, headers } = await browser.signIn('/repositories?name=pump#top')
      expect([status, headers.get('location')]).toEqual([303, `${PUBLIC_URL}/repositories?name=pump#top`])
      const cookie = browser.set.find((line) => line.startsWith('rosie_session='))
      for (const attribute of ['HttpOnly', 'SameSite=Lax', 'Path=/', 'Expires='])
        expect(cookie).toMatch(new RegExp(`; ${attribute}`))
      expect(attemptsIn(browser)).toEqual([])
      const [event] = await stage.events('session.started')
      expect(event).toMatchObject({ actor: 'github/reader', address: '127.0.0.1', requestId: expect.any(String) })
    })

    it('from several tabs, each to where it wanted to go, in whatever order they come back', async () => {
      stage.github.people.signingIn = 'reader'
      const browser = stage.browser()
      const backs = [await browser.toGitHub('/one'), await browser.toGitHub('/two'), await browser.toGitHub('/three')]
      for (const [back, path] of [
        [backs[1], '/two'],
        [backs[0], '/one'],
        [backs[2], '/three'],
      ]) {
        const { status, headers } = await browser.ask(String(back))
        expect([status, headers.get('location')]).toEqual([303, PUBLIC_URL + path])
        expect(await browser.sees()).toEqual(['acme/pump'])
      }
      expect(attemptsIn(browser)).toEqual([])
    })

    it('from the five tabs that began last', async () => {
      stage.github.people.signingIn = 'reader'
      const browser = stage.browser()
      const backs: string[] = []
      for (let n = 0; n < 7; n++) backs.push(await browser.toGitHub())
      expect(attemptsIn(browser)).toHaveLength(5)
      const statuses: number[] = []
      for (const back of backs) statuses.push((await browser.ask(back)).status)
      expect(statuses).toEqual([400, 400, 303, 303, 303, 303, 303])
    })

    it('to the pages of the interface, where the person wanted to go nowhere', async () => {
      stage.github.people.signingIn = 'reader'
      expect((await stage.browser().signIn()).headers.get('location')).toBe(`${PUBLIC_URL}/api/docs`)
    })

    it('to our own paths only', async () => {
      for (const path of ['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil.example']) {
        expect((await stage.browser().ask(`/auth/login?return=${encodeURIComponent(path)}`)).status).toBe(400)
      }
    })
  })

  describe('lets people see', () => {
    it('exactly what GitHub lets them read', async () => {
      expect(await (await stage.signedIn('reader')).sees()).toEqual(['acme/pump'])
      expect(await (await stage.signedIn('writer')).sees()).toEqual(['acme/meter', 'acme/pump'])
    })

    it('and nothing of others, whose repositories are not there for them', async () => {
      stage.github.people.allow('neighbour', stage.valve, 'admin')
      const browser = await stage.signedIn('neighbour')
      expect(await browser.sees()).toEqual(['zeta/valve'])
      const status = async (path: string) => (await browser.ask(`/api/v1/repositories/${path}`)).status
      expect(await status(String(stage.valve.id))).toBe(200)
      for (const path of ['', '/scans', '/findings', '/settings']) expect(await status(stage.pump.id + path)).toBe(404)
    })

    it('and do what their permissions at GitHub say, told at /me', async () => {
      const { pump, meter } = stage
      const acme = { id: stage.github.installation('acme').id, account: 'acme' }
      const named = (...of: (typeof pump)[]) => of.map(({ id, owner, name }) => ({ id, owner, name }))
      const both = expect.arrayContaining(named(pump, meter))
      expect(await (await stage.signedIn('writer')).me()).toEqual({
        ...{ actor: 'github/writer', name: 'writer', kind: 'person' },
        grants: [
          { scopes: pull, installation: acme, repositories: both },
          { scopes: push, installation: acme, repositories: both },
          { scopes: admin, installation: acme, repositories: named(meter) },
        ],
        session: { expiresAt: expect.any(String), csrfToken: expect.stringMatching(/^[\w-]{43}$/) },
      })
    })

    it('all of an organisation that they own, where GitHub tells of it', async () => {
      const grants = async () => (await (await stage.signedIn('owner')).me()).grants
      expect(await grants()).toMatchObject([{ scopes: admin, installation: { account: 'acme' }, repositories: null }])
      await stage.database.client.$executeRaw`UPDATE person SET asked_at = NULL`
      const { members: _, ...permissions } = stage.github.app.permissions
      stage.github.installation('acme').accepted = { permissions, events: [] }
      expect((await grants()).map((grant: { repositories: unknown[] | null }) => grant.repositories?.length)).toEqual([
        ...[2, 2, 2],
      ])
    })

    it('the whole server where it names them as its administrators', async () => {
      expect((await (await stage.signedIn('root')).me()).grants).toEqual([
        { scopes: admin, installation: null, repositories: null },
      ])
    })

    it('nothing where GitHub names nothing: they are not signed in', async () => {
      stage.github.people.signingIn = 'stranger'
      const { status, body } = await stage.browser().signIn()
      expect([status, body.detail]).toEqual([403, expect.stringContaining('no repository')])
      expect((await stage.events('sign_in.refused'))[0]).toMatchObject({ actor: 'github/stranger' })
    })
  })

  describe('keeps what GitHub said', () => {
    const asked = () => stage.github.count({ matching: 'GET /user' })

    it('for some minutes, and asks once for requests that come together', async () => {
      const browser = await stage.signedIn('reader')
      await stage.database.client.$executeRaw`UPDATE person SET asked_at = NULL`
      const before = asked()
      await Promise.all([browser.sees(), browser.sees(), browser.me()])
      await browser.sees()
      expect(asked() - before).toBe(1)
      await stage.database.client.$executeRaw`UPDATE person SET asked_at = now() - interval '5 minutes'`
      await browser.sees()
      expect(asked() - before).toBe(2)
    })

    it('until an event says that it may be something else', async () => {
      const browser = await stage.signedIn('goer')
      expect(await browser.sees()).toEqual(['acme/pump'])
      stage.github.people.allow('goer', stage.pump, null)
      stage.github.people.allow('goer', stage.meter, 'pull')
      expect(await browser.sees()).toEqual(['acme/pump'])
      const installation = { id: stage.github.installation('acme').id }
      await deliver(stage.database, ...toIntents('member', { action: 'removed', installation }))
      expect(await browser.sees()).toEqual(['acme/meter'])
    })

    it('and serves nothing older while GitHub is away', async () => {
      const browser = await stage.signedIn('reader')
      expect(await browser.sees()).toEqual(['acme/pump'])
      await stage.database.client.$executeRaw`UPDATE person SET asked_at = NULL`
      stage.github.fault('GET /user', { status: 502, times: 3 })
      expect(await browser.sees()).toBe(503)
      expect(await browser.sees()).toEqual(['acme/pump'])
    })
  })

  describe('renews tokens that expire', () => {
    it('without a word', async () => {
      stage.github.people.tokenSeconds = 30
      const browser = await stage.signedIn('reader')
      const before = await stage.database.client.session.findMany()
      expect(await browser.sees()).toEqual(['acme/pump'])
      const changed = await stage.database.client.session.findMany()
      expect(changed.filter(({ tokens }) => !before.some((one) => one.tokens === tokens))).toHaveLength(1)
    })

    it('and ends the session once GitHub does not', async () => {
      const browser = await stage.signedIn('reader')
      stage.github.people.forgetTokens('reader')
      expect(await browser.sees()).toBe(401)
      expect((await stage.events('session.ended'))[0]).toMatchObject({ actor: 'rosie-guard' })
    })
  })

  describe('is refused', () => {
    const refused = async (act: () => Promise<{ status: number; body: { detail?: string } }>, status: number) => {
      const answer = await act()
      expect(answer).toMatchObject({ status, body: { status } })
      return answer.body.detail
    }

    it('to whoever says no at GitHub', async () => {
      stage.github.people.signingIn = null
      expect(await refused(() => stage.browser().signIn(), 403)).toContain('access_denied')
      expect((await stage.events('sign_in.refused'))[0]).toMatchObject({ actor: 'unknown' })
    })

    it('where the state is another than that of this browser', async () => {
      stage.github.people.signingIn = 'reader'
      const [one, other] = [stage.browser(), stage.browser()]
      const foreign = await one.toGitHub()
      await other.toGitHub()
      expect(await refused(() => other.ask(foreign), 400)).toContain('This browser began no sign-in here')
      expect(await other.sees()).toBe(401)
      expect(attemptsIn(other)).toHaveLength(1)
    })

    it('to a browser that began nothing, or too long ago, or made it up', async () => {
      stage.github.people.signingIn = 'reader'
      const browser = stage.browser()
      const back = await browser.toGitHub()
      await refused(() => stage.browser().ask(back), 400)
      const claims = { state: 'x', verifier: 'y', returnTo: '/' }
      const forged = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode(SESSION_SECRET))
      browser.cookies.set(attemptCookieOf(String(new URL(back).searchParams.get('state'))), forged)
      await refused(() => browser.ask(back), 400)
    })

    it('with a page to people, and a problem document to programs', async () => {
      const asPeople = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }
      const { status, headers, body } = await stage.browser().ask('/auth/callback?code=x&state=y', asPeople)
      expect([status, headers.get('content-type'), headers.get('vary')]).toEqual([
        400,
        'text/html; charset=utf-8',
        'accept',
      ])
      expect(body).toContain('This browser began no sign-in here')
      expect(body).toContain('<a href="/auth/login">')
      expect(body).toContain(headers.get('x-request-id'))
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      const evil = await stage.browser().ask('/auth/login?return=//<script>', asPeople)
      expect([evil.status, evil.body.includes('<script>')]).toEqual([400, false])
      const { headers: toPrograms } = await stage.browser().ask('/auth/callback')
      expect(toPrograms.get('content-type')).toMatch(/^application\/problem\+json/)
    })

    it('for a minute to an address from which too many went wrong', async () => {
      stage.github.people.signingIn = null
      const from = async (address: string) => {
        const browser = stage.browser()
        return browser.ask(await browser.toGitHub(), { headers: { 'x-forwarded-for': address } })
      }
      for (let n = 0; n < 10; n++) expect((await from('203.0.113.9')).status).toBe(403)
      const later = await from('203.0.113.9')
      expect([later.status, Number(later.headers.get('retry-after')) > 0]).toEqual([429, true])
      expect((await from('203.0.113.10')).status).toBe(403)
    })

    it('to nobody whose browser some page had ask for the address that GitHub sends back to', async () => {
      const headers = { 'x-forwarded-for': '203.0.113.11', 'sec-fetch-site': 'cross-site' }
      for (let n = 0; n < 15; n++) {
        expect((await stage.browser().ask('/auth/callback', { headers })).status).toBe(400)
        expect((await stage.browser().ask(`/auth/callback?code=x&state=${n}`, { headers })).status).toBe(400)
      }
      stage.github.people.signingIn = 'reader'
      const browser = stage.browser()
      expect((await browser.ask(await browser.toGitHub(), { headers })).status).toBe(303)
    })

    it('with a code that was used before', async () => {
      stage.github.people.signingIn = 'reader'
      const browser = stage.browser()
      const back = await browser.toGitHub()
      const [name, kept] = attemptIn(browser)
      expect((await browser.ask(back)).status).toBe(303)
      browser.cookies.set(name, kept)
      expect(await refused(() => browser.ask(back), 403)).toContain('bad_verification_code')
    })
  })

  describe('ends', () => {
    it('with a cookie that was changed, or is of another kind', async () => {
      const browser = await stage.signedIn('reader')
      const cookie = browser.cookies.get('rosie_session') ?? ''
      const [header, payload, signature] = cookie.split('.')
      const other = Buffer.from(JSON.stringify({ sub: 'other', exp: 9_999_999_999 })).toString('base64url')
      await browser.toGitHub()
      for (const changed of [`${header}.${other}.${signature}`, `${header}.${payload}.`, 'x', attemptIn(browser)[1]]) {
        browser.cookies.set('rosie_session', String(changed))
        expect(await browser.sees()).toBe(401)
      }
      browser.cookies.set('rosie_session', cookie)
      expect(await browser.sees()).toEqual(['acme/pump'])
    })

    it('when the person leaves: the cookie is of no use any more, wherever it was copied', async () => {
      const browser = await stage.signedIn('reader')
      const cookie = browser.cookies.get('rosie_session') ?? ''
      const { session } = await browser.me()
      const headers = { origin: PUBLIC_URL, 'x-csrf-token': session.csrfToken }
      expect((await browser.ask('/auth/logout', { method: 'POST', headers })).status).toBe(204)
      expect(browser.cookies.has('rosie_session')).toBe(false)
      browser.cookies.set('rosie_session', cookie)
      expect(await browser.sees()).toBe(401)
      expect((await stage.events('session.ended'))[0]).toMatchObject({ actor: 'github/reader', address: '127.0.0.1' })
    })

    describe('by the person, at GitHub as well', () => {
      const leave = async (browser: Browser) => {
        const headers = { origin: PUBLIC_URL, 'x-csrf-token': (await browser.me()).session.csrfToken }
        return (await browser.ask('/auth/logout', { method: 'POST', headers })).status
      }
      const tokens = () => stage.github.people.tokensOf('leaver')
      beforeAll(() => stage.github.people.allow('leaver', stage.pump, 'pull'))
      afterEach(() => stage.github.people.forgetTokens('leaver'))

      it('with the tokens of that session and of no other', async () => {
        const leaving = await stage.signedIn('leaver')
        const [first] = tokens()
        const staying = await stage.signedIn('leaver')
        expect(tokens()).toHaveLength(2)
        expect(await leave(leaving)).toBe(204)
        await until(() => tokens().length === 1)
        expect(tokens()).not.toContain(first)
        await stage.database.client.$executeRaw`UPDATE person SET asked_at = NULL`
        expect(await staying.sees()).toEqual(['acme/pump'])
      })

      it('also when the same browser signs in again', async () => {
        const browser = await stage.signedIn('leaver')
        const [first] = tokens()
        expect((await browser.signIn()).status).toBe(303)
        await until(() => tokens().length === 1)
        expect(tokens()).not.toContain(first)
      })

      it('and is over here whatever GitHub says, of which the log tells without the token', async () => {
        const browser = await stage.signedIn('leaver')
        const cookie = browser.cookies.get('rosie_session') ?? ''
        stage.github.fault('DELETE /applications/{client_id}/token', { status: 502 })
        expect(await leave(browser)).toBe(204)
        browser.cookies.set('rosie_session', cookie)
        expect(await browser.sees()).toBe(401)
        const told = () => stage.lines.find((line) => line.includes('could not be revoked at GitHub'))
        await until(told)
        expect(told()).toContain('GitHub answers 502.')
        expect(told()).not.toContain(String(tokens()[0]))
      })
    })

    it('when its time is over', async () => {
      const browser = await stage.signedIn('reader')
      await stage.database.client.$executeRaw`UPDATE session SET expires_at = now()`
      expect(await browser.sees()).toBe(401)
    })

    it('when the person takes back at GitHub what they allowed the app', async () => {
      const browser = await stage.signedIn('writer')
      expect(await browser.sees()).toHaveLength(2)
      const { payload } = await stage.github.people.revoke('writer')
      await deliver(stage.database, ...toIntents('github_app_authorization', payload))
      expect(await browser.sees()).toBe(401)
      expect((await stage.events('session.ended'))[0]).toMatchObject({ actor: 'github' })
    })
  })

  describe('changes something', () => {
    const change = async (headers: Record<string, string>) => {
      const browser = await stage.signedIn('reader')
      const { csrfToken } = (await browser.me()).session
      const filled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value || csrfToken]))
      return (await browser.ask('/change', { method: 'POST', headers: filled })).status
    }

    it.each([
      ['from our own page, with the token', { origin: PUBLIC_URL, 'x-csrf-token': '' }, 200],
      ['from our own page, as the browser says', { 'sec-fetch-site': 'same-origin', 'x-csrf-token': '' }, 200],
      ['without the token', { origin: PUBLIC_URL }, 403],
      ['with another token', { origin: PUBLIC_URL, 'x-csrf-token': 'x'.repeat(43) }, 403],
      ['from nowhere', { 'x-csrf-token': '' }, 403],
      ['from another origin', { origin: 'https://evil.example', 'x-csrf-token': '' }, 403],
      ['from an origin that hides', { origin: 'null', 'sec-fetch-site': 'same-origin', 'x-csrf-token': '' }, 403],
      ['from another site', { 'sec-fetch-site': 'cross-site', 'x-csrf-token': '' }, 403],
    ])('%s: %j answers %i', async (_how, headers, status) => {
      expect(await change(headers)).toBe(status)
    })

    it.each([
      ['from another site', { 'sec-fetch-site': 'cross-site' }, 403],
      ['from another origin, of a browser that says no more', { origin: 'https://evil.example' }, 403],
      ['from our own page', { 'sec-fetch-site': 'same-origin', origin: PUBLIC_URL }, 200],
      ['from no browser', {}, 200],
    ])('with a key that a browser remembers as password, %s: %j answers %i', async (_how, headers, status) => {
      const authorization = `Basic ${Buffer.from(`me:${await aKey(stage.database, {})}`).toString('base64')}`
      const sent = { method: 'POST', headers: { authorization, ...headers } }
      expect((await stage.browser().ask('/change', sent)).status).toBe(status)
    })

    it('only with the token of its own session', async () => {
      const [one, other] = [await stage.signedIn('reader'), await stage.signedIn('reader')]
      const headers = { origin: PUBLIC_URL, 'x-csrf-token': (await one.me()).session.csrfToken }
      expect((await other.ask('/change', { method: 'POST', headers })).status).toBe(403)
    })
  })

  it('leaves no secret in the log, at trace, nor readable in the database', async () => {
    const { github, lines, database } = stage
    github.people.signingIn = 'reader'
    const browser = stage.browser()
    const back = await browser.toGitHub()
    const [, attempt] = attemptIn(browser)
    await stage.browser().ask(back)
    await browser.ask(back)
    const session = browser.cookies.get('rosie_session') ?? ''
    const { csrfToken } = (await browser.me()).session
    await browser.ask('/change', { method: 'POST', headers: { 'x-csrf-token': csrfToken } })
    const key = `rsk_${'0'.repeat(64)}`
    await stage.browser().ask('/api/v1/repositories', { headers: { authorization: `Bearer ${key}` } })
    const query = new URL(back).searchParams
    const secrets = {
      ...{ attempt, session, csrfToken, key, secret: SESSION_SECRET, clientSecret: github.app.clientSecret },
      ...{ code: String(query.get('code')), state: String(query.get('state')) },
    }
    expect(lines.length).toBeGreaterThan(10)
    const log = lines.join('\n')
    for (const [name, secret] of Object.entries(secrets)) {
      expect(secret.length).toBeGreaterThan(10)
      expect([name, log.includes(secret)]).toEqual([name, false])
    }
    expect(log).not.toMatch(/gh[ur]_\w|eyJ/)
    const rows = [await database.client.session.findMany(), await database.client.auditEvent.findMany()]
    const kept = JSON.stringify(rows, (_name, value) => (typeof value === 'bigint' ? String(value) : value))
    expect(kept).not.toMatch(/gh[ur]_\w/)
    for (const secret of [session, csrfToken, String(query.get('code'))]) expect(kept).not.toContain(secret)
  })
})
