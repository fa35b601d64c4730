/**
 * A file that is gone can't be annotated: what is to be said of it stands on line 1 of the system context, else of the
 * first file of the record, and names the file's path.
 */
// @ts-nocheck

import { isRecordFile } from '../classify.ts'
import type { Place } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'
import type { Hit } from './rule.ts'

const SYSTEM_CONTEXT = '.gxp/system_context.md'

/** Where findings about gone files are shown; null when the head has no record. Linear in the files: ask once a rule. */
export function placeOfGone({ snapshot }: ComplianceRecord): Place | null {
  const files = snapshot.files.filter(isRecordFile)
  const shown = files.find(({ path }) => path === SYSTEM_CONTEXT) ?? files[0]
  return shown ? { path: shown.path, line: 1 } : null
}

/** What every finding about a gone file has in common: it is followed by the gone path, not by where it is shown. */
export const gone = (path: string, place: Place | null): Pick<Hit, 'place' | 'general' | 'detail'> => ({
  place,
  general: true,
  detail: path,
})
