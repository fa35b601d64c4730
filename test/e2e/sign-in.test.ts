/** Somebody signs in to the built app, over the stand-in's pages, and is out once GitHub says so. */
import { Browser } from '../support/browser.ts'
import { useWorld } from './world.ts'

const PUBLIC_URL = 'http://localhost:3999'
const SESSION_SECRET = 'a-secret-of-the-tests-and-of-nobody-else'

const world = useWorld({ environment: () => ({ PUBLIC_URL, SESSION_SECRET, LOG_LEVEL: 'trace' }) })

it('People see what GitHub lets them read, until they take back what they allowed the app', async () => {
  const { github } = world
  const lab = await world.repository({ 'README.md': '# Lab\n' })
  await world.repository({ 'README.md': '# Other\n' })
  await github.installation('acme').create()
  github.people.allow('reader', lab, 'pull')
  github.people.signingIn = 'reader'
  const browser = new Browser(world.app.url, PUBLIC_URL)
  expect((await browser.signIn('/api/v1/me')).headers.get('location')).toBe(`${PUBLIC_URL}/api/v1/me`)
  await world.until(async () => String(await browser.sees()) === lab.fullName)
  const cookie = browser.cookies.get('rosie_session') ?? 'none'
  await github.people.revoke('reader')
  await world.until(async () => (await browser.sees()) === 401)
  const log = world.app.log()
  expect(log).toContain('/auth/callback')
  for (const secret of [cookie, SESSION_SECRET, github.app.clientSecret]) expect(log).not.toContain(secret)
  expect(log).not.toMatch(/gh[ur]_\w|code=/)
})
