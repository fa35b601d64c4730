/** Evidence packages written inline, and the ways in which their manifests are signed. */
import { createHash } from 'node:crypto'
import { CompactSign, exportJWK, GeneralSign, generateKeyPair, SignJWT } from 'jose'
import type { TrustedKey } from '../../src/rosie/verify.ts'

export const PACKAGE = '.gxp/evidence/packages/OQ-SPEC-001-001-2026-02-05T14-30-00-000Z'
export const MANIFEST = `${PACKAGE}/manifest.json`
export const SIGNATURE = `${PACKAGE}/signature.jws`
export const METADATA = `${PACKAGE}/metadata.json`

export const json = (value: unknown) => JSON.stringify(value, null, 2)

export const METADATA_CLAIMS = {
  package_id: 'PKG-OQ-SPEC-001-001-1770301800000',
  spec_id: 'SPEC-001-001',
  tier: 'OQ',
  traced_user_story: 'US-001-001',
  system_state_hash: '0'.repeat(64),
  git_commit: '0'.repeat(40),
  created_at: '2026-02-05T14:30:00Z',
}

/** What an OQ package holds besides its manifest and signature. */
export const CONTENT: Readonly<Record<string, string>> = {
  'artifacts/coverage-report.json': json({ lines: { total: 500, covered: 425, pct: 85 } }),
  'artifacts/test-results.json': json({ tool: 'vitest', version: '3.0.0', passed: 4, failed: 0, skipped: 0 }),
  'environment.json': json({ node_version: 'v20.11.0' }),
  'metadata.json': json(METADATA_CLAIMS),
  'test-output.log': '4 passed\n',
}

/** The content with some files changed, added, or (null) left out. */
export function contentBut(changes: Record<string, string | null>): Record<string, string> {
  const files: Record<string, string> = { ...CONTENT }
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) delete files[path]
    else files[path] = text
  }
  return files
}

export const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex')

export const entry = (path: string, text = CONTENT[path] ?? '') => ({
  path,
  sha256: sha256(text),
  size_bytes: Buffer.byteLength(text),
})

/** The manifest of these files, as an object to be changed and written. */
export function manifestOf(files: Record<string, string> = CONTENT) {
  const entries = Object.entries(files).map(([path, text]) => entry(path, text))
  return {
    package_id: METADATA_CLAIMS.package_id,
    spec_id: 'SPEC-001-001',
    tier: 'OQ',
    files: entries as unknown,
    total_size_bytes: entries.reduce((sum, { size_bytes }) => sum + size_bytes, 0) as unknown,
    file_count: entries.length as unknown,
  }
}

/** Signs a manifest's text. */
export type Sign = (manifest: string) => Promise<string>

export interface PackageSigner {
  key: TrustedKey
  /** Compact, over the bytes: draft-03. */
  compact: Sign
  /** A token that repeats the manifest with `iat` and `exp`: draft-02. */
  token: Sign
  /** Compact with the payload left out: RFC 7515, appendix F. */
  detached: Sign
  general: Sign
  detachedGeneral: Sign
}

export async function packageSigner(kid = 'team'): Promise<PackageSigner> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const { kty, crv, x, y } = await exportJWK(publicKey)
  const bytes = (text: string) => new TextEncoder().encode(text)
  const compact: Sign = (manifest) =>
    new CompactSign(bytes(manifest)).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey)
  const general: Sign = async (manifest) => {
    const sign = new GeneralSign(bytes(manifest))
    sign.addSignature(privateKey).setProtectedHeader({ alg: 'ES256', kid })
    return JSON.stringify(await sign.sign())
  }
  return {
    key: { name: kid, kid, jwk: { kty, crv, x, y } } as TrustedKey,
    compact,
    token: (manifest) =>
      new SignJWT(JSON.parse(manifest))
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid })
        .setIssuedAt(1770301800)
        .setExpirationTime(2085661800)
        .sign(privateKey),
    detached: async (manifest) => (await compact(manifest)).replace(/\.[^.]*\./, '..'),
    general,
    detachedGeneral: async (manifest) => {
      const { signatures } = JSON.parse(await general(manifest))
      return JSON.stringify({ signatures })
    },
  }
}

export interface PackageGiven {
  /** What lies in it, by the path relative to it. */
  files?: Record<string, string>
  /** The manifest as written, or as an object; that of the files unless told; null: there is none. */
  manifest?: string | object | null
  /** The text that is signed, where it is not the manifest's own. */
  signed?: string
  directory?: string
  /** What the signature's file is called. */
  as?: string
}

/** A package's files, by their paths in the repository; `sign` null: without a signature. */
export async function packageFiles(
  sign: Sign | null,
  {
    files = CONTENT,
    manifest = manifestOf(files),
    signed,
    directory = PACKAGE,
    as = 'signature.jws',
  }: PackageGiven = {},
): Promise<Record<string, string>> {
  const text = typeof manifest === 'string' || manifest === null ? manifest : json(manifest)
  const found: Record<string, string> = Object.fromEntries(
    Object.entries(files).map(([path, content]) => [`${directory}/${path}`, content]),
  )
  if (text !== null) found[`${directory}/manifest.json`] = text
  if (sign) found[`${directory}/${as}`] = await sign(signed ?? text ?? '{}')
  return found
}
