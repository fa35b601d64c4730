/** The system's version against what changed under it. RFC-001, "System context". */
import { remembered } from '../memo.ts'
import type { Place } from '../model.ts'
import { textOf } from '../parse/document.ts'
import { type ComplianceRecord, kindOf } from '../record.ts'
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
  const [after, before] = [filesThatCount(head), filesThatCount(base)]
  const [shasAfter, shasBefore] = [new Set(after.values()), new Set(before.values())]
  // By content: a file that moved as it is says nothing new.
  const changed = new Set([...without(after, shasBefore), ...without(before, shasAfter)])
  return [...(use(head) === use(base) ? [] : ['the intended use']), ...[...changed].sort()]
}

const without = (files: ReadonlyMap<string, string>, shas: ReadonlySet<string>) =>
  [...files].flatMap(([path, sha]) => (shas.has(sha) ? [] : [path]))

/** Requirements, and source with a HIGH block; git blob SHAs by path. */
const filesThatCount = remembered(({ documents, sources }: ComplianceRecord): ReadonlyMap<string, string> => {
  const counting = new Map<string, string>()
  for (const document of documents) if (kindOf(document) === 'requirement') counting.set(document.path, document.sha)
  for (const file of sources) {
    if (!file.test && file.nodes.some(({ risk }) => risk === 'HIGH')) counting.set(file.path, file.sha)
  }
  return counting
})
