/** What goes and what stays. */
import type { Database } from '../../src/store/database.ts'
import { Deliveries } from '../../src/store/deliveries.ts'
import { Retention } from '../../src/store/retention.ts'
import { Scans } from '../../src/store/scans.ts'
import { forEachDatabase } from '../support/database.ts'
import {
  aChange,
  aFinding,
  anOutcome,
  aRepository,
  aWish,
  deliver,
  END,
  newId,
  queue,
  queueAndTake,
  requirementFile,
  sha,
} from './given.ts'

const VERSION = 7
const KEEP = { scansDays: 365, scansCount: 1000 }

forEachDatabase('retention', (databases) => {
  let database: Database
  let retention: Retention
  let repository: ReturnType<typeof aRepository>
  beforeAll(async () => {
    database = await databases.open()
    retention = new Retention(database, VERSION)
  })
  beforeEach(async () => {
    repository = aRepository()
    await deliver(database, aWish({ repository, headSha: sha('f') }))
    await database.client.scan.deleteMany({ where: { repositoryId: repository.id } })
  })

  const scansLeft = async () =>
    (
      await database.client.scan.findMany({ where: { repositoryId: repository.id }, orderBy: { createdAt: 'asc' } })
    ).map(({ headSha }) => headSha)

  /** A scan that ended so many days ago. */
  async function ended(seed: number | string, daysAgo: number, facts: Record<string, unknown> = {}): Promise<string> {
    const at = new Date(Date.now() - daysAgo * 86_400_000)
    const { id } = await database.client.scan.create({
      data: {
        ...{ repositoryId: repository.id, kind: 'change', headSha: sha(seed), baseRef: 'main', trigger: 'push' },
        ...{ status: 'completed', lane: `change:${seed}`, createdAt: at, completedAt: at },
        ...facts,
      },
    })
    return id
  }

  /** As a pull request that was opened, with this head. */
  const opened = (number: number, headSha: string, open = true) =>
    database.client.pullRequest.create({
      data: { repositoryId: repository.id, number, headSha, headRef: 'feature', baseRef: 'main', open },
    })

  describe('of scans', () => {
    const removed = async (keep = KEEP, most = 100) => retention.removeScans(repository.id, keep, most)

    it('removes those that ended longer ago than they are kept, with their findings', async () => {
      const old = await ended(1, 366)
      const kept = await ended(2, 364)
      for (const scanId of [old, kept]) await database.client.finding.create({ data: { ...aFinding(), scanId } })
      expect(await removed()).toBe(1)
      expect(await scansLeft()).toEqual([sha(2)])
      expect(await database.client.finding.findMany({ where: { scanId: { in: [old, kept] } } })).toMatchObject([
        { scanId: kept },
      ])
    })

    it.each(['failed', 'skipped', 'superseded'])('removes %s ones too', async (status) => {
      await ended(1, 366, { status })
      expect(await removed()).toBe(1)
    })

    it('keeps the newest so many, of this repository, the oldest going first and a batch at a time', async () => {
      const neighbour = await ended(9, 1, { repositoryId: (await another()).id })
      for (const day of [5, 4, 3, 2, 1]) await ended(day, day)
      const two = { scansDays: 365, scansCount: 2 }
      expect(await removed(two, 2)).toBe(2)
      expect(await scansLeft()).toEqual([3, 2, 1].map(sha))
      expect(await removed(two, 2)).toBe(1)
      expect(await removed(two, 2)).toBe(0)
      expect(await scansLeft()).toEqual([2, 1].map(sha))
      expect(await database.client.scan.count({ where: { id: neighbour } })).toBe(1)
    })

    it('never removes one that is open, however old', async () => {
      const at = new Date(0)
      for (const status of ['queued', 'running']) await ended(status, 0, { status, createdAt: at, completedAt: null })
      expect(await removed({ scansDays: 1, scansCount: 1 })).toBe(0)
    })

    it('never removes the scan of the tracked snapshot, nor what was last said of its head', async () => {
      const tracked = { kind: 'tracked', baseRef: null }
      const before = await ended(1, 900, tracked)
      const snapshot = await ended(1, 800, tracked)
      const again = await ended(1, 700, tracked)
      await database.client.repository.update({
        where: { id: repository.id },
        data: { trackedHead: sha(1), trackedScanId: snapshot },
      })
      expect(await removed()).toBe(1)
      const left = await database.client.scan.findMany({ where: { repositoryId: repository.id } })
      expect(left.map(({ id }) => id).sort()).toEqual([snapshot, again].sort())
      expect(left.map(({ id }) => id)).not.toContain(before)
    })

    it('keeps the newest of each base of the head of an open pull request, completed or not', async () => {
      await opened(1, sha(1))
      await opened(2, sha(2), false)
      const older = await ended(1, 900)
      const newest = await ended(1, 800)
      const other = await ended(1, 900, { baseRef: 'release' })
      const failed = await ended(1, 700, { status: 'failed' })
      const replay = await ended(1, 600, { kind: 'replay' })
      const closed = await ended(2, 800)
      expect(await removed()).toBe(3)
      const ids = (await database.client.scan.findMany({ where: { repositoryId: repository.id } })).map(({ id }) => id)
      expect(ids.sort()).toEqual([newest, other, failed].sort())
      for (const gone of [older, replay, closed]) expect(ids).not.toContain(gone)
      // What a further scan of this head would be held against.
      const known = await new Scans(database).completedScans(repository.id, sha(1))
      expect(known.map(({ id }) => id).sort()).toEqual([newest, other].sort())
    })

    it('keeps one whose check run may be open until it was closed', async () => {
      const one = { scansDays: 365, scansCount: 1 }
      const unsettled = [
        await ended(2, 2, { status: 'failed' }),
        await ended(3, 2, { status: 'superseded', stage: 'opened', checkRunId: 7n }),
      ]
      await ended(1, 1)
      expect(await removed(one)).toBe(0)
      await database.client.scan.updateMany({ where: { id: { in: unsettled } }, data: { stage: 'concluded' } })
      expect(await removed(one)).toBe(2)
      expect(await scansLeft()).toEqual([sha(1)])
    })

    it('keeps one that a report was made of', async () => {
      const scanId = await ended(1, 900)
      const report = { repositoryId: repository.id, scanId, format: 'pdf', sha256: 'x', content: Buffer.from('x') }
      await database.client.complianceReport.create({ data: report })
      expect(await removed()).toBe(0)
    })

    it('keeps the one that an open scan gives way to', async () => {
      const newer = await ended(1, 900)
      await ended(2, 0, { status: 'running', completedAt: null, supersededBy: newer })
      expect(await removed()).toBe(0)
      await database.client.scan.updateMany({ where: { supersededBy: newer }, data: { status: 'superseded' } })
      expect(await removed()).toBe(1)
    })
  })

  describe('of trees', () => {
    const tree = (seed: number, daysAgo = 2) =>
      database.client.tree.create({
        data: {
          ...{ repositoryId: repository.id, commit: sha(seed), entries: Buffer.from('x') },
          storedAt: new Date(Date.now() - daysAgo * 86_400_000),
        },
      })
    const left = async () =>
      (await database.client.tree.findMany({ where: { repositoryId: repository.id }, orderBy: { commit: 'asc' } })).map(
        ({ commit }) => commit,
      )

    it('keeps the tracked head, heads and bases of scans, commits of evidence and what has just been listed', async () => {
      await database.client.repository.update({ where: { id: repository.id }, data: { trackedHead: sha(1) } })
      await ended(2, 1, { baseSha: sha(3) })
      await database.client.commitState.create({
        data: { repositoryId: repository.id, commit: sha(4), scope: 'src', available: true },
      })
      for (const seed of [1, 2, 3, 4, 5]) await tree(seed)
      await tree(6, 0)
      expect(await retention.removeTrees(repository.id, 100)).toBe(1)
      expect(await left()).toEqual([1, 2, 3, 4, 6].map(sha))
    })

    it('leaves those of other repositories alone, and goes by batches', async () => {
      const other = await another()
      await ended(1, 1, { repositoryId: other.id })
      for (const seed of [1, 2, 3]) await tree(seed)
      expect(await retention.removeTrees(other.id, 100)).toBe(0)
      expect(await retention.removeTrees(repository.id, 2)).toBe(2)
      expect(await retention.removeTrees(repository.id, 2)).toBe(1)
    })
  })

  it('removes what older parsers read, but for the policy of the tracked snapshot', async () => {
    const blob = (seed: number, reader: string, parserVersion: number) =>
      database.client.blob.create({
        data: { repositoryId: repository.id, sha: sha(seed), reader, parserVersion, content: {} },
      })
    await blob(1, 'requirement', VERSION - 1)
    await blob(1, 'requirement', VERSION)
    await blob(1, 'requirement', VERSION + 1)
    await blob(2, 'policy', VERSION - 1)
    await blob(3, 'policy', VERSION - 1)
    const file = { repositoryId: repository.id, path: '.github/rosie.yml', sha: sha(2), kind: 'policy' }
    await database.client.trackedFile.create({ data: file })
    expect(await retention.removeOldContents(repository.id, 1)).toBe(1)
    expect(await retention.removeOldContents(repository.id, 100)).toBe(1)
    const left = await database.client.blob.findMany({ where: { repositoryId: repository.id } })
    expect(left.map((row) => [row.reader, row.parserVersion]).sort()).toEqual([
      ['policy', VERSION - 1],
      ['requirement', VERSION],
      ['requirement', VERSION + 1],
    ])
  })

  it('keeps what older parsers read of the tracked snapshot until newer ones have read it', async () => {
    const blob = (seed: number, reader: string, parserVersion: number) =>
      database.client.blob.create({
        data: { repositoryId: repository.id, sha: sha(seed), reader, parserVersion, content: {} },
      })
    const track = (path: string, seed: number, repositoryId = repository.id) =>
      database.client.trackedFile.create({ data: { repositoryId, path, sha: sha(seed), kind: 'source' } })
    const left = async () => {
      const rows = await database.client.blob.findMany({
        where: { repositoryId: repository.id },
        orderBy: [{ sha: 'asc' }, { reader: 'asc' }, { parserVersion: 'asc' }],
      })
      return rows.map((row) => [row.sha, row.reader, row.parserVersion])
    }
    await track('src/a.ts', 1)
    await track('src/copy-of-a.ts', 1)
    await track('.github/rosie.yml', 2)
    await track('src/elsewhere.ts', 3, (await another()).id)
    await blob(1, 'annotations/typescript', VERSION - 2)
    await blob(1, 'annotations/typescript', VERSION - 1)
    await blob(1, 'requirement', VERSION)
    await blob(2, 'policy', VERSION - 1)
    await blob(3, 'annotations/typescript', VERSION - 1)

    expect(await retention.removeOldContents(repository.id, 100)).toBe(2)
    const kept = [sha(1), 'annotations/typescript', VERSION - 1]
    const others = [
      [sha(1), 'requirement', VERSION],
      [sha(2), 'policy', VERSION - 1],
    ]
    expect(await left()).toEqual([kept, ...others])

    // A process with these parsers sees no policy but one that they or older ones have read (contents.ts).
    await blob(1, 'annotations/typescript', VERSION)
    await blob(2, 'policy', VERSION + 1)
    for (const seed of [4, 5, 6]) for (const version of [VERSION - 1, VERSION]) await blob(seed, 'story', version)
    await track('story.md', 6)
    // As many as there are: a batch that isn't full ends the round (scan/retention.ts).
    expect(await retention.removeOldContents(repository.id, 4)).toBe(4)
    expect(await left()).toEqual([
      [sha(1), 'annotations/typescript', VERSION],
      ...others,
      [sha(2), 'policy', VERSION + 1],
      ...[4, 5, 6].map((seed) => [sha(seed), 'story', VERSION]),
    ])
  })

  it('removes deliveries that were processed long ago, the oldest first, never one that was not', async () => {
    await database.client.webhookDelivery.deleteMany()
    const inbox = new Deliveries(database)
    for (const id of ['old', 'older', 'recent', 'unread']) await inbox.store({ id, event: 'push', payload: {} })
    for (const id of ['old', 'older', 'recent']) await inbox.done(id, [])
    await database.client.$executeRaw`
      UPDATE webhook_delivery SET received_at = now() - interval '99 days',
        processed_at = processed_at - (CASE id WHEN 'older' THEN 40 WHEN 'old' THEN 31 ELSE 29 END) * interval '1 day'`
    expect(await retention.removeDeliveries(30, 1)).toBe(1)
    expect(await database.client.webhookDelivery.count({ where: { id: 'older' } })).toBe(0)
    expect(await retention.removeDeliveries(30, 10)).toBe(1)
    expect(await retention.removeDeliveries(30, 10)).toBe(0)
    const left = await database.client.webhookDelivery.findMany({ orderBy: { id: 'asc' } })
    expect(left.map(({ id }) => id)).toEqual(['recent', 'unread'])
  })

  it('goes through repositories by id: all, or those of one installation', async () => {
    const [installation, first, second] = [newId(), aRepository(), aRepository()]
    for (const one of [first, second]) await deliver(database, aWish({ installation, repository: one }))
    expect(await retention.repositories(-1n, 1, installation)).toEqual([first.id])
    expect(await retention.repositories(first.id, 5, installation)).toEqual([second.id])
    expect(await retention.repositories(second.id, 5, installation)).toEqual([])
    expect(await retention.repositories(repository.id - 1n, 1)).toEqual([repository.id])
  })

  describe('of what was removed', () => {
    let installation: bigint
    beforeEach(() => {
      installation = newId()
    })

    const uninstalled = (daysAgo: number) => database.client.$executeRaw`
      UPDATE installation SET removed_at = now() - ${daysAgo}::float8 * interval '1 day' WHERE id = ${installation}`

    /** A repository of the installation with a tracked snapshot, a finding and an evidence that was seen. */
    async function filled() {
      const theirs = aRepository()
      const wish = aWish({ installation, repository: theirs, baseRef: null, ref: 'main' })
      const scan = await queueAndTake(database, wish)
      await new Scans(database).persist(
        scan,
        anOutcome(aFinding()),
        aChange({ changed: [requirementFile('REQ-001'), requirementFile('REQ-002')] }),
      )
      await new Scans(database).finish(scan, [], END)
      const repositoryId = theirs.id
      await database.client.evidenceSeen.create({ data: { repositoryId, sha: sha(1), seenAt: new Date() } })
      await database.client.signingKey.create({
        data: { installationId: installation, repositoryId, kid: 'k', owner: 'ada', jwk: {} },
      })
      return theirs
    }

    /** Every batch of one row, so that each could be the last before a crash. */
    async function emptied(repositoryId: bigint): Promise<number> {
      let batches = 0
      while ((await retention.emptyRepository(repositoryId, installation, 1)) > 0) batches++
      return batches
    }

    /** Answers the report's id. */
    async function reported(repositoryId: bigint, format = 'json'): Promise<string> {
      const { id: scanId } = await database.client.scan.findFirstOrThrow({ where: { repositoryId } })
      const data = { repositoryId, scanId, format, sha256: sha(9), content: Buffer.from('{}') }
      return (await database.client.complianceReport.create({ data })).id
    }

    /** Of an account, made of this repository. */
    async function productOf(installationId: bigint, repositoryId: bigint) {
      const repositories = { create: { repositoryId } }
      const { products, id: manufacturerId } = await database.client.manufacturer.create({
        data: { installationId, name: 'Acme', products: { create: { name: 'Pump', repositories } } },
        include: { products: true },
      })
      return { id: products[0]?.id ?? '', manufacturerId, installationId }
    }
    const unlinkedFrom = ({ id }: { id: string }) =>
      database.client.auditEvent.findMany({
        where: { resource: `product/${id}`, action: 'product.repository_unlinked' },
      })

    const rowsOf = async (repositoryId: bigint) => {
      const where = { repositoryId }
      const { client } = database
      const counts = await Promise.all([
        ...[client.scan.count({ where }), client.trackedFile.count({ where }), client.artifact.count({ where })],
        ...[client.artifactRevision.count({ where }), client.evidenceSeen.count({ where })],
        client.finding.count({ where: { scan: where } }),
      ])
      return counts.reduce((sum, count) => sum + count, 0)
    }

    it('names those whose app was uninstalled long enough ago', async () => {
      await filled()
      expect(await retention.erasable(90)).not.toContain(installation)
      await uninstalled(89)
      expect(await retention.erasable(90)).not.toContain(installation)
      await uninstalled(91)
      expect(await retention.erasable(90)).toContain(installation)
    })

    it('empties a repository in batches, which first becomes one that was never scanned', async () => {
      const theirs = await filled()
      await uninstalled(91)
      const before = await rowsOf(theirs.id)
      expect(before).toBe(9)
      await retention.emptyRepository(theirs.id, installation, 1)
      expect(await database.client.repository.findUniqueOrThrow({ where: { id: theirs.id } })).toMatchObject({
        ...{ trackedHead: null, trackedScanId: null, trackedAt: null },
      })
      expect(await rowsOf(theirs.id)).toBe(before - 1)
      expect(await emptied(theirs.id)).toBe(before - 1)
      expect(await rowsOf(theirs.id)).toBe(0)
    })

    it('leaves a repository alone that has come back under another installation', async () => {
      const theirs = await filled()
      await uninstalled(91)
      await deliver(database, { type: 'repositories', installation: newId(), added: [theirs], removed: [] })
      expect(await emptied(theirs.id)).toBe(0)
      expect(await rowsOf(theirs.id)).toBe(9)
      await retention.erase(installation)
      expect(await database.client.repository.findUniqueOrThrow({ where: { id: theirs.id } })).toMatchObject({
        trackedHead: sha('a'),
      })
    })

    it('erases what is left of one, and says so in the audit log', async () => {
      const theirs = await filled()
      const [reportId, linked] = [await reported(theirs.id), await productOf(installation, theirs.id)]
      const others = await productOf(newId(), theirs.id)
      await database.client.apiKey.create({
        data: { installationId: installation, name: 'ci', hash: `${installation}` },
      })
      await uninstalled(91)
      await emptied(theirs.id)
      await retention.erase(installation)
      await retention.erase(installation)
      const id = installation
      expect(await database.client.installation.count({ where: { id } })).toBe(0)
      expect(await database.client.repository.count({ where: { id: theirs.id } })).toBe(0)
      expect(await database.client.signingKey.count({ where: { repositoryId: theirs.id } })).toBe(0)
      expect(await database.client.apiKey.count({ where: { installationId: id } })).toBe(0)
      expect(await database.client.manufacturer.count({ where: { installationId: id } })).toBe(0)
      expect(
        await database.client.auditEvent.findMany({
          where: { resource: `installation/${id}`, action: 'installation.erased' },
        }),
      ).toMatchObject([
        {
          ...{ actor: 'rosie-guard', action: 'installation.erased', reason: expect.stringContaining('uninstalled') },
          previous: {
            ...{ account: 'acme', removedAt: expect.stringMatching(/^\d{4}-/) },
            repositories: { total: 1, first: [{ id: `${theirs.id}`, owner: 'acme', name: 'pump' }] },
            reports: {
              ...{ total: 1, first: [{ id: reportId, format: 'json', sha256: sha(9), repositoryId: `${theirs.id}` }] },
            },
            signingKeys: { total: 1, first: [{ kid: 'k', owner: 'ada', repositoryId: `${theirs.id}` }] },
            apiKeys: { total: 1, first: [{ id: expect.any(String), name: 'ci' }] },
            manufacturers: { total: 1, first: [{ id: linked.manufacturerId, name: 'Acme' }] },
            products: { total: 1, first: [{ id: linked.id, name: 'Pump', gtin: null }] },
            productRepositories: { total: 1, first: [{ productId: linked.id, repositoryId: `${theirs.id}` }] },
          },
        },
      ])
      expect(await unlinkedFrom(linked)).toEqual([])
      expect(await unlinkedFrom(others)).toMatchObject([
        { installationId: others.installationId, repositoryId: theirs.id, previous: { repositoryId: `${theirs.id}` } },
      ])
    })

    it('erases nothing of one that is still there', async () => {
      const theirs = await filled()
      await retention.erase(installation)
      expect(await database.client.repository.count({ where: { id: theirs.id } })).toBe(1)
      expect(
        await database.client.auditEvent.count({
          where: { resource: `installation/${installation}`, action: 'installation.erased' },
        }),
      ).toBe(0)
    })

    it('takes its deliveries along, processed or not', async () => {
      const inbox = new Deliveries(database)
      for (const [id, of] of [
        ['a', installation],
        ['b', installation],
        ['c', newId()],
      ] as const) {
        await inbox.store({ id: `${id}-${installation}`, event: 'push', payload: { installation: { id: Number(of) } } })
      }
      expect(await retention.removeDeliveriesOf(installation, 1)).toBe(1)
      expect(await retention.removeDeliveriesOf(installation, 5)).toBe(1)
      expect(await retention.removeDeliveriesOf(installation, 5)).toBe(0)
      expect(await database.client.webhookDelivery.count({ where: { id: `c-${installation}` } })).toBe(1)
    })

    describe('a repository alone', () => {
      const lost = ({ id }: { id: bigint }, daysAgo: number) => database.client.$executeRaw`
        UPDATE repository SET removed_at = now() - ${daysAgo}::float8 * interval '1 day' WHERE id = ${id}`
      const erasable = async () => (await retention.erasableRepositories(90)).map(({ id }) => id)
      const audited = ({ id }: { id: bigint }) =>
        database.client.auditEvent.findMany({ where: { resource: `repository/${id}`, action: 'repository.erased' } })

      it('is named when it was removed long enough ago, and its installation was not', async () => {
        const [theirs, neighbour] = [await filled(), await filled()]
        await lost(theirs, 89)
        expect(await erasable()).not.toContain(theirs.id)
        await lost(theirs, 91)
        expect(await retention.erasableRepositories(90)).toContainEqual({ id: theirs.id, installationId: installation })
        expect(await erasable()).not.toContain(neighbour.id)
        await uninstalled(1)
        expect(await erasable()).not.toContain(theirs.id)
      })

      it('is erased with all it holds, and the audit log says so', async () => {
        const [theirs, neighbour] = [await filled(), await filled()]
        await lost(theirs, 91)
        expect(await emptied(theirs.id)).toBe(9)
        await retention.eraseRepository(theirs.id)
        await retention.eraseRepository(theirs.id)
        expect(await database.client.repository.count({ where: { id: theirs.id } })).toBe(0)
        expect(await database.client.signingKey.count({ where: { repositoryId: theirs.id } })).toBe(0)
        expect(await audited(theirs)).toMatchObject([
          {
            ...{ actor: 'rosie-guard', action: 'repository.erased', reason: expect.stringContaining('deleted') },
            previous: {
              owner: 'acme',
              name: 'pump',
              installation: 'acme',
              removedAt: expect.stringMatching(/^\d{4}-/),
            },
          },
        ])
        expect(await rowsOf(neighbour.id)).toBe(9)
      })

      it('is erased with its reports, keys and links to products, which the audit log keeps', async () => {
        const [theirs, other] = [await filled(), newId()]
        const { id } = theirs
        const [reportId, linked] = [await reported(id), await productOf(installation, id)]
        await deliver(database, { type: 'repositories', installation: other, added: [aRepository()], removed: [] })
        await database.client.signingKey.create({
          data: { installationId: other, repositoryId: id, kid: 'older', owner: 'eve', jwk: {} },
        })
        await lost(theirs, 91)
        await emptied(id)
        expect(await database.client.complianceReport.count({ where: { id: reportId } })).toBe(1)
        await retention.eraseRepository(id)
        expect(await database.client.complianceReport.count({ where: { id: reportId } })).toBe(0)
        expect(await unlinkedFrom(linked)).toMatchObject([
          {
            ...{ actor: 'rosie-guard', installationId: installation, repositoryId: id },
            ...{ previous: { repositoryId: `${id}` }, reason: expect.stringContaining('deleted') },
          },
        ])
        const events = await audited(theirs)
        expect(events).toHaveLength(2)
        // Each account is told its own part.
        expect(events.find(({ installationId }) => installationId === other)?.previous).toEqual({
          signingKeys: { total: 1, first: [{ id: expect.any(String), kid: 'older', owner: 'eve' }] },
        })
        expect(events.find(({ installationId }) => installationId === installation)?.previous).toMatchObject({
          reports: { total: 1, first: [{ id: reportId, format: 'json', sha256: sha(9) }] },
          signingKeys: { total: 1, first: [{ id: expect.any(String), kid: 'k', owner: 'ada' }] },
        })
      })

      it('is erased with more than can be listed, and the audit log says how many there were', async () => {
        const theirs = await filled()
        const { id: scanId } = await database.client.scan.findFirstOrThrow({ where: { repositoryId: theirs.id } })
        await database.client.$executeRaw`
          INSERT INTO compliance_report (repository_id, scan_id, format, sha256, content, created_at)
          SELECT ${theirs.id}, ${scanId}::uuid, 'f' || n, 's' || n, '', now() + n * interval '1 second'
          FROM generate_series(1, 101) AS n`
        await lost(theirs, 91)
        await emptied(theirs.id)
        await retention.eraseRepository(theirs.id)
        const [event] = await audited(theirs)
        const previous = event?.previous as { reports: { total: number; first: { sha256: string }[] } } | undefined
        const { total, first } = previous?.reports ?? { total: 0, first: [] }
        expect([total, first.length, first[0]?.sha256]).toEqual([101, 100, 's101'])
      })

      it('is left alone where it has come back, also in the middle', async () => {
        const theirs = await filled()
        expect(await emptied(theirs.id)).toBe(0)
        expect(await rowsOf(theirs.id)).toBe(9)
        await lost(theirs, 91)
        await retention.emptyRepository(theirs.id, installation, 1)
        await deliver(database, { type: 'repositories', installation, added: [theirs], removed: [] })
        expect(await emptied(theirs.id)).toBe(0)
        await retention.eraseRepository(theirs.id)
        expect(await database.client.repository.count({ where: { id: theirs.id } })).toBe(1)
        expect(await audited(theirs)).toEqual([])
      })

      it('takes its deliveries along, processed or not', async () => {
        const [theirs, other] = [await filled(), aRepository()]
        const inbox = new Deliveries(database)
        for (const [id, about] of [
          ['a', theirs],
          ['b', theirs],
          ['c', other],
        ] as const) {
          const payload = { repository: { id: Number(about.id) } }
          await inbox.store({ id: `${id}-${theirs.id}`, event: 'push', payload })
        }
        expect(await retention.removeDeliveriesAbout(theirs.id, 1)).toBe(1)
        expect(await retention.removeDeliveriesAbout(theirs.id, 5)).toBe(1)
        expect(await retention.removeDeliveriesAbout(theirs.id, 5)).toBe(0)
        expect(await database.client.webhookDelivery.count({ where: { id: `c-${theirs.id}` } })).toBe(1)
      })
    })
  })

  /** Another repository of the same installation. */
  async function another() {
    const other = aRepository()
    await queue(database, aWish({ repository: other, headSha: sha('e') }))
    await database.client.scan.deleteMany({ where: { repositoryId: other.id } })
    return other
  }
})
