/**
 * The numbers of a manifest, held against the files it lists. A file that is missing, altered or unread is told as such,
 * and not here too. RFC-001, "Evidence packages".
 */
import type { PackageManifest } from '../parse/manifest.ts'
import type { ListedFile } from './listing.ts'
import { shownPath } from './paths.ts'

interface TotalFault {
  line: number
  message: string
  detail: string
}

type Totals = Pick<PackageManifest, 'fileCount' | 'totalSize'>

export function* totalFaults({ fileCount, totalSize }: Totals, listed: readonly ListedFile[]): Generator<TotalFault> {
  for (const file of listed) {
    const fault = sizeFault(file)
    if (fault) yield fault
  }
  if (fileCount && fileCount.value !== listed.length) {
    const message = `The manifest's \`file_count\` is ${said(fileCount.value)}, but it lists ${listed.length}.`
    yield { line: fileCount.line, message, detail: 'file_count' }
  }
  const total = sumOf(listed, sizeOf)
  if (totalSize && !isTotal(totalSize.value, total, listed)) {
    const right = total === null ? 'a whole number of bytes is expected' : `its files have ${total} bytes together`
    const message = `The manifest's \`total_size_bytes\` is ${said(totalSize.value)}; ${right}.`
    yield { line: totalSize.line, message, detail: 'total_size_bytes' }
  }
}

function sizeFault(file: ListedFile): TotalFault | null {
  const { path, size } = file.entry
  const actual = sizeOf(file)
  if (!size || (size.value !== null && (actual === null || size.value === actual))) return null
  const right = actual === null ? 'a whole number of bytes is expected' : `the file has ${actual} bytes`
  const message = `The manifest's \`size_bytes\` of \`${shownPath(path)}\` is ${said(size.value)}; ${right}.`
  return { line: size.line, message, detail: path }
}

/** `total`: what the files have. What the listed sizes add up to has the fault of one of these, and no other. */
function isTotal(value: number | null, total: number | null, listed: readonly ListedFile[]): boolean {
  if (value === null) return false
  return total === null || value === total || value === sumOf(listed, (file) => file.entry.size?.value ?? sizeOf(file))
}

/** Null when a size is not known. */
function sumOf(listed: readonly ListedFile[], size: (file: ListedFile) => number | null): number | null {
  let total = 0
  for (const file of listed) {
    const bytes = size(file)
    if (bytes === null) return null
    total += bytes
  }
  return total
}

/** Only of a file that is the listed one. */
const sizeOf = ({ state, found }: ListedFile): number | null => (state === 'intact' ? (found?.size ?? null) : null)

const said = (value: number | null) => (value === null ? 'no whole number' : String(value))
