/** What an administrator of the server finds in the audit trail of what it was started with. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { tellConfiguration } from '../src/app-configured.ts'
import { loadConfig } from '../src/config.ts'
import type { Database } from '../src/store/database.ts'
import { openDatabase } from '../src/store/database.ts'
import { migrate } from '../src/store/migrate.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosie-guard-configured-'))
let database: Database
beforeAll(async () => {
  database = await openDatabase({ dataDir: folder })
  await migrate(database)
})
afterAll(async () => {
  await database.close()
  rmSync(folder, { recursive: true })
})

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const evidence = join(folder, 'evidence.pem')
writeFileSync(evidence, publicKey.export({ format: 'pem', type: 'spki' }))
const checkpoint = generateKeyPairSync('ed25519')
const SECRET = 'not-to-be-found-anywhere-else-0123456789'
const credentials = { appId: 42, privateKey: SECRET, webhookSecret: SECRET, slug: null }

async function start(variables: Record<string, string>) {
  const config = loadConfig({ EVIDENCE_PUBLIC_KEYS: `Acme=${evidence}`, ...variables })
  const oauth = { clientId: 'Iv1', clientSecret: SECRET }
  await tellConfiguration({ config, credentials: { ...credentials, oauth }, database })
  const [last] = await database.client.auditEvent.findMany({ orderBy: { id: 'desc' }, take: 1 })
  return last
}

it('An event has who administers, which keys count, and how long what is kept, and no secret', async () => {
  const event = await start({
    ...{ SESSION_SECRET: SECRET, PUBLIC_URL: 'https://guard.example.com', ADMINS: 'octocat' },
    ...{ CHECKPOINT_KEY: String(checkpoint.privateKey.export({ format: 'pem', type: 'pkcs8' })) },
  })
  expect(event).toMatchObject({
    ...{ action: 'server.configured', resource: 'server/all', actor: 'rosie-guard' },
    next: {
      ...{ admins: ['octocat'], appId: 42, peopleSignIn: true, trustedProxies: ['loopback'] },
      ...{ version: expect.stringMatching(/^\d+\./), parserVersion: expect.any(Number) },
      keep: { deliveriesDays: 30 },
      evidenceKeys: [
        {
          ...{ owner: 'acme', name: 'evidence.pem', revokedAt: null },
          thumbprint: await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }) as JWK),
        },
      ],
      checkpointKey: await calculateJwkThumbprint(checkpoint.publicKey.export({ format: 'jwk' }) as JWK),
    },
  })
  expect(JSON.stringify(event?.next)).not.toContain(SECRET)
})

it('Another start tells nothing, and one with another administrator what it was', async () => {
  const first = await start({ ADMINS: 'octocat' })
  expect((await start({ ADMINS: 'octocat' }))?.id).toBe(first?.id)
  expect(await start({ ADMINS: 'octocat,hubot' })).toMatchObject({
    previous: { admins: ['octocat'] },
    next: { admins: ['octocat', 'hubot'] },
  })
})
