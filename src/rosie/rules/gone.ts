/**
 * A file that is gone can't be annotated: what is to be said of it stands on line 1 of the system context, else of the
 * first file of the record, and names the file's path.
 */
import { isRecordFile } from '../classify.ts'
import { remembered } from '../memo.ts'
import type { Place } from '../model.ts'
import type { ComplianceRecord } from '../record.ts'
import type { Hit } from './rule.ts'

/** Where findings about gone files are shown; null when the head has no record. */
export const placeOfGone = remembered(({ systemContext, snapshot }: ComplianceRecord): Place | null => {
  const shown = systemContext ?? snapshot.files.find(isRecordFile)
  return shown ? { path: shown.path, line: 1 } : null
})

/** What every finding about a gone file has in common: it is followed by the gone path, not by where it is shown. */
export const gone = (path: string, place: Place | null): Pick<Hit, 'place' | 'general' | 'detail'> => ({
  place,
  general: true,
  detail: path,
})
