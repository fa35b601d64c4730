/** The keys that the environment holds or names: how they may be written, and whether they are any. */
import { createPrivateKey } from 'node:crypto'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RefinementCtx } from 'zod'
import { signingKey } from './audit/keys.ts'
import { readKeys } from './rosie/parse/keys.ts'

export interface EvidenceKeyFile {
  /** The organisation or user whose repositories the keys are trusted for; null: every repository. */
  readonly owner: string | null
  /** A PEM or JWKS file, absolute. */
  readonly path: string
}

/** Environment files and secret stores often can't hold line breaks: they are written as `\n`, or all of it as base64. */
export function pemOf(text: string): string {
  if (text.includes('-----BEGIN')) return text.replaceAll('\\n', '\n').trim()
  return Buffer.from(text, 'base64').toString('utf8').trim()
}

/** GitHub signs App tokens with RS256 only. */
export function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}

/** A key itself, as PEM or in base64, or the path of a file that holds it. */
export function pemOrFile(text: string): string {
  if (text.includes('-----BEGIN')) return pemOf(text)
  return pemOf(isReadableFile(text) ? readText(text) : text)
}

/** For checkpoints of the audit trail. */
export const isCheckpointKey = (pem: string): boolean => signingKey(pem) !== null

/** Empty when unreadable: the check that follows says so. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

/** `owner=path,path` → the files, each known to hold a public key. */
export function evidenceKeys(text: string, context: RefinementCtx<string>): EvidenceKeyFile[] {
  const entries = text.split(',').map((entry) => entry.trim())
  return entries.map((entry, i) => {
    const { owner = null, path = '' } = /^(?:(?<owner>[\w-]+)=)?(?<path>.+)$/.exec(entry)?.groups ?? {}
    if (!isReadableFile(path)) {
      const message = `entry ${i + 1} of ${entries.length} must be a readable file, as path or owner=path.`
      context.addIssue({ code: 'custom', message })
      return { owner, path: resolve(path) }
    }
    const [problem] = readKeys(readText(path)).problems
    if (problem) {
      const message = `entry ${i + 1} of ${entries.length} must name a file of public keys, as PEM or JWKS, with no private key in it. Line ${problem.line}: ${problem.message}`
      context.addIssue({ code: 'custom', message })
    }
    return { owner, path: resolve(path) }
  })
}

function isReadableFile(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
