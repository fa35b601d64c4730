/** What every file of an evidence package is known by: the hash that the manifest is held against. */
import { createHash } from 'node:crypto'
import type { Problem } from '../contents.ts'
import { decode } from './bytes.ts'

export interface Hashed {
  /** SHA-256 of the bytes, 64 hex digits. */
  sha256: string
  size: number
}

/** The hash of no bytes, and size 0, where the file was not read. */
export const hashed = (bytes: Uint8Array | null): Hashed => ({
  sha256: createHash('sha256')
    .update(bytes ?? new Uint8Array())
    .digest('hex'),
  size: bytes?.byteLength ?? 0,
})

/** The text of a package's JSON; what is no text is damaged, not a matter of encoding. */
export function textOf(bytes: Uint8Array): { text: string; problems: Problem[] } {
  const decoded = decode(bytes)
  if ('text' in decoded) return { text: decoded.text, problems: [] }
  return { text: '', problems: [{ ...decoded.problem, cause: 'package' }] }
}
