/** The GitHub App under test, as GitHub knows it. */
import { createPublicKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { isObject, type JsonObject } from './json.ts'

export interface App {
  id: number
  slug: string
  name: string
  clientId: string
  clientSecret: string
  webhookSecret: string
  /** PEM, PKCS#1, as GitHub hands it out. */
  privateKey: string
  publicKey: KeyObject
  url: string
  permissions: Record<string, string>
  events: string[]
}

const PERMISSIONS = {
  checks: 'write',
  contents: 'read',
  members: 'read',
  merge_queues: 'read',
  metadata: 'read',
  pull_requests: 'write',
}
const EVENTS = [
  ...['check_run', 'check_suite', 'merge_group', 'pull_request', 'push', 'repository'],
  ...['member', 'membership', 'organization', 'team'],
]

/**
 * A new app with a key of its own. With a manifest, what it asks for.
 * https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
export async function registerApp(id: number, manifest: JsonObject = {}): Promise<App> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const name = typeof manifest.name === 'string' ? manifest.name : 'rosie-guard'
  return {
    id,
    name,
    slug: name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    clientId: `Iv1.${randomBytes(8).toString('hex')}`,
    clientSecret: randomBytes(20).toString('hex'),
    webhookSecret: randomBytes(20).toString('hex'),
    privateKey,
    publicKey: createPublicKey(privateKey),
    url: typeof manifest.url === 'string' ? manifest.url : 'https://example.com',
    permissions: isObject(manifest.default_permissions)
      ? (manifest.default_permissions as Record<string, string>)
      : PERMISSIONS,
    events: Array.isArray(manifest.default_events) ? (manifest.default_events as string[]) : EVENTS,
  }
}
