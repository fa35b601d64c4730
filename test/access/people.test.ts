import type { Grant } from '../../src/access/grant.ts'
import { People } from '../../src/access/people.ts'
import { Seals } from '../../src/access/seals.ts'
import { GitHubAway, type HeldSession, NotLetIn, type Tokens } from '../../src/access/session.ts'

const seals = new Seals('a secret')
const now = 1_000_000
const grant: Grant = { scopes: ['read'], installationId: 1n, repositoryIds: [2n] }
const good: Tokens = { access: 'ghu_good', accessUntil: now + 3_600_000, refresh: 'ghr_1' }
const old: Tokens = { ...good, access: 'ghu_old', accessUntil: now + 1_000 }

let held: HeldSession | null
let said: string[]
/** What happens while GitHub is asked. */
let meanwhile: () => void
let renew: () => Promise<Tokens>
/** As GitHub knows them now. */
let login: string
let people: People

beforeEach(async () => {
  said = []
  meanwhile = () => {}
  renew = async () => good
  login = 'Reader'
  held = {
    ...{ id: 'session-1', person: { id: 5n, login: 'Reader' }, tokens: await seals.sealTokens(good) },
    ...{ expiresAt: new Date(9e12), grants: null, version: 'v1' },
  }
  people = new People({
    ...{ seals, admins: ['root'], now: () => now },
    door: {
      renew: async (token) => {
        said.push(`renew ${token}`)
        return renew()
      },
    },
    github: {
      whoIs: async (access) => {
        said.push(access)
        return { id: 5n, login }
      },
      grantsOf: async () => {
        meanwhile()
        return [grant]
      },
    },
    sessions: {
      find: async () => held && { ...held },
      keepGrants: async (person, version, grants) => {
        if (!held || held.version !== version) return false
        Object.assign(held, { person, grants: [...grants] })
        return true
      },
      keepTokens: async (_id, before, after) => {
        if (held?.tokens === before) held.tokens = after
      },
      lost: async (_id, reason) => {
        said.push(reason)
        held = null
      },
    },
  })
})

const grants = async () => (await people.readerOf('session-1'))?.grants

it('What GitHub said before is not asked again', async () => {
  if (held) held.grants = [grant]
  expect(await people.readerOf('session-1')).toMatchObject({
    ...{ actor: 'github/Reader', name: 'Reader', grants: [grant] },
    session: { id: 'session-1', csrfToken: seals.csrfToken('session-1') },
  })
  expect(said).toEqual([])
})

it('Requests that come together ask once', async () => {
  expect(await Promise.all([grants(), grants(), grants()])).toEqual([[grant], [grant], [grant]])
  expect(said).toEqual(['ghu_good'])
})

it('An answer that an event has overtaken is asked for again', async () => {
  meanwhile = () => {
    if (held && said.length === 1) held.version = 'v2'
  }
  expect(await grants()).toEqual([grant])
  expect(said).toEqual(['ghu_good', 'ghu_good'])
})

it('An answer that others have kept meanwhile is taken', async () => {
  const theirs: Grant = { ...grant, repositoryIds: [3n] }
  meanwhile = () => {
    if (held) Object.assign(held, { version: 'v2', grants: [theirs] })
  }
  expect(await grants()).toEqual([theirs])
  expect(said).toHaveLength(1)
})

it('Events that never end are no reason to serve what may be wrong', async () => {
  let version = 1
  meanwhile = () => {
    if (held) held.version = `v${++version}`
  }
  await expect(grants()).rejects.toThrow(GitHubAway)
})

it('Tokens that expire are renewed first, and kept', async () => {
  if (held) held.tokens = await seals.sealTokens(old)
  expect(await grants()).toEqual([grant])
  expect(said).toEqual(['renew ghr_1', 'ghu_good'])
  expect(await seals.openTokens(held?.tokens ?? '')).toEqual(good)
})

it('Tokens that another process has renewed meanwhile are used', async () => {
  const session = held as HeldSession
  session.tokens = await seals.sealTokens(old)
  const theirs = await seals.sealTokens({ ...good, access: 'ghu_theirs' })
  renew = async () => {
    session.tokens = theirs
    throw new NotLetIn('used before')
  }
  expect(await grants()).toEqual([grant])
  expect(said).toEqual(['renew ghr_1', 'ghu_theirs'])
})

it.each<[string, Tokens | null]>([
  ['can not be renewed', { ...old, refresh: null }],
  ['are of another secret', null],
])('A session whose tokens %s has ended', async (_why, tokens) => {
  if (held) held.tokens = tokens ? await seals.sealTokens(tokens) : await new Seals('another').sealTokens(good)
  expect(await grants()).toBeUndefined()
  expect(held).toBeNull()
})

it('A session stays while GitHub is away', async () => {
  meanwhile = () => {
    throw new GitHubAway('away')
  }
  await expect(grants()).rejects.toThrow(GitHubAway)
  expect(held).not.toBeNull()
  meanwhile = () => {}
  expect(await grants()).toEqual([grant])
})

it.each([
  ['by the answer that says so', () => {}],
  [
    'by the answer that others have kept meanwhile',
    () => held && Object.assign(held, { person: { id: 5n, login }, version: 'v2', grants: [grant] }),
  ],
])('A login that was given up counts no more, %s', async (_which, happens) => {
  if (held) held.person = { id: 5n, login: 'root' }
  meanwhile = happens
  const renamed = { actor: 'github/Reader', name: 'Reader', grants: [grant] }
  expect(await people.readerOf('session-1')).toMatchObject(renamed)
  expect(await people.readerOf('session-1')).toMatchObject(renamed)
})

it('Administrators of the server are known by their login, whatever its case', () => {
  const own = { scopes: ['admin'], installationId: null, repositoryIds: [] }
  expect(people.withOwn({ id: 1n, login: 'ROOT' }, [grant])).toEqual([own, grant])
  expect(people.withOwn({ id: 1n, login: 'roots' }, [grant])).toEqual([grant])
})
