/**
 * `--format junit`: the XML that CI servers show as test results. One suite for each rule; a finding that makes the check
 * fail is a failed case, any other a passed one that says what was found, and a rule without findings is one passed case.
 */
import { fails } from '../rosie/assess.ts'
import type { AssessedFinding, Assessment } from '../rosie/model.ts'
import type { Policy } from '../rosie/policy.ts'
import { RULES } from '../rosie/rules/index.ts'
import type { Rule } from '../rosie/rules/rule.ts'
import { visible } from './plain.ts'
import { groupBy } from './report.ts'
import { place } from './words.ts'
import { xmlTag, xmlText } from './xml.ts'

/** `policy`: what decides which findings fail. As text: a tree of nodes takes gigabytes for a hundred thousand findings. */
export function junitReport({ findings }: Pick<Assessment, 'findings'>, policy: Policy): string {
  const byRule = groupBy(findings, ({ rule }) => rule)
  const passed = RULES.filter(({ id }) => !byRule.has(id)).length
  const all = counts('rosie-guard', findings.length + passed, failing(findings, policy))
  const suites = RULES.map((rule) => suite(rule, byRule.get(rule.id) ?? [], policy))
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `${xmlTag('testsuites', all)}>`, ...suites, '</testsuites>']
  return `${lines.join('\n')}\n`
}

function suite({ id, about }: Rule, findings: readonly AssessedFinding[], policy: Policy): string {
  const cases =
    findings.length === 0
      ? [`    ${xmlTag('testcase', { classname: id, name: about })}/>`]
      : findings.map((finding) => testCase(finding, fails(finding, policy)))
  const tag = xmlTag('testsuite', counts(id, cases.length, failing(findings, policy)))
  return [`  ${tag}>`, ...cases, '  </testsuite>'].join('\n')
}

const counts = (name: string, tests: number, failures: number) => ({ name, tests, failures, errors: 0, skipped: 0 })

const failing = (findings: readonly AssessedFinding[], policy: Policy): number =>
  findings.filter((finding) => fails(finding, policy)).length

function testCase(finding: AssessedFinding, failed: boolean): string {
  const { rule, line, severity, status, fingerprint } = finding
  const path = finding.path === null ? null : visible(finding.path)
  const at = place({ path, line })
  const message = visible(finding.message)
  const attributes = { classname: rule, name: `${at} ${visible(finding.gxpId ?? '')}`.trim() }
  const where = { ...(path !== null && { file: path }), ...(line !== null && { line }) }
  const said = xmlText(`${at}: ${severity}: ${message}\n${status}, fingerprint ${fingerprint}`)
  const content = failed
    ? [xmlTag('failure', { message, type: severity }), '>', said, '</failure>']
    : ['<system-out>', said, '</system-out>']
  const tag = xmlTag('testcase', { ...attributes, ...where })
  // Joined, not added up: a text that is made of parts keeps all of them in memory.
  return ['    ', tag, '>\n      ', ...content, '\n    </testcase>'].join('')
}
