/**
 * What two regulations ask of computerised systems, clause by clause, and which part of a record speaks to it. The words
 * are ours and short; the regulations' own decide. Raise the version with every change: reports name it.
 *
 * - 21 CFR Part 11, Electronic Records; Electronic Signatures (62 FR 13464, as amended)
 * - EudraLex Volume 4, Annex 11: Computerised Systems (in operation since 30 June 2011)
 */
import type { CheckName } from './checks.ts'

export interface Clause {
  regulation: '21 CFR Part 11' | 'EU Annex 11'
  clause: string
  asks: string
  /** What is looked at; null: nothing that a repository or this server holds shows it. */
  check: CheckName | null
}

export const REGULATIONS_VERSION = '1.0'
export const REGULATIONS_DATE = '2026-11-22'

const part11 = (clause: string, asks: string, check: CheckName | null): Clause => ({
  ...{ regulation: '21 CFR Part 11', clause, asks, check },
})

const annex11 = (clause: string, asks: string, check: CheckName | null): Clause => ({
  ...{ regulation: 'EU Annex 11', clause, asks, check },
})

export const CLAUSES: readonly Clause[] = [
  part11(
    '11.10(a)',
    'Systems are validated for accuracy, reliability and consistent intended performance.',
    'validation',
  ),
  part11('11.10(b)', 'Complete copies of records can be made, for people and in electronic form.', 'copies'),
  part11('11.10(c)', 'Records are protected, so that they can be retrieved as they were.', 'protection'),
  part11('11.10(d)', 'Access is limited to authorised individuals.', 'access'),
  part11('11.10(e)', 'A time-stamped audit trail records who created, changed or deleted records.', 'auditTrail'),
  part11('11.10(g)', 'Authority is checked before somebody signs, changes records or uses the system.', 'authority'),
  part11('11.10(i)', 'Whoever develops, maintains or uses the system has the education and training for it.', null),
  part11(
    '11.10(k)',
    'System documentation is controlled: its distribution, and each revision in order of time.',
    'control',
  ),
  part11('11.50', 'A signed record shows who signed, when, and what the signature means.', 'manifestation'),
  part11('11.70', 'Signatures are linked to their records, so that they can not be moved to others.', 'linking'),
  part11('11.100', 'Each signature belongs to one individual, whose identity was verified.', null),
  part11('11.200', 'Signatures are executed with two components, by their owners only.', null),
  part11('11.300', 'Identification codes and passwords are unique, aged, and withdrawn when lost.', null),
  annex11('1', 'Risk management runs through the life cycle, with regard to patients, data and product.', 'risk'),
  annex11('2', 'Process owner, system owner, qualified persons and IT work together, qualified for it.', null),
  annex11('3', 'Suppliers and service providers are assessed, by risk.', 'suppliers'),
  annex11('4', 'Validation covers the life cycle; requirements can be traced; testing is evidenced.', 'validation'),
  annex11('5', 'Data that is exchanged with other systems is checked on its way in and out.', null),
  annex11('6', 'Critical data that is entered by hand is checked a second time.', null),
  annex11('7', 'Data is secured against damage, stays readable, and is backed up.', 'protection'),
  annex11('8', 'Clear printed copies of electronic records can be had.', 'copies'),
  annex11('9', 'An audit trail shows changes and deletions with their reasons, and is reviewed.', 'auditTrail'),
  annex11('10', 'Changes, of configurations too, are made in a controlled way.', 'control'),
  annex11('11', 'Systems are evaluated periodically.', null),
  annex11('12', 'Physical and logical controls restrict access to authorised persons.', 'access'),
  annex11('13', 'Incidents are reported and assessed; root causes are found.', null),
  annex11('14', 'Electronic signatures are linked to their record, with time and date.', 'linking'),
]
