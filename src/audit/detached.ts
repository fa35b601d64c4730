/**
 * Detached signatures: a JWS without its payload, for bytes that are handed out as they are (RFC 7515, appendix F), over those
 * very bytes (RFC 7797). Whoever has both verifies them with any library that knows `b64: false`.
 */

import { createPublicKey } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, FlattenedSign } from 'jose'
import { algorithmOf, signingKey } from './keys.ts'

/** So that the signature of a report passes for nothing else that the same key signs. */
const TYPE = 'rosie-report'

/** What answers `header..signature` over the bytes. `pem`: as the configuration has checked it. Throws for any other. */
export async function detachedSigner(pem: string): Promise<(content: Uint8Array) => Promise<string>> {
  const key = signingKey(pem)
  const alg = key && algorithmOf(key)
  if (!key || !alg) throw new Error('Reports are signed with EC and Ed25519 keys.')
  const kid = await calculateJwkThumbprint(await exportJWK(createPublicKey(key)))
  return async (content) => {
    const { protected: header, signature } = await new FlattenedSign(content)
      .setProtectedHeader({ alg, kid, typ: TYPE, b64: false, crit: ['b64'] })
      .sign(key)
    return `${header}..${signature}`
  }
}
