/** An evidence package as evidence: the OQ run of the good record's specification. */
import type { Json } from '../../src/rosie/model.ts'
import { contentBut, json, METADATA_CLAIMS, packageFiles } from './packages.ts'
import type { Files, Signer } from './record.ts'

export const PACKAGE = '.gxp/evidence/packages/OQ-SPEC-001-001-2026-02-05T10-00-00-000Z'

/** What its metadata says: a state of the source that is no real one, at the time that its name says. */
const CLAIMS = {
  ...METADATA_CLAIMS,
  system_state_hash: `sha256:${METADATA_CLAIMS.system_state_hash}`,
  created_at: '2026-02-05T10:00:00Z',
}

/** Its files, signed. `metadata` changes some of it; undefined takes a field away. */
export const evidencePackage = (
  { sign }: Pick<Signer, 'sign'>,
  metadata: Record<string, Json | undefined> = {},
  directory = PACKAGE,
): Promise<Record<string, string>> =>
  packageFiles((manifest) => sign(JSON.parse(manifest)), {
    files: contentBut({ 'metadata.json': json({ ...CLAIMS, ...metadata }) }),
    directory,
  })

/** The files without those of one path, or of one directory. */
export const without = (files: Files, path: string): Files =>
  Object.fromEntries(Object.entries(files).filter(([each]) => each !== path && !each.startsWith(`${path}/`)))
