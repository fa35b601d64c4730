/** The role of docs/audit.md: with it the server does its work, and can't change what is written. */
import { readFileSync } from 'node:fs'
import { recordAudit } from '../../src/store/audit.ts'
import { AuditChain } from '../../src/store/audit-chain.ts'
import { openDatabase } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { forEachDatabase } from '../support/database.ts'
import { aWish, deliver } from './given.ts'

/** The statements as they are documented, for this database and role. */
const granted = (database: string, role: string) => {
  const page = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8')
  const [, sql = ''] = /```sql\n([\s\S]*?)```/.exec(page) ?? []
  return sql.replaceAll('guard_app', role).replace('DATABASE guard ', `DATABASE ${database} `)
}

forEachDatabase('a role that only adds to the audit trail', (databases) => {
  if (databases.embedded) {
    it('is for servers', () => expect(databases.embedded).toBe(true))
    return
  }

  it('does all the work, and changes no event, link or checkpoint, nor the trigger', async () => {
    const owner = await databases.open()
    const [here] = await owner.client.$queryRaw<{ name: string }[]>`SELECT current_database() AS name`
    const role = `app_${here?.name.slice(-12)}`
    await owner.session(({ script }) => script(granted(here?.name ?? '', role)))
    const url = new URL(process.env.TEST_DATABASE_URL ?? '')
    Object.assign(url, { pathname: `/${here?.name}`, username: role, password: 'change-me' })
    const database = await openDatabase({ url: url.href })
    try {
      expect(await migrate(database)).toEqual([])
      await deliver(database, aWish())
      await recordAudit(database.client, { actor: 'ada', action: 'product.changed', resource: 'thing/1' })
      const chain = new AuditChain(database)
      expect(await chain.link(10, true)).toBeGreaterThan(0)
      await chain.keepCheckpoint({ position: 1, hash: 'h', at: new Date(), jws: 'j' })
      for (const table of ['audit_event', 'audit_link', 'audit_checkpoint']) {
        for (const sql of [
          `DELETE FROM ${table}`,
          `TRUNCATE ${table} CASCADE`,
          `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
          `DROP TABLE ${table} CASCADE`,
          `UPDATE ${table} SET ${table === 'audit_event' ? "actor = 'eve'" : "hash = 'x'"}`,
        ]) {
          await expect(database.client.$executeRawUnsafe(sql)).rejects.toThrow(/permission denied|must be owner/)
        }
      }
      for (const table of ['artifact_revision', 'compliance_report']) {
        await expect(database.client.$executeRawUnsafe(`UPDATE ${table} SET id = id`)).rejects.toThrow(
          /permission denied/,
        )
        // Erasing and transferring a repository remove them.
        expect(await database.client.$executeRawUnsafe(`DELETE FROM ${table}`)).toBe(0)
      }
      await expect(database.client.$executeRawUnsafe(`SET session_replication_role = replica`)).rejects.toThrow(
        /permission denied/,
      )
    } finally {
      await database.close()
      await owner.session(({ script }) => script(`DROP OWNED BY ${role}; DROP ROLE ${role}`))
    }
  })
})
