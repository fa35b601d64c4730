/**
 * What two regulations ask of computerised systems, clause by clause, and which part of a record speaks to it. The words
 * are ours and short; the regulations' own decide. Raise the version with every change: reports name it.
 *
 * - 21 CFR Part 11, Electronic Records; Electronic Signatures (62 FR 13464, as amended)
 * - EudraLex Volume 4, Annex 11: Computerised Systems (in operation since 30 June 2011)
 *
 * All clauses of Annex 11 are here, and of Part 11 those that ask something of a system, its people or its signatures.
 */
import type { CheckName } from './checks.ts'

export interface Clause {
  regulation: '21 CFR Part 11' | 'EU Annex 11'
  clause: string
  asks: string
  /** What is looked at; null: nothing that a repository holds shows it. */
  check: CheckName | null
  /** What the clause asks besides, at which nothing here looks: the row says so. Null with `check`. */
  besides: string | null
}

export const REGULATIONS_VERSION = '2.1'
export const REGULATIONS_DATE = '2026-11-23'

const of =
  (regulation: Clause['regulation']) =>
  (clause: string, asks: string, check: CheckName | null = null, besides: string | null = null): Clause => ({
    ...{ regulation, clause, asks, check, besides },
  })

const part11 = of('21 CFR Part 11')
const annex11 = of('EU Annex 11')

export const CLAUSES: readonly Clause[] = [
  part11(
    '11.10(a)',
    'Systems are validated for accuracy, reliability and consistent intended performance.',
    'validation',
    'whether these tests suffice, and how the system itself tells altered records',
  ),
  part11(
    '11.10(b)',
    'Complete copies of records can be made, for people and in electronic form.',
    'copies',
    'the text of the files, which the repository has',
  ),
  part11(
    '11.10(c)',
    'Records are protected, so that they can be retrieved as they were.',
    'integrity',
    'files that nobody signed, why signed ones were changed or removed by earlier commits, and how long records are kept',
  ),
  part11('11.10(d)', 'Access is limited to authorised individuals.'),
  part11(
    '11.10(e)',
    'A time-stamped audit trail records who created, changed or deleted records.',
    'trail',
    'who made the changes, which the commits say',
  ),
  part11('11.10(f)', 'Where steps have an order, the system enforces it.'),
  part11(
    '11.10(g)',
    'Authority is checked before somebody signs, changes records or uses the system.',
    'authority',
    'who may change records or use the system',
  ),
  part11('11.10(h)', 'Devices are checked, where it matters from which of them data or instructions come.'),
  part11('11.10(i)', 'Whoever develops, maintains or uses the system has the education and training for it.'),
  part11('11.10(j)', 'Written policies make people answer for what is done under their signatures.'),
  part11(
    '11.10(k)',
    'System documentation is controlled: its distribution, and each revision in order of time.',
    'documentation',
    'who gets the documents, and who approves a revision',
  ),
  part11('11.30', 'In open systems, further measures keep records authentic, whole and confidential on their way.'),
  part11(
    '11.50',
    'A signed record shows who signed, when, and what the signature means.',
    'manifestation',
    "the signer's printed name, and what the signature means",
  ),
  part11(
    '11.70',
    'Signatures are linked to their records, so that they can not be moved to others.',
    'linking',
    'signatures outside of the repository',
  ),
  part11('11.100', 'Each signature belongs to one individual, whose identity was verified.'),
  part11('11.200', 'Signatures are executed with two components, by their owners only.'),
  part11('11.300', 'Identification codes and passwords are unique, aged, and withdrawn when lost.'),
  annex11(
    '1',
    'Risk management runs through the life cycle, with regard to patients, data and product.',
    'risk',
    'whether the ratings are right, and are looked at again over the life cycle',
  ),
  annex11('2', 'Process owner, system owner, qualified persons and IT work together, qualified for it.'),
  annex11(
    '3',
    'Suppliers and service providers are assessed, by risk.',
    'suppliers',
    'agreements with suppliers, audits of them, and whether others should be assessed',
  ),
  annex11(
    '4',
    'Validation covers the life cycle; requirements can be traced; testing is evidenced.',
    'validation',
    'plans and reports, and the life cycle before and after the tests',
  ),
  annex11('5', 'Data that is exchanged with other systems is checked on its way in and out.'),
  annex11('6', 'Critical data that is entered by hand is checked a second time.'),
  annex11(
    '7',
    'Data is secured against damage, stays readable, and is backed up.',
    'storage',
    'backups, and the data of the system itself',
  ),
  annex11('8', 'Clear printed copies of electronic records can be had.'),
  annex11(
    '9',
    'An audit trail shows changes and deletions with their reasons, and is reviewed.',
    'trail',
    'the reasons, and whether anybody reviews it',
  ),
  annex11(
    '10',
    'Changes, of configurations too, are made in a controlled way.',
    'changes',
    'the procedure for changes, and who approves them',
  ),
  annex11('11', 'Systems are evaluated periodically.'),
  annex11('12', 'Physical and logical controls restrict access to authorised persons.'),
  annex11('13', 'Incidents are reported and assessed; root causes are found.'),
  annex11(
    '14',
    'Electronic signatures are linked to their record, with time and date.',
    'dated',
    'whether they bind whoever signs as those by hand do',
  ),
  annex11('15', 'Batches are certified for release by a qualified person alone, who signs and is named.'),
  annex11('16', 'Critical processes go on while the system is down, in ways that were tested.'),
  annex11('17', 'Archived data is checked, and can still be had after changes to the system.'),
]
