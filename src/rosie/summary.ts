/** What there is of everything, counted. */
import type { Finding, SignatureCounts, Summary } from './assessment.ts'
import { remembered } from './memo.ts'
import type { Severity, Verdict } from './model.ts'
import { type ComplianceRecord, kindOf } from './record.ts'

export function summarise(record: ComplianceRecord, found: readonly Finding[]): Summary {
  const { documents, sources, evidence, packages, testEvidence, coverage } = record
  const risk = record.riskRegister?.content.entries.length ?? 0
  const files = { decision: 0, risk, vendor_assessment: 0 }
  for (const { kind } of record.snapshot.files)
    if (kind === 'decision' || kind === 'vendor_assessment') files[kind] += 1
  return {
    artifacts: { ...countKinds(documents), ...files },
    annotations: countBlocks(sources),
    evidence: countVerdicts(evidence),
    packages: countVerdicts(packages),
    provenance: countProvenance(testEvidence),
    requirements: coverage.counts,
    findings: bySeverity(found),
  }
}

export function bySeverity(found: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, notice: 0 }
  for (const { severity } of found) counts[severity] += 1
  return counts
}

const countKinds = remembered((documents: ComplianceRecord['documents']) => {
  const artifacts = { requirement: 0, user_story: 0, specification: 0 }
  for (const document of documents) artifacts[kindOf(document)] += 1
  return artifacts
})

const countBlocks = remembered((sources: ComplianceRecord['sources']) => {
  const annotations = { source: 0, test: 0 }
  for (const { test, content } of sources) annotations[test ? 'test' : 'source'] += content.blocks.length
  return annotations
})

const countVerdicts = remembered((signed: readonly { verdict: Verdict }[]): SignatureCounts => {
  const counts = { total: signed.length, valid: 0, invalid: 0, untrusted: 0 }
  for (const { verdict } of signed) counts[verdict.result] += 1
  return counts
})

const countProvenance = remembered((evidence: ComplianceRecord['testEvidence']): Summary['provenance'] => {
  const provenance = { verified: 0, contradicted: 0, unavailable: 0, unknown: 0 }
  for (const each of evidence) provenance[each.provenance.result] += 1
  const { unknown: _, ...replayed } = provenance
  return replayed
})
