/** Installations and repositories that no event told of become known as if one had. */
import { sweepInstallations } from '../../../src/github/reconcile/discovery.ts'
import type { Intent } from '../../../src/scan/ports/intents.ts'
import type { Database } from '../../../src/store/database.ts'
import { Deliveries } from '../../../src/store/deliveries.ts'
import { aRepository, aWish, deliver, queue, row } from '../../store/given.ts'
import { forEachDatabase } from '../../support/database.ts'
import { GitHub, type Repository } from '../../support/github/index.ts'
import { type Given, given, MINUTE, named, rounds } from './given.ts'

const HOUR = 60 * MINUTE
const INSTALLATIONS = 'GET /app/installations'
const INSTALLATION = 'GET /app/installations/{installation_id}'
const REPOSITORIES = 'GET /installation/repositories'

forEachDatabase('installations', ({ open }) => {
  let github: GitHub
  let database: Database
  let parts: Given
  let round: () => Promise<void>
  let count = 0

  beforeAll(async () => {
    database = await open()
  })
  beforeEach(async () => {
    await database.client.installation.deleteMany()
    // GitHub's description wants the account of a listed installation to be a user and an enterprise at once.
    github = await GitHub.start()
    started()
  })
  afterEach(async () => {
    expect(github.violations).toEqual([])
    await github.close()
  })

  /** A process that starts. */
  function started() {
    parts = given(github, database)
    round = rounds(sweepInstallations(parts))
  }
  const aLab = (owner = 'acme') =>
    github.repository({ owner, name: `lab-${++count}`, from: { 'README.md': '# Lab\n' } })
  const asked = (route: string) => github.requests.filter((request) => request.route === route).length
  const installations = () => database.client.installation.findMany({ orderBy: { id: 'asc' } })
  const known = ({ id }: { id: number | bigint }) =>
    database.client.repository.findUnique({ where: { id: BigInt(id) } })
  const scans = ({ id }: Repository) => database.client.scan.findMany({ where: { repositoryId: BigInt(id) } })
  /** What an event would have told of a repository that the app may see. */
  const told = (repository: Repository): Intent => {
    const { installation, repository: facts } = named(github, repository)
    return { type: 'repositories', installation, added: [facts], removed: [] }
  }
  /** As if the last listing were so long ago. */
  const age = (ms: number) => database.client.$executeRaw`
    UPDATE installation SET listed_at = listed_at - ${ms}::float8 * interval '1 ms'`

  it('that are new are learnt with their repositories, each of which is scanned for the first time', async () => {
    const [pump, valve, clinic] = [await aLab(), await aLab(), await aLab('clinic')]
    await round()
    expect(await installations()).toMatchObject([
      { id: BigInt(github.installation('acme').id), account: 'acme', accountType: 'Organization', suspendedAt: null },
      { account: 'clinic' },
    ])
    for (const repository of [pump, valve, clinic]) {
      const { id, owner, name } = repository
      expect(await known({ id })).toMatchObject({ owner, name, defaultBranch: 'main', private: true, removedAt: null })
      expect(await scans(repository)).toMatchObject([
        { kind: 'tracked', headSha: null, trigger: 'installation_repositories', background: true },
      ])
    }
    expect(parts.scans).toBe(2)
  })

  it('are listed page by page', async () => {
    // Ids that the stand-in has given to none.
    const facts = Array.from({ length: 120 }, (_, n) => aRepository({ owner: 'other', id: BigInt(1_000_000 + n) }))
    for (let i = 0; i < 101; i++) github.installation(`owner-${i}`)
    const first = await aLab('owner-0')
    const { repositories } = github.installation('owner-0')
    // Many, without a git repository each.
    for (const { id, name } of facts) {
      repositories.add(
        Object.assign(Object.create(first) as Repository, { id: Number(id), name, checks: first.checks }),
      )
    }
    await round()
    expect(await database.client.installation.count()).toBe(101)
    expect(asked(INSTALLATIONS)).toBe(2)
    expect(await database.client.repository.count()).toBe(121)
    expect(asked(REPOSITORIES)).toBe(102)
  })

  it('are listed at each start and once a day, and their repositories once a day', async () => {
    await aLab()
    await round()
    expect([asked(INSTALLATIONS), asked(REPOSITORIES)]).toEqual([1, 1])
    parts.after(23 * HOUR)
    await round()
    expect([asked(INSTALLATIONS), asked(REPOSITORIES)]).toEqual([1, 1])
    parts.after(2 * HOUR)
    await age(25 * HOUR)
    await round()
    expect([asked(INSTALLATIONS), asked(REPOSITORIES)]).toEqual([2, 2])
    const cursor = await sweepInstallations(parts).run(null, new AbortController().signal)
    const restarted = given(github, database)
    restarted.after(48 * HOUR)
    await sweepInstallations(restarted).run(cursor, new AbortController().signal)
    expect([asked(INSTALLATIONS), asked(REPOSITORIES)]).toEqual([4, 2])
  })

  it('that events have told of are listed once, and nothing is scanned for that', async () => {
    const lab = await aLab()
    await deliver(database, told(lab))
    await round()
    expect(asked(REPOSITORIES)).toBe(1)
    expect(await scans(lab)).toEqual([])
    expect(parts.scans).toBe(0)
    // What lists of repositories in events don't say.
    expect(await known(lab)).toMatchObject({ defaultBranch: 'main' })
  })

  it('go on where a round broke off', async () => {
    await aLab('one')
    await aLab('two')
    github.fault(REPOSITORIES, { status: 502, times: 3 })
    await round()
    expect(parts.warnings).toHaveLength(1)
    expect(await database.client.repository.count()).toBe(1)
    await round()
    expect(await database.client.repository.count()).toBe(2)
    expect(asked(INSTALLATIONS)).toBe(1)
  })

  it('end their round when the process stops', async () => {
    await aLab('one')
    const stopping = new AbortController()
    stopping.abort()
    await expect(sweepInstallations(parts).run(null, stopping.signal)).rejects.toThrow()
    expect(asked(REPOSITORIES)).toBe(0)
  })

  describe('that have changed', () => {
    it('are removed where GitHub knows them no more, and what waited for them is given up', async () => {
      const lab = await aLab()
      await deliver(database, told(lab))
      const id = await queue(database, aWish(named(github, lab)))
      github.installation('acme').deleted = true
      await round()
      expect((await installations())[0]?.removedAt).not.toBeNull()
      expect(await row(database, id)).toMatchObject({ status: 'skipped', error: 'The app was uninstalled.' })
      expect(asked(REPOSITORIES)).toBe(0)
      started()
      await round()
      expect(asked(INSTALLATION)).toBe(1)
    })

    it('are not where the list left one out that is there', async () => {
      const lab = await aLab()
      await deliver(database, told(lab))
      const { all } = { all: github.installations.splice(0) }
      const client = await parts.app.client()
      client.hook.before('request', ({ url }) => {
        if (url === '/app/installations/{installation_id}') github.installations.push(...all)
      })
      parts.app.client = async () => client
      await round()
      expect(asked(INSTALLATION)).toBe(1)
      expect((await installations())[0]?.removedAt).toBeNull()
    })

    it('are suspended, and active again', async () => {
      const lab = await aLab()
      await deliver(database, told(lab))
      github.installation('acme').suspendedAt = new Date()
      await round()
      expect((await installations())[0]?.suspendedAt).not.toBeNull()
      expect(asked(REPOSITORIES)).toBe(0)
      github.installation('acme').suspendedAt = null
      started()
      await round()
      expect((await installations())[0]?.suspendedAt).toBeNull()
      expect(asked(REPOSITORIES)).toBe(1)
    })

    it('are known by their new name', async () => {
      const lab = await aLab()
      await deliver(database, told(lab))
      Object.assign(github.installation('acme').account, { login: 'acme-corp' })
      lab.owner = 'acme-corp'
      await round()
      expect(await installations()).toMatchObject([{ account: 'acme-corp' }])
      expect(await known(lab)).toMatchObject({ owner: 'acme-corp' })
      github.account('acme-corp').login = 'acme-corp'
    })
  })

  describe('whose repositories have changed', () => {
    it('lose those that are not theirs any more, and what waited for them is given up', async () => {
      const [lab, gone] = [await aLab(), await aLab()]
      await deliver(database, told(lab), told(gone))
      const id = await queue(database, aWish(named(github, gone)))
      github.installation('acme').repositories.delete(gone)
      await round()
      expect((await known(gone))?.removedAt).not.toBeNull()
      expect((await known(lab))?.removedAt).toBeNull()
      expect(await row(database, id)).toMatchObject({ status: 'skipped', error: expect.stringContaining('no access') })
      expect(parts.scans).toBe(0)
    })

    it('get back those that are theirs again, which are scanned', async () => {
      const lab = await aLab()
      await deliver(database, told(lab))
      await deliver(database, {
        ...{ type: 'repositories', installation: BigInt(github.installation('acme').id) },
        ...{ added: [], removed: [BigInt(lab.id)] },
      })
      await round()
      expect((await known(lab))?.removedAt).toBeNull()
      expect(await scans(lab)).toMatchObject([{ trigger: 'installation_repositories' }])
    })

    it('have them under their new names, archived or not', async () => {
      const [renamed, archived, active] = [await aLab(), await aLab(), await aLab()]
      await deliver(database, told(renamed), told(archived), told(active))
      const { installation, repository } = named(github, active)
      await deliver(database, { type: 'repository', installation, repository, state: 'archived' })
      await database.client.$executeRaw`UPDATE repository SET archived_at = archived_at - interval '1 minute'`
      renamed.name = 'new-name'
      renamed.defaultBranch = 'trunk'
      archived.archived = true
      await round()
      expect(await known(renamed)).toMatchObject({ name: 'new-name', defaultBranch: 'trunk' })
      expect((await known(archived))?.archivedAt).not.toBeNull()
      expect((await known(active))?.archivedAt).toBeNull()
    })

    it('have an archived one that is new, without a scan', async () => {
      const lab = await aLab()
      lab.archived = true
      await round()
      expect((await known(lab))?.archivedAt).not.toBeNull()
      expect(await scans(lab)).toEqual([])
    })

    it('have one that another installation had as soon as that one has lost it', async () => {
      const lab = await aLab('former')
      await deliver(database, told(lab))
      const [former, next] = [github.installation('former'), github.installation('next')]
      former.repositories.delete(lab)
      next.repositories.add(lab)
      lab.owner = 'next'
      // So that the new one is listed first.
      await round()
      await age(48 * HOUR)
      await database.client.$executeRaw`
        UPDATE repository SET removed_at = NULL, installation_id = ${BigInt(former.id)}`
      await database.client.installation.update({ where: { id: BigInt(next.id) }, data: { listedAt: null } })
      await database.client.scan.deleteMany()
      await round()
      expect(await known(lab)).toMatchObject({ installationId: BigInt(former.id), removedAt: expect.any(Date) })
      await database.client.$executeRaw`UPDATE repository SET removed_at = removed_at - interval '1 minute'`
      await round()
      expect(await known(lab)).toMatchObject({ installationId: BigInt(next.id), removedAt: null, owner: 'next' })
      expect(await scans(lab)).toHaveLength(1)
    })
  })

  describe('of which an event comes while GitHub is asked', () => {
    /** Does something when GitHub has said what repositories there are, before that is learnt. */
    function meanwhile(act: () => Promise<unknown>) {
      const { discovery } = parts
      parts.discovery = {
        installations: () => discovery.installations(),
        learn: (intents) => discovery.learn(intents),
        unlisted: (olderThanMs) => discovery.unlisted(olderThanMs),
        pass: (installation) => discovery.pass(installation),
        listed: async (installation, listing) => {
          await act()
          return discovery.listed(installation, listing)
        },
      }
      round = rounds(sweepInstallations(parts))
    }

    it('keep what was added', async () => {
      await aLab()
      const lab = await aLab()
      const event = told(lab)
      github.installation('acme').repositories.delete(lab)
      meanwhile(() => deliver(database, event))
      await round()
      expect((await known(lab))?.removedAt).toBeNull()
    })

    it('do not take back what was removed or archived', async () => {
      const [removed, archived] = [await aLab(), await aLab()]
      await deliver(database, told(removed), told(archived))
      const { installation, repository } = named(github, archived)
      meanwhile(() =>
        deliver(
          database,
          { type: 'repositories', installation, added: [], removed: [BigInt(removed.id)] },
          { type: 'repository', installation, repository, state: 'archived' },
        ),
      )
      await round()
      expect((await known(removed))?.removedAt).not.toBeNull()
      expect((await known(archived))?.archivedAt).not.toBeNull()
    })

    it('keep what was taken away and given back', async () => {
      const lab = await aLab()
      await deliver(database, told(lab))
      const { installation } = named(github, lab)
      const inbox = new Deliveries(database)
      github.installation('acme').repositories.delete(lab)
      const event = async (id: string, intent: Intent) => {
        const payload = { installation: { id: Number(installation) } }
        await inbox.store({ id, event: 'installation_repositories', payload })
        await inbox.done(id, [intent])
      }
      meanwhile(async () => {
        await event(`away-${lab.id}`, { type: 'repositories', installation, added: [], removed: [BigInt(lab.id)] })
        await event(`back-${lab.id}`, told(lab))
      })
      await round()
      expect((await known(lab))?.removedAt).toBeNull()
      // What is lost all the same is found by the next listing.
      started()
      await age(25 * HOUR)
      await round()
      expect((await known(lab))?.removedAt).not.toBeNull()
    })

    it('do not take back what was transferred', async () => {
      const lab = await aLab()
      await deliver(database, told(lab))
      const facts = { ...named(github, lab).repository, owner: 'next' }
      meanwhile(() => deliver(database, { type: 'repository', installation: 77n, repository: facts, state: 'active' }))
      await round()
      expect(await known(lab)).toMatchObject({ installationId: 77n, owner: 'next' })
    })
  })

  it('lose nothing by a list that changes while it is read', async () => {
    const lab = await aLab()
    await deliver(database, told(lab))
    const { repositories } = github.installation('acme')
    repositories.delete(lab)
    const listed = await aLab()
    for (let i = 0; i < 100; i++) {
      repositories.add(Object.assign(Object.create(listed) as Repository, { id: 900_000 + i, checks: listed.checks }))
    }
    const client = await parts.clientOf(BigInt(github.installation('acme').id))
    // Between the first and the second page.
    client.hook.after('request', (_, { url }) => {
      if (url === '/installation/repositories') repositories.delete(listed)
    })
    parts.clientOf = async () => client
    await round()
    // The one that slipped from the second page to the first is missing.
    expect(await database.client.repository.count()).toBe(1 + 100)
    expect((await known(lab))?.removedAt).toBeNull()
  })
})
