/** What somebody may do here, whoever it is: an API key has one grant, a person one for each installation. */

/** `read`: what is recorded and found. `scan`: have a repository scanned. `admin`: all of that, and the server's own affairs. */
export const SCOPES = ['read', 'scan', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export interface Grant {
  scopes: readonly Scope[]
  /** Null: of the whole server. */
  installationId: bigint | null
  /** Of the installation; empty: all of them. */
  repositoryIds: readonly bigint[]
}

/** Whoever sends a request. */
export interface Reader {
  /** As the audit trail names them: `api-key/UUID`, `github/LOGIN`. */
  actor: string
  /** As people call them. */
  name: string
  grants: readonly Grant[]
}

/** What somebody wants to work with. An installation without a repository: all of it. */
export type Target = 'server' | { installationId: bigint; repositoryId?: bigint }

/** Whether a grant in force allows that there. `admin` includes the other scopes; `read` and `scan` don't include each other. */
export const allows = (grant: Grant, scope: Scope, target: Target): boolean =>
  hasScope(grant, scope) && reaches(grant, target)

/** What these need beside them: with `scan` alone, nothing is there to be scanned. Null: nothing. */
export const missingScope = (scopes: readonly Scope[]): Scope | null =>
  scopes.includes('scan') && !scopes.includes('read') && !scopes.includes('admin') ? 'read' : null

export const may = ({ grants }: Pick<Reader, 'grants'>, scope: Scope, target: Target): boolean =>
  grants.some((grant) => allows(grant, scope, target))

export const hasScope = ({ scopes }: Grant, scope: Scope): boolean => scopes.includes(scope) || scopes.includes('admin')

function reaches({ installationId, repositoryIds }: Grant, target: Target): boolean {
  if (target === 'server') return installationId === null && repositoryIds.length === 0
  if (installationId !== null && installationId !== target.installationId) return false
  return (
    repositoryIds.length === 0 || (target.repositoryId !== undefined && repositoryIds.includes(target.repositoryId))
  )
}
