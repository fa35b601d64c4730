/** The audit trail as a file: JSON Lines, which `rosie-guard audit verify` proves, or CSV for spreadsheets. */
import { cellsOf, HEADER } from '../audit/cells.ts'
import { exportedLine } from '../audit/chain.ts'
import type { LinkedEvent } from '../audit/event.ts'
import { csvLine } from './csv.ts'

export const EXPORT_FORMATS = ['jsonl', 'csv'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** In characters. */
const CHUNK = 64_000

/** Text as it is needed: events may be long, and a batch of them longer than a string can be. */
export async function* exportText(
  batches: AsyncIterable<readonly LinkedEvent[]>,
  format: ExportFormat,
): AsyncGenerator<string> {
  const line = format === 'csv' ? (event: LinkedEvent) => csvLine(cellsOf(event)) : exportedLine
  let text = format === 'csv' ? csvLine(HEADER) : ''
  for await (const events of batches) {
    for (const event of events) {
      text += line(event)
      if (text.length < CHUNK) continue
      yield text
      text = ''
    }
  }
  yield text
}
