/** The system's version against what changed under it. RFC-001, "System context". */
import { differing } from '../differing.ts'
import type { Place } from '../model.ts'
import { textOf } from '../parse/document.ts'
import { type ComplianceRecord, type DocumentFile, kindOf, type SourceFile } from '../record.ts'
import type { Rule } from './rule.ts'
import { compareVersions, isVersion } from './semver.ts'

const PATH = '.gxp/system_context.md'

/** 21 CFR 11.10(k): what the system is for changed, and its version does not say so. */
export const versionNotRaised: Rule = {
  id: 'context/version-not-raised',
  severity: 'warning',
  about: 'Intended use, a requirement or HIGH-risk source changed while `version` did not rise; an error when it fell.',
  *check({ head, base }) {
    const [after, before] = [versionOf(head), versionOf(base)]
    if (!base || !after || !before) return
    const order = compareVersions(after.version, before.version)
    const place: Place = { path: PATH, line: after.line }
    if (order < 0) {
      yield {
        place,
        severity: 'error',
        message: `\`version\` fell from ${before.version} to ${after.version}. Versions only rise.`,
        detail: 'fell',
      }
    } else if (order === 0) {
      const changes = whatChanged(head, base)
      if (changes.length === 0) return
      const shown = changes.slice(0, 3).join(', ') + (changes.length > 3 ? ` and ${changes.length - 3} more` : '')
      yield {
        place,
        message: `\`version\` is still ${after.version}, though this changed: ${shown}. Raise it.`,
        detail: 'same',
      }
    }
  },
}

function versionOf(record: ComplianceRecord | null): { version: string; line: number } | null {
  const field = record?.systemContext?.content.fields.version
  const version = textOf(field)
  return field && version && isVersion(version) ? { version, line: field.line } : null
}

function whatChanged(head: ComplianceRecord, base: ComplianceRecord): string[] {
  const use = (record: ComplianceRecord) =>
    textOf(record.systemContext?.content.fields.intended_use)?.replace(/\s+/g, ' ')
  const documents = differing(base.documents, head.documents)
  const sources = differing(base.sources, head.sources)
  const gone = [...documents.gone.filter(isRequirement), ...sources.gone.filter(isHighSource)]
  const come = [...documents.come.filter(isRequirement), ...sources.come.filter(isHighSource)]
  // By content: a file that moved as it is says nothing new.
  const changed = [...notIn(head, gone), ...notIn(base, come)].map(({ path }) => path)
  return [...(use(head) === use(base) ? [] : ['the intended use']), ...[...new Set(changed)].sort()]
}

const isRequirement = (document: DocumentFile) => kindOf(document) === 'requirement'
const isHighSource = ({ test, nodes }: SourceFile) => !test && nodes.some(({ risk }) => risk === 'HIGH')

/** Those of the files whose bytes are nowhere in a record where they would count as much. */
function notIn<File extends { sha: string }>({ documents, sources }: ComplianceRecord, files: readonly File[]): File[] {
  if (files.length === 0) return []
  const left = new Set(files.map(({ sha }) => sha))
  for (const document of documents) if (left.has(document.sha) && isRequirement(document)) left.delete(document.sha)
  for (const source of sources) if (left.has(source.sha) && isHighSource(source)) left.delete(source.sha)
  return files.filter(({ sha }) => left.has(sha))
}
