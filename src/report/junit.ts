/**
 * `--format junit`: the XML that CI servers show as test results. One suite for each rule; a finding that makes the check
 * fail is a failed case, any other a passed one that says what was found, one that the policy ignores a skipped one with
 * the reason, and a rule without findings is one passed case.
 */
import { fails } from '../rosie/assess.ts'
import type { AssessedFinding, Assessment, Finding, IgnoredFinding } from '../rosie/assessment.ts'
import type { Policy } from '../rosie/policy.ts'
import { RULES } from '../rosie/rules/index.ts'
import type { Rule } from '../rosie/rules/rule.ts'
import { visible } from './plain.ts'
import { groupBy } from './report.ts'
import { place } from './words.ts'
import { xmlTag, xmlText } from './xml.ts'

/** `policy`: what decides which findings fail. As text: a tree of nodes takes gigabytes for a hundred thousand findings. */
export function junitReport({ findings, ignored }: Pick<Assessment, 'findings' | 'ignored'>, policy: Policy): string {
  const byRule = groupBy(findings, ({ rule }) => rule)
  const ignoredByRule = groupBy(ignored, ({ finding }) => finding.rule)
  const suites = RULES.map((rule) => suite(rule, byRule.get(rule.id) ?? [], ignoredByRule.get(rule.id) ?? [], policy))
  const sum = (count: 'tests' | 'failures' | 'skipped') => suites.reduce((all, { counts }) => all + counts[count], 0)
  const all = {
    name: 'rosie-guard',
    tests: sum('tests'),
    failures: sum('failures'),
    errors: 0,
    skipped: sum('skipped'),
  }
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `${xmlTag('testsuites', all)}>`]
  return `${[...lines, ...suites.map(({ text }) => text), '</testsuites>'].join('\n')}\n`
}

function suite(
  { id, about }: Rule,
  findings: readonly AssessedFinding[],
  ignored: readonly IgnoredFinding[],
  policy: Policy,
) {
  const cases = [
    ...findings.map((finding) => testCase(finding, fails(finding, policy) ? failure(finding) : remark(finding))),
    ...ignored.map((each) => testCase(each.finding, skipped(each))),
  ]
  if (cases.length === 0) cases.push(`    ${xmlTag('testcase', { classname: id, name: about })}/>`)
  const failures = findings.filter((finding) => fails(finding, policy)).length
  const counts = { name: id, tests: cases.length, failures, errors: 0, skipped: ignored.length }
  return { counts, text: [`  ${xmlTag('testsuite', counts)}>`, ...cases, '  </testsuite>'].join('\n') }
}

const failure = (finding: AssessedFinding) => [
  xmlTag('failure', { message: visible(finding.message), type: finding.severity }),
  '>',
  said(finding, finding.status),
  '</failure>',
]

const remark = (finding: AssessedFinding) => ['<system-out>', said(finding, finding.status), '</system-out>']

const skipped = ({ finding, reason, expires }: IgnoredFinding) => [
  xmlTag('skipped', { message: visible(`Ignored by the policy until ${expires}: ${reason}`) }),
  '/><system-out>',
  said(finding, 'ignored'),
  '</system-out>',
]

const said = ({ path, line, severity, message, fingerprint }: Finding, status: string): string => {
  const at = place({ path: path === null ? null : visible(path), line })
  return xmlText(`${at}: ${severity}: ${visible(message)}\n${status}, fingerprint ${fingerprint}`)
}

function testCase({ rule, path, line, gxpId }: Finding, content: readonly string[]): string {
  const shown = path === null ? null : visible(path)
  const name = `${place({ path: shown, line })} ${visible(gxpId ?? '')}`.trim()
  const where = { ...(shown !== null && { file: shown }), ...(line !== null && { line }) }
  const tag = xmlTag('testcase', { classname: rule, name, ...where })
  // Joined, not added up: a text that is made of parts keeps all of them in memory.
  return ['    ', tag, '>\n      ', ...content, '\n    </testcase>'].join('')
}
