/**
 * API keys: what they look like, how they are kept, and what each may do.
 *
 * A key is 256 random bits. Nobody guesses it, so its plain SHA-256 may lie in the database: a salt and a slow hash protect
 * what people make up. Nor need two hashes be compared in constant time: how long an index looks for a hash may tell how
 * far it agrees with a stored one, but nobody can choose a key by its hash, and a hash known in full opens nothing.
 */
import { createHash, randomBytes } from 'node:crypto'

/** `read`: what is recorded and found. `scan`: have a repository scanned. `admin`: all of that, and the server's own affairs. */
export const SCOPES = ['read', 'scan', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export interface ApiKey {
  /** UUID: how the key is called where the key itself must not be told. */
  id: string
  name: string
  scopes: readonly Scope[]
  /** Null: of the whole server. */
  installationId: bigint | null
  /** Of the installation; empty: all of them. */
  repositoryIds: readonly bigint[]
  createdAt: Date
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

/** What somebody wants to work with. An installation without a repository: all of it. */
export type Target = 'server' | { installationId: bigint; repositoryId?: bigint }

/** Whether a key in force may do that there. `admin` includes the other scopes; `read` and `scan` don't include each other. */
export function may(
  key: Pick<ApiKey, 'scopes' | 'installationId' | 'repositoryIds'>,
  scope: Scope,
  target: Target,
): boolean {
  return (key.scopes.includes(scope) || key.scopes.includes('admin')) && reaches(key, target)
}

function reaches({ installationId, repositoryIds }: Pick<ApiKey, 'installationId' | 'repositoryIds'>, target: Target) {
  if (target === 'server') return installationId === null && repositoryIds.length === 0
  if (installationId !== null && installationId !== target.installationId) return false
  return (
    repositoryIds.length === 0 || (target.repositoryId !== undefined && repositoryIds.includes(target.repositoryId))
  )
}
