/** The vendor assessments that a release rests on, as its manifest names them. RFC-001, CSA branch. */
import type { Json } from '../model.ts'
import { textOf } from '../parse/document.ts'
import type { ComplianceRecord } from '../record.ts'
import { textsIn } from './payload.ts'
import type { EntryFault } from './release-evidence.ts'

const NAMING = ['path', 'file', 'id', 'gxp_id', 'assessment_id', 'vendor_assessment']

/** What is wrong with one entry of `vendor_assessments`; null when nothing is. */
export function faultsOfVendors({ vendorAssessments }: ComplianceRecord): (entry: Json) => EntryFault | null {
  const known = new Set<string>()
  for (const { path, content } of vendorAssessments) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const ids = ['id', 'gxp_id', 'assessment_id'].map((field) => textOf(content.fields[field]))
    const [vendor, product] = ['vendor_name', 'product'].map((field) => textOf(content.fields[field]))
    const both = vendor && product && `${vendor} ${product}`
    for (const each of [path, name, vendor, product, both, ...ids]) if (each) known.add(canonicalName(each))
  }
  return (entry) => {
    const names = namesIn(entry)
    const [name] = names
    if (name === undefined) return { message: NAMELESS, detail: 'vendor' }
    if (names.some((each) => known.has(canonicalName(each)))) return null
    const message = `The release rests on the vendor assessment ${name}, which is not in the record.`
    return { message, detail: `vendor ${name}` }
  }
}

/** What names the assessment, else whose product it is of. */
function namesIn(entry: Json): string[] {
  const names = textsIn(entry, NAMING)
  if (names.length > 0) return names
  const subject = [['vendor_name', 'vendor', 'name'], ['product']].flatMap((each) => textsIn(entry, each).slice(0, 1))
  return subject.length > 0 ? [subject.join(' ')] : []
}

const NAMELESS =
  'An entry of `vendor_assessments` names no assessment. Write its path, or the vendor and the product that it is of.'

/** Paths are given from the root, from `.gxp/` or from the directory, with or without the ending; people write names freely. */
const canonicalName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/^\/?(?:\.\/)?(?:\.gxp\/)?(?:vendor_assessments\/)?/, '')
    .replace(/\.md$/, '')
