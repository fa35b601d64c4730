/** What of the configuration lets people in, judges records and keeps them: for the audit trail. No secret is part of it. */
import { type ConfiguredKeys, type Parts, readKeyFiles, VERSION } from './app-parts.ts'
import { checkpointSigner } from './audit/checkpoint.ts'
import { PARSER_VERSION } from './rosie/parse/index.ts'
import { thumbprintOf } from './rosie/trusted-keys.ts'
import { tellConfigured } from './store/configured.ts'

/** Before the process does anything. */
export async function tellConfiguration({ config, credentials, database }: Omit<Parts, 'log'>): Promise<void> {
  const { github, publicUrl, sessionSecret, admins, corsOrigins, trustedProxies, keep, checkpointKey } = config
  await tellConfigured(database, config.role, {
    ...{ version: VERSION, parserVersion: PARSER_VERSION, github: github.apiUrl, appId: credentials.appId },
    ...{ publicUrl, peopleSignIn: Boolean(credentials.oauth && sessionSecret && publicUrl), admins },
    ...{ corsOrigins, trustedProxies, keep },
    evidenceKeys: await keysIn(await readKeyFiles(config)),
    checkpointKey: checkpointKey && ((await checkpointSigner(checkpointKey).publicKey()).kid ?? null),
  })
}

/** By their thumbprints; a key without one verifies nothing. */
const keysIn = (files: readonly ConfiguredKeys[]) =>
  Promise.all(
    files.flatMap(({ owner, keys }) =>
      keys.map(async ({ name, jwk, revokedAt }) => ({
        ...{ owner, name, revokedAt: revokedAt ? new Date(revokedAt).toISOString() : null },
        thumbprint: await thumbprintOf(jwk).catch(() => null),
      })),
    ),
  )
