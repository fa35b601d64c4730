import type { Grant } from '../../src/access/grant.ts'
import { AuditEvents } from '../../src/store/reading/audit-events.ts'
import { ReceivedWebhooks } from '../../src/store/reading/deliveries.ts'
import { forEachDatabase } from '../support/database.ts'

const grant = (installationId: bigint | null, ...repositoryIds: bigint[]): Grant => ({
  scopes: ['read', 'admin'],
  ...{ installationId, repositoryIds },
})
const many = Array.from({ length: 60 }, (_, n) => BigInt(1_000 + n))

/** `installation/repository`, the newest first. */
const ROWS = ['1/1', '1/2', '2/1', '1/none', '2/3', '1/1', '1/2']

forEachDatabase('Whoever may read few repositories', (databases) => {
  let webhooks: ReceivedWebhooks
  let auditEvents: AuditEvents
  beforeAll(async () => {
    const database = await databases.open()
    webhooks = new ReceivedWebhooks(database)
    auditEvents = new AuditEvents(database)
    for (const [place, row] of ROWS.entries()) {
      const [installation, repository] = row.split('/').map((id) => (id === 'none' ? null : BigInt(id)))
      await database.client.$executeRaw`
        INSERT INTO webhook_delivery (id, event, installation_id, repository_id, payload, received_at)
        VALUES (${`${place}`}, 'push', ${installation}::bigint, ${repository}::bigint, '{}', now() - ${place}::int * interval '1 s')`
      await database.client.$executeRaw`
        INSERT INTO audit_event (at, actor, action, resource, installation_id, repository_id)
        VALUES (now() - ${place}::int * interval '1 s', 'github', 'x', ${`${place}`}, ${installation}::bigint, ${repository}::bigint)`
    }
  })

  it.each([
    ['in one installation', [grant(1n, 1n)], ['0', '5']],
    ['in both', [grant(1n, 2n), grant(2n, 1n, 3n)], ['1', '2', '4', '6']],
    ['wherever they are', [grant(null, 1n)], ['0', '2', '5']],
    ['by two grants, and no row twice', [grant(1n, 1n), grant(1n, 1n, 2n), grant(null, 1n)], ['0', '1', '2', '5', '6']],
    ['and all of another installation', [grant(1n, 1n), grant(2n)], ['0', '2', '4', '5']],
    ['of another installation', [grant(3n, 1n)], []],
    ['among many that have nothing', [grant(1n, 1n, ...many)], ['0', '5']],
    ['or none', [], []],
    ['for something else', [{ ...grant(1n, 1n), scopes: ['scan' as const] }], []],
  ])('sees what is theirs: %s', async (_, grants, expected) => {
    const pages = { webhooks: [] as string[], events: [] as string[] }
    for (let after: readonly [string, string] | null | undefined; after !== null; ) {
      const { items, next } = await webhooks.list(grants, {}, 2, after ?? null)
      pages.webhooks.push(...items.map(({ id }) => id))
      after = next
    }
    for (let after: readonly [string, string] | null | undefined; after !== null; ) {
      const { items, next } = await auditEvents.list(grants, { action: 'x' }, 2, after ?? null)
      pages.events.push(...items.map(({ resource }) => resource))
      after = next
    }
    expect(pages).toEqual({ webhooks: expected, events: expected })
  })
})
