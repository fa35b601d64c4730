/** An evidence package that someone could have written: the OQ run of the good record's specification. */
import { createHash } from 'node:crypto'
import type { Json } from '../../src/rosie/model.ts'
import type { Files, Signer } from './record.ts'

export const PACKAGE = '.gxp/evidence/packages/OQ-SPEC-001-001-2026-02-05T10-00-00-000Z'

/** Its files, signed. `metadata` changes some of it; undefined takes a field away. */
export async function evidencePackage(
  { sign }: Pick<Signer, 'sign'>,
  metadata: Record<string, Json | undefined> = {},
  directory = PACKAGE,
): Promise<Record<string, string>> {
  const files: Record<string, string> = {
    'artifacts/coverage-report.json': '{"lines":97}',
    'artifacts/test-results.json': '{"tool":"vitest","passed":4,"failed":0,"skipped":0}',
    'environment.json': '{"node_version":"v20.11.0"}',
    'metadata.json': JSON.stringify({
      package_id: 'PKG-OQ-SPEC-001-001',
      spec_id: 'SPEC-001-001',
      tier: 'OQ',
      traced_user_story: 'US-001-001',
      system_state_hash: `sha256:${'0'.repeat(64)}`,
      git_commit: '0'.repeat(40),
      created_at: '2026-02-05T10:00:00Z',
      ...metadata,
    }),
    'test-output.log': '4 passed\n',
  }
  const listed = Object.entries(files).map(([path, text]) => ({
    path,
    sha256: createHash('sha256').update(text).digest('hex'),
    size_bytes: Buffer.byteLength(text),
  }))
  const manifest = { files: listed, file_count: listed.length }
  const all = { ...files, 'manifest.json': JSON.stringify(manifest), 'signature.jws': await sign(manifest) }
  return Object.fromEntries(Object.entries(all).map(([path, text]) => [`${directory}/${path}`, text]))
}

/** The files without those of one path, or of one directory. */
export const without = (files: Files, path: string): Files =>
  Object.fromEntries(Object.entries(files).filter(([each]) => each !== path && !each.startsWith(`${path}/`)))
