/** What one policy says other than another, a sentence for each setting, in the words of `.github/rosie.yml`. */
import { RISKS } from './model.ts'
import type { Policy, RiskDemands } from './policy.ts'

export function policyChanges(before: Policy, after: Policy): string[] {
  return [
    ...changed('fail_on', before.failOn, after.failOn),
    ...changed('introduced_only', before.introducedOnly, after.introducedOnly),
    ...severityChanges(before, after),
    ...ignoreChanges(before, after),
    ...changed('sources', before.sources, after.sources),
    ...changed('tests', before.tests, after.tests),
    ...changed('limits.file_bytes', before.maxFileBytes, after.maxFileBytes),
    ...changed('limits.package_file_bytes', before.maxPackageFileBytes, after.maxPackageFileBytes),
    ...changed('comment', before.comment, after.comment),
    ...changed('annotation_schema', schema(before), schema(after)),
    ...changed('evidence.state_hash.scope', `/${before.stateScope}`, `/${after.stateScope}`),
    ...riskChanges(before, after),
    ...(before.allHigh === after.allHigh
      ? []
      : [after.allHigh ? 'Every requirement is judged as HIGH.' : 'Requirements are judged by their own risk again.']),
  ]
}

const schema = ({ annotationSchema }: Policy) => (annotationSchema === null ? null : `v${annotationSchema}`)

type Value = string | number | boolean | null | readonly string[]

function changed(key: string, before: Value, after: Value): string[] {
  const [was, is] = [shown(before), shown(after)]
  return was === is ? [] : [`\`${key}\` becomes ${is} (was ${was}).`]
}

/** Entries of a list that are named; the others are counted. */
const NAMED = 5

function shown(value: Value): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'empty'
  if (typeof value !== 'object') return `\`${value}\``
  const named = value.slice(0, NAMED).map((entry) => `\`${entry}\``)
  return [...named, ...(value.length > NAMED ? [`${value.length - NAMED} more`] : [])].join(', ')
}

/** Rules that are named; the others are counted. */
const MOST_RULES = 20

function severityChanges({ severities: before }: Policy, { severities: after }: Policy): string[] {
  const differ = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((id) => before[id] !== after[id])
  const own = "the rule's own severity"
  const said = (severity: string | undefined) => (severity === undefined ? own : `\`${severity}\``)
  const sentences = differ
    .slice(0, MOST_RULES)
    .map((id) => `\`${id}\` becomes ${said(after[id])} (was ${said(before[id])}).`)
  return differ.length > MOST_RULES
    ? [...sentences, `${differ.length - MOST_RULES} more severities change.`]
    : sentences
}

function ignoreChanges({ ignore: before }: Policy, { ignore: after }: Policy): string[] {
  const keyOf = ({ paths, rules, reason, expires }: Policy['ignore'][number]) =>
    JSON.stringify([paths, rules, reason, expires])
  const [had, has] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))]
  const added = after.filter((each) => !had.has(keyOf(each)))
  const gone = before.filter((each) => !has.has(keyOf(each))).length
  const entries = (n: number) => (n === 1 ? '1 entry of `ignore`' : `${n} entries of \`ignore\``)
  return [
    ...added.slice(0, NAMED).map(({ paths, rules, reason, expires }) => {
      const what = rules.length === 0 ? 'Everything' : shown(rules)
      return `${what} in ${shown(paths)} is ignored until ${expires}: ${reason.replace(/[.!]?$/, '.')}`
    }),
    ...(added.length > NAMED ? [`${added.length - NAMED} more entries of \`ignore\` are added.`] : []),
    ...(gone > 0 ? [`${entries(gone)} ${gone === 1 ? 'holds' : 'hold'} no more.`] : []),
  ]
}

function riskChanges({ riskMatrix: before }: Policy, { riskMatrix: after }: Policy): string[] {
  return RISKS.toReversed().flatMap((risk) => {
    const [was, is] = [demands(before[risk]), demands(after[risk])]
    return was === is ? [] : [`${risk} demands ${is} (was ${was}).`]
  })
}

const demands = ({ tiers, coverage, signatures }: RiskDemands) =>
  `${tiers.join(', ')}, ${coverage} % coverage and ${['no signature', 'one signature', 'two signatures'][signatures]}`
