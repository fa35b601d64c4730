/**
 * `--format junit`: the XML that CI servers show as test results. One suite for each rule; a finding that makes the check
 * fail is a failed case, any other a passed one that says what was found, and a rule without findings is one passed case.
 */
import { create } from 'xmlbuilder2'
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js'
import { fails } from '../rosie/assess.ts'
import type { AssessedFinding, Assessment } from '../rosie/model.ts'
import type { Policy } from '../rosie/policy.ts'
import { RULES } from '../rosie/rules/index.ts'
import { visible } from './plain.ts'
import { groupBy } from './report.ts'
import { place } from './words.ts'

/** `policy`: what decides which findings fail. */
export function junitReport({ findings }: Pick<Assessment, 'findings'>, policy: Policy): string {
  const byRule = groupBy(findings, ({ rule }) => rule)
  const failing = findings.filter((finding) => fails(finding, policy)).length
  const passed = RULES.filter(({ id }) => !byRule.has(id)).length
  // What XML has no place for (control characters, lone surrogates) is replaced: XML 1.0, section 2.2.
  const xml = create({ version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '\uFFFD' })
  const suites = xml.ele('testsuites', counts('rosie-guard', findings.length + passed, failing))
  for (const { id, about } of RULES) addSuite(suites, id, about, byRule.get(id) ?? [], policy)
  return `${xml.end({ prettyPrint: true })}\n`
}

const counts = (name: string, tests: number, failures: number) => ({ name, tests, failures, errors: 0, skipped: 0 })

function addSuite(
  suites: XMLBuilder,
  rule: string,
  about: string,
  findings: readonly AssessedFinding[],
  policy: Policy,
): void {
  const failing = findings.filter((finding) => fails(finding, policy)).length
  const suite = suites.ele('testsuite', counts(rule, Math.max(1, findings.length), failing))
  if (findings.length === 0) suite.ele('testcase', { classname: rule, name: about })
  for (const finding of findings) addCase(suite, finding, fails(finding, policy))
}

function addCase(suite: XMLBuilder, finding: AssessedFinding, failed: boolean): void {
  const { rule, path, line, severity, status, fingerprint } = finding
  const at = visible(place(finding))
  const message = visible(finding.message)
  const attributes = { classname: rule, name: `${at} ${visible(finding.gxpId ?? '')}`.trim() }
  const where = { ...(path !== null && { file: visible(path) }), ...(line !== null && { line }) }
  const said = `${at}: ${severity}: ${message}\n${status}, fingerprint ${fingerprint}`
  const element = suite.ele('testcase', { ...attributes, ...where })
  if (failed) element.ele('failure', { message, type: severity }).txt(said)
  else element.ele('system-out').txt(said)
}
