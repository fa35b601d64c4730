/**
 * A checkpoint is a signed statement of how far the chain has come. Whoever holds one, outside the server, notices when
 * anything up to its position is not what it was, or is gone.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { CompactSign, calculateJwkThumbprint, compactVerify, exportJWK, type JWK } from 'jose'
import { canonical } from './canonical.ts'
import type { ChainHead } from './event.ts'
import { algorithmOf, signingKey } from './keys.ts'

const ISSUER = 'rosie-guard'
/** So that nothing else that the same key signs passes for a checkpoint. */
const TYPE = 'rosie-audit-checkpoint'

export interface Checkpoint extends ChainHead {
  /** When it was signed; UTC, RFC 3339. */
  at: string
}

export interface CheckpointSigner {
  /** Answers a compact JWS. */
  sign(checkpoint: Checkpoint): Promise<string>
  /** What verifies it, with `kid`, `alg` and `use`. */
  publicKey(): Promise<JWK>
}

/** `pem`: as the configuration has checked it. Throws for any other. */
export function checkpointSigner(pem: string): CheckpointSigner {
  const key = signingKey(pem)
  const alg = key && algorithmOf(key)
  if (!key || !alg) throw new Error('Checkpoints are signed with EC and Ed25519 keys.')
  const publicKey = async (): Promise<JWK> => {
    const jwk = await exportJWK(createPublicKey(key))
    return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg, use: 'sig' }
  }
  return {
    publicKey,
    async sign({ position, hash, at }) {
      const { kid = '' } = await publicKey()
      const payload = canonical({ position, hash, at, iss: ISSUER })
      return new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader({ alg, kid, typ: TYPE }).sign(key)
    },
  }
}

/**
 * The compact JWSs in a text: a file of them, an answer of the server, the words of a check run. A full stop may follow; of
 * more parts it is something else, such as what is encrypted.
 */
export const checkpointsIn = (text: string): string[] => [
  ...new Set(text.match(/(?<!\w|[\w-]\.)eyJ[\w-]+\.[\w-]+\.[\w-]+(?![\w-]|\.[\w-])/g) ?? []),
]

/** What a checkpoint states, once one of the keys has verified it; null: none does, or it is no checkpoint. */
export async function readCheckpoint(jws: string, keys: readonly KeyObject[]): Promise<Checkpoint | null> {
  for (const key of keys) {
    const verified = await compactVerify(jws, key, { algorithms: [algorithmOf(key) ?? ''] }).catch(() => null)
    if (verified?.protectedHeader.typ === TYPE) return statedIn(new TextDecoder().decode(verified.payload))
  }
  return null
}

function statedIn(payload: string): Checkpoint | null {
  const { position, hash, at, iss } = JSON.parse(payload) as Record<string, unknown>
  const isOne = Number.isSafeInteger(position) && typeof hash === 'string' && typeof at === 'string' && iss === ISSUER
  return isOne ? { position: position as number, hash, at } : null
}
