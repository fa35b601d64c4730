/** API keys as the command line shows them: never the key. */
import { standingOf } from '../access/api-key.ts'
import { oneLine } from '../report/plain.ts'
import type { NamedApiKey } from '../store/api-keys.ts'

const HEADINGS = ['ID', 'NAME', 'SCOPES', 'FOR', 'CREATED', 'CREATED BY', 'LAST USED', 'STATE']

export function table(keys: readonly NamedApiKey[]): string {
  const rows = keys.map((key) => [
    key.id,
    oneLine(key.name),
    key.scopes.join(' '),
    placeIn(key),
    day(key.createdAt),
    oneLine(key.createdBy ?? 'not known'),
    key.lastUsedAt ? minute(key.lastUsedAt) : 'never',
    stateOf(key),
  ])
  const widths = HEADINGS.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  return `${[HEADINGS, ...rows].map(line).join('\n')}\n`
}

const day = (at: Date) => at.toISOString().slice(0, 10)
export const minute = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`

function placeIn({ account, repositories }: NamedApiKey): string {
  if (account === null) return 'the whole server'
  return oneLine(repositories.length > 0 ? repositories.join(' ') : account)
}

function stateOf(key: NamedApiKey): string {
  const standing = standingOf(key, Date.now())
  if (standing === 'revoked' && key.revokedAt) return `revoked ${minute(key.revokedAt)}`
  if (!key.expiresAt) return standing
  return standing === 'expired' ? `expired ${minute(key.expiresAt)}` : `until ${minute(key.expiresAt)}`
}

export const facts = (key: NamedApiKey) => `Name      ${oneLine(key.name)}
Id        ${key.id}
For       ${placeIn(key)}
Scopes    ${key.scopes.join(', ')}
Expires   ${key.expiresAt ? minute(key.expiresAt) : 'never'}`

export const forJson = (key: NamedApiKey) => ({
  id: key.id,
  name: key.name,
  scopes: key.scopes,
  installation: key.account,
  repositories: key.repositories,
  createdAt: key.createdAt,
  createdBy: key.createdBy,
  expiresAt: key.expiresAt,
  lastUsedAt: key.lastUsedAt,
  revokedAt: key.revokedAt,
})
