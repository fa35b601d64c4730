/**
 * `--format sarif`: SARIF 2.1.0, which GitHub code scanning and most editors read. Findings carry their fingerprint, what
 * the policy ignores is suppressed with its reason, and what a base had and the head has not is `absent`.
 */
import type { Log, ReportingDescriptor, Result } from 'sarif'
import type { AssessedFinding, Assessment, Finding } from '../rosie/assessment.ts'
import type { Severity } from '../rosie/model.ts'
import { RULE_PAGES } from '../rosie/rules/examples/index.ts'
import { RULES } from '../rosie/rules/index.ts'
import { restsByDefault } from '../rosie/rules/page.ts'
import type { Rule } from '../rosie/rules/rule.ts'
import { JOINER, visible } from './plain.ts'

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'
const LEVELS = { error: 'error', warning: 'warning', notice: 'note' } as const satisfies Record<Severity, Result.level>

const RULE_INDEX = new Map(RULES.map(({ id }, index) => [id, index]))

type Found = Pick<Assessment, 'head' | 'base'> & {
  [List in 'findings' | 'fixed' | 'ignored']: Readonly<Assessment[List]>
}

/** `version`: of this program. */
export function sarifReport(assessment: Found, version: string): Log {
  const { findings, fixed, ignored, base, head } = assessment
  const compared = base !== null
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'rosie-guard', version, rules: RULES.map(describe) } },
        automationDetails: { id: 'rosie-guard/' },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { SRCROOT: { description: { text: 'The root of the repository.' } } },
        ...(head === null ? {} : { properties: { head, base } }),
        results: [
          ...findings.map((finding) => ({
            ...resultOf(finding),
            ...(compared && { baselineState: stateOf(finding) }),
          })),
          ...(compared ? fixed.map((finding) => ({ ...resultOf(finding), baselineState: 'absent' as const })) : []),
          ...ignored.map(({ finding, reason, expires }) => ({
            ...resultOf(finding),
            suppressions: [{ kind: 'external' as const, justification: plainText(`${reason} (until ${expires})`) }],
          })),
        ],
      },
    ],
  }
}

function describe(rule: Rule): ReportingDescriptor {
  const { id, severity, about } = rule
  const page = RULE_PAGES[id]
  return {
    id,
    shortDescription: { text: about },
    fullDescription: { text: page ? `${about} ${page.why}` : about },
    ...(page && { help: { text: `${page.why}\n\nFrom: ${page.clause}` } }),
    defaultConfiguration: { level: LEVELS[severity], enabled: !restsByDefault(rule) },
  }
}

/** `[text](target)` is a link in a plain text message too (SARIF, section 3.11.6), which repository text must not make. */
const plainText = (text: string) => visible(text).replaceAll('](', `]${JOINER}(`)

const stateOf = ({ status }: AssessedFinding) => (status === 'introduced' ? ('new' as const) : ('unchanged' as const))

function resultOf(finding: Finding): Result {
  const { rule, severity, message, fingerprint, gxpId } = finding
  return {
    ruleId: rule,
    ruleIndex: RULE_INDEX.get(rule) ?? -1,
    level: LEVELS[severity],
    message: { text: plainText(message) },
    locations: locationsOf(finding),
    partialFingerprints: { 'rosieGuard/v1': fingerprint },
    ...(gxpId === null ? {} : { properties: { gxpId } }),
  }
}

/** SARIF, section 3.28: none where a finding concerns the repository as a whole. */
function locationsOf({ path, line, endLine, column, endColumn }: Finding): Result['locations'] {
  if (path === null) return []
  const region = line !== null && {
    startLine: line,
    ...(endLine !== null && { endLine }),
    ...(column !== null && { startColumn: column }),
    // Ours are inclusive, SARIF's end column is the one after (section 3.30.8).
    ...(column !== null && endColumn !== null && { endColumn: endColumn + 1 }),
  }
  return [
    {
      physicalLocation: {
        artifactLocation: { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: 'SRCROOT' },
        ...(region && { region }),
      },
    },
  ]
}
