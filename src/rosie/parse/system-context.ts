/** `.gxp/system_context.md`, the apex document. RFC-001, "System context". */
import type { SystemContext } from '../contents.ts'
import { readFrontMatter } from './front-matter.ts'

export function readSystemContext(text: string): SystemContext {
  const { fields, problems } = readFrontMatter(text)
  return { kind: 'system_context', fields, problems }
}
