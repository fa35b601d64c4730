/** What all repositories of a product come to: the counts that the scans of their default branches ended with, added up. */
import { z } from 'zod'
import type { Summary } from '../../rosie/assessment.ts'
import type { ProductRepositoryRow } from '../../store/reading/products.ts'
import { time, timeOrNull } from './schemas.ts'

const count = z.int()
const signatures = z.object({ total: count, valid: count, invalid: count, untrusted: count })

export const aggregated = z.object({
  repositories: z.array(
    z.object({
      ...{ id: count, owner: z.string(), name: z.string(), commit: z.string().nullable(), trackedAt: time.nullable() },
      conclusion: z.string().nullable().describe('`success`, `failure` or `neutral`; null: never scanned.'),
    }),
  ),
  otherRepositories: count.describe('Of the product, which you may not read: nothing of them is counted.'),
  artifacts: z.record(z.string(), count).describe('By kind.'),
  evidence: signatures,
  packages: signatures,
  requirements: z.object({ total: count, linked: count, traced: count, proven: count }),
  findings: z.object({ error: count, warning: count, notice: count }),
})

export function aggregateOf({
  repositories,
  others,
}: {
  repositories: readonly ProductRepositoryRow[]
  others: number
}): z.infer<typeof aggregated> {
  const summaries = repositories.flatMap(({ summary }) => (summary ? [summary as Summary] : []))
  const of = <Key extends 'artifacts' | 'evidence' | 'packages' | 'requirements' | 'findings'>(
    key: Key,
    zero: Summary[Key],
  ) => summaries.reduce((so, summary) => added(so, summary[key]), zero)
  const unsigned = { total: 0, valid: 0, invalid: 0, untrusted: 0 }
  const none = { requirement: 0, user_story: 0, specification: 0, decision: 0, risk: 0, vendor_assessment: 0 }
  return {
    repositories: repositories.map(({ id, owner, name, trackedHead, trackedAt, conclusion }) => ({
      ...{ id: Number(id), owner, name, commit: trackedHead, trackedAt: timeOrNull(trackedAt), conclusion },
    })),
    otherRepositories: others,
    artifacts: { ...of('artifacts', none) },
    ...{ evidence: of('evidence', unsigned), packages: of('packages', unsigned) },
    requirements: of('requirements', { total: 0, linked: 0, traced: 0, proven: 0 }),
    findings: of('findings', { error: 0, warning: 0, notice: 0 }),
  }
}

const added = <Counts extends object>(so: Counts, more: Counts): Counts =>
  Object.fromEntries(
    Object.entries(so).map(([name, value]) => [name, value + ((more as Record<string, number>)[name] ?? 0)]),
  ) as Counts
