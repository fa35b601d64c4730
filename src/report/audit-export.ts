/** The audit trail as a file: JSON Lines, which `rosie-guard audit verify` proves, or CSV for spreadsheets. */
import { cellsOf, HEADER } from '../audit/cells.ts'
import { exportedLine } from '../audit/chain.ts'
import type { LinkedEvent } from '../audit/event.ts'
import { csvLine } from './csv.ts'

export const EXPORT_FORMATS = ['jsonl', 'csv'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** Text as it is needed, a batch of events at a time. */
export async function* exportText(
  batches: AsyncIterable<readonly LinkedEvent[]>,
  format: ExportFormat,
): AsyncGenerator<string> {
  const line = format === 'csv' ? (event: LinkedEvent) => csvLine(cellsOf(event)) : exportedLine
  if (format === 'csv') yield csvLine(HEADER)
  for await (const events of batches) yield events.map(line).join('')
}
