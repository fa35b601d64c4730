/** For whom a connection counts, and how many they may have. */
import { keyIdOf } from '../access/api-key.ts'
import type { Reader } from '../access/grant.ts'

export interface Share {
  /** Whose it is. */
  of: string
  /** As people call them. */
  name: string
  most: number
}

export interface ShareBounds {
  ofReader: number
  ofInstallation: number
}

/** The reader's; and that of the installation whose key it is, which may have any number of them. */
export function sharesOf(reader: Reader, { ofReader, ofInstallation }: ShareBounds): Share[] {
  const own = { of: reader.actor, name: reader.name, most: ofReader }
  const installationId = keyIdOf(reader) === null ? null : (reader.grants[0]?.installationId ?? null)
  if (installationId === null) return [own]
  return [own, { of: `installation/${installationId}`, name: 'the keys of this installation', most: ofInstallation }]
}
