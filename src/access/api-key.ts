/**
 * API keys: what they look like, how they are kept, and what each may do.
 *
 * A key is 256 random bits. Nobody guesses it, so its plain SHA-256 may lie in the database: a salt and a slow hash protect
 * what people make up. Nor need two hashes be compared in constant time: how long an index looks for a hash may tell how
 * far it agrees with a stored one, but nobody can choose a key by its hash, and a hash known in full opens nothing.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Grant, Reader } from './grant.ts'

export interface ApiKey extends Grant {
  /** UUID: how the key is called where the key itself must not be told. */
  id: string
  name: string
  /** The key that made it, with which it ends; null: a person, or whoever has the command line. */
  makerId: string | null
  createdAt: Date
  /** Who made it, as the audit trail names them; null: it is from before this was kept. */
  createdBy: string | null
  expiresAt: Date | null
  lastUsedAt: Date | null
  revokedAt: Date | null
}

const BYTES = 32
const KEY = /^rsk_[0-9a-f]{64}$/

/** `rsk_` and 64 hex digits. */
export const newKey = (): string => `rsk_${randomBytes(BYTES).toString('hex')}`

export const isKey = (text: string): boolean => KEY.test(text)

/** What is kept of a key: SHA-256 of its text, in hex. */
export const hashOfKey = (key: string): string => createHash('sha256').update(key).digest('hex')

export type Standing = 'in force' | 'expired' | 'revoked'

/** `now`: ms since 1970. A key no longer counts from the very moment at which it expires. */
export function standingOf({ expiresAt, revokedAt }: Pick<ApiKey, 'expiresAt' | 'revokedAt'>, now: number): Standing {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt.getTime() <= now ? 'expired' : 'in force'
}

const ACTOR = 'api-key/'

export const readerOf = (key: ApiKey): Reader => ({ actor: ACTOR + key.id, name: key.name, grants: [key] })

/** The key that somebody is known by; null: they are known by something else. */
export const keyIdOf = ({ actor }: Pick<Reader, 'actor'>): string | null =>
  actor.startsWith(ACTOR) ? actor.slice(ACTOR.length) : null
